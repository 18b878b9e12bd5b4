"""Manifold: the 2-D model's map, the data over it where they are, a group that was drawn, and a point looked at."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QWidget

from latent_studio.app.panels.manifold import ManifoldPanel
from latent_studio.app.scatter.settings import with_choice
from latent_studio.app.touring.conductor import Script, soon
from latent_studio.app.touring.hand import click, drag, move, press_key, turn_wheel, type_text
from latent_studio.app.touring.visit import Visit

NOTCHES = 3
ADOPTED = (0.20, 0.72)  # where the visitor clicks, in shares of the map
GROUP = ((0.42, 0.70), (0.10, 0.14), "in between")  # middle and half axes of what is drawn around, and its name
LOOKED_AT = (0.56, 0.42)


def scene(visit: Visit) -> Script:
    """Zoom in, adopt a picture; where there are data, draw around some and look at one."""
    yield from visit.open_model("mnist-vae-2d")
    panel = visit.panel(ManifoldPanel)
    yield soon(lambda: has_pictures(panel))
    for _ in range(NOTCHES):
        turn_wheel(panel.view, place(panel.view, 0.5, 0.5), 120)
        yield visit.rests()
    yield soon(lambda: has_pictures(panel))
    click(panel.view, place(panel.view, *ADOPTED))
    if panel.scatter.cloud.placed is not None:
        yield from draw_around(visit, panel)
        look_at_a_point(panel)
    yield visit.rests()


def with_contours(visit: Visit) -> Script:
    """All of the data, with the density of each class, where there are data."""
    panel = visit.panel(ManifoldPanel)
    if panel.scatter.cloud.placed is not None:
        panel.view.fit()
        visit.session.edit(with_choice(contours="class"))
        yield soon(lambda: has_pictures(panel))
        yield from visit.portrait("scatter")
        visit.session.edit(with_choice(contours="none"))


def has_pictures(panel: ManifoldPanel) -> bool:
    """Whether every place of the map that is seen has its picture, and the points of the data have come or cannot."""
    can_come = panel.scatter.codes.current is None or panel.scatter.codes.current.is_whole
    return panel.view.plane is not None and not panel.view.canvas.missing(1) and can_come


def draw_around(visit: Visit, panel: ManifoldPanel) -> Script:
    """Lasso some points and name them; then let all stand out alike again."""
    (x, y), (across, up), name = GROUP
    angles = np.linspace(0, 2 * math.pi, 60).tolist()
    visit.press("L")
    way = [place(panel.view, x + across * math.cos(a), y + up * math.sin(a)) for a in angles]
    yield from drag(panel.view, way)
    field = visit.window.focusWidget()
    if visit.session.document.groups and field is not None:
        type_text(field, name)
        press_key(field, Qt.Key.Key_Return)
        visit.session.edit(with_choice(group=""))
        print(f"kept {len(visit.session.document.groups[-1].indices):,} points as a group")


def look_at_a_point(panel: ManifoldPanel) -> None:
    """Rest the pointer on the point of the data that is nearest to where the picture needs one."""
    placed = panel.scatter.cloud.placed
    assert placed is not None
    px, wanted = panel.view.viewport.to_px(placed.points), place(panel.view, *LOOKED_AT)
    x, y = px[np.hypot(px[:, 0] - wanted.x(), px[:, 1] - wanted.y()).argmin()].tolist()
    move(panel.view, QPointF(x, y), is_held=False)


def place(view: QWidget, x: float, y: float) -> QPointF:
    """A point of a widget, in shares of its width and height."""
    return QPointF(x * view.width(), y * view.height())
