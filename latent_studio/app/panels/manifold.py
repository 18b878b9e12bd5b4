"""Manifold: a plane of the latent space as a map of pictures, with the data over it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6 import QtGui
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QStackedLayout, QWidget

from latent_studio.app.actions import Action, Gesture
from latent_studio.app.mapping import plane_choice
from latent_studio.app.mapping.exporting import MapExport
from latent_studio.app.mapping.feeding import TileFeed
from latent_studio.app.mapping.go_to import GoTo
from latent_studio.app.mapping.map_frame import MapFrame
from latent_studio.app.mapping.map_pictures import MapPictures
from latent_studio.app.mapping.map_view import MapView
from latent_studio.app.mapping.plane_chooser import PlaneChooser
from latent_studio.app.panel import NO_MODEL, Panel, controls_row
from latent_studio.app.scatter.scatter import Scatter
from latent_studio.app.session import Session
from latent_studio.app.widgets.buttons import Button, icon_button
from latent_studio.app.widgets.choice import Option
from latent_studio.app.widgets.elide import Hairline, caption
from latent_studio.app.widgets.empty import EmptyState
from latent_studio.app.widgets.segmented import SegmentedControl
from latent_studio.core.header import Header
from latent_studio.studio.document import Document
from latent_studio.studio.viewport import Viewport
from latent_studio.views.plane import Plane

KEY, GROUP = plane_choice.KEY, "Manifold"
NO_PLANE = "This model's code has one dimension, and a plane takes two. Explore sweeps it."
ROOMY_PX = 900  # the controls have room for every word
ON_PLANE = 1e-4  # units of z, what float32 codes leave of zero


class ManifoldPanel(Panel):
    """Plane and spacing are settings of the document; where on it a person is belongs to the workspace."""

    key, title, icon, order = KEY, "Manifold", "map-trifold", 30
    tooltip = "A plane of the latent space as a map of pictures"
    needs = frozenset({"Decodes"})
    gestures = (
        Gesture("Click", "Adopt the picture's code", GROUP),
        Gesture("Drag, arrows", "Pan", GROUP),
        Gesture("Wheel, + and −", "Zoom", GROUP),
        Gesture("Drag the cross-hair", "Move the current code", GROUP),
        Gesture("Hold, then drag", "Carry the picture away", GROUP),
    )

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._model = ""
        self._restoring: dict[str, Any] = {}
        self.view = MapView()
        self.frame = MapFrame(self.view)
        self.feed = TileFeed(session, self.view)
        self.pictures = MapPictures(session, self.view, self)
        self.scatter = Scatter(session, self.view)
        self.export = MapExport(session, self.view, self)
        self.chooser = PlaneChooser(session, self.view, self)
        self.go_to = GoTo(self)
        self._empty = EmptyState("map-trifold", NO_MODEL, "Train a model")
        body = QWidget()
        self._pages = QStackedLayout(body)
        self._pages.addWidget(self.frame)
        self._pages.addWidget(self._empty)
        self._controls = self._make_controls()
        self.set_content(body, self._controls)
        self._connect()
        self._on_model_changed()

    def _make_controls(self) -> QWidget:
        row, line = controls_row()
        self.plane_button = Button("", chevron=True, tooltip="What spans the plane")
        self.plane_button.clicked.connect(self._open_sheet)
        self.spacing = SegmentedControl(
            [
                Option("quantile", "Quantile", tooltip="By the prior: every part of the map is equally probable"),
                Option("linear", "Linear", tooltip="By z itself, without end"),
            ]
        )
        self.spacing.chosen.connect(self._on_spacing)
        self.go_button = icon_button("crosshair", "Go to coordinates, or to the current code (G)")
        self.go_button.clicked.connect(self._open_go_to)
        self.save_button = icon_button("floppy-disk", "Save what is seen as PNG, every picture decoded anew")
        self.save_button.clicked.connect(self.export.ask_where)
        divider = Hairline(vertical=True)
        divider.setFixedHeight(20)
        *data, lasso = self.scatter.controls()
        self._plane_caption = caption("plane")
        left: list[QWidget] = [self._plane_caption, self.plane_button, self.spacing, divider, *data]
        for part in left:
            line.addWidget(part)
        line.addStretch(1)
        right: list[QWidget] = [lasso, self.go_button, self.save_button]
        for part in right:
            line.addWidget(part)
        return row

    def _connect(self) -> None:
        session = self.session
        session.model_changed.connect(self._on_model_changed)
        session.nothing_to_open.connect(self._on_nothing_to_open)
        session.document_changed.connect(self._on_document_changed)
        self.feed.failed.connect(lambda text, details: self.tell("bad", text, details))
        self.feed.completed.connect(self._on_completed)
        self.export.told.connect(lambda level, text: self.tell(level, text))
        self.chooser.changed.connect(self._show_plane)
        self.chooser.told.connect(lambda text: self.tell("warn", text))
        self.go_to.wanted.connect(lambda x, y: self.view.centre_on((x, y)))
        self.go_to.current_wanted.connect(self.centre_on_code)
        self._empty.action_requested.connect(self._on_way_out)
        self.view.installEventFilter(self)

    # --- what it shows

    def shown(self, about: str = "") -> None:
        self.feed.set_active(True)
        self._show_plane()
        self.scatter.shown()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def hidden(self) -> None:
        self.feed.set_active(False)
        self.scatter.hidden()

    def workspace(self) -> dict[str, Any]:
        plane, viewport = self.view.plane, self.view.viewport
        if plane is None or self.view.is_home:
            return {**self._restoring, "scatter": self.scatter.workspace()}
        return {
            "model": self._model,
            "spacing": plane.spacing,
            "centre": list(viewport.centre),
            "scale": viewport.scale,
            "scatter": self.scatter.workspace(),
        }

    def restore(self, values: dict[str, Any]) -> None:
        self._restoring = {name: value for name, value in values.items() if name != "scatter"}
        if isinstance(values.get("scatter"), dict):
            self.scatter.restore(values["scatter"])
        self._take_up()

    def own_actions(self) -> Sequence[Action]:
        def has_plane() -> bool:
            return self.view.plane is not None

        return (
            Action("map go to", "Go to coordinates …", self._open_go_to, ("G",), "crosshair", GROUP, has_plane),
            Action("map fit", "Fit the map", self.view.fit, (), "corners-out", GROUP, has_plane),
            Action("map save", "Save the map as PNG …", self.export.ask_where, (), "floppy-disk", GROUP, has_plane),
            Action("map plane", "Choose the plane …", self._open_sheet, (), "map-trifold", GROUP, has_plane),
            *self.scatter.actions(),
        )

    def centre_on_code(self) -> None:
        """The current code in the middle of the map."""
        plane = self.view.plane
        if plane is not None:
            self.view.centre_on(_place_of(plane, self.session.document.code))

    def _on_nothing_to_open(self) -> None:
        self._empty.set_message(NO_MODEL, "Train a model")
        self._pages.setCurrentWidget(self._empty)
        self._controls.hide()

    def _on_model_changed(self) -> None:
        header, document = self.session.header, self.session.document
        if header is None or document.model is None:
            if self.session.has_nothing and document.model is None:
                self._on_nothing_to_open()
            return
        if document.model.key != self._model:
            self._model = document.model.key
            self.chooser.forget()
        self._show_plane()

    def _on_document_changed(self, new: Document, old: Document) -> None:
        header = self.session.header
        # a drag in another panel must not be slowed by a map that nobody sees: `shown` catches up
        if self.is_shown and header is not None and len(new.code) == header.space.dim:
            self._show_plane()

    def _show_plane(self) -> None:
        header, document = self.session.header, self.session.document
        if header is None or document.model is None:
            return
        plane = plane_choice.chosen_plane(document, header)
        self._controls.setVisible(plane is not None)
        if plane is None:
            self._empty.set_message(NO_PLANE, "Open Explore")
            self._pages.setCurrentWidget(self._empty)
            return
        self._pages.setCurrentWidget(self.frame)
        if self.is_shown:
            self.feed.show(document.model.key, header.digest, plane)
            self.scatter.set_plane(plane)
            self.frame.show_plane()
            self._take_up()
            self.view.set_cross_hair(
                _place_of(plane, document.code),
                is_on_plane=plane.distance(np.asarray(document.code, np.float32)) < ON_PLANE,
            )
        self._show_controls(document, header, plane)

    def _show_controls(self, document: Document, header: Header, plane: Plane) -> None:
        self.plane_button.set_text(plane_choice.title(document, header))
        self.spacing.set_current(plane.spacing)
        has_quantiles = all(axis.has_quantiles for axis in plane.axes)
        self.spacing.setEnabled(has_quantiles)
        self.chooser.show_document(document, header, plane)

    def _take_up(self) -> None:
        """Go where a person left off, once that map is shown."""
        plane, told = self.view.plane, self._restoring
        if plane is None or not told or told.get("model") != self._model or told.get("spacing") != plane.spacing:
            return
        self._restoring = {}
        try:
            (x, y), scale = told["centre"], float(told["scale"])
            place = np.array([x, y, scale], np.float64)
        except (KeyError, TypeError, ValueError):
            return
        if np.isfinite(place).all() and scale > 0:
            self.view.set_viewport(Viewport((float(x), float(y)), scale, (self.view.width(), self.view.height())))

    # --- the plane

    def _open_sheet(self) -> None:
        self.chooser.sheet.open_below(self.plane_button)

    def _open_go_to(self) -> None:
        plane = self.view.plane
        if plane is not None:
            self.go_to.open_for(plane, self.view.viewport.centre, self.go_button)

    def _on_spacing(self, spacing: str) -> None:
        """The other units; what was in the middle stays there, as large as it was."""
        before, viewport, is_home = self.view.plane, self.view.viewport, self.view.is_home
        self.session.edit(lambda document: document.with_setting(KEY, spacing=spacing))
        after = self.view.plane
        if before is not None and after is not None and not is_home:
            near = np.array(viewport.centre) + np.array([[0.0, 0.0], [1.0, 1.0]]) / viewport.scale
            (x, y), beside = after.points(before.values(near))
            length = float(np.linalg.norm(beside - (x, y)))
            scale = np.sqrt(2) / length if length > 0 else viewport.scale
            self.view.set_viewport(Viewport((float(x), float(y)), float(scale), viewport.size))

    def _on_completed(self, n: int, seconds: float) -> None:
        self.frame.scale_card.setToolTip(f"{n:,} pictures decoded in {1000 * seconds:,.0f} ms")

    # --- the hand

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        self._plane_caption.setVisible(self.width() >= ROOMY_PX)

    def _on_way_out(self) -> None:
        self.panel_wanted.emit("train" if self.session.header is None else "explore", "")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A click on the map gives it the keyboard."""
        if watched is self.view and event.type() == QEvent.Type.MouseButtonPress:
            assert isinstance(event, QtGui.QMouseEvent)
            self.view.setFocus(Qt.FocusReason.MouseFocusReason)
        return False


def _place_of(plane: Plane, code: tuple[float, ...]) -> tuple[float, float]:
    x, y = plane.project(np.asarray([code], np.float32))[0]
    return float(x), float(y)
