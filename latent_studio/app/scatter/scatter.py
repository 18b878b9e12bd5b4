"""The data over the map: where the encoder puts each picture, what it is, and groups of them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Slot
from PySide6.QtWidgets import QWidget

from latent_studio.app.actions import Action
from latent_studio.app.exploring.data_picker import DataPicker
from latent_studio.app.mapping.map_view import MapView
from latent_studio.app.scatter.cloud import Cloud
from latent_studio.app.scatter.controls import LASSO_KEY, Controls
from latent_studio.app.scatter.data_codes import DataCodes
from latent_studio.app.scatter.lasso import Lasso
from latent_studio.app.scatter.legend import Legend
from latent_studio.app.scatter.legend_rows import Contents
from latent_studio.app.scatter.placing import Placing
from latent_studio.app.scatter.point_layer import PointLayer
from latent_studio.app.scatter.saying import Numbered, Told, contents_of, groups_here
from latent_studio.app.scatter.settings import (
    Choices,
    choices_of,
    free_name,
    removed,
    renamed,
    toggled,
    with_choice,
    with_group,
    with_hidden,
)
from latent_studio.app.session import Session
from latent_studio.app.theme import theme
from latent_studio.studio.document import Document, Group
from latent_studio.views.density import Points
from latent_studio.views.embedding import Contours, Placed
from latent_studio.views.plane import Plane

_AIR = 16  # px between the legend and the edges of the map
_BELOW = 56  # px for what lies in the map's lower corners
GROUP = "Manifold"  # of the sheet of keys
COMPACT_BELOW = 700  # px of the map: the row above has no room for the opacity then
NO_ENCODER = "This model has no encoder: it cannot say where the data lie."


class Scatter(QObject):
    """Brings the data's codes over the map, with a legend, a lasso and the widgets for the row above."""

    def __init__(self, session: Session, view: MapView) -> None:
        super().__init__(view)
        self._session, self._view = session, view
        self._plane: Plane | None = None
        self._is_shown = False
        self._told = Told()
        self.cloud = Cloud()
        self.layer = PointLayer(session, view, self.cloud)
        self.codes, self.placing = DataCodes(session, self), Placing(session, self)
        self.legend = Legend(view)
        self.picker = DataPicker(session, view)
        self.lasso = Lasso(self._on_drawn, view.update, self._put_down)
        self.bar = Controls()
        self._connect()
        view.installEventFilter(self)
        self.refresh()

    def _connect(self) -> None:
        session, bar, legend = self._session, self.bar, self.legend
        session.model_changed.connect(self._on_model)
        session.document_changed.connect(self._on_document)
        self.placing.placed.connect(self._take_place)
        self.placing.contoured.connect(self._take_contours)
        self.codes.changed.connect(self._on_codes)
        self.codes.progressed.connect(self._on_progress)
        self.codes.failed.connect(self._on_failed)
        self.picker.missing_changed.connect(self._on_located)
        self.picker.failed.connect(lambda text: session.tell("warn", text) if self._is_shown else None)
        bar.switch.clicked.connect(lambda is_on: session.edit(with_choice(on=is_on)))
        bar.choice.split_chosen.connect(lambda key: session.edit(with_choice(split=key, group="")))
        bar.choice.by_chosen.connect(lambda key: session.edit(with_choice(by=key)))
        bar.choice.contours_chosen.connect(lambda key: session.edit(with_choice(contours=key)))
        bar.opacity.slider.value_dragged.connect(self._on_opacity)
        bar.opacity.slider.value_committed.connect(self._on_opacity_set)
        bar.choice.opacity_chosen.connect(lambda opacity: session.edit(with_choice(opacity=opacity)))
        bar.lasso.toggled.connect(self._on_lasso)
        legend.class_clicked.connect(self._on_class)
        legend.group_clicked.connect(self._on_group)
        legend.group_renamed.connect(lambda number, name: session.edit(renamed(number, name)))
        legend.group_removed.connect(lambda number: session.edit(removed(number)))
        legend.action_clicked.connect(self._on_locate)
        theme().changed.connect(self._on_theme)

    # --- for the panel

    def controls(self) -> list[QWidget]:
        """The widgets for the row above the map, in their order."""
        return self.bar.widgets()

    def actions(self) -> tuple[Action, ...]:
        """What is done by key or found in the palette."""

        def has_points() -> bool:
            return self.cloud.placed is not None and self.choices.is_on

        draw, switch, keys = self.bar.lasso.click, self.bar.switch.click, (LASSO_KEY,)
        return (
            Action("map lasso", "Draw around points of the data", draw, keys, "polygon", GROUP, has_points),
            Action("map data", "The data over the map", switch, (), "circles-three", GROUP, self._can_encode),
        )

    def set_plane(self, plane: Plane) -> None:
        """The map shows another plane. One that only lies elsewhere has the same shadows of the codes."""
        former, self._plane = self._plane, plane
        if former is None or (former.axes, former.spacing) != (plane.axes, plane.spacing):
            self._ask_place()

    def shown(self) -> None:
        """The panel is on the screen."""
        self._is_shown = True
        self._want()

    def hidden(self) -> None:
        """The panel is not on the screen: nothing is encoded."""
        self._is_shown = False
        self.bar.lasso.setChecked(False)
        self.layer.leave()
        self.codes.rest()

    def workspace(self) -> dict[str, Any]:
        """Nothing: what is chosen here is the document's."""
        return {}

    def restore(self, values: dict[str, Any]) -> None:
        """Nothing: see `workspace`."""

    # --- what is shown

    @property
    def choices(self) -> Choices:
        """What the document says of the data over the map."""
        return choices_of(self._session.document)

    def _can_encode(self) -> bool:
        header = self._session.header
        return header is not None and "Encodes" in header.capabilities

    def _want(self) -> None:
        """Have the codes that the document asks for, while the panel is on the screen."""
        choices = self.choices
        self._told = Told()
        self.codes.want(choices.split if choices.is_on and self._can_encode() else None)
        self.refresh()

    @Slot()
    def _on_model(self) -> None:
        if self._is_shown and self._session.header is not None:
            self._want()

    @Slot(object, object)
    def _on_document(self, new: Document, old: Document) -> None:
        if new.panels is old.panels and new.groups is old.groups:
            return  # a drag: it happens sixty times a second
        now, before = choices_of(new), choices_of(old)
        if now == before and new.groups == old.groups:
            return
        if self._is_shown and (now.is_on, now.split) != (before.is_on, before.split):
            self._want()
        if now.by != before.by:
            self._ask_place()
        elif (now.contours, now.hidden) != (before.contours, before.hidden):
            self._ask_contours()
        self.refresh()

    @Slot()
    def _on_codes(self) -> None:
        """Other codes: they are placed before they are shown, so that the old ones stay until then."""
        self._told = Told(share=self._told.share)
        if self.codes.current is None:
            self._take_place(None)
        self._ask_place()

    def _ask_place(self) -> None:
        self.placing.ask(self.codes.current, self._plane, self.choices.by)

    def _ask_contours(self) -> None:
        self.placing.ask_contours(self.cloud.placed, self._plane, self.choices)

    @Slot(object)
    def _take_contours(self, contours: Contours | None) -> None:
        self.cloud.set_contours(contours)
        self._view.update()

    @Slot(object)
    def _take_place(self, placed: Placed | None) -> None:
        self.layer.leave()
        self.cloud.set_placed(placed)
        self.refresh()
        self._ask_contours()

    @Slot()
    def refresh(self) -> None:
        """Points, legend and controls as the document has them."""
        choices, placed, groups = self.choices, self.cloud.placed, groups_here(self._session, self.cloud)
        raised = next((group for _, group in groups if group.name == choices.group), None)
        self.cloud.colour(choices, raised)
        by, ways = ("", ()) if placed is None else (placed.colouring.key, placed.ways)
        self.bar.show_choices(choices, by, ways)
        self.bar.refuse(NO_ENCODER if self._session.header is not None and not self._can_encode() else "")
        self._show_legend(choices, groups)
        self._view.update()

    @Slot()
    def _on_theme(self) -> None:
        self.refresh()
        self._ask_contours()  # each class has another colour now

    def _show_legend(self, choices: Choices, groups: Numbered) -> None:
        if choices.is_on and self._can_encode():
            self.legend.set_contents(contents_of(self.cloud, choices, groups, self._told))
            self._lay_out()
        else:
            self.legend.set_contents(Contents())

    def _lay_out(self) -> None:
        """The legend stands in the upper right corner."""
        self.legend.set_max_height(self._view.height() - _AIR - _BELOW)
        self.legend.move(self._view.width() - self.legend.width() - _AIR, _AIR)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._view and event.type() == QEvent.Type.Resize:
            self.layer.leave()
            self._lay_out()
            self.bar.set_compact(self._view.width() < COMPACT_BELOW)
        return False

    @Slot(int, int)
    def _on_progress(self, done: int, n: int) -> None:
        self._told = Told() if done >= n else Told(f"encoding {done:,} of {n:,}", share=done / n)
        self._show_legend(self.choices, groups_here(self._session, self.cloud))

    @Slot(str, bool)
    def _on_failed(self, text: str, is_missing: bool) -> None:
        self._told = Told(text, is_missing)
        self.refresh()

    # --- the hand

    def _on_class(self, row: int, is_alone: bool) -> None:
        placed = self.cloud.placed
        if placed is not None:
            rows = frozenset(row.row for row in self.legend.contents.classes)
            hidden = toggled(self.choices.hidden, row, rows, alone=is_alone)
            self._session.edit(with_hidden(hidden))

    def _on_group(self, number: int) -> None:
        name = self._session.document.groups[number].name
        self._session.edit(with_choice(group="" if self.choices.group == name else name))

    def _on_opacity(self, opacity: float) -> None:
        self._session.edit(with_choice(opacity=round(opacity, 2)), merge="opacity of the data")

    def _on_opacity_set(self, opacity: float) -> None:
        self._on_opacity(opacity)
        self._session.seal()

    def _on_lasso(self, is_on: bool) -> None:
        if is_on:
            self._view.set_tool(self.lasso)
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._view.tool is self.lasso:
            self._view.set_tool(None)

    def _put_down(self) -> None:
        self.bar.lasso.setChecked(False)

    def _on_drawn(self, line: Points) -> None:
        """Keep what lies within the line as a group, and ask for its name."""
        placed, header = self.cloud.placed, self._session.header
        found = self.cloud.within(line)
        if placed is None or header is None or not len(found):
            return
        taken = [group.name for group in self._session.document.groups]
        name, split = free_name("group", taken), placed.rows.split
        group = Group(name=name, data=header.data.name, split=split, indices=tuple(found.tolist()))
        self._session.edit(with_group(group))
        self.legend.rename(len(self.legend.contents.groups) - 1)

    def _on_locate(self) -> None:
        corner = self.legend.mapToGlobal(QPoint(0, self.legend.height() + 4))
        self.picker.locate(corner)

    @Slot(bool)
    def _on_located(self, is_missing: bool) -> None:
        if not is_missing and self._told.is_missing and self._is_shown:
            self._want()
