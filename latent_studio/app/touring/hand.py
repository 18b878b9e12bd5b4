"""The hand of the visitor: what Qt sends when a person uses mouse and keyboard."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from latent_studio.app.touring.conductor import Script, after

FRAME_S = 0.016
_NOTHING = Qt.KeyboardModifier.NoModifier


def press(widget: QWidget, at: QPointF) -> None:
    """The left button goes down; as Qt does it for a real one, the keyboard goes along."""
    if widget.focusPolicy() & Qt.FocusPolicy.ClickFocus:
        widget.setFocus(Qt.FocusReason.MouseFocusReason)
    _send(widget, QEvent.Type.MouseButtonPress, at, is_held=True)


def move(widget: QWidget, at: QPointF, *, is_held: bool = True) -> None:
    """The pointer moves, with the left button down or not."""
    _send(widget, QEvent.Type.MouseMove, at, is_held=is_held)


def release(widget: QWidget, at: QPointF) -> None:
    """The left button comes up."""
    _send(widget, QEvent.Type.MouseButtonRelease, at, is_held=False)


def leave(widget: QWidget) -> None:
    """The pointer is elsewhere."""
    QApplication.sendEvent(widget, QEvent(QEvent.Type.Leave))


def click(widget: QWidget, at: QPointF | None = None) -> None:
    """A click with the left button, in the middle unless it is said where."""
    at = QPointF(widget.rect().center()) if at is None else at
    press(widget, at)
    release(widget, at)


def drag(widget: QWidget, way: Iterable[QPointF], pause_s: float = FRAME_S) -> Script:
    """Press where the way begins, go along it, and let go at its end."""
    at = QPointF()
    for number, at in enumerate(way):
        move(widget, at) if number else press(widget, at)
        yield after(pause_s)
    release(widget, at)


def turn_wheel(widget: QWidget, at: QPointF, eighths: int) -> None:
    """Turn the wheel by eighths of a degree, away from the person where that is positive; a notch is 120."""
    where, pixels, angle = QPointF(widget.mapToGlobal(at)), QPoint(), QPoint(0, eighths)
    phase, none = Qt.ScrollPhase.NoScrollPhase, Qt.MouseButton.NoButton
    QApplication.sendEvent(widget, QWheelEvent(at, where, pixels, angle, none, _NOTHING, phase, False))


def type_text(widget: QWidget, text: str) -> None:
    """Type into a field."""
    for letter in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, 0, _NOTHING, letter))


def press_key(widget: QWidget, key: Qt.Key) -> None:
    """Press and release a key that the widget itself takes."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(widget, QKeyEvent(kind, key, _NOTHING))


def _send(widget: QWidget, kind: QEvent.Type, at: QPointF, *, is_held: bool) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind == QEvent.Type.MouseMove else left
    where = QPointF(widget.mapToGlobal(at))
    QApplication.sendEvent(widget, QMouseEvent(kind, at, where, button, left if is_held else none, _NOTHING))
