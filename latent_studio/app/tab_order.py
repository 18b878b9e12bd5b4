"""The way of the keyboard through the window: Tab goes as the eye goes, whenever the widgets were made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget


class TabbedWindow(QWidget):
    """A window in which Tab goes from left to right and from top to bottom.

    Qt's own way is the order in which widgets were made: panels that are made in idle time would come after the dock,
    and the fields of a form that was made anew after everything else.
    """

    def focusNextPrevChild(self, forward: bool) -> bool:
        now = QApplication.focusWidget()
        order = list(stops(self, now))
        if now is None or now not in order:  # it was hidden: Tab goes on from what it was in
            while now is not None and not now.isVisible():
                now = now.parentWidget()
            (now or self).setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        step, reason = (1, Qt.FocusReason.TabFocusReason) if forward else (-1, Qt.FocusReason.BacktabFocusReason)
        order[(order.index(now) + step) % len(order)].setFocus(reason)
        return True


class Pages(QStackedWidget):
    """One page at a time. The keyboard, where it was in the page that goes, is in none of the widgets of the one that
    comes: Qt would give it to the first field, which takes the panel's keys for text."""

    def turn_to(self, page: QWidget) -> None:
        """Show another page."""
        now = QApplication.focusWidget()
        if page is not self.currentWidget() and now is not None and self.isAncestorOf(now):
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setCurrentWidget(page)


def stops(parent: QWidget, now: QWidget | None = None) -> Iterator[QWidget]:
    """The widgets below one that take the keyboard by Tab, and `now`, which has it, in reading order."""
    shown = [child for child in parent.children() if isinstance(child, QWidget) and child.isVisible()]
    for child in _as_read([child for child in shown if not child.isWindow()]):
        takes = child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isEnabled() and child.focusProxy() is None
        if takes or child is now:
            yield child
        yield from stops(child, now)


def _as_read(widgets: Iterable[QWidget]) -> Iterator[QWidget]:
    """Line after line, each from left to right; of two in a line, one overlaps half the other's height."""
    left = sorted(widgets, key=lambda widget: widget.y())
    while left:
        line = [widget for widget in left if _is_beside(left[0], widget)]
        yield from sorted(line, key=lambda widget: widget.x())
        left = [widget for widget in left if widget not in line]


def _is_beside(one: QWidget, other: QWidget) -> bool:
    common = min(one.geometry().bottom(), other.geometry().bottom()) - max(one.y(), other.y())
    return one is other or 2 * common > min(one.height(), other.height())
