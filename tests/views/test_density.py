"""Lines of equal density against shapes whose lines are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_studio.views.density import Box, Line, density, levels, line_at, marching_squares
from latent_studio.views.scatter import inside


def length(line: Line) -> float:
    return float(np.hypot(*(line - np.roll(line, 1, axis=0)).T).sum())


class TestMarchingSquares:
    def test_a_cone_has_a_circle_at_every_level(self) -> None:
        row, column = np.mgrid[:61, :61]
        cone = 30 - np.hypot(row - 30, column - 25)
        (circle,) = marching_squares(cone, 10.0)
        assert np.hypot(*(circle - (25, 30)).T) == pytest.approx(20, abs=0.02)
        assert length(circle) == pytest.approx(2 * np.pi * 20, rel=1e-3)

    def test_two_hills_have_two_lines(self) -> None:
        row, column = np.mgrid[:40, :60]
        hills = np.exp(-((row - 20) ** 2 + (column - 15) ** 2) / 50) + np.exp(
            -((row - 20) ** 2 + (column - 45) ** 2) / 50
        )
        assert len(marching_squares(hills, 0.5)) == 2
        assert len(marching_squares(hills, 0.005)) == 1

    def test_lines_close_along_the_edge_of_the_grid(self) -> None:
        (line,) = marching_squares(np.ones((5, 5)), 0.5)
        assert inside(np.array([(2.0, 2.0)]), line).all()
        assert line.min() == pytest.approx(-1, abs=1)

    def test_a_saddle_is_joined_where_its_middle_is_high(self) -> None:
        high = np.array([[1.0, 0.0], [0.0, 1.0]])
        assert len(marching_squares(high, 0.6)) == 2
        assert len(marching_squares(high, 0.4)) == 1

    @given(st.lists(st.integers(0, 3), min_size=25, max_size=25), st.sampled_from([0.5, 1.0, 1.5, 2.5]))
    def test_lines_part_what_is_above_from_what_is_below(self, values: list[int], level: float) -> None:
        grid = np.array(values, np.float64).reshape(5, 5)
        lines = marching_squares(grid, level)
        corners = np.stack([np.tile(np.arange(5.0), 5), np.repeat(np.arange(5.0), 5)], axis=1)
        crossed = np.zeros(25, np.int64)
        for line in lines:
            crossed += inside(corners + 1e-7, line)
        clear = np.abs(grid.ravel() - level) > 1e-3  # a corner on the line itself is on neither side
        assert ((crossed % 2 == 1) == (grid.ravel() > level))[clear].all()


class TestDensity:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(40_000, 2))
    box = Box((-5.0, 5.0), (-5.0, 5.0))

    def test_nothing_is_lost(self) -> None:
        assert density(self.points, self.box).sum() == pytest.approx(40_000, rel=1e-3)

    def test_a_share_of_a_normal_cloud_lies_within_the_radius_that_chi_square_tells(self) -> None:
        grid = density(self.points, self.box)
        for share, level in zip((0.5, 0.9), levels(grid, (0.5, 0.9)), strict=True):
            outer = max(line_at(grid, self.box, level), key=length)
            radius = np.sqrt(-2 * np.log(1 - share))
            assert np.hypot(*outer.T).mean() == pytest.approx(radius, rel=0.06)
            assert inside(self.points, outer).mean() == pytest.approx(share, abs=0.04)

    def test_at_a_limit_of_the_plane_an_even_cloud_stays_even(self) -> None:
        points = np.random.default_rng(1).random((60_000, 2))
        unit = ((0.0, 1.0), (0.0, 1.0))
        box = Box.around(points, unit)
        assert (box.across, box.up) == unit
        grid = density(points, box)
        assert grid[0].mean() == pytest.approx(grid.mean(), rel=0.1)
        assert density(points, Box(*unit))[0].mean() < 0.75 * grid.mean()  # without being thrown back
        assert grid.sum() == pytest.approx(60_000, rel=1e-6)

    def test_up_is_up(self) -> None:
        grid = density(self.points * 0.1 + (2.0, -3.0), self.box)
        row, column = np.unravel_index(grid.argmax(), grid.shape)
        assert (column + 0.5) / 128 * 10 - 5 == pytest.approx(2.0, abs=0.2)
        assert (row + 0.5) / 128 * 10 - 5 == pytest.approx(-3.0, abs=0.2)
