"""The picture of the point under the pointer and what its code gives, asked for as the pointer goes along."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from latent_studio.app.disk_work import DiskWork
from latent_studio.app.session import Session
from latent_studio.core.events import Pixels
from latent_studio.core.request import Answer, Priority
from latent_studio.engine.errands import as_pictures
from latent_studio.views.embedding import DataRows
from latent_studio.views.preview import Preview, PreviewPicture

N_KEPT = 64
SLOT = "data point"


class PointPictures(QObject):
    """Asks for the two pictures of a point; what was asked for a former point and comes late is dropped.

    Signals:
        original_came(int, object), decoded_came(int, object): of which row, Pixels.
    """

    original_came = Signal(int, object)
    decoded_came = Signal(int, object)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._disk = DiskWork(session, "data point", self)
        self._originals: OrderedDict[tuple[int, int], Pixels] = OrderedDict()
        self._asked: tuple[Preview, int] | None = None
        session.answered.connect(self._on_answered)

    def ask(self, rows: DataRows, index: int, code: tuple[float, ...]) -> None:
        """The picture of a row of the data, and what the model makes of its code."""
        key = (id(rows.images), rows.rows.start + index)
        known = self._originals.get(key)
        if known is not None:
            self.original_came.emit(index, known)
        else:
            self._disk.ask(_reader(rows, index), then=partial(self._read, key, index), slot="original")
        model = self._session.document.model
        if model is not None:
            self._asked = Preview(model=model.key, code=code, slot=SLOT, priority=Priority.STRIP), index
            self._session.ask(self._asked[0])

    def _read(self, key: tuple[int, int], index: int, picture: Pixels) -> None:
        self._originals[key] = picture
        while len(self._originals) > N_KEPT:
            self._originals.popitem(last=False)
        self.original_came.emit(index, picture)

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        asked = self._asked
        if asked is not None and answer.request is asked[0] and isinstance(answer.value, PreviewPicture):
            self.decoded_came.emit(asked[1], answer.value.picture)


def _reader(rows: DataRows, index: int) -> Callable[[], Pixels]:
    """Reads one picture; a set may be a memory map, so that this is the disk lane's."""
    row = rows.rows.start + index
    return lambda: as_pictures(rows.images.pixels[row : row + 1])[0]
