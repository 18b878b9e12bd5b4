"""The Code dock's head and foot, and the rows that it makes of a model's header."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from latent_studio.app import code_actions
from latent_studio.app.session import Session
from latent_studio.app.widgets.buttons import Button, icon_button
from latent_studio.app.widgets.choice import Choice, Option
from latent_studio.app.widgets.elide import caption, heading
from latent_studio.app.widgets.field import NumberField
from latent_studio.app.widgets.menus import menu
from latent_studio.app.widgets.slider import Slider
from latent_studio.app.widgets.slider_row import DimensionRow
from latent_studio.core.header import Header
from latent_studio.core.latent import Categorical
from latent_studio.studio.document import Document
from latent_studio.views.traversal import bounds

Order = Literal["index", "importance"]
Importances = tuple[float, ...]

HEAD_HEIGHT, FOOT_HEIGHT = 56, 48  # px
MAX_TEMPERATURE = 2.0


def slider_columns(header: Header) -> list[int]:
    """The columns that have a slider: all but those of categorical factors."""
    return [
        column
        for factor, columns in header.space.blocks()
        if not isinstance(factor, Categorical)
        for column in range(columns.start, columns.stop)
    ]


def ordered(columns: list[int], order: Order, importance: Importances) -> list[int]:
    """By index, or the most important first."""
    if order == "index" or not importance:
        return columns
    return sorted(columns, key=lambda column: -importance[column])


def column_rows(header: Header, document: Document, columns: list[int], effects: Importances) -> list[DimensionRow]:
    """The dock's rows for these columns, in their order. effects: how far each moves the picture, without a KL."""
    names, limits, neutral = header.space.column_names, bounds(header.space), header.space.neutral()
    kl = header.statistics.get("kl", ())
    rows = []
    for column in columns:
        caption, tooltip = "", "One number of the code (latent dimension)"
        if kl:
            caption = f"{kl[column]:.1f} nat"
            tooltip = (
                f"KL(q(z|x) ‖ p(z)) of this latent dimension, test part: {kl[column]:.2f} nat. "
                "It is what the dimension tells about a picture; near 0 the model leaves it unused."
            )
        elif effects:
            caption = f"Δ {effects[column]:.0f}"
            tooltip = (
                f"Over the middle half of its range this dimension moves a pixel by {effects[column]:.1f} of 255 grey "
                "levels (root mean square)."
            )
        low, high = limits[column]
        row = DimensionRow(column, names[column], caption, document.code[column], *limits[column])
        is_locked = column in document.locked
        rows.append(replace(row, neutral=float(neutral[column]), locked=is_locked, tooltip=tooltip))
    return rows


def size_caption(header: Header) -> str:
    """`digit + 12`, `2 dimensions`."""
    n_sliders = len(slider_columns(header))
    named = [factor.name for factor in header.space.factors if isinstance(factor, Categorical)]
    if named:
        return " + ".join([*named, *([str(n_sliders)] if n_sliders else [])])
    return f"{n_sliders} dimension{'s' if n_sliders != 1 else ''}"


