"""The ticks of the map's axes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_studio.app.mapping.ticks import nice_step, ticks
from latent_studio.core.latent import LatentSpace, Normal, Uniform
from latent_studio.views.plane import over_columns

SPACE = LatentSpace(factors=(Normal(name="z", shape=(2,)), Uniform(name="u", low=0.0, high=2.0)))
QUANTILE = over_columns(SPACE, [0.0] * 3, 0, 2)
LINEAR = QUANTILE.spaced("linear")


def test_a_quarter_is_a_tick_with_its_quantile_and_its_z() -> None:
    found = ticks(QUANTILE.across, "quantile", (-0.2, 1.2), 400.0, 88.0)
    assert [(t.main, t.other) for t in found] == [("0.25", "−0.67"), ("0.5", "0"), ("0.75", "0.67")]


def test_the_ends_of_the_quantiles_have_no_tick() -> None:
    found = ticks(QUANTILE.across, "quantile", (-1.0, 2.0), 1000.0, 88.0)
    assert [t.main for t in found] == ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9"]
    assert found[0].other == "−1.28"


def test_linear_ticks_tell_z_first() -> None:
    found = ticks(LINEAR.across, "linear", (-2.4, 1.4), 100.0, 88.0)
    assert [(t.main, t.other) for t in found] == [("−2", "0.02"), ("−1", "0.16"), ("0", "0.50"), ("1", "0.84")]


def test_the_tails_are_told_as_far_as_there_is_room() -> None:
    found = ticks(LINEAR.across, "linear", (-5.0, 5.0), 100.0, 88.0)
    assert [t.other for t in found] == [
        "<0.001", "<0.001", "0.001", "0.02", "0.16", "0.50", "0.84", "0.98", "0.999", ">0.999", ">0.999"
    ]  # fmt: skip


def test_a_bounded_axis_has_ticks_up_to_its_bounds() -> None:
    found = ticks(LINEAR.up, "linear", (-5.0, 5.0), 100.0, 88.0)
    assert [t.main for t in found] == ["0", "1", "2"]


def test_a_view_beside_the_plane_has_none() -> None:
    assert ticks(QUANTILE.across, "quantile", (1.5, 2.0), 1000.0, 88.0) == []


@pytest.mark.parametrize(("least", "step"), [(0.09, 0.1), (0.11, 0.25), (0.3, 0.5), (0.6, 1.0), (1.0, 1.0), (70, 100)])
def test_steps_are_round(least: float, step: float) -> None:
    assert nice_step(least) == pytest.approx(step)


@given(st.floats(1e-6, 1e6))
def test_steps_are_never_smaller_than_asked_nor_much_larger(least: float) -> None:
    assert least * (1 - 1e-6) <= nice_step(least) <= 2.5 * least * (1 + 1e-6)


@given(st.floats(0, 1), st.floats(60, 1e6))
def test_ticks_stand_apart_and_none_says_the_same_as_its_neighbour(centre: float, scale: float) -> None:
    shown = centre - 400 / scale, centre + 400 / scale
    found = ticks(QUANTILE.across, "quantile", shown, scale, 80.0)
    gaps = [b.at - a.at for a, b in pairwise(found)]
    assert all(gap * scale >= 79.9 for gap in gaps)
    assert len({tick.main for tick in found}) == len(found)
