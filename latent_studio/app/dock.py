"""The Code dock: a slider and a strip of pictures per latent dimension, the same beside every panel."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from latent_studio.app.actions import Action, add_shortcuts
from latent_studio.app.dock_hand import SliderHand
from latent_studio.app.dock_parts import (
    FOOT_HEIGHT,
    HEAD_HEIGHT,
    DockFoot,
    DockHead,
    Importances,
    Order,
    category_of,
    column_rows,
    ordered,
    slider_columns,
    strongest,
)
from latent_studio.app.keeping.favourites_part import FavouritesPart
from latent_studio.app.session import Session
from latent_studio.app.strips import Span, StripPlan, one
from latent_studio.app.widgets.category_row import CategoryRow
from latent_studio.app.widgets.code_list import CodeList
from latent_studio.app.widgets.elide import Hairline
from latent_studio.core.header import Header
from latent_studio.core.latent import Categorical, LatentSpace
from latent_studio.core.request import Answer
from latent_studio.studio.document import Document, with_category
from latent_studio.views.traversal import CategoryPictures, ColumnImportance, Importance, Strip, Strips

WIDTH = 376  # px
KEY = "dock"
ASK_AFTER_MS = 40
"""Strips are asked for when the code has rested this long; the engine itself waits 150 ms after a preview."""

ROOM_BETWEEN, HIGH = 8, 560  # px: hairlines and air; from which height on there are two rows of favourites

N_PLAIN = 3
"""A code of so few dimensions is ordered by index unless a person chose otherwise."""


class CodeDock(QWidget):
    """The code as sliders. It edits the session's document and shows what it says; `rows` is the list of sliders.

    Signals:
        fold_requested(): make room for a panel that does without the dock.
    """

    fold_requested = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(self.palette().ColorRole.Base)
        self._session = session
        self._space: LatentSpace | None = None
        self._model = ""
        self._columns: list[int] = []
        self._effects: Importances = ()
        self._categories: dict[Span, CategoryRow] = {}  # one for each group of a categorical factor
        self._n_by_key = 0
        self._plan = StripPlan()
        self._head, self._foot = DockHead(session), DockFoot(session)
        self._category_rows = QVBoxLayout()
        self.rows = CodeList()
        self._hand = SliderHand(session, self.rows)
        self.favourites = FavouritesPart(session)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(Hairline())
        column.addLayout(self._category_rows)
        column.addSpacing(4)
        column.addWidget(self.rows, 1)
        self._edge = Hairline()
        column.addWidget(self._edge)
        column.addWidget(self.favourites)
        column.addStretch()
        column.addWidget(Hairline())
        column.addWidget(self._foot)
        self._ask = QTimer(self, singleShot=True, interval=ASK_AFTER_MS)
        self._ask.timeout.connect(self._ask_strips)
        self._digits = [QShortcut(QKeySequence(str(digit)), self) for digit in range(10)]
        for shortcut in self._digits:
            shortcut.activated.connect(self._on_digit)
        add_shortcuts(self, self.own_actions())
        self._connect()
        self._show_model()

    def own_actions(self) -> Sequence[Action]:
        """What can be done here by key; the dock makes their shortcuts itself, for it stands beside many panels."""
        keep = self.favourites.keep_current
        return (Action("favourite", "Add the code to the favourites", keep, ("F",), icon="heart", group="Code"),)

    def _connect(self) -> None:
        session = self._session
        self.rows.rows_visible.connect(self._ask.start)
        self.favourites.wants_room.connect(self._share_room)
        self._head.order_chosen.connect(self._on_order)
        self._head.fold_requested.connect(self.fold_requested)
        session.model_changed.connect(self._on_model_changed)
        session.document_changed.connect(self._on_document_changed)
        session.weights_settled.connect(self._on_weights)
        session.answered.connect(self._on_answered)

    def set_foldable(self, is_foldable: bool) -> None:
        """Whether the panel does without the dock, so that it may be folded."""
        self._head.set_foldable(is_foldable)

    # --- what it shows

    def _on_model_changed(self, header: Header) -> None:
        model = self._session.document.model
        if self._space != header.space or model is None or model.key != self._model:
            self._show_model()
        elif not self._is_in_hand():
            self._show_rows(header)
            self._ask.start()

    def _show_model(self) -> None:
        """Another model is open: other rows, no pictures yet."""
        header, model = self._session.header, self._session.document.model
        self._space = header.space if header else None
        self._model = model.key if model else ""
        self._effects = ()
        self._plan.forget()
        self.rows.clear_strips()
        for row in self._categories.values():
            self._category_rows.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._categories, self._n_by_key = {}, 0
        if header is None:
            self.rows.set_rows([])
            self._head.show_model(None, "index")
        else:
            for factor, columns in header.space.blocks():
                if isinstance(factor, Categorical):
                    self._add_factor(factor, columns.start)
            self._show_rows(header)
            if not header.statistics.get("kl"):
                self._session.ask(Importance(model=self._model, code=self._session.document.code))
        self.rows.verticalScrollBar().setValue(0)
        for digit, shortcut in enumerate(self._digits):
            shortcut.setEnabled(digit < self._n_by_key)
        self._foot.setEnabled(header is not None)
        self._ask.start()

    def _add_factor(self, factor: Categorical, start: int) -> None:
        labels = factor.labels or tuple(str(value) for value in range(factor.n_values))
        note = f"{'condition, ' if factor.condition else ''}{factor.n_values} values"
        for name in factor.group_names():
            keys = ""
            if not self._categories:  # the digits choose a value of the first one
                self._n_by_key = min(factor.n_values, len(self._digits))
                keys = f"keys 0–{self._n_by_key - 1}"
            columns = start, start + factor.n_values
            row = self._categories[columns] = CategoryRow(name, labels, note, keys=keys)
            row.value_chosen.connect(partial(self._on_category, columns))
            self._category_rows.addWidget(row)
            start += factor.n_values

    def _show_rows(self, header: Header) -> None:
        """The rows anew: order, captions, values, locks."""
        document, order = self._session.document, self._order()
        self._columns = ordered(slider_columns(header), order, strongest(self._effects, header))
        self.rows.set_rows(column_rows(header, document, self._columns, self._effects))
        self._head.show_model(header, order)
        self._show_rest(document)
        self._share_room()

    def _show_rest(self, document: Document) -> None:
        for columns, row in self._categories.items():
            row.set_value(category_of(document, columns))
        self._foot.show_temperature(document.temperature)

    def _order(self) -> Order:
        plain: Order = "index" if self._space is None or self._space.dim <= N_PLAIN else "importance"
        chosen: Order = self._session.document.setting(KEY, "order", plain)
        return chosen

    def _on_document_changed(self, new: Document, old: Document) -> None:
        header = self._session.header
        if header is None or len(new.code) != header.space.dim or header.space != self._space:
            return  # the header of the model that undo went back to is on its way
        if new.setting(KEY, "order", "") != old.setting(KEY, "order", ""):
            self._show_rows(header)
        if new.code != old.code and len(new.code) == len(old.code):
            for column, (value, former) in enumerate(zip(new.code, old.code, strict=True)):
                if value != former:
                    self.rows.set_value(column, value)
            self._ask.start()
        for column in new.locked ^ old.locked:
            self.rows.set_locked(column, column in new.locked)
        self._show_rest(new)

    def _is_in_hand(self) -> bool:
        """Whether a person is at it just now: rows must not change places under the mouse or the editor."""
        focus = QApplication.focusWidget()
        is_typing = isinstance(focus, QLineEdit) and self.rows.isAncestorOf(focus)
        return is_typing or self.rows.underMouse()

    # --- room

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._share_room()

    def _share_room(self) -> None:
        """Favourites stand right under the sliders, and both scroll where there is too little room for both.

        Sliders leave them one row of pictures, in a high window two; what sliders do not need is theirs.
        """
        categories = sum(row.sizeHint().height() for row in self._categories.values())
        room = self.height() - HEAD_HEIGHT - FOOT_HEIGHT - categories - ROOM_BETWEEN
        sliders = self.rows.content_height()
        least = self.favourites.room(2 if room >= HIGH else 1)
        given = min(self.favourites.room(), max(least, room - sliders))
        self.favourites.set_room(given)
        self.rows.setFixedHeight(max(0, min(sliders, room - given)))

    # --- pictures

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask.start()

    def _on_weights(self) -> None:
        self._plan.forget()
        self._ask.start()

    def _ask_strips(self) -> None:
        """Ask for the strips in view that are out of date."""
        header, code = self._session.header, self._session.document.code
        if header is None or header.space != self._space or not self.isVisible():
            return
        stale = [span for span in self._categories if not self._plan.is_fresh(span, code)]
        columns = [k for k in self.rows.visible_keys() if isinstance(k, int)]
        columns = [k for k in columns if not self._plan.is_fresh(one(k), code)]
        if columns or stale:
            self._session.ask(Strips(model=self._model, code=code, columns=tuple(columns), categories=tuple(stale)))

    def _on_answered(self, answer: Answer) -> None:
        request, value = answer.request, answer.value
        if isinstance(request, Strips) and request.model == self._model:
            if isinstance(value, Strip) and self._is_news(one(value.column), request.code):
                self.rows.set_strip(value.column, value.pictures)
            elif isinstance(value, CategoryPictures) and self._is_news(value.columns, request.code):
                self._categories[value.columns].set_pictures(value.pictures)
                self._share_room()  # the first pictures make the row higher
        elif isinstance(value, ColumnImportance) and isinstance(request, Importance) and request.model == self._model:
            self._effects = value.values
            header = self._session.header
            if header is not None and not self._is_in_hand():
                self._show_rows(header)

    def _is_news(self, span: Span, code: tuple[float, ...]) -> bool:
        """Whether a strip made of that code is to be shown: not where a truer one is shown already."""
        if self._plan.is_fresh(span, self._session.document.code):
            return False
        self._plan.note(span, code)
        return True

    # --- the hand

    def _on_category(self, columns: Span, _: str, value: int) -> None:
        self._session.edit(lambda document: with_category(document, columns, value))

    def _on_digit(self) -> None:
        digit = next(digit for digit, shortcut in enumerate(self._digits) if shortcut is self.sender())
        self._on_category(next(iter(self._categories)), "", digit)

    def _on_order(self, order: str) -> None:
        self._session.edit(lambda document: document.with_setting(KEY, order=order))
