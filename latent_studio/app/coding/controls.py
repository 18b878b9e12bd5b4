"""What is set above the grid: whose values are the rows, what goes across, how far, in how many columns."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QWidget

from latent_studio.app.coding.settings import DRAWS, FEWEST_COLUMNS, CodesSettings, Order
from latent_studio.app.dock_parts import MAX_TEMPERATURE
from latent_studio.app.panel import controls_row
from latent_studio.app.widgets.buttons import Button, icon_button
from latent_studio.app.widgets.choice import Choice, Option
from latent_studio.app.widgets.elide import caption
from latent_studio.app.widgets.field import NumberField
from latent_studio.app.widgets.segmented import SegmentedControl
from latent_studio.core.header import Header
from latent_studio.views.codes import MOST_COLUMNS, category_groups, swept_columns
from latent_studio.views.meaning import reason_against

COMPACT_BELOW = 680  # px of the row
NOISE = "New noise"


class CodesControls(QObject):
    """Shows the settings; what a person changes is told with its name in `CodesSettings`.

    Signals:
        changed(name, value).
        temperature_changed(float): the document's, which the draws are made with.
    """

    changed = Signal(str, object)
    temperature_changed = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.row, line = controls_row()
        self._rows, self._across = caption("rows").keep_whole(), caption("across").keep_whole()
        self.group = Choice(tooltip="Whose values are the rows")
        self.across = Choice(tooltip="What changes from column to column")
        self.reach = SegmentedControl(
            [
                Option("sigma", "Range", tooltip="Evenly from end to end; ± 3 σ of a normal number"),
                Option(
                    "quantiles", "Quantiles", tooltip="From 1 % to 99 % of the prior, in steps of equal probability"
                ),
            ]
        )
        self._heat = caption("temperature").keep_whole()
        self.temperature = NumberField(1.0, low=0.0, high=MAX_TEMPERATURE)
        self.temperature.setToolTip("Draws are shrunk towards neutral by it; it is that of the Code dock, too")
        self.temperature.setFixedWidth(52)
        self.n = NumberField(10, low=FEWEST_COLUMNS, high=MOST_COLUMNS, integer=True, unit="columns")
        self.n.setFixedWidth(96)
        self.noise = Button(
            NOISE, "dice-five", tooltip="Draw anew what neither rows nor columns set and no lock holds (D)"
        )
        self.order = Choice(kind="quiet", tooltip="The order of the rows")
        self.save = icon_button("floppy-disk", "Save the grid as PNG, with its code inside")
        for part in (self._rows, self.group, self._across, self.across, self.reach, self._heat, self.temperature):
            line.addWidget(part)
        line.addWidget(self.n)
        line.addSpacing(8)
        line.addWidget(self.noise)
        line.addStretch(1)
        line.addWidget(self.save)
        self._connect()
        self.row.installEventFilter(self)

    def _connect(self) -> None:
        self.group.chosen.connect(lambda key: self.changed.emit("group", key))
        self.across.chosen.connect(lambda key: self.changed.emit("across", key))
        self.reach.chosen.connect(lambda key: self.changed.emit("reach", key))
        self.order.chosen.connect(lambda key: self.changed.emit("order", key))
        self.n.value_changed.connect(lambda value: self.changed.emit("n", value))
        self.temperature.value_changed.connect(self.temperature_changed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.row and event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def _fit(self) -> None:
        """In a narrow window words make room for what can be chosen."""
        is_compact, has_groups = self.row.width() < COMPACT_BELOW, not self.group.isHidden()
        self.noise.set_text("" if is_compact else NOISE)
        self._rows.setVisible(has_groups and not is_compact)
        self._across.setVisible(not (has_groups and is_compact))

    def show_model(self, header: Header) -> None:
        """Another model is open: what there is to choose from."""
        groups, names = category_groups(header.space), header.space.column_names
        self.group.set_options([Option(group.name, group.name) for group in groups])
        self.group.setVisible(len(groups) > 1)
        self._fit()
        noise = Option(DRAWS, "other noise", tooltip="Each column is a draw from the prior")
        self.across.set_options([noise, *(Option(names[k], names[k]) for k in swept_columns(header.space))])

    def show(self, header: Header, settings: CodesSettings, temperature: float) -> None:
        """What the document says."""
        group, column = settings.group_of(header), settings.column_of(header)
        if group is None:
            return
        self.group.set_current(group.name)
        self.across.set_current(DRAWS if column is None else header.space.column_names[column])
        self.reach.set_current(settings.reach)
        self.reach.setVisible(column is not None)
        for part in (self._heat, self.temperature):
            part.setVisible(column is None)
        for field, value in ((self.temperature, temperature), (self.n, settings.n)):
            if field.value() != value:
                field.set_value(value)
        reason = reason_against(header, group)
        meaning = Option(
            "meaning", "by meaning", tooltip="By the label that each stands for in the data", reason=reason
        )
        self.order.set_options([Option("number", "by number"), meaning])
        self._show_order(settings.order_of(header))

    def _show_order(self, order: Order) -> None:
        self.order.set_current(order)
        self.order.adjustSize()  # no layout holds it
