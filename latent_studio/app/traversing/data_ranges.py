"""How far the open model's data go in its latent space, found out when somebody asks."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from latent_studio.app.session import Session
from latent_studio.core.events import Failed
from latent_studio.core.header import Header
from latent_studio.core.request import Answer
from latent_studio.engine.errands import DataPictures, PickPictures
from latent_studio.views.data_range import N_PICTURES, DataRange, FindDataRange

SLOT = "data range"
Ranges = tuple[tuple[float, float], ...]


class DataRanges(QObject):
    """The range of the data's codes, (low, high) per column.

    Signals:
        changed(): it is known now, or another.
        failed(str): it cannot be found out; the sentence says why.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._known: dict[str, DataRange] = {}
        self._asked: PickPictures | FindDataRange | None = None
        self._pictures: tuple[str, DataPictures] | None = None
        session.answered.connect(self._on_answered)

    def get(self) -> Ranges:
        """The open model's, empty while it is not known."""
        found = self._known.get(self._key())
        return () if found is None else found.ranges

    def want(self, *, again: bool = False) -> None:
        """Find it out; `again`: the weights are others now."""
        header, key = self._session.header, self._key()
        if header is None or (key in self._known and not again) or self._asked is not None:
            return
        if self._pictures is not None and self._pictures[0] == key:
            self._encode(key, self._pictures[1])
        else:
            self._read(header)

    @staticmethod
    def reason_against(header: Header) -> str:
        """Why it cannot be found out for a model, "" where it can."""
        return "" if "Encodes" in header.capabilities else f"{header.name} has no encoder: its data have no codes"

    def _key(self) -> str:
        model = self._session.document.model
        return "" if model is None else model.key

    def _read(self, header: Header) -> None:
        located = self._session.located.get(header.data.name, "")
        self._asked = PickPictures(spec=header.data, data=self._session.data, n=N_PICTURES, located=located, slot=SLOT)
        self._session.errand(self._asked)

    def _encode(self, key: str, pictures: DataPictures) -> None:
        self._asked = FindDataRange(model=key, pictures=pictures.pictures, slot=SLOT)
        self._session.ask(self._asked)

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        asked, value = self._asked, answer.value
        if asked is None or answer.request is not asked:
            return
        if isinstance(value, Failed):
            self._asked = None
            self.failed.emit(value.text)
        elif isinstance(value, DataPictures):
            self._asked = None
            header = self._session.header
            if header is not None and isinstance(asked, PickPictures) and asked.spec == header.data:
                self._pictures = self._key(), value
                self._encode(self._key(), value)
            else:
                self.want()  # another model was opened meanwhile
        elif isinstance(value, DataRange) and isinstance(asked, FindDataRange):
            self._asked = None
            self._known[asked.model] = value
            self.changed.emit()
