"""What stands in the row above the map for the data over it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from latent_studio.app.scatter.settings import Choices, ContourKind
from latent_studio.app.widgets.buttons import Button, icon_button
from latent_studio.app.widgets.elide import caption
from latent_studio.app.widgets.menus import menu
from latent_studio.app.widgets.slider import Slider
from latent_studio.app.widgets.switch import Switch
from latent_studio.views.embedding import Split

LASSO_KEY = "L"
SPLITS: dict[Split, str] = {"test": "test", "train": "training", "all": "all"}
OPACITIES = (0.25, 0.4, 0.55, 0.75, 1.0)
_CONTOURS: dict[ContourKind, str] = {
    "none": "No density contours",
    "all": "Contours of all points",
    "class": "Contours of each class",
}


class DataChoice(Button):
    """Which part of the data, by what it is coloured, and its contours: `test, by digit`.

    Signals:
        split_chosen(str), by_chosen(str), contours_chosen(str)
        opacity_chosen(float): only where the row has no room for the slider.
    """

    split_chosen = Signal(str)
    by_chosen = Signal(str)
    contours_chosen = Signal(str)
    opacity_chosen = Signal(float)

    def __init__(self) -> None:
        super().__init__("test", chevron=True, tooltip="Which of the data lie over the map, and what colours them")
        self._choices: Choices | None = None
        self._by = ""
        self.offers_opacity = False
        self._ways: Sequence[tuple[str, str]] = ()
        self.clicked.connect(self._open)

    def show_choices(self, choices: Choices, by: str, ways: Sequence[tuple[str, str]]) -> None:
        """What is chosen, what colours the data now, and by what they can be coloured: (key, title)."""
        self._choices, self._by, self._ways = choices, by, ways
        by = dict(ways).get(by, "")
        self.set_text(f"{SPLITS[choices.split]}, by {by}" if by else SPLITS[choices.split])

    def _open(self) -> None:
        choices = self._choices
        if choices is None:
            return
        entries = menu(self)
        parts = {key: f"{name} data" for key, name in SPLITS.items()}
        self._add_group(entries, list(parts.items()), choices.split, self.split_chosen)
        if self._ways:
            entries.addSeparator()
            self._add_group(entries, [(key, f"by {title}") for key, title in self._ways], self._by, self.by_chosen)
        entries.addSeparator()
        self._add_group(entries, list(_CONTOURS.items()), choices.contours, self.contours_chosen)
        if self.offers_opacity:
            steps = entries.addMenu(f"Opacity {round(100 * choices.opacity)} %")
            for share in OPACITIES:
                steps.addAction(f"{round(100 * share)} %", partial(self.opacity_chosen.emit, share))
        entries.setMinimumWidth(self.width())
        entries.aboutToHide.connect(entries.deleteLater)
        entries.popup(self.mapToGlobal(QPoint(0, self.height() + 4)))

    def _add_group(self, entries: QMenu, options: Sequence[tuple[str, str]], current: str, chosen: object) -> None:
        group = QActionGroup(entries)
        for key, title in options:
            action = entries.addAction(title)
            action.setCheckable(True)
            action.setChecked(key == current)
            action.setData(key)
            group.addAction(action)
        group.triggered.connect(lambda action: chosen.emit(str(action.data())))  # type: ignore[attr-defined]


class OpacityControl(QWidget):
    """`opacity ——●—— 55 %`; `slider` tells what is dragged, in [0, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.slider = Slider(0.05, 1.0, 0.55)
        self.slider.setFixedWidth(72)
        self.slider.setAccessibleName("Opacity of the points")
        self._value = caption("55 %")
        self._value.setFixedWidth(34)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        line = QHBoxLayout(self)
        line.setContentsMargins(4, 0, 0, 0)
        line.setSpacing(6)
        line.addWidget(caption("opacity"))
        line.addWidget(self.slider)
        line.addWidget(self._value)

    def show_value(self, opacity: float) -> None:
        self.slider.set_value(opacity)
        self._value.setText(f"{round(100 * opacity)} %")


class Controls:
    """The row's widgets, in their order."""

    def __init__(self) -> None:
        self.switch = Switch("Data", checked=True, tooltip="Where the data's pictures lie, over the map")
        self.choice = DataChoice()
        self.opacity = OpacityControl()
        self.lasso = icon_button("polygon", "Draw around points to keep them as a group (L)")
        self.lasso.setCheckable(True)

    def widgets(self) -> list[QWidget]:
        return [self.switch, self.choice, self.opacity, self.lasso]

    def show_choices(self, choices: Choices, by: str, ways: Sequence[tuple[str, str]]) -> None:
        """Show what the document says; nothing is sent."""
        self.switch.setChecked(choices.is_on)
        self.choice.show_choices(choices, by, ways)
        self.opacity.show_value(choices.opacity)
        for widget in (self.choice, self.opacity, self.lasso):
            widget.setEnabled(choices.is_on)

    def set_compact(self, is_compact: bool) -> None:
        """In a narrow window the opacity is chosen from the list of the data."""
        self.opacity.setVisible(not is_compact)
        self.choice.offers_opacity = is_compact

    def refuse(self, reason: str) -> None:
        """Say why the open model cannot say where the data lie; "" where it can."""
        if reason:
            self.switch.setChecked(False)
            for widget in (self.choice, self.opacity, self.lasso):
                widget.setEnabled(False)
        self.switch.setEnabled(not reason)
        self.switch.setToolTip(reason or "Where the data's pictures lie, over the map")
