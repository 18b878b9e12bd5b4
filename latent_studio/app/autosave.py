"""The workspace on the disk: taken up at the start, and written whenever it is not what was written last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Qt, QTimer, Signal, Slot

from latent_studio.app.keeping.restoring import shelves_of
from latent_studio.app.session import Session
from latent_studio.core.errors import StudioError
from latent_studio.core.events import Failed
from latent_studio.core.files import said_plainly, write_file
from latent_studio.core.request import Answer
from latent_studio.engine.errands import Errand, Returned
from latent_studio.studio.documents import Ready, made_ready
from latent_studio.studio.library import free_name
from latent_studio.studio.provenance import Shelves
from latent_studio.studio.workspace import Known, Workspace, parse_workspace, put_aside, workspace_name, workspace_text

LOOK_EVERY_MS = 300
"""How often it is compared with what was written: an edit waits so long at most, and the writing takes some ms."""

BEGIN, WRITE = "begin workspace", "write workspace"


@dataclass(frozen=True)
class Kept:
    """What was found at the start. workspace: that of last time, with its document made ready; None where there is
    none to go on with.  problem: one sentence about one that could not be taken up."""

    lock: QLockFile
    path: Path
    workspace: Workspace | None = None
    ready: Ready | None = None
    problem: str = ""


class Autosave(QObject):
    """Saves what `gather` gives, on a lane of its own: no large set that is read meanwhile holds it up.

    Of windows that are open at once each has a file of its own. A window killed with -9 loses what was done since the
    last look, at most.

    Signals:
        began(object): the Kept of last time; from now on it is saved.
        told(bool): whether the newest state is on the disk, each time that it was written or could not be.
    """

    began = Signal(object)
    told = Signal(bool)

    def __init__(self, session: Session, gather: Callable[[], Workspace]) -> None:
        super().__init__(session)
        self.path: Path | None = None
        self._session, self._gather = session, gather
        self._lock: QLockFile | None = None
        self._written: Workspace | None = None
        self._known: Known = {}  # the lane's own
        self._is_failing = False
        self._looking = QTimer(self, interval=LOOK_EVERY_MS, timerType=Qt.TimerType.PreciseTimer)
        self._looking.timeout.connect(self.look)
        session.answered.connect(self._on_answered)

    def begin(self, *, restores: bool) -> None:
        """Find the file to write to. Without `restores` the workspace of last time is put aside."""
        places = self._session.places
        self._session.notes.engine.submit(
            Errand(slot=BEGIN, work=partial(_begin, places.home, shelves_of(self._session), restores))
        )

    @Slot()
    def look(self) -> None:
        """Write the workspace if it is another than the one written last."""
        workspace = self._gather()
        if self.path is not None and workspace != self._written:
            self._written = workspace
            self._session.notes.engine.submit(
                Errand(slot=WRITE, work=partial(_write, self.path, workspace, self._known))
            )

    def end(self) -> None:
        """Write what is not written yet; the lane does it before it closes."""
        self._looking.stop()
        self.look()

    def release(self) -> None:
        """Give the file free for the next window; the lane is closed now."""
        if self._lock is not None:
            self._lock.unlock()

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        value = answer.value
        if answer.request.slot == BEGIN:
            if isinstance(value, Returned) and isinstance(value.value, Kept):
                self._lock, self.path = value.value.lock, value.value.path
                self.began.emit(value.value)
                self._looking.start()
            elif isinstance(value, Failed):
                self._fail(value)
                self.began.emit(None)
        elif answer.request.slot == WRITE:
            if isinstance(value, Returned):
                self._is_failing = False
                self.told.emit(True)
            elif isinstance(value, Failed):
                self._written = None  # to be tried again
                self._fail(value)

    def _fail(self, failed: Failed) -> None:
        if not self._is_failing:
            self._session.tell("bad", f"Your work is not being saved. {failed.text}", failed.details)
        self._is_failing = True
        self.told.emit(False)


def aside(home: Path) -> Path:
    """Where workspaces lie that others took the place of."""
    return home / "workspaces"


def _begin(home: Path, models: Shelves, restores: bool) -> Kept:
    lock, path = _claim(home)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Kept(lock, path)
    if not restores:
        put_aside(path, aside(home))
        return Kept(lock, path)
    try:
        workspace = parse_workspace(content, "The workspace of last time")
    except StudioError as error:
        damaged = free_name(path.with_name(f"{path.name}.damaged"))
        path.rename(damaged)
        return Kept(lock, path, problem=f"{error} It is kept as {damaged}; you begin anew.")
    ready = made_ready(workspace.document, models)
    if ready.missing:
        put_aside(path, aside(home))
    return Kept(lock, path, workspace, ready, ready.missing)


def _claim(home: Path) -> tuple[QLockFile, Path]:
    """The first workspace file that no living window writes to. A lock names its process, and dies with it."""
    with said_plainly(home):
        home.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        path = home / workspace_name(number)
        lock = QLockFile(str(path.with_suffix(".lock")))
        lock.setStaleLockTime(0)
        if lock.tryLock(0):
            return lock, path
        if lock.error() is not QLockFile.LockError.LockFailedError:
            break
    raise StudioError(f"{home} may not be written: choose another folder with LATENT_STUDIO_HOME or change its rights.")


def _write(path: Path, workspace: Workspace, known: Known) -> None:
    write_file(path, workspace_text(workspace, known))
