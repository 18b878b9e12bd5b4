"""The map's picture: what is drawn where, and that a shifted one is the same as a new one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication

from latent_studio.app.mapping.canvas import TileCanvas
from latent_studio.app.mapping.frame import Frame
from latent_studio.app.widgets.pixels import to_array
from latent_studio.core.latent import LatentSpace, Normal
from latent_studio.studio.viewport import Viewport
from latent_studio.views.manifold import Cell, coarsest
from latent_studio.views.plane import over_columns

PLANE = over_columns(LatentSpace(factors=(Normal(name="z", shape=(3,)),)), [0.0, 0.0, 0.5], 0, 1, "linear")
FRAME = Frame.of(Viewport((0.0, 0.0), 400.0, (400, 320)), 1.0)  # level 3, 50 px: 8 × 6.4 pictures

pytestmark = pytest.mark.usefixtures("qapp")


def shade(cell: Cell, level: int = FRAME.level, salt: int = 0) -> int:
    """One grey per picture, whatever level shows it."""
    return 40 + (hash((salt, *coarsest(level, cell))) % 200)


def flat(value: int) -> NDArray[np.uint8]:
    return np.full((5, 5), value, np.uint8)


def supplied(canvas: TileCanvas, frame: Frame = FRAME, salt: int = 0, margin: int = 0) -> None:
    cells = canvas.missing(margin)
    canvas.add(frame.level, cells, [flat(shade(cell, frame.level, salt)) for cell in cells])


def opened(frame: Frame = FRAME) -> TileCanvas:
    canvas = TileCanvas()
    canvas.show(frame)
    canvas.set_sheet("a", PLANE)
    return canvas


def seen(canvas: TileCanvas) -> NDArray[np.uint8]:
    return to_array(canvas.pixmap.toImage())[:, :, 0]


def test_every_cell_shows_its_own_picture() -> None:
    canvas = opened()
    supplied(canvas)
    assert canvas.missing() == []
    picture = seen(canvas)
    for cell in ((0, 0), (-3, 2), (4, -3)):
        box = FRAME.rect(cell).intersected(FRAME.everything())
        part = picture[box.top() : box.bottom() + 1, box.left() : box.right() + 1]
        assert (part == shade(cell)).all()


@pytest.mark.parametrize(("dx", "dy"), [(7, 0), (0, -13), (-31, 18), (399, 3), (-1000, 5), (120, 120)])
def test_a_shifted_picture_is_the_same_as_one_drawn_anew(qapp: QApplication, dx: int, dy: int) -> None:
    canvas = opened()
    supplied(canvas, margin=30)
    moved = replace(FRAME, x=FRAME.x + dx, y=FRAME.y + dy)
    canvas.show(moved)
    shifted = seen(canvas)
    canvas.repaint()
    assert np.array_equal(shifted, seen(canvas))
    assert (shifted > 0).all() or canvas.missing()


def test_a_coarse_tile_stands_in_for_finer_ones_until_they_come() -> None:
    canvas = opened()
    canvas.add(FRAME.level, [(0, 0)], [flat(shade((0, 0)))])
    picture, around = seen(canvas), FRAME.rect((0, 0), 4)
    assert (picture[around.top() + 1 : around.bottom(), around.left() + 1 : around.right()] == shade((0, 0))).all()
    canvas.add(FRAME.level, [(1, 0)], [flat(shade((1, 0)))])
    picture, fine = seen(canvas), FRAME.rect((1, 0))
    assert (picture[fine.top() : fine.bottom(), fine.left() : fine.right()] == shade((1, 0))).all()
    assert picture[FRAME.rect((1, 1)).center().y(), FRAME.rect((1, 1)).center().x()] == shade((0, 0))


def test_zooming_out_needs_only_what_was_never_seen() -> None:
    canvas = opened()
    supplied(canvas)
    coarser = Frame.of(Viewport((0.0, 0.0), 200.0, (400, 320)), 1.0)
    assert coarser.level == FRAME.level - 1
    canvas.show(coarser)
    known = {(x, y) for x in range(-2, 3) for y in range(-1, 2)}
    assert not known & set(canvas.missing())
    assert set(canvas.missing())


def test_zooming_in_shows_the_former_pictures_enlarged_meanwhile() -> None:
    canvas = opened()
    supplied(canvas)
    finer = Frame.of(Viewport((0.0, 0.0), 800.0, (400, 320)), 1.0)
    canvas.show(finer)
    picture, odd = seen(canvas), finer.rect((1, 1))
    assert canvas.missing()
    corner = picture[odd.bottom() - 3, odd.left() + 3]  # the quarter towards (0, 0)
    assert corner == shade((0, 0))
    assert (picture > 0).all()


def test_the_old_pictures_stay_until_those_of_the_newer_weights_come() -> None:
    canvas = opened()
    supplied(canvas)
    before = seen(canvas)
    canvas.set_sheet("b", PLANE)
    assert np.array_equal(seen(canvas), before)
    assert len(canvas.missing()) == len(FRAME.span(FRAME.everything()).cells())
    supplied(canvas, salt=1)
    assert canvas.missing() == []
    assert seen(canvas)[160, 200] == shade((0, 0), salt=1)
    canvas.set_sheet("a", PLANE)
    assert canvas.missing() == [], "what was decoded is still there"


def test_other_dimensions_held_elsewhere_are_the_same_map_other_axes_are_not() -> None:
    canvas = opened()
    supplied(canvas)
    before = seen(canvas)
    canvas.set_sheet("a", replace(PLANE, offset=(0.0, 0.0, 0.75)))
    assert np.array_equal(seen(canvas), before)
    canvas.set_sheet("a", PLANE.spaced("quantile"))
    assert not np.array_equal(seen(canvas), before)


def test_memory_stays_within_its_bounds() -> None:
    canvas = TileCanvas(tile_bytes=10_000, scaled_bytes=100_000)
    canvas.show(FRAME)
    canvas.set_sheet("a", PLANE)
    for step in range(30):
        canvas.show(replace(FRAME, x=FRAME.x + 137 * step))
        supplied(canvas)
        assert canvas.tiles.n_bytes <= 10_000


def test_a_picture_that_is_not_square_keeps_its_proportions() -> None:
    canvas = opened()
    canvas.ground.setRgb(1, 1, 1)
    cells = canvas.missing()
    canvas.add(FRAME.level, cells, [np.full((4, 8), 200, np.uint8) for _ in cells])
    box = FRAME.rect((0, 0))
    column = seen(canvas)[box.top() : box.bottom() + 1, box.center().x()]
    assert (column == 200).sum() == 25
    assert (column == 1).sum() == 25
