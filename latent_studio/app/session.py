"""What all panels share: the document, the open model's header, the lanes. Panels know the session and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from latent_studio.app.bridge import Lane
from latent_studio.core.events import Failed, Snapshot
from latent_studio.core.files import home
from latent_studio.core.header import Header
from latent_studio.core.request import Answer, OpenModel, Request
from latent_studio.engine.data import OpenData
from latent_studio.engine.errands import FoundHeader, ReadHeader
from latent_studio.engine.jobs import WarmUpJob
from latent_studio.studio.document import Document, ModelRef, opened
from latent_studio.studio.history import History
from latent_studio.training.snapshots import SnapshotStore
from latent_studio.views.describing import Describe


@dataclass(frozen=True)
class Places:
    """Where things lie on this machine."""

    ready_made: Path
    home: Path

    @property
    def runs(self) -> Path:
        return self.home / "runs"

    @property
    def trash(self) -> Path:
        return self.home / "trash"

    @staticmethod
    def usual() -> Places:
        """`checkpoints/` beside the package, and this user's own folder."""
        return Places(Path(__file__).parents[2] / "checkpoints", home())


class Session(QObject):
    """The application's state on the window's thread.

    document_changed(new, old): after every edit, undo and redo.
    model_changed(header): another model was opened, or newer weights of the open one changed what is known of it.
    weights_changed(): newer weights of the open model are there; views ask again, at their own pace.
    answered(answer): everything that the lanes deliver; panels pick what they asked for.
    told(level, text, details): a sentence for the banner; level is "info", "warn" or "bad".
    """

    document_changed = Signal(object, object)
    model_changed = Signal(object)
    weights_changed = Signal()
    answered = Signal(object)
    told = Signal(str, str, str)
    saved_state_changed = Signal()

    def __init__(self, places: Places, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.places = places
        self.history = History(Document())
        self.header: Header | None = None
        self.snapshots = SnapshotStore()
        self.data = OpenData()
        self._models: Callable[[str], OpenModel] | None = None
        self.views = Lane("views", self, prepare=_one_thread, resolve=self._resolve)
        self.jobs = Lane("jobs", self)
        self.disk = Lane("disk", self)
        for lane in (self.views, self.jobs, self.disk):
            lane.answered.connect(self._route)

    def start(self) -> None:
        """Start the lanes; called once the window is on the screen, because torch is imported there."""
        for lane in (self.disk, self.views, self.jobs):
            lane.start()

    def warm_up(self) -> None:
        """Have the job lane do its slow first things now; called once the first picture is shown."""
        self.jobs.engine.submit(WarmUpJob())

    def close(self) -> None:
        """Stop and save every job, end the threads."""
        for lane in (self.jobs, self.views, self.disk):
            lane.engine.close()
        for lane in (self.jobs, self.views, self.disk):
            lane.close()

    @property
    def document(self) -> Document:
        return self.history.document

    def edit(self, change: Callable[[Document], Document], merge: str | None = None) -> None:
        """Change the document as one undo step; see History.edit for `merge`."""
        self._after(self.document, self.history.edit(change, merge))

    def seal(self) -> None:
        """End of a drag: the next edit is a step of its own."""
        self.history.seal()

    def undo(self) -> None:
        self._after(self.document, self.history.undo())

    def redo(self) -> None:
        self._after(self.document, self.history.redo())

    def ask(self, request: Request) -> None:
        """Have the interactive lane serve a request."""
        self.views.engine.submit(request)

    def start_job(self, job: Request) -> None:
        """Have the job lane work on something long."""
        self.jobs.engine.submit(job)

    def errand(self, errand: Request) -> None:
        """Have the disk lane do something."""
        self.disk.engine.submit(errand)

    def tell(self, level: str, text: str, details: str = "") -> None:
        self.told.emit(level, text, details)

    def open_model(self, key: str) -> None:
        """Open the checkpoint or run of that key; the document changes when its header is read."""
        self.disk.engine.submit(ReadHeader(key=key))

    def _after(self, old: Document, new: Document) -> None:
        if new is old or new == old:
            return
        self.document_changed.emit(new, old)
        if new.model is not None and (old.model is None or new.model.key != old.model.key):
            self._wanted_key = new.model.key
            if self.header is None or self._header_key != new.model.key:
                self.disk.engine.submit(ReadHeader(key=new.model.key, slot="header after undo"))

    _header_key = ""
    _wanted_key = ""

    def _take_header(self, key: str, header: Header, opens: bool) -> None:
        """A header has come: open its model, or note what is new about the open one."""
        self.header, self._header_key = header, key
        ref = ModelRef(key=key, name=header.name, digest=header.digest)
        if opens:
            before = self.document
            after = self.history.edit(lambda document: opened(document, ref, header.space))
            self.model_changed.emit(header)
            if after != before:
                self.document_changed.emit(after, before)
        else:
            self.history.amend(lambda document: document.replace(model=ref))
            self.model_changed.emit(header)

    @Slot(object)
    def _route(self, answer: Answer) -> None:
        value = answer.value
        if isinstance(value, FoundHeader):
            self._found_header(value, answer.request.slot == "header")
        elif isinstance(value, Header):
            request = answer.request
            assert isinstance(request, Describe)
            is_open = self.document.model is not None and self.document.model.key == request.model
            if request.slot == "open" or is_open:
                self._take_header(request.model, value, opens=request.slot == "open")
        elif isinstance(value, Snapshot):
            if self.document.model is not None and self.document.model.key == value.key:
                self.weights_changed.emit()
        elif isinstance(value, Failed) and answer.request.slot in ("header", "header after undo", "open", "preview"):
            self.tell("bad", value.text, value.details)
        self.answered.emit(answer)

    def _found_header(self, found: FoundHeader, opens: bool) -> None:
        if found.header is None:  # a run in training that has not saved yet: its weights are in memory
            self.ask(Describe(model=found.key, slot="open" if opens else "describe"))
        elif opens or (self.document.model is not None and self.document.model.key == found.key):
            self._take_header(found.key, found.header, opens)

    def _resolve(self, key: str) -> OpenModel:
        """Runs on the interactive lane: torch is imported when the first model is asked for."""
        if self._models is None:
            from latent_studio.engine.models import OpenModels

            self._models = OpenModels(self.snapshots)
        return self._models(key)


def _one_thread() -> None:
    """The interactive lane decodes with one thread: OpenMP's others would fight with the training's."""
    from latent_studio.training.device import use_threads

    use_threads(1)
