"""Pictures and their codes: what was encoded, with which result, and again when the weights are newer."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from latent_studio.app.session import Session
from latent_studio.core.events import Failed, Pixels
from latent_studio.core.request import Answer, Priority
from latent_studio.engine.errands import DataPictures, FilePicture, ReadPicture
from latent_studio.studio.document import PictureSource
from latent_studio.views.encoding import Encode, Encoded

N_KEPT = 200
AGAIN = "encode again"


class Encodings(QObject):
    """Encodes what a person brings, as one undo step: the picture becomes the document's source, its code the code.

    Signals:
        changed(): `current` gives something else.
        failed(str): a picture could not be encoded; the sentence says why.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._known: OrderedDict[PictureSource, Encoded] = OrderedDict()
        self._asked: tuple[Encode, PictureSource] | None = None
        session.answered.connect(self._on_answered)
        session.weights_settled.connect(self._on_weights)

    @staticmethod
    def of(session: Session) -> Encodings:
        """The one of this session, made when it is first asked for."""
        return session.findChild(Encodings) or Encodings(session)

    def current(self) -> tuple[PictureSource, Encoded] | None:
        """The document's source and what became of it."""
        source = self._session.document.source
        encoded = None if source is None else self._known.get(source)
        return None if source is None or encoded is None else (source, encoded)

    def can_encode(self) -> bool:
        """Whether the open model has an encoder."""
        header = self._session.header
        return header is not None and {"Encodes", "Decodes"} <= set(header.capabilities)

    def encode_data(self, pictures: DataPictures, place: int) -> None:
        """Encode one of the pictures that were drawn from the data."""
        index = pictures.indices[place]
        self._encode(
            pictures.pictures[place],
            PictureSource(
                caption=f"{pictures.split} {index:,}",
                label=pictures.labels[place],
                code=(),
                split=pictures.split,
                index=index,
            ),
        )

    def encode_file(self, path: Path) -> None:
        """Encode a picture file, whatever code it carries: what is restored instead is seen to before."""
        header = self._session.header
        if header is not None:
            n_channels, height, _ = header.data.shown_shape
            self._session.errand(ReadPicture(path=path, size=height, n_channels=n_channels))

    def encode_shown(self, picture: Pixels, caption: str, label: str = "") -> None:
        """Encode a picture of any size that another panel shows."""
        self._encode(picture, PictureSource(caption=caption, label=label, code=()))

    def encode_picture(self, picture: Pixels) -> None:
        """Encode a picture that came from another program."""
        self._encode(picture, PictureSource(caption="dropped", code=()))

    def _encode(self, picture: Pixels, source: PictureSource, again: bool = False) -> None:
        document = self._session.document
        if document.model is None or self._session.header is None:
            return
        if not self.can_encode():
            name = self._session.header.name
            self.failed.emit(f"{name} has no encoder: open a VAE or an autoencoder to encode pictures.")
            return
        request = Encode(
            model=document.model.key,
            picture=picture,
            code=document.code,
            slot=AGAIN if again else "encode",
            priority=Priority.MANIFOLD if again else Priority.STRIP,
        )
        if not again:
            self._asked = request, source
        self._session.ask(request)

    def _on_weights(self) -> None:
        """The open model goes on training: where does the picture lie now?"""
        current = self.current()
        if current is not None and self.can_encode():
            self._encode(current[1].original, current[0], again=True)

    def _on_answered(self, answer: Answer) -> None:
        request, value, document = answer.request, answer.value, self._session.document
        if isinstance(request, ReadPicture):
            self._take_file(value)
        elif isinstance(request, Encode) and document.model is not None and request.model == document.model.key:
            if isinstance(value, Failed):
                self.failed.emit(value.text)
            elif isinstance(value, Encoded) and request.slot == AGAIN:
                if document.source in self._known:
                    self._keep(document.source, value)
            elif isinstance(value, Encoded) and self._asked is not None and request is self._asked[0]:
                self._adopt(self._asked[1].model_copy(update={"code": value.code}), value)

    def _take_file(self, value: object) -> None:
        if isinstance(value, Failed):
            self.failed.emit(value.text)
        elif isinstance(value, FilePicture):
            self._encode(value.picture, PictureSource(caption=value.path.name, code=(), path=str(value.path)))

    def _adopt(self, source: PictureSource, encoded: Encoded) -> None:
        self._keep(source, encoded)
        self._session.edit(lambda document: document.replace(source=source, code=encoded.code))

    def _keep(self, source: PictureSource | None, encoded: Encoded) -> None:
        if source is not None:
            self._known[source] = encoded
            while len(self._known) > N_KEPT:
                self._known.popitem(last=False)
            self.changed.emit()
