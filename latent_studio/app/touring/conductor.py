"""What goes through a script inside the event loop, and what a script can wait for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

PATIENCE_S = 120.0
STEP_MS = 8

Condition = Callable[[], bool]
Script = Iterator[Condition]
"""What is done, in steps: each gives what must be true before the next."""


class Conductor(QObject):
    """Goes through a script and ends the event loop with it. problem: why it ended early, "" where it did not."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self.problem = ""
        self._script = script
        self._is_due: Condition = lambda: True
        self._asked_at = time.monotonic()
        self._timer = QTimer(self, interval=STEP_MS)
        self._timer.timeout.connect(self._go_on)
        self._timer.start()

    @Slot()
    def _go_on(self) -> None:
        try:
            if not self._is_due():
                if time.monotonic() - self._asked_at > PATIENCE_S:
                    self._end(f"Nothing happened for {PATIENCE_S:.0f} s; the pictures so far are kept.")
                return
            self._asked_at = time.monotonic()
            self._is_due = next(self._script)
        except StopIteration:
            self._end("")
        except Exception as error:
            self._end(f"The visit ended early: {error!r}; the pictures so far are kept.")
            raise

    def _end(self, problem: str) -> None:
        self.problem = problem
        self._timer.stop()
        QApplication.exit()


def after(seconds: float) -> Condition:
    """True once so much time has passed."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def soon(condition: Condition, most_s: float = 10.0) -> Condition:
    """True once the condition is, or when so much time has passed: for what a picture can do without."""
    is_late = after(most_s)
    return lambda: condition() or is_late()
