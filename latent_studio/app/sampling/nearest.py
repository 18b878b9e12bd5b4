"""The training pictures nearest to a sample: the data found, searched by a job, and what is known kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from latent_studio.app.model_data import ModelData
from latent_studio.app.session import Session
from latent_studio.core.events import Failed, Pixels, Progress
from latent_studio.core.latent import Floats
from latent_studio.core.request import Answer, Request
from latent_studio.data.browsing import labels_of
from latent_studio.data.image_set import ImageSet
from latent_studio.engine.errands import as_pictures
from latent_studio.views.embedding import DataRows, Embed, Embedded
from latent_studio.views.neighbours import By, FindCodes, FindPictures, Neighbours

SLOT, EMBED_SLOT = "nearest", "embed for nearest"


@dataclass(frozen=True, eq=False)
class Nearest:
    """What was found for one sample, nearest first. rows: in the training part.  labels: "" without."""

    rows: tuple[int, ...]
    pictures: tuple[Pixels, ...]
    labels: tuple[str, ...]
    distances: tuple[float, ...]
    yardstick: float


@dataclass(frozen=True, eq=False)
class Query:
    """A sample to find the nearest pictures of; `code` None of a model without codes."""

    picture: Pixels
    code: tuple[float, ...] | None
    by: By


class NearestSearch(QObject):
    """One search at a time; a newer one takes its place.

    Signals:
        found(object): Nearest, of the last query; twice where the yardstick comes later.
        progressed(float, str): share in [0, 1], and what is being done.
        failed(str, bool): why it cannot be, and whether it is because the data are not on this machine.
    """

    found = Signal(object)
    progressed = Signal(float, str)
    failed = Signal(str, bool)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._data = ModelData(session, "nearest", self)
        self._query: Query | None = None
        self._codes: tuple[tuple[str, str], Floats] | None = None  # by digest and place of the data
        self._yardsticks: dict[tuple[str, ...], float] = {}
        self._asked: Request | None = None
        self._data.found.connect(self._go_on)
        self._data.failed.connect(self._on_failed)
        session.answered.connect(self._on_answered)

    def find(self, query: Query) -> None:
        """Search for what is nearest to a sample."""
        self._query, self._asked = query, None
        self._go_on()

    @property
    def is_busy(self) -> bool:
        """Whether something is under way."""
        return self._asked is not None

    def stop(self) -> None:
        """Nobody wants to know any more."""
        self._query = self._asked = None
        self._session.jobs.engine.cancel(SLOT)
        self._session.views.engine.cancel(EMBED_SLOT)

    @Slot()
    def _go_on(self) -> None:
        """The next step towards the answer: the data, then the codes where they are compared, then the search."""
        header, query = self._session.header, self._query
        if header is None or query is None:
            return
        if self._data.get() is None:
            self.progressed.emit(0.0, "reading the training data …")
            self._data.read()
        elif query.by == "pixels":
            self._search(self._yardstick_key(""), partial(FindPictures, picture=query.picture))
        elif self._codes is None or self._codes[0] != (header.digest, self._data.place()):
            self._embed()
        elif query.code is not None:
            n, key = len(self._pictures()), self._yardstick_key(header.digest)
            self._search(key, partial(FindCodes, code=query.code, codes=self._codes[1][:n]))

    def _on_failed(self, text: str, is_missing: bool) -> None:
        if self._query is not None:
            self.failed.emit(text, is_missing)

    def _images(self) -> ImageSet:
        images = self._data.get()
        assert images is not None
        return images

    def _pictures(self) -> Pixels:
        """The rows that the model was trained on: all of the train part, or the first of it."""
        header = self._session.header
        assert header is not None
        images = self._images()
        return images.pixels[: min(images.n_train, header.data.n_train or images.n_train)]

    def _embed(self) -> None:
        model = self._session.document.model
        assert model is not None
        rows = DataRows(self._images(), "train")
        self._asked = Embed(model=model.key, rows=rows, code=self._session.document.code, slot=EMBED_SLOT)
        self.progressed.emit(0.0, "encoding the training data …")
        self._session.ask(self._asked)

    def _yardstick_key(self, digest: str) -> tuple[str, ...]:
        return self._data.place(), digest

    def _search(self, key: tuple[str, ...], make: Callable[..., FindPictures | FindCodes]) -> None:
        self._asked = make(pictures=self._pictures(), yardstick=self._yardsticks.get(key))
        self.progressed.emit(0.0, f"searching {len(self._pictures()):,} training pictures …")
        self._session.start_job(self._asked)

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        if self._asked is None or answer.request is not self._asked or self._data.get() is None:
            return
        value = answer.value
        if isinstance(value, Progress):
            encodes = isinstance(self._asked, Embed)
            doing = "encoding the training data …" if encodes else f"searching {len(self._pictures()):,} pictures …"
            self.progressed.emit(value.done / max(value.total, 1), doing)
        elif isinstance(value, Embedded) and value.is_last:
            self._codes = (answer.digest, self._data.place()), value.codes
            header = self._session.header
            if header is not None and header.digest != answer.digest:  # newer weights that settle later
                self._codes = (header.digest, self._data.place()), value.codes
            self._go_on()
        elif isinstance(value, Neighbours):
            self._take(value)
        elif isinstance(value, Failed):
            self.failed.emit(value.text, False)
        if answer.is_last and answer.request is self._asked:
            self._asked = None

    def _take(self, value: Neighbours) -> None:
        header = self._session.header
        if header is None:
            return
        by_codes = isinstance(self._asked, FindCodes)
        if value.yardstick == value.yardstick:  # nan while it is not known
            self._yardsticks[self._yardstick_key(header.digest if by_codes else "")] = value.yardstick
            self.progressed.emit(1.0, "")
        labels = labels_of(self._images(), value.rows)
        self.found.emit(
            Nearest(
                tuple(value.rows.tolist()),
                as_pictures(value.pictures),
                labels,
                tuple(value.distances.tolist()),
                value.yardstick,
            )
        )
