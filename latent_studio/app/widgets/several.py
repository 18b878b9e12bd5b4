"""Which of many things are selected, and how clicks and keys change that."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import Qt

ADD, EXTEND = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@dataclass(eq=False)
class Several:
    """places: the selected ones.  current: the one that has the keyboard.  anchor: from where Shift extends.

    before_band: what a rubber band adds to.
    """

    places: set[int] = field(default_factory=set)
    current: int = 0
    anchor: int = 0
    before_band: set[int] = field(default_factory=set)

    def clicked(self, place: int, modifiers: Qt.KeyboardModifier) -> set[int]:
        """What is selected after a click: it alone, with Ctrl it too or no more, with Shift all from the anchor."""
        adds = bool(modifiers & ADD)
        if modifiers & EXTEND:
            first, last = sorted((self.anchor, place))
            return set(range(first, last + 1)) | (self.places if adds else set())
        self.anchor = place
        return self.places ^ {place} if adds else {place}

    def begin_band(self, modifiers: Qt.KeyboardModifier) -> None:
        """A rubber band begins; with Ctrl or Shift it adds to what is selected."""
        self.before_band = set(self.places) if modifiers & (ADD | EXTEND) else set()


def step_of(key: int, n: int, n_columns: int, n_rows_in_view: int) -> int | None:
    """How far a key goes among n things in rows; None for a key that goes nowhere."""
    page = n_columns * n_rows_in_view
    steps = {
        Qt.Key.Key_Left: -1,
        Qt.Key.Key_Right: 1,
        Qt.Key.Key_Up: -n_columns,
        Qt.Key.Key_Down: n_columns,
        Qt.Key.Key_PageUp: -page,
        Qt.Key.Key_PageDown: page,
        Qt.Key.Key_Home: -n,
        Qt.Key.Key_End: n,
    }
    return steps[Qt.Key(key)] if key in steps else None
