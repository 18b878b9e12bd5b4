"""What all panels share: the document, the open model's header, the lanes. Panels know the session and nobody else."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from latent_studio.app.bridge import Lane
from latent_studio.core.events import Failed, Snapshot
from latent_studio.core.files import home
from latent_studio.core.header import Header
from latent_studio.core.request import Answer, OpenModel, Priority, Request
from latent_studio.engine.data import OpenData
from latent_studio.engine.errands import Errand, FoundHeader, ReadHeader, Returned
from latent_studio.engine.jobs import WarmUpJob
from latent_studio.studio.document import Document, ModelRef, opened
from latent_studio.studio.history import History
from latent_studio.studio.opening import first_model
from latent_studio.training.snapshots import SnapshotStore
from latent_studio.views.describing import Describe
from latent_studio.views.preview import PREVIEW


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

    @property
    def kept(self) -> Path:
        """Snapshots of models in training that a favourite or an export was made on."""
        return self.home / "kept"

    @staticmethod
    def usual() -> Places:
        """`checkpoints/` beside the package, and this user's own folder."""
        return Places(Path(__file__).parents[2] / "checkpoints", home())


SETTLE_MS = 1000
JOB_NICENESS = 10
HAND_OVER_S = 5e-5
FIRST = "first model"


class Session(QObject):
    """The application's state on the window's thread.

    document_changed(new, old): after every edit, undo and redo.
    model_changed(header): another model was opened, or newer weights of the open one changed what is known of it.
    weights_changed(): newer weights of the open model are there, up to ten times a second.
    weights_settled(): the same at most once a second, for what is expensive to show.
    nothing_to_open(): the application starts without any model.
    previewed(answer): what came of asking for the picture of the current code, 60 times a second while a hand drags.
    answered(answer): everything else that the lanes deliver; panels pick what they asked for.
    told(level, text, details): a sentence for the banner; level is "info", "warn" or "bad".
    closing(): the lanes end now; whoever has one of his own ends it, too.
    """

    document_changed = Signal(object, object)
    model_changed = Signal(object)
    weights_changed = Signal()
    weights_settled = Signal()
    nothing_to_open = Signal()
    previewed = Signal(object)
    answered = Signal(object)
    told = Signal(str, str, str)
    closing = Signal()

    def __init__(self, places: Places, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.places = places
        self.history = History(Document())
        self.opened_files: tuple[str, ...] = ()  # checkpoints from elsewhere, for the library
        self.located: dict[str, str] = {}  # name of a data set → where a person found it
        self._headers: dict[str, Header] = {}
        self._header_key = ""
        self.snapshots = SnapshotStore()
        self.data = OpenData()
        self._models: Callable[[str], OpenModel] | None = None
        self.views = Lane("views", self, prepare=_one_thread, resolve=self._resolve)
        self.jobs = Lane("jobs", self, prepare=_stand_back, goes_first=self.views.engine.is_calm)
        self.disk = Lane("disk", self)
        self.notes = Lane("notes", self)  # the workspace's own: it is saved while the disk lane reads a large set
        for lane in (self.views, self.jobs, self.disk, self.notes):
            lane.answered.connect(self._route)
        self.has_nothing = False  # for panels that are made after `nothing_to_open`
        self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settling.timeout.connect(self._on_settled)

    def start(self) -> None:
        """Start the lanes; called once the window is on the screen, because torch is imported there."""
        for lane in (self.notes, self.disk, self.views, self.jobs):
            lane.start()

    def warm_up(self) -> None:
        """Have the job lane do its slow first things now; called once all panels are made."""
        self.jobs.engine.submit(WarmUpJob())

    def close(self) -> None:
        """Stop and save every job, write what was to be written, end the threads."""
        self._settling.stop()
        self.closing.emit()
        self.jobs.engine.close()
        self.views.engine.close()
        self.notes.close(finish=True)
        self.disk.close(finish=True)
        self.jobs.close()
        self.views.close()

    @property
    def document(self) -> Document:
        return self.history.document

    @property
    def header(self) -> Header | None:
        """What is known of the open model; None while there is none, or (after an undo) until it is read again."""
        model = self.document.model
        return None if model is None or model.key != self._header_key else self._headers[self._header_key]

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
        if request.priority is Priority.PREVIEW:
            # the interpreter goes to the lane now, not when this thread has painted: a preview begins 1 ms earlier
            time.sleep(HAND_OVER_S)

    def start_job(self, job: Request) -> None:
        """Have the job lane work on something long."""
        self.jobs.engine.submit(job)

    def stop_job(self, slot: str) -> None:
        """Have the job in that slot save and end; a last answer without a value tells that it did."""
        self.jobs.engine.cancel(slot)

    def errand(self, errand: Request) -> None:
        """Have the disk lane do something."""
        self.disk.engine.submit(errand)

    def tell(self, level: str, text: str, details: str = "") -> None:
        self.told.emit(level, text, details)

    def open_model(self, key: str) -> None:
        """Open the checkpoint or run of that key; the document changes when its header is read."""
        self.disk.engine.submit(ReadHeader(key=key))

    def know(self, key: str, header: Header) -> None:
        """Note a header that was read elsewhere: an edit that opens this model then shows it at once."""
        self._headers[key] = header

    def take_up(self, document: Document) -> None:
        """Begin with a document of last time; there is nothing before it to undo."""
        self._after(self.document, self.history.amend(lambda _: document))

    def open_first(self, preferred: str) -> None:
        """Open the model of that key, else the first of the ready-made ones that can be read."""
        ready_made = self.places.ready_made
        self.errand(Errand(work=lambda: first_model(preferred, ready_made), slot=FIRST))

    def _after(self, old: Document, new: Document) -> None:
        if new == old:
            return
        key = new.model.key if new.model else ""
        is_other = key not in ("", self._header_key)
        if is_other and key in self._headers:
            self._header_key = key
            self.model_changed.emit(self.header)
        self.document_changed.emit(new, old)
        if is_other:
            self.errand(ReadHeader(key=key, slot="header after undo"))

    def _take_header(self, key: str, header: Header, opens: bool) -> None:
        """A header has come: open its model, or note what is new about the open one."""
        self._header_key, self._headers[key] = key, header
        if opens and Path(key).suffix and Path(key).parent != self.places.ready_made:
            self.opened_files = (*(file for file in self.opened_files if file != key), key)
        ref, before = ModelRef(key=key, name=header.name, digest=header.digest), self.document
        if not opens:
            self.history.amend(lambda document: document.replace(model=ref))
        elif before.model is None or before.model.key == key:  # nothing that a person would want undone
            self.history.amend(lambda document: opened(document, ref, header.space))
        else:
            self.history.edit(lambda document: opened(document, ref, header.space))
        self.model_changed.emit(header)
        if opens and self.document != before:
            self.document_changed.emit(self.document, before)

    @Slot(object)
    def _route(self, answer: Answer) -> None:
        value = answer.value
        if isinstance(value, Returned) and answer.request.slot == FIRST:
            if isinstance(value.value, str):
                self.open_model(value.value)
            else:
                self.has_nothing = True
                self.nothing_to_open.emit()
        elif isinstance(value, FoundHeader):
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
                if not self._settling.isActive():
                    self._settling.start()
        elif isinstance(value, Failed) and answer.request.slot in ("header", "header after undo", "open", PREVIEW):
            self.tell("bad", value.text, value.details)
        if answer.request.slot == PREVIEW:  # has its own signal: half a hundred others would look at it for nothing
            self.previewed.emit(answer)
        else:
            self.answered.emit(answer)

    @Slot()
    def _on_settled(self) -> None:
        if self.document.model is not None:
            self.ask(Describe(model=self.document.model.key))
            self.weights_settled.emit()

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


def _stand_back() -> None:
    """The job lane leaves the cores to whoever drags: on Linux a thread has a niceness of its own.

    Measured by benchmarks/latency.py: the median way from slider to picture beside a training falls by a fifth, and
    training alone is as fast as before.
    """
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), JOB_NICENESS)


def _one_thread() -> None:
    """The interactive lane decodes with one thread: OpenMP's others would fight with the training's."""
    from latent_studio.training.device import use_threads

    use_threads(1)
