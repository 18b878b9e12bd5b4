"""What is set above the sheet: how far, in how many steps, around what, in which order."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from latent_studio.app.panel import controls_row
from latent_studio.app.traversing.data_ranges import DataRanges
from latent_studio.app.traversing.settings import MAX_SIGMA, MAX_STEPS, MIN_SIGMA, MIN_STEPS, SheetSettings
from latent_studio.app.widgets.buttons import icon_button
from latent_studio.app.widgets.choice import Choice, Option
from latent_studio.app.widgets.field import NumberField
from latent_studio.app.widgets.segmented import SegmentedControl
from latent_studio.core.header import Header
from latent_studio.views.traversal_sheet import Order


class SheetControls(QObject):
    """Shows the settings; what a person changes is told with its name in `SheetSettings`.

    Signals:
        changed(name, value).
    """

    changed = Signal(str, object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.row, line = controls_row()
        self.reach = SegmentedControl(_reaches(None))
        self.sigma = NumberField(3.0, low=MIN_SIGMA, high=MAX_SIGMA, unit="σ")
        self.sigma.setFixedWidth(60)
        self.sigma.setToolTip("How far each way, in standard deviations of the prior")
        self.steps = NumberField(9, low=MIN_STEPS, high=MAX_STEPS, integer=True, unit="steps")
        self.steps.setFixedWidth(80)
        self.steps.setToolTip("Pictures in a row")
        self.around = SegmentedControl(
            [
                Option("code", "Current", tooltip="The other dimensions are held at the current code"),
                Option("centre", "Centre", tooltip="The other dimensions are held at the prior's centre"),
            ]
        )
        self.order = Choice(kind="quiet", tooltip="The order of the rows")
        self.save = icon_button("floppy-disk", "Save the whole sheet as PNG, with its code inside")
        self.animate = icon_button("film-strip", "Save an animation that sweeps there and back")
        self.reach.chosen.connect(lambda key: self.changed.emit("reach", key))
        self.sigma.value_changed.connect(lambda value: self.changed.emit("sigma", value))
        self.steps.value_changed.connect(lambda value: self.changed.emit("n", value))
        self.around.chosen.connect(lambda key: self.changed.emit("around", key))
        self.order.chosen.connect(lambda key: self.changed.emit("order", key))
        for part in (self.reach, self.sigma, self.steps):
            line.addWidget(part)
        line.addSpacing(8)
        line.addWidget(self.around)
        line.addStretch(1)
        for button in (self.animate, self.save):
            line.addWidget(button)

    def show_model(self, header: Header) -> None:
        """Another model is open: what it can be swept over, and what its rows are ordered by."""
        self.reach.set_options(_reaches(header))
        has_kl = bool(header.statistics.get("kl"))
        by, why = ("KL", "most telling first") if has_kl else ("effect", "what changes the picture most first")
        self.order.set_options([Option("index", "by index"), Option("importance", f"by {by}", tooltip=why)])

    def show(self, settings: SheetSettings, order: Order) -> None:
        """What the document says."""
        self.reach.set_current(settings.reach)
        self.sigma.setVisible(settings.reach == "sigma")
        if settings.sigma != self.sigma.value():
            self.sigma.set_value(settings.sigma)
        if settings.n != self.steps.value():
            self.steps.set_value(settings.n)
        self.around.set_current(settings.around)
        self.order.set_current(order)
        self.order.adjustSize()  # no layout holds it


def _reaches(header: Header | None) -> list[Option]:
    reason = "" if header is None else DataRanges.reason_against(header)
    return [
        Option("sigma", "± σ", tooltip="Evenly over so many standard deviations of the prior"),
        Option("quantiles", "Quantiles", tooltip="From 1 % to 99 % of the prior, in steps of equal probability"),
        Option("data", "Data", tooltip="Evenly from 1 % to 99 % of the codes of the data", reason=reason),
    ]
