"""Sheets of pictures: every tile where it belongs, enlarged by whole pixels."""

from __future__ import annotations

import numpy as np
import pytest

from latent_studio.core.events import Pixels
from latent_studio.views.sheets import GAP_PX, MARGIN_PX, in_rows, sheet

GROUND = (0x16, 0x17, 0x1A)


def tile(level: int, side: int = 28) -> Pixels:
    return np.full((side, side), level, np.uint8)


@pytest.mark.parametrize(("side", "scale"), [(8, 10), (28, 3), (64, 1), (128, 1)])
def test_small_pictures_are_enlarged_by_whole_pixels(side: int, scale: int) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (side, side, 3), np.uint8)
    made = sheet([[picture]])
    inner = made[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX]
    assert inner.shape == (side * scale, side * scale, 3)
    assert (inner == picture.repeat(scale, 0).repeat(scale, 1)).all()


def test_tiles_stand_in_their_rows_and_short_rows_end_in_ground() -> None:
    made = sheet([[tile(10), tile(20), tile(30)], [tile(40)]])
    step = 28 * 3 + GAP_PX
    at = [[tuple(made[MARGIN_PX + i * step + 5, MARGIN_PX + j * step + 5]) for j in range(3)] for i in range(2)]
    assert at == [[(10,) * 3, (20,) * 3, (30,) * 3], [(40,) * 3, GROUND, GROUND]]
    assert tuple(made[MARGIN_PX + 5, MARGIN_PX + step - 1]) == GROUND  # the gap


def test_titles_take_room_beside_the_tiles_and_none_of_theirs() -> None:
    bare = sheet([[tile(9)] * 2] * 2)
    titled = sheet([[tile(9)] * 2] * 2, row_titles=["z0  1.00 nat", "z1"], column_titles=["−3", "+3"])
    height, width = bare.shape[:2]
    assert titled.shape[0] > height
    assert titled.shape[1] > width
    assert (titled[-height + MARGIN_PX :, -width + MARGIN_PX :] == bare[MARGIN_PX:, MARGIN_PX:]).all()
    margin = titled[: -height + MARGIN_PX]
    assert (margin != np.array(GROUND)).any()  # something is written there


@pytest.mark.parametrize("n", [1, 2, 7, 9, 64, 65])
def test_items_without_a_number_of_columns_fill_a_square(n: int) -> None:
    rows = in_rows(list(range(n)))
    assert [item for row in rows for item in row] == list(range(n))
    assert len(rows) <= len(rows[0]) <= len(rows) + 1


def test_items_keep_the_number_of_columns_that_is_asked_for() -> None:
    assert in_rows("abcdefg", 3) == ["abc", "def", "g"]
