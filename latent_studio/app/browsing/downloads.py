"""Sets that can be downloaded: what is here of each, and the lane that fetches them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from latent_studio.app.bridge import Lane
from latent_studio.app.disk_work import DiskWork
from latent_studio.app.session import Session
from latent_studio.core.events import Done, Failed, Held, Progress, Warned
from latent_studio.core.request import Answer
from latent_studio.data.downloads import DownloadState, states
from latent_studio.engine.errands import FetchData


@dataclass
class Fetching:
    """A download under way. warning: what was said of a mirror."""

    n_done: int
    n_total: int
    seconds_left: float | None = None
    text: str = ""
    warning: str = ""
    is_held: bool = False


class Downloads(QObject):
    """One per session. The lane is started with the first download and ends with the session.

    Signals:
        changed(): what is here of the sets, or how far a download is.
        came(str, str, str): a set is here: its name, source and path.
        failed(str, str): its name, and the sentence.
    """

    changed = Signal()
    came = Signal(str, str, str)
    failed = Signal(str, str)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.states: dict[str, DownloadState] = {}
        self.under_way: dict[str, Fetching] = {}
        self._disk = DiskWork(session, "downloads", self)
        self._lane: Lane | None = None
        session.closing.connect(self._end)

    @staticmethod
    def of(session: Session) -> Downloads:
        """The one of this session, made when it is first asked for."""
        return session.findChild(Downloads) or Downloads(session)

    def look(self) -> None:
        """See anew what is here."""
        self._disk.ask(states, self._on_states, slot="states")

    def start(self, name: str) -> None:
        """Fetch a set, or go on with it."""
        state = self.states[name]
        if name in self.under_way:
            return
        if self._lane is None:
            self._lane = Lane("downloads", self)
            self._lane.answered.connect(self._on_answered)
            self._lane.start()
        self.under_way[name] = Fetching(state.n_here, state.download.n_bytes)
        self._lane.engine.submit(FetchData(slot=name, name=name))
        self.changed.emit()

    def hold(self, name: str, is_held: bool) -> None:
        """Pause a download or let it go on."""
        if self._lane is not None:
            self._lane.engine.hold(name, is_held)

    def stop(self, name: str) -> None:
        """End a download; what has come is kept."""
        if self._lane is not None:
            self._lane.engine.cancel(name)

    def _on_states(self, found: tuple[DownloadState, ...]) -> None:
        self.states = {state.download.name: state for state in found}
        self.changed.emit()

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        name, value = answer.request.slot, answer.value
        now = self.under_way.get(name)
        if now is None:
            return
        if isinstance(value, Progress):
            now.n_done, now.n_total = value.done, value.total
            now.seconds_left, now.text = value.seconds_left, value.text
        elif isinstance(value, Warned):
            now.warning = value.text
        elif isinstance(value, Held):
            now.is_held = value.is_held
        if isinstance(value, Done):
            self.came.emit(name, str(value.result["source"]), str(value.result["path"]))
        if isinstance(value, Failed):
            self.failed.emit(name, value.text)
        if answer.is_last:
            del self.under_way[name]
            self.look()
        self.changed.emit()

    @Slot()
    def _end(self) -> None:
        if self._lane is not None:
            self._lane.close()
