"""What a person can do, said once: shortcuts, the palette and the sheet of keys all come from these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget


def always() -> bool:
    """The usual `is_enabled`."""
    return True


@dataclass(frozen=True)
class Action:
    """Something that can be done by key, from the palette, or both.

    name: unique within its owner.  keys: portable names as QKeySequence takes them; the first is the one to show.
    group: its heading in the sheet of keys.  is_enabled: asked when it is to be done or listed.
    """

    name: str
    title: str
    run: Callable[[], object]
    keys: tuple[str, ...] = ()
    icon: str = ""
    group: str = "General"
    is_enabled: Callable[[], bool] = always

    def hint(self) -> str:
        """How its key is called on this system, without the signs between: `Ctrl K`."""
        return key_name(self.keys[0]) if self.keys else ""


@dataclass(frozen=True)
class Gesture:
    """Something that is done with the mouse, or with keys that a widget takes while it has the keyboard."""

    hand: str
    title: str
    group: str


def key_name(keys: str) -> str:
    """A portable key sequence as this system writes it, with spaces between its keys."""
    written = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    return written if written.endswith("+") else written.replace("+", " ")


def add_shortcuts(owner: QWidget, actions: Sequence[Action]) -> list[QShortcut]:
    """Have the keys of the actions work while `owner` is on the screen, where no focused widget takes them."""
    made = []
    for action in actions:
        for keys in action.keys:
            made.append(QShortcut(QKeySequence(keys), owner))
            made[-1].activated.connect(partial(do, action))
    return made


def do(action: Action) -> None:
    """Do it, where it can be done now."""
    if action.is_enabled():
        action.run()
