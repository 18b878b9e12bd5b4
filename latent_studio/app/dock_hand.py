"""What a person's hand on the sliders of the Code dock does to the document."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QTimer

from latent_studio.app.pad_axes import Axis, with_axis
from latent_studio.app.session import Session
from latent_studio.app.widgets.code_list import CodeList
from latent_studio.app.widgets.menus import menu
from latent_studio.studio.document import with_column, with_lock

SEAL_AFTER_MS = 600
"""Wheel steps and arrow keys that follow each other faster are one undo step."""


class SliderHand(QObject):
    """Turns the signals of a list of sliders into edits; a drag is one undo step."""

    def __init__(self, session: Session, rows: CodeList) -> None:
        super().__init__(rows)
        self._session, self._rows = session, rows
        self._seal = QTimer(self, singleShot=True, interval=SEAL_AFTER_MS)
        self._seal.timeout.connect(session.seal)
        rows.value_dragged.connect(self._on_dragged)
        rows.value_committed.connect(self._on_committed)
        rows.strip_clicked.connect(self._on_strip_clicked)
        rows.lock_toggled.connect(self._on_lock)
        rows.reset_requested.connect(self._on_reset)
        rows.menu_requested.connect(self._open_row_menu)
        rows.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A drag begins and ends a step of its own, also where it ends at the value that it began with."""
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
            self._session.seal()
        return False

    def _on_dragged(self, column: int, value: float) -> None:
        self._session.edit(lambda document: with_column(document, column, value), merge=f"column {column}")

    def _on_committed(self, column: int, value: float) -> None:
        self._on_dragged(column, value)
        self._seal.start()

    def _on_strip_clicked(self, column: int, value: float) -> None:
        self._session.edit(lambda document: with_column(document, column, value))

    def _on_lock(self, column: int, is_locked: bool) -> None:
        self._session.edit(lambda document: with_lock(document, column, is_locked))

    def _on_reset(self, column: int) -> None:
        header = self._session.header
        if header is not None:
            neutral = float(header.space.neutral()[column])
            self._session.edit(lambda document: with_column(document, column, neutral))

    def _open_row_menu(self, column: int, at: QPoint) -> None:
        entries = menu(self._rows)
        is_locked = column in self._session.document.locked
        entries.addAction("Unlock" if is_locked else "Lock", lambda: self._on_lock(column, not is_locked))
        reset = entries.addAction("Reset", lambda: self._on_reset(column))
        reset.setEnabled(not is_locked)
        if len(self._rows.rows()) > 1:
            entries.addSeparator()
            entries.addAction("Across on the pad", lambda: self._put_on_pad("across", column))
            entries.addAction("Up on the pad", lambda: self._put_on_pad("up", column))
        entries.aboutToHide.connect(entries.deleteLater)
        entries.popup(at)

    def _put_on_pad(self, axis: Axis, column: int) -> None:
        header = self._session.header
        if header is not None:
            self._session.edit(lambda document: with_axis(document, header, axis, column))
