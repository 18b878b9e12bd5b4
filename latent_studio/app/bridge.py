"""Engines on threads of their own, and the one queued signal by which each reaches the window."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from latent_studio.core.events import Progress
from latent_studio.core.request import Answer
from latent_studio.engine.engine import Calm, Engine, Resolve
from latent_studio.views.preview import PREVIEW


class Outbox:
    """Answers on their way to the window. Of progress and of previews only the newest is kept.

    So the window's queue holds at most one wake-up per lane, however fast the lane renders.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: list[Answer] = []

    def put(self, answer: Answer) -> bool:
        """Add an answer; True where the window must be woken."""
        with self._lock:
            is_first = not self._answers
            if self._answers and _replaces(answer, self._answers[-1]):
                self._answers[-1] = answer
            else:
                self._answers.append(answer)
            return is_first

    def take(self) -> list[Answer]:
        """Everything so far, oldest first."""
        with self._lock:
            answers, self._answers = self._answers, []
            return answers


def _replaces(newer: Answer, older: Answer) -> bool:
    """Whether showing only the newer of two neighbours loses nothing."""
    same = newer.request.slot == older.request.slot and type(newer.value) is type(older.value)
    return same and not older.is_last and (newer.request.slot == PREVIEW or isinstance(newer.value, Progress))


class Lane(QThread):
    """One engine on its own thread. `answered` is emitted on the window's thread, one answer at a time.

    prepare: runs first on the lane's thread (imports torch, sets its threads).  resolve, goes_first: see Engine.
    """

    answered = Signal(object)
    _mail = Signal()

    def __init__(
        self,
        name: str,
        parent: QObject,
        prepare: Callable[[], None] | None = None,
        resolve: Resolve | None = None,
        goes_first: Calm | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._prepare = prepare
        self._outbox = Outbox()
        self.engine = Engine(self._deliver, resolve, goes_first=goes_first)
        self._mail.connect(self._hand_over, Qt.ConnectionType.QueuedConnection)

    def run(self) -> None:
        """The thread's body."""
        if self._prepare is not None:
            self._prepare()
        self.engine.run()

    def close(self, *, finish: bool = False) -> None:
        """Have every job saved and the thread ended; waits for it. `finish`: what was asked for is done first."""
        self.engine.close(finish=finish)
        self.wait()
        self._hand_over()

    def _deliver(self, answer: Answer) -> None:
        if self._outbox.put(answer):
            self._mail.emit()

    @Slot()
    def _hand_over(self) -> None:
        for answer in self._outbox.take():
            self.answered.emit(answer)
