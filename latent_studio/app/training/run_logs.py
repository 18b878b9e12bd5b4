"""The curves of all runs: of those trained here from their events, of all others from their logs as these grow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from latent_studio.app.disk_work import DiskWork
from latent_studio.app.live_runs import LiveRuns
from latent_studio.app.session import Session
from latent_studio.core.controls import Controls
from latent_studio.studio.histories import History, Log
from latent_studio.studio.library import Entry
from latent_studio.studio.live_run import LiveRun


class RunLogs(QObject):
    """Histories by run. `follow` has those read on the disk lane whose runs have gone on since.

    Signals:
        changed(str): that run's history is another.
    """

    changed = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._runs = LiveRuns.of(session)
        self._disk = DiskWork(session, "logs", self)
        self._logs: dict[str, Log] = {}
        self._seen: dict[str, float] = {}
        self._runs.ended.connect(self._on_ended)

    def history(self, key: str) -> History:
        """What is known of a run's curves."""
        live = self._runs.get(key)
        if live is not None:
            return live.history()
        return self._logs.get(key, Log()).history

    def changes(self, key: str) -> Sequence[tuple[int, Controls]]:
        """What a person changed while it was in training, each with the step it is in force after."""
        live = self._runs.get(key)
        return live.changes if live is not None else self._logs.get(key, Log()).changes

    def follow(self, entries: Iterable[Entry]) -> None:
        """Read on where a run has gone on."""
        for entry in entries:
            moment = entry.status.heartbeat if entry.status is not None else entry.modified
            if self._runs.get(entry.key) is None and self._seen.get(entry.key) != moment:
                self._seen[entry.key] = moment
                log = self._logs.get(entry.key, Log())
                read = partial(log.read_on, Path(entry.key))
                self._disk.ask(read, partial(self._on_log, entry.key), slot=entry.key)

    def _on_log(self, key: str, log: Log) -> None:
        is_news = log.offset != self._logs.get(key, Log()).offset
        self._logs[key] = log
        if is_news:
            self.changed.emit(key)

    def _on_ended(self, run: LiveRun) -> None:
        self._logs[run.key] = Log(run.history(), 0, tuple(run.changes))
        self._seen.pop(run.key, None)  # the log is read once more, from its beginning
