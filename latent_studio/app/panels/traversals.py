"""Traversals: what every dimension does, row by row."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QSizeF, QTimer
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from latent_studio.app.actions import Action, Gesture
from latent_studio.app.panel import Panel
from latent_studio.app.picture_actions import PictureActions, Shown
from latent_studio.app.session import Session
from latent_studio.app.sheet_export import ExportBar, Exporting
from latent_studio.app.sheet_place import SheetPlace
from latent_studio.app.strips import StripPlan
from latent_studio.app.traversing.controls import SheetControls
from latent_studio.app.traversing.data_ranges import DataRanges
from latent_studio.app.traversing.rows import nearest, ordered_names, plain_order, sheet_rows
from latent_studio.app.traversing.saving import SheetFiles
from latent_studio.app.traversing.settings import KEY, SheetSettings
from latent_studio.app.widgets.sheet import Sheet
from latent_studio.app.widgets.sheet_view import Place
from latent_studio.core.header import Header
from latent_studio.core.request import Answer
from latent_studio.studio.document import Document
from latent_studio.views.traversal import ColumnImportance, Importance
from latent_studio.views.traversal_sheet import Order, SheetRows, Span, TraversalRow, row_codes, row_columns

ASK_EVERY_MS = 60
"""A drag has the rows made anew so often; those that were made longest ago come first."""

GROUP = "Traversals"


class Traversals(Panel):
    """The rows that can be seen are asked for as the code, the weights or the settings outdate them."""

    key, title, icon, order = KEY, "Traversals", "rows", 35
    tooltip = "Every dimension a row: what it does to the picture"
    needs = frozenset({"Decodes"})
    gestures = (
        Gesture("Click", "Adopt the picture's code", GROUP),
        Gesture("Ctrl-click", "Select several pictures", GROUP),
        Gesture("Right-click on a name", "Save that row as a picture or an animation", GROUP),
    )

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._names: list[str] = []
        self._effects: tuple[float, ...] = ()
        self._plan = StripPlan()
        self._rounds: dict[str, int] = {}  # when each row was made, counted; what is oldest is made first
        self.pictures = PictureActions(session, self)
        self.ranges = DataRanges(session, self)
        self.exporting = Exporting(session, self)
        self.files = SheetFiles(session, self.exporting, lambda: (self._code(session.document), self._span()), self)
        self.controls = SheetControls(self)
        self.sheet = Sheet(self._payload)
        self.place = SheetPlace(self.sheet)
        self.sheet.setAccessibleName("Traversal sheet")
        self.sheet.head.set_order(self.controls.order)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        bar = ExportBar(self.exporting)
        for part, stretch in ((self.sheet, 1), (bar, 0)):
            column.addWidget(part, stretch)
        self._empty = self.without_model("rows")
        both = QWidget()
        self._pages = QStackedLayout(both)
        self._pages.addWidget(body)
        self._pages.addWidget(self._empty)
        self.set_content(both, self.controls.row)
        self._ask = QTimer(self, singleShot=True, interval=ASK_EVERY_MS)
        self._ask.timeout.connect(self._ask_rows)
        self._connect()
        self._on_model_changed()

    def _connect(self) -> None:
        session, sheet, controls = self.session, self.sheet, self.controls
        session.model_changed.connect(self._on_model_changed)
        session.nothing_to_open.connect(self._on_model_changed)
        session.document_changed.connect(self._on_document_changed)
        session.weights_settled.connect(self._on_weights)
        session.answered.connect(self._on_answered)
        self.ranges.changed.connect(self._on_range)
        self.ranges.failed.connect(partial(self.tell, "warn"))
        self.exporting.ended.connect(self._on_exported)
        controls.changed.connect(self._on_changed)
        controls.save.clicked.connect(self._on_save)
        controls.animate.clicked.connect(self._open_animate)
        sheet.rows_visible.connect(self._want)
        sheet.clicked.connect(self._on_clicked)
        sheet.menu_requested.connect(self._open_menu)
        sheet.row_menu_requested.connect(self.files.open_row_menu)

    def own_actions(self) -> tuple[Action, ...]:
        return (
            Action("traversals-save", "Save the traversal sheet", self._on_save, (), "floppy-disk", GROUP),
            Action("traversals-animate", "Save an animation of all rows", self._animate_all, (), "film-strip", GROUP),
        )

    def workspace(self) -> dict[str, Any]:
        return self.place.workspace()

    def restore(self, values: dict[str, Any]) -> None:
        self.place.restore(values)

    # --- what it shows

    @property
    def settings(self) -> SheetSettings:
        """The document's settings of this panel."""
        return SheetSettings.of(self.session.document)

    def shown(self, about: str = "") -> None:
        self._on_model_changed()

    def _row_order(self, header: Header) -> Order:
        return self.settings.order or plain_order(header)

    def _span(self) -> Span:
        return self.settings.span(self.ranges.get())

    def _code(self, document: Document) -> tuple[float, ...]:
        """Around which code the rows are swept."""
        header = self.session.header
        if header is None or self.settings.around == "code":
            return document.code
        return tuple(float(value) for value in header.space.neutral())

    def _on_model_changed(self) -> None:
        header, model = self.session.header, self.session.document.model
        self._pages.setCurrentIndex(1 if model is None else 0)
        self.controls.row.setVisible(model is not None)
        if header is None or model is None or not self.is_shown:
            return
        if model.key != self.place.model:
            self._effects = ()
            self._plan.forget()
            self.place.go_to(model.key)
            if not header.statistics.get("kl"):
                code = tuple(float(value) for value in header.space.neutral())
                self.session.ask(Importance(model=model.key, code=code, slot="traversals importance"))
        self.controls.show_model(header)
        self._show(header)

    def _show(self, header: Header) -> None:
        """The rows anew: which, in which order, over what."""
        settings, order = self.settings, self._row_order(header)
        if settings.reach == "data":
            self.ranges.want()
        self.controls.show(settings, order)
        self._names = ordered_names(header, order, self._effects)
        span = self._span()
        _, height, width = header.data.shown_shape
        rows = sheet_rows(header, self._names, span, self._effects)
        self.sheet.set_rows(rows, settings.n, QSizeF(width, height), span.titles())
        self._show_marks()
        self._want()

    def _show_marks(self) -> None:
        """Where the current code lies in the rows that can be seen."""
        header, code = self.session.header, self.session.document.code
        if header is None or len(code) != header.space.dim or self.settings.around == "centre":
            self.sheet.set_marks({})
            return
        span = self._span()
        self.sheet.set_marks({name: nearest(header.space, code, name, span) for name in self.sheet.visible_names()})

    def _on_document_changed(self, new: Document, old: Document) -> None:
        header = self.session.header
        if not self.is_shown or header is None or len(new.code) != header.space.dim:
            return
        if new.panels.get(KEY) != old.panels.get(KEY):
            self._plan.forget()
            self._show(header)
        elif new.code != old.code:
            self._show_marks()
            self._want()

    def _on_weights(self) -> None:
        self._plan.forget()
        if self.is_shown and self.settings.reach == "data":
            self.ranges.want(again=True)
        self._want()

    def _on_range(self) -> None:
        header = self.session.header
        if self.is_shown and header is not None and self.settings.reach == "data":
            self._plan.forget()
            self._show(header)

    # --- pictures

    def _want(self) -> None:
        """Rows may be out of date. A drag does not put this off: the timer is left to run."""
        if self.is_shown and not self._ask.isActive():
            self._ask.start()

    def _ask_rows(self) -> None:
        document, header = self.session.document, self.session.header
        if not self.is_shown or header is None or document.model is None or document.model.key != self.place.model:
            return
        if self.settings.reach == "data" and not self.ranges.get():
            return  # it is being found out
        self._show_marks()
        code, sheet, space = self._code(document), self.sheet, header.space
        if len(code) != space.dim:
            return
        stale = [
            name
            for name in sheet.visible_names()
            if not sheet.has_pictures(name) or not self._plan.is_fresh(row_columns(space, name), code)
        ]
        if stale:
            stale.sort(key=lambda name: self._rounds.get(name, -1) if sheet.has_pictures(name) else -1)
            self.session.ask(SheetRows(model=self.place.model, code=code, names=tuple(stale), span=self._span()))

    def _on_answered(self, answer: Answer) -> None:
        request, value, header = answer.request, answer.value, self.session.header
        if header is None or not isinstance(request, SheetRows | Importance) or request.model != self.place.model:
            return
        if isinstance(value, TraversalRow) and isinstance(request, SheetRows):
            if request.span == self._span() and value.name in self._names:
                self._plan.note(row_columns(header.space, value.name), request.code)
                self._rounds[value.name] = max(self._rounds.values(), default=0) + 1
                self.sheet.set_pictures(value.name, value.pictures, value.values)
        elif isinstance(value, ColumnImportance) and isinstance(request, Importance):
            self._effects = value.values
            if self.is_shown and not header.statistics.get("kl"):
                self._show(header)

    def _code_at(self, name: str, index: int) -> tuple[float, ...] | None:
        """The code that gives a picture of the sheet, made of the code as it is now."""
        header = self.session.header
        code = self._code(self.session.document)
        if header is None or len(code) != header.space.dim:
            return None
        _, codes = row_codes(header.space, np.asarray(code, np.float32), name, self._span())
        return tuple(codes[index].tolist()) if index < len(codes) else None

    def _shown(self, name: str, index: int) -> Shown | None:
        pictures = self.sheet.pictures(name)
        return Shown(pictures[index], self._code_at(name, index)) if index < len(pictures) else None

    def _payload(self, name: str, index: int) -> dict[str, object] | None:
        shown = self._shown(name, index)
        return None if shown is None else self.pictures.payload(shown)

    # --- the hand

    def _on_changed(self, name: str, value: object) -> None:
        self.session.edit(lambda document: document.with_setting(KEY, **{name: value}))

    def _on_clicked(self, name: str, index: int) -> None:
        shown = self._shown(name, index)
        if shown is not None:
            self.pictures.adopt(shown)

    def _open_menu(self, places: list[Place], at: QPoint) -> None:
        shown = [one for one in (self._shown(*place) for place in places) if one is not None]
        if shown:
            self.pictures.open_menu(shown, at)

    def _on_save(self) -> None:
        self.files.ask_where(self._names)

    def _animate_all(self) -> None:
        self.files.ask_where(self._names, is_animation=True)

    def _open_animate(self) -> None:
        button = self.controls.animate
        at = button.mapToGlobal(QPoint(0, button.height() + 4))
        self.files.open_animate_menu(self._names, self.sheet.visible_names(), at)

    def _on_exported(self, level: str, text: str) -> None:
        if level:
            self.tell("good" if level == "good" else "bad", text)