class DockHead(QWidget):
    """What the dock is of, and what can be done with the whole code.

    Signals:
        order_chosen(str): "index" or "importance".
        fold_requested(): the dock is not needed now.
    """

    order_chosen = Signal(str)
    fold_requested = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setFixedHeight(HEAD_HEIGHT)
        self._caption = caption()
        self._order = Choice(icon="funnel-simple", kind="quiet", tooltip="The order of the dimensions")
        self._order.chosen.connect(self.order_chosen)
        self._randomise = icon_button("dice-five", "Randomise what is not locked (R)")
        self._randomise.clicked.connect(self._on_randomise)
        self._reset = icon_button("arrow-counter-clockwise", "Reset what is not locked")
        self._reset.clicked.connect(self._on_reset)
        self._more = icon_button("dots-three-vertical", "More for the whole code")
        self._more.clicked.connect(self._open_more)
        self._fold = icon_button("caret-double-right", "Fold the dock")
        self._fold.clicked.connect(self.fold_requested)
        self._fold.hide()
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 0, 10, 0)
        line.setSpacing(4)
        line.addWidget(heading("Code"))
        line.addSpacing(6)
        line.addWidget(self._caption, 1)
        for part in (self._order, self._randomise, self._reset, self._more, self._fold):
            line.addWidget(part)

    def set_foldable(self, is_foldable: bool) -> None:
        """Offer to fold the dock, or not."""
        self._fold.setVisible(is_foldable)

    def show_model(self, header: Header | None, order: Order) -> None:
        """Say what is open and how it is ordered."""
        for part in (self._order, self._randomise, self._reset, self._more):
            part.setVisible(header is not None)
        self._caption.setText("" if header is None else size_caption(header))
        if header is not None:
            has_kl = bool(header.statistics.get("kl"))
            by, why = ("KL", "most telling first") if has_kl else ("effect", "what changes the picture most first")
            self._order.set_options([Option("index", "by index"), Option("importance", f"by {by}", tooltip=why)])
            self._order.set_current(order)

    def _on_randomise(self) -> None:
        code_actions.randomise(self._session)

    def _on_reset(self) -> None:
        code_actions.reset_code(self._session)

    def _open_more(self) -> None:
        session, entries = self._session, menu(self)
        entries.addAction("Randomise all, locked too", lambda: code_actions.randomise(session, keep_locked=False))
        entries.addSeparator()
        entries.addAction("Lock all", lambda: code_actions.lock_all(session, True))
        entries.addAction("Unlock all", lambda: code_actions.lock_all(session, False))
        entries.addSeparator()
        entries.addAction("Copy code as JSON\tCtrl+C", lambda: code_actions.copy_code(session))
        entries.addAction("Paste code\tCtrl+V", lambda: code_actions.paste_code(session))
        entries.aboutToHide.connect(entries.deleteLater)
        entries.popup(self._more.mapToGlobal(QPoint(self._more.width() - entries.sizeHint().width(), 32)))


class DockFoot(QWidget):
    """Randomise, and how far from neutral its draws go."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setFixedHeight(FOOT_HEIGHT)
        tip = "Temperature: draws from the prior are shrunk towards neutral by it; 1 is the prior itself"
        self._randomise = Button("Randomise", "dice-five", key_hint="R", tooltip="Draw what is not locked anew")
        self._randomise.clicked.connect(self._on_randomise)
        self._slider = Slider(0.0, MAX_TEMPERATURE, 1.0)
        self._slider.setToolTip(tip)
        self._slider.setAccessibleName("Temperature")
        self._slider.value_dragged.connect(self._on_dragged)
        self._slider.value_committed.connect(self._on_committed)
        self._field = NumberField(1.0, low=0.0, high=MAX_TEMPERATURE, decimals=2)
        self._field.setFixedWidth(48)
        self._field.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        quiet = "border-color: transparent; background: transparent; padding: 0 4px;"
        self._field.setStyleSheet(f"QLineEdit:!focus:!hover {{ {quiet} }} QLineEdit {{ padding: 0 4px; }}")
        self._field.setToolTip(tip)
        self._field.value_changed.connect(self._on_committed)
        name = caption("temperature")
        name.setToolTip(tip)
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 0, 16, 0)
        line.setSpacing(8)
        line.addWidget(self._randomise)
        line.addWidget(name)
        line.addWidget(self._slider, 1)
        line.addWidget(self._field)

    def show_temperature(self, temperature: float) -> None:
        """What the document says."""
        if temperature != self._slider.value():
            self._slider.set_value(temperature)
        if temperature != self._field.value():
            self._field.set_value(temperature)

    def _on_randomise(self) -> None:
        code_actions.randomise(self._session)

    def _on_dragged(self, value: float) -> None:
        self._session.edit(lambda document: document.replace(temperature=round(value, 2)), merge="temperature")

    def _on_committed(self, value: float) -> None:
        self._on_dragged(value)
        self._session.seal()


def strongest(effects: Importances, header: Header) -> Importances:
    """What the dimensions are ordered by: their KL where the model has one, else what they do to the picture."""
    return header.statistics.get("kl", ()) or effects


def category_of(document: Document, columns: tuple[int, int]) -> int:
    """Which value of a categorical factor, or of one of its groups, the code has."""
    return int(np.argmax(document.code[slice(*columns)]))
