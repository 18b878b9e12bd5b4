"""Codes: every value of a category a row, one other number across, so that one sees what each of them does."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QSizeF
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from latent_studio.app.actions import Action, Gesture
from latent_studio.app.coding.controls import CodesControls
from latent_studio.app.coding.feeding import Feeding
from latent_studio.app.coding.meanings import Meaning, Meanings
from latent_studio.app.coding.rows import code_rows, verdict
from latent_studio.app.coding.saving import GridFiles
from latent_studio.app.coding.settings import KEY, CodesSettings, grid_of, with_new_noise
from latent_studio.app.exploring.data_picker import DataPicker
from latent_studio.app.panel import Panel
from latent_studio.app.picture_actions import PictureActions, Shown
from latent_studio.app.session import Session
from latent_studio.app.sheet_export import ExportBar, Exporting
from latent_studio.app.sheet_place import SheetPlace
from latent_studio.app.widgets.sheet import Sheet
from latent_studio.app.widgets.sheet_shape import SheetRow
from latent_studio.app.widgets.sheet_view import Place
from latent_studio.core.header import Header
from latent_studio.studio.document import Document
from latent_studio.views.codes import CodeGrid

GROUP = "Codes"


class Codes(Panel):
    """Rows, columns and their order are settings of the document; everything else of a code is the current one's."""

    key, title, icon, order = KEY, "Codes", "table", 55
    tooltip = "Every category a row, one other number across"
    needs = frozenset({"Decodes", "categories"})
    gestures = (
        Gesture("Click", "Adopt the picture's code", GROUP),
        Gesture("Ctrl-click", "Select several pictures", GROUP),
    )

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._rows: list[SheetRow] = []
        self._is_missing = False  # the data that would tell what the categories mean
        self.rng = np.random.default_rng()
        self.pictures = PictureActions(session, self)
        self.meanings = Meanings(session, self)
        self.picker = DataPicker(session, self)
        self.exporting = Exporting(session, self)
        self.files = GridFiles(session, self.exporting, self)
        self.controls = CodesControls(self)
        self.sheet = Sheet(self._payload, is_grid=True)
        self.place = SheetPlace(self.sheet)
        self.sheet.setAccessibleName("Grid of codes")
        self.sheet.head.set_order(self.controls.order)
        self.feeding = Feeding(session, self.sheet, self)
        self._empty = self.without_model(self.icon)
        self._fill()
        self._connect()
        self._on_model_changed()

    def _fill(self) -> None:
        body, both = QWidget(), QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.sheet, 1)
        column.addWidget(ExportBar(self.exporting))
        self._pages = QStackedLayout(both)
        self._pages.addWidget(body)
        self._pages.addWidget(self._empty)
        self.set_content(both, self.controls.row)

    def _connect(self) -> None:
        session, sheet, controls = self.session, self.sheet, self.controls
        session.model_changed.connect(self._on_model_changed)
        session.nothing_to_open.connect(self._on_model_changed)
        session.document_changed.connect(self._on_document_changed)
        self.meanings.changed.connect(self._on_meaning)
        self.meanings.failed.connect(self._on_meaning_failed)
        self.picker.missing_changed.connect(self._on_missing)
        self.picker.failed.connect(partial(self.tell, "warn"))
        self.exporting.ended.connect(self._on_exported)
        self.banner.action_requested.connect(self._on_locate)
        controls.changed.connect(self._on_setting)
        controls.temperature_changed.connect(self._on_temperature)
        controls.noise.clicked.connect(self.draw_noise)
        controls.save.clicked.connect(self._on_save)
        sheet.clicked.connect(self._on_clicked)
        sheet.menu_requested.connect(self._open_menu)

    def own_actions(self) -> tuple[Action, ...]:
        return (
            Action("codes-noise", "Draw new noise", self.draw_noise, ("D",), "dice-five", GROUP),
            Action("codes-save", "Save the grid of codes", self._on_save, (), "floppy-disk", GROUP),
        )

    def workspace(self) -> dict[str, Any]:
        return self.place.workspace()

    def restore(self, values: dict[str, Any]) -> None:
        self.place.restore(values)

    # --- what it shows

    @property
    def settings(self) -> CodesSettings:
        """The document's settings of this panel."""
        return CodesSettings.of(self.session.document)

    @property
    def grid(self) -> CodeGrid | None:
        """What is shown of the open model; None where it has no categories."""
        header = self.session.header
        return None if header is None else grid_of(self.session.document, header)

    def caption(self) -> str:
        """What the categories are worth as labels, where that is known; else what the open model is."""
        grid, meaning = self.grid, self._meaning()
        return super().caption() if grid is None or meaning is None else verdict(grid.group, meaning)

    def shown(self, about: str = "") -> None:
        self.feeding.set_active(True)
        self._on_model_changed()

    def hidden(self) -> None:
        self.feeding.set_active(False)
        self.meanings.want(None)

    def _meaning(self) -> Meaning | None:
        """What the rows are ordered by, None where it is their number."""
        header = self.session.header
        by_meaning = header is not None and self.settings.order_of(header) == "meaning"
        return self.meanings.current if by_meaning else None

    def _on_model_changed(self) -> None:
        header, model = self.session.header, self.session.document.model
        self._pages.setCurrentIndex(1 if model is None else 0)
        self.controls.row.setVisible(model is not None)
        if header is None or model is None or not self.is_shown:
            return
        if model.key != self.place.model:
            self.place.go_to(model.key)
        self.controls.show_model(header)
        self._show(header)

    def _show(self, header: Header) -> None:
        """The rows anew: which, in which order, over what."""
        settings, grid = self.settings, self.grid
        self.controls.show(header, settings, self.session.document.temperature)
        if grid is None:
            return
        self.meanings.want(grid.group if settings.order_of(header) == "meaning" else None)
        _, height, width = header.data.shown_shape
        self._rows = code_rows(grid.group, grid.across.n, self._meaning())
        self.sheet.set_rows(self._rows, grid.across.n, QSizeF(width, height), grid.across.titles(header.space))
        self._show_code(header)
        self.caption_changed.emit()

    def _show_code(self, header: Header) -> None:
        """The numbers that are held moved, or the code lies elsewhere in the grid."""
        grid, document = self.grid, self.session.document
        if grid is None:
            return
        place = grid.place_of(header.space, document.code)
        self.sheet.set_marks({} if place is None else {str(place[0]): place[1]})
        self.feeding.show(self.place.model, grid)

    def _on_document_changed(self, new: Document, old: Document) -> None:
        header = self.session.header
        if not self.is_shown or header is None or len(new.code) != header.space.dim:
            return
        if new.panels.get(KEY) != old.panels.get(KEY) or new.temperature != old.temperature:
            self._show(header)
        elif (new.code, new.locked) != (old.code, old.locked):
            self._show_code(header)

    # --- what the categories mean

    def _on_meaning(self) -> None:
        header = self.session.header
        if self.is_shown and header is not None:
            self._show(header)

    def _on_meaning_failed(self, text: str, is_missing: bool) -> None:
        self._is_missing = is_missing
        self.tell("warn", text, action="Locate the data …" if is_missing else "")

    def _on_locate(self) -> None:
        self.picker.locate(self.banner.mapToGlobal(QPoint(0, self.banner.height())))

    def _on_missing(self, is_missing: bool) -> None:
        if self._is_missing and not is_missing:
            self._is_missing = False
            self.banner.clear()
            self.meanings.look()

    # --- the hand

    def _on_setting(self, name: str, value: object) -> None:
        self.session.edit(lambda document: document.with_setting(KEY, **{name: value}))

    def _on_temperature(self, value: float) -> None:
        self.session.edit(lambda document: document.replace(temperature=round(value, 2)))

    def draw_noise(self) -> None:
        """Draw all that neither rows nor columns set; where the columns are draws, other ones. One undo step."""
        header = self.session.header
        if header is not None and self.grid is not None:
            self.session.edit(lambda document: with_new_noise(document, header, self.rng))

    def _shown(self, name: str, index: int) -> Shown | None:
        header, grid, pictures = self.session.header, self.grid, self.sheet.pictures(name)
        if header is None or grid is None or not index < min(len(pictures), grid.across.n):
            return None
        code = grid.codes(header.space, int(name))[index]
        return Shown(pictures[index], tuple(code.tolist()))

    def _payload(self, name: str, index: int) -> dict[str, object] | None:
        shown = self._shown(name, index)
        return None if shown is None else self.pictures.payload(shown)

    def _on_clicked(self, name: str, index: int) -> None:
        shown = self._shown(name, index)
        if shown is not None:
            self.pictures.adopt(shown)

    def _open_menu(self, places: list[Place], at: QPoint) -> None:
        shown = [one for one in (self._shown(*place) for place in places) if one is not None]
        if shown:
            self.pictures.open_menu(shown, at)

    def _on_save(self) -> None:
        self.files.ask_where(self._rows)

    def _on_exported(self, level: str, text: str) -> None:
        if level:
            self.tell("good" if level == "good" else "bad", text)
