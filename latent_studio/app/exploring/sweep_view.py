"""One dimension from end to end, for models whose code has only one: no plane can be laid through it."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from latent_studio.app.dock_parts import slider_columns
from latent_studio.app.session import Session
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.elide import caption, heading
from latent_studio.app.widgets.numbers import shown
from latent_studio.app.widgets.picture_grid import PictureGrid
from latent_studio.core.header import Header
from latent_studio.core.request import Answer
from latent_studio.studio.document import Document, with_column
from latent_studio.views.traversal import Sweep, SweepPictures

N_ACROSS = 5
N_PICTURES = N_ACROSS * N_ACROSS
ASK_AFTER_MS = 120


class _Grid(PictureGrid):
    """A contact sheet with the picture nearest to the current code marked."""

    def __init__(self) -> None:
        super().__init__(N_ACROSS, side_px=96)
        self._marked: int | None = None

    def mark(self, index: int | None) -> None:
        if index != self._marked:
            self._marked = index
            self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        super().paintEvent(event)
        if self._marked is not None:
            paint.focus_ring(QPainter(self), self.cell(self._marked), paint.THUMB_RADIUS)


class SweepView(QWidget):
    """The only dimension in 25 pictures, read like a page; a click goes there."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._column = 0
        self._values: tuple[float, ...] = ()
        self._made_of: tuple[object, ...] = ()
        self._title, self._range = heading(), caption()
        self.grid = _Grid()
        self.grid.clicked.connect(self._on_clicked)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._title)
        head.addWidget(self._range, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.grid)
        column.addStretch(1)
        self._ask = QTimer(self, singleShot=True, interval=ASK_AFTER_MS)
        self._ask.timeout.connect(self._ask_sweep)

    def show_model(self, header: Header) -> None:
        """Another model is open."""
        columns = slider_columns(header)
        self._column = columns[0] if columns else 0
        self._values, self._made_of = (), ()
        self._title.setText(f"Sweep of {header.space.column_names[self._column]}" if columns else "")
        self.grid.set_pictures([])
        self.show_document(header, self._session.document)

    def show_document(self, header: Header, document: Document) -> None:
        """The code moved."""
        if not slider_columns(header):
            return
        value = document.code[self._column]
        if self._values:
            self.grid.mark(min(range(len(self._values)), key=lambda index: abs(self._values[index] - value)))
        if self._stamp(document) != self._made_of:
            self._ask.start()

    def refresh(self) -> None:
        """The weights are others now."""
        self._made_of = ()
        self._ask.start()

    def _stamp(self, document: Document) -> tuple[object, ...]:
        code, column = document.code, self._column
        return document.model.key if document.model else "", column, code[:column] + code[column + 1 :]

    def _ask_sweep(self) -> None:
        document = self._session.document
        if document.model is not None and self._session.header is not None and self.isVisible():
            self._made_of = self._stamp(document)
            model = document.model.key
            self._session.ask(Sweep(model=model, code=document.code, column=self._column, n=N_PICTURES))

    def take(self, answer: Answer) -> None:
        """An answer came; the sweep takes its own."""
        request, value, model = answer.request, answer.value, self._session.document.model
        if isinstance(value, SweepPictures) and isinstance(request, Sweep):
            header = self._session.header
            if model is not None and request.model == model.key and header is not None:
                self._values = value.values
                low, high = shown(value.values[0], 0), shown(value.values[-1], 0)
                self._range.setText(f"from {low} to {high}, click to go there")
                self.grid.set_pictures(value.pictures, [shown(v) for v in value.values])
                self.show_document(header, self._session.document)

    def _on_clicked(self, index: int) -> None:
        value = self._values[index]
        self._session.edit(lambda document: with_column(document, self._column, value))
