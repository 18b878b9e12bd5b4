"""The sheet to choose what spans the plane: dimensions, directions or three pictures."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from latent_studio.app.dock_parts import slider_columns
from latent_studio.app.mapping import plane_choice
from latent_studio.app.mapping.go_to import Popup
from latent_studio.app.widgets.buttons import Button
from latent_studio.app.widgets.choice import Choice, Option
from latent_studio.app.widgets.elide import caption
from latent_studio.app.widgets.segmented import SegmentedControl
from latent_studio.core.header import Header
from latent_studio.studio.document import Document

WIDTH = 340  # px


class PlaneSheet(Popup):
    """Three ways to span a plane.

    Signals:
        columns_wanted(int, int).  principal_wanted().
        how_wanted(str): back to a plane that was set up before.
    """

    columns_wanted = Signal(int, int)
    principal_wanted = Signal()
    how_wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._ways = SegmentedControl(
            [
                Option("columns", "Dimensions", tooltip="Sweep two dimensions, hold the others at the current code"),
                Option("principal", "Directions", tooltip="The two directions in which the data's codes vary most"),
                Option("anchors", "Three pictures", tooltip="The plane through three codes"),
            ],
            stretch=True,
        )
        self._ways.chosen.connect(self._on_way)
        self._pages = QStackedLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self._ways)
        column.addLayout(self._pages)  # before its pages, the first of which it shows: here, not as a window
        for page in (self._make_columns(), self._make_principal(), self._make_anchors()):
            self._pages.addWidget(page)
        self._ways.setFixedWidth(WIDTH)

    # --- its pages

    def _make_columns(self) -> QWidget:
        page = QWidget()
        self._across, self._up = Choice(as_field=True), Choice(as_field=True)
        for choice in (self._across, self._up):
            choice.chosen.connect(self._on_columns)
        line = QHBoxLayout()
        line.setSpacing(8)
        for name, choice in (("across", self._across), ("up", self._up)):
            line.addWidget(caption(name))
            line.addWidget(choice, 1)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(line)
        self._held = caption("The other dimensions are held at the current code.")
        column.addWidget(self._held)
        column.addStretch(1)
        return page

    def _make_principal(self) -> QWidget:
        page = QWidget()
        self._find = Button("Find them in the data", "arrows-out-cardinal")
        self._find.clicked.connect(self.principal_wanted)
        self._found = caption("Through the mean of up to 5,000 encoded pictures.")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._find)
        column.addWidget(self._found)
        column.addStretch(1)
        return page

    def _make_anchors(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(caption("Put three pictures into the places on the map."))
        column.addStretch(1)
        return page

    # --- what it shows

    def show_document(self, document: Document, header: Header) -> None:
        """What is chosen now."""
        way, swept = plane_choice.how(document, header), plane_choice.columns(document, header)
        if not self.isVisible():
            self._show_way(way)
        names = header.space.column_names
        options = [Option(str(column), names[column]) for column in slider_columns(header)]
        for choice, current in zip((self._across, self._up), swept or (), strict=False):
            choice.set_options(options)
            choice.set_current(str(current))
        has_encoder = "Encodes" in header.capabilities
        self._find.setEnabled(has_encoder)
        self._find.set_text(
            "Find them anew" if plane_choice.has_principal(document, header) else "Find them in the data"
        )
        if not has_encoder:
            self._found.setText(f"{header.name} has no encoder: it has no codes of the data.")

    def note_principal(self, text: str) -> None:
        """How far the search is, or what it found."""
        self._found.setText(text)

    def _show_way(self, way: str) -> None:
        self._ways.set_current(way)
        self._pages.setCurrentIndex(("columns", "principal", "anchors").index(way))

    # --- the hand

    def _on_way(self, way: str) -> None:
        self._show_way(way)
        self.how_wanted.emit(way)

    def _on_columns(self) -> None:
        self.columns_wanted.emit(int(self._across.current()), int(self._up.current()))
