"""The latent space against closed forms: inverse CDFs, moments, arcs, and what a code may be."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError

from latent_studio.core.errors import StudioError
from latent_studio.core.latent import Categorical, Floats, LatentSpace, Normal, Uniform
from latent_studio.core.model import sample_prior
from tests.core.spaces import rows, spaces

MIXED = LatentSpace(
    factors=(
        Normal(name="z", shape=(3,)),
        Uniform(name="c", shape=(2,), low=-2.0, high=4.0),
        Categorical(name="digit", shape=(10,), condition=True),
        Categorical(name="dice", shape=(2, 6)),
    )
)

# ------------------------------------------------------------------------------------------------------------ quantiles


def test_normal_quantiles_are_the_inverse_cdf() -> None:
    p = np.concatenate([np.linspace(1e-12, 1 - 1e-12, 2001), np.logspace(-300, -1, 600)])[:, None]
    exact = torch.special.ndtri(torch.from_numpy(p)).numpy()
    assert Normal(name="z").from_quantiles(p) == pytest.approx(exact, rel=1e-7)  # float32 of a float64 result


def test_values_and_quantiles_are_inverse_to_each_other() -> None:
    z = np.linspace(-5, 5, 1001, dtype=np.float32)[:, None]
    factor = Normal(name="z")
    assert factor.to_quantiles(z) == pytest.approx(torch.special.ndtr(torch.from_numpy(z).double()).numpy(), rel=1e-13)
    assert factor.from_quantiles(factor.to_quantiles(z)) == pytest.approx(z, rel=1e-6, abs=1e-7)


def test_uniform_quantiles_lie_evenly_between_the_bounds() -> None:
    p = np.array([[0.0], [0.25], [0.5], [1.0]])
    assert Uniform(name="c", low=-2.0, high=6.0).from_quantiles(p)[:, 0].tolist() == [-2.0, 0.0, 2.0, 6.0]


def test_categorical_quantiles_give_each_value_its_share() -> None:
    p = np.repeat(np.linspace(0, 1, 1000, endpoint=False)[:, None], 5, axis=1)
    one_hot = Categorical(name="k", shape=(5,)).from_quantiles(p)
    assert one_hot.sum(0).tolist() == [200.0] * 5
    assert one_hot.argmax(1).tolist() == sorted(one_hot.argmax(1).tolist())


def test_quantiles_of_a_space_are_those_of_its_factors_side_by_side() -> None:
    p = np.random.default_rng(0).uniform(1e-6, 1 - 1e-6, (50, MIXED.dim))
    codes = MIXED.from_quantiles(p)
    for factor, columns in MIXED.blocks():
        assert np.array_equal(codes[:, columns], factor.from_quantiles(p[:, columns]))


# ------------------------------------------------------------------------------------------------------------- sampling


def moments_of_mixed(codes: NDArray[np.float64], n: int) -> None:
    """Means and variances of the prior, within 5 standard errors."""
    z, c = codes[:, MIXED.columns("z")], codes[:, MIXED.columns("c")]
    assert np.abs(z.mean(0)).max() < 5 / n**0.5
    assert np.abs(z.var(0) - 1).max() < 5 * (2 / n) ** 0.5
    assert np.abs(c.mean(0) - 1).max() < 5 * (3 / n) ** 0.5  # var (6²/12) = 3
    assert np.abs(c.var(0) - 3).max() < 5 * (7.2 / n) ** 0.5  # var of (x − 1)² is w⁴/180 = 7.2
    assert c.min() >= -2
    assert c.max() <= 4
    for name, n_values in (("digit", 10), ("dice", 6)):
        groups = codes[:, MIXED.columns(name)].reshape(n, -1, n_values)
        assert set(np.unique(groups)) == {0.0, 1.0}
        assert np.array_equal(groups.sum(-1), np.ones(groups.shape[:2]))
        share = 1 / n_values
        assert np.abs(groups.mean(0) - share).max() < 5 * (share * (1 - share) / n) ** 0.5


def test_samples_have_the_moments_of_the_prior() -> None:
    moments_of_mixed(MIXED.sample(40_000, np.random.default_rng(1)).astype(np.float64), 40_000)


def test_the_torch_twin_samples_the_same_prior() -> None:
    codes = sample_prior(MIXED, 40_000, torch.Generator().manual_seed(1))
    assert codes.dtype == torch.float32
    moments_of_mixed(codes.double().numpy(), 40_000)


def test_the_two_dice_fall_independently() -> None:
    codes = MIXED.sample(20_000, np.random.default_rng(2))[:, MIXED.columns("dice")].reshape(-1, 2, 6).argmax(-1)
    assert abs(np.corrcoef(codes.T)[0, 1]) < 5 / 20_000**0.5


@pytest.mark.parametrize("temperature", [0.0, 0.5, 1.0])
def test_temperature_shrinks_the_spread_towards_neutral(temperature: float) -> None:
    codes = MIXED.sample(20_000, np.random.default_rng(3), temperature)
    offset = (codes - MIXED.neutral())[:, :5].astype(np.float64)
    assert offset.std(0) == pytest.approx(np.array([1, 1, 1, 3**0.5, 3**0.5]) * temperature, rel=0.05)


def test_a_heated_uniform_stays_between_its_bounds() -> None:
    codes = MIXED.sample(1000, np.random.default_rng(4), temperature=3.0)[:, MIXED.columns("c")]
    assert codes.min() >= -2
    assert codes.max() <= 4


def test_log_prior_is_the_density_of_the_unconditioned_factors() -> None:
    codes = MIXED.sample(100, np.random.default_rng(5))
    z = torch.from_numpy(codes[:, MIXED.columns("z")]).double()
    expected = torch.distributions.Normal(0.0, 1.0).log_prob(z).sum(1).numpy() - 2 * math.log(6) - 2 * math.log(6)
    assert MIXED.log_prior(codes) == pytest.approx(expected)
    outside = codes.copy()
    outside[:, MIXED.columns("c").start] = 4.1
    assert np.all(MIXED.log_prior(outside) == -np.inf)


# -------------------------------------------------------------------------------------------------------- interpolation

VECTORS = st.integers(2, 6).flatmap(
    lambda width: st.tuples(*[st.lists(st.floats(-5, 5, width=32), min_size=width, max_size=width)] * 2)
)


def both(pair: tuple[list[float], list[float]]) -> tuple[Floats, Floats]:
    return np.asarray(pair[0], np.float32), np.asarray(pair[1], np.float32)


@given(VECTORS)
def test_a_path_begins_and_ends_exactly_at_its_ends(pair: tuple[list[float], list[float]]) -> None:
    start, end = both(pair)
    path = Normal(name="z", shape=(len(start),)).interpolate(start, end, np.asarray([0.0, 1.0], np.float32))
    assert np.array_equal(path[0], start)
    assert np.array_equal(path[1], end)


@given(VECTORS, st.floats(0.5, 4))
def test_the_arc_between_codes_of_equal_norm_keeps_it(pair: tuple[list[float], list[float]], norm: float) -> None:
    start, end = both(pair)
    lengths = np.linalg.norm(start), np.linalg.norm(end)
    assume(min(lengths) > 1e-3)
    start, end = (np.asarray(v * norm / length, np.float32) for v, length in zip((start, end), lengths, strict=True))
    cosine = float(start.astype(np.float64) @ end.astype(np.float64)) / norm**2
    assume(cosine > -0.999)  # between opposite codes there is no one arc
    path = Normal(name="z", shape=(len(start),)).interpolate(start, end, np.linspace(0, 1, 11, dtype=np.float32))
    assert np.linalg.norm(path.astype(np.float64), axis=1) == pytest.approx(np.full(11, norm), rel=1e-5)


def test_the_arc_turns_evenly_and_its_norm_changes_evenly() -> None:
    start, end = np.asarray([2, 0], np.float32), np.asarray([0, 6], np.float32)
    t = np.linspace(0, 1, 7, dtype=np.float32)
    path = Normal(name="z", shape=(2,)).interpolate(start, end, t).astype(np.float64)
    assert np.degrees(np.arctan2(path[:, 1], path[:, 0])) == pytest.approx(90 * t, abs=1e-4)
    assert np.linalg.norm(path, axis=1) == pytest.approx(2 + 4 * t, rel=1e-5)


@pytest.mark.parametrize("end", [[0.0, 0.0], [-1.0, 0.0], [2.0, 0.0], [1.0, 0.0]])
def test_without_an_arc_the_path_is_straight(end: list[float]) -> None:
    """To the origin, to the opposite code, to a multiple, to itself."""
    start, target = np.asarray([1, 0], np.float32), np.asarray(end, np.float32)
    path = Normal(name="z", shape=(2,)).interpolate(start, target, np.asarray([0.25], np.float32))
    assert path[0] == pytest.approx(0.75 * start + 0.25 * target)


def test_uniform_and_categorical_factors_blend_straight() -> None:
    start, end = MIXED.sample(2, np.random.default_rng(6))
    path = MIXED.interpolate(start, end, np.asarray([0.25], np.float32))[0]
    straight = slice(MIXED.columns("c").start, MIXED.dim)
    assert path[straight] == pytest.approx(0.75 * start[straight] + 0.25 * end[straight])


# ----------------------------------------------------------------------------------------------------- any latent space


@given(spaces())
def test_a_space_survives_json(space: LatentSpace) -> None:
    assert space.dim >= 0  # what is computed once does not get in the way
    again = LatentSpace.model_validate_json(space.model_dump_json())
    assert again == space
    assert LatentSpace.model_validate(json.loads(json.dumps(space.model_dump(mode="json")))) == space


@given(spaces())
def test_columns_tile_the_code(space: LatentSpace) -> None:
    columns = [column for _, block in space.blocks() for column in range(block.start, block.stop)]
    assert columns == list(range(space.dim))
    assert len(space.column_names) == space.dim
    for factor, block in space.blocks():
        assert space.columns(factor.name) == block


@given(st.data())
def test_nearest_is_finite_valid_and_idempotent(data: st.DataObject) -> None:
    space = data.draw(spaces())
    codes = space.nearest(data.draw(rows(space.dim, 3)))
    assert codes.dtype == np.float32
    assert np.isfinite(codes).all()
    assert np.array_equal(space.nearest(codes), codes)
    for factor, block in space.blocks():
        if isinstance(factor, Uniform):
            assert np.isfinite(factor.log_prior(codes[:, block])).all()


@given(spaces(), st.integers(0, 2**32 - 1), st.integers(0, 4))
def test_samples_neutral_and_quantiles_are_valid_codes(space: LatentSpace, seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    made = (space.sample(n, rng), space.neutral()[None], space.from_quantiles(rng.uniform(0.01, 0.99, (n, space.dim))))
    for codes in made:
        assert codes.dtype == np.float32
        assert codes.shape[1:] == (space.dim,)
        assert np.array_equal(space.nearest(codes), codes)


@given(st.data())
def test_any_path_begins_and_ends_exactly(data: st.DataObject) -> None:
    space = data.draw(spaces())
    start, end = space.sample(2, np.random.default_rng(data.draw(st.integers(0, 1000))))
    path = space.interpolate(start, end, np.asarray([0.0, 1.0], np.float32))
    assert np.array_equal(path[0], start)
    assert np.array_equal(path[1], end)


def test_column_names_are_numbered_only_where_there_are_several() -> None:
    space = LatentSpace(factors=(Normal(name="z", shape=(2,)), Uniform(name="tilt")))
    assert space.column_names == ("z0", "z1", "tilt")
    assert Categorical(name="c", shape=(4,)).group_names() == ("c",)
    assert Categorical(name="c", shape=(2, 4)).group_names() == ("c0", "c1")


# ------------------------------------------------------------------------------------------------------ what is refused


def test_an_unknown_factor_is_answered_with_the_closest_one() -> None:
    with pytest.raises(StudioError, match='No factor is named "digits": did you mean "digit"'):
        MIXED.columns("digits")


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "uniform", "name": "c", "low": 1.0, "high": 1.0},
        {"kind": "categorical", "name": "k", "shape": (3,), "labels": ("a", "b")},
        {"kind": "poisson", "name": "n"},
        {"kind": "normal", "name": "z", "shape": (0,)},
        {"kind": "normal", "name": "z", "shape": (-2,)},
        {"kind": "categorical", "name": "k", "shape": ()},
        {"kind": "uniform", "name": "c", "low": -math.inf, "high": 0.0},
    ],
)
def test_a_factor_that_makes_no_sense_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        LatentSpace.model_validate({"factors": [values]})


def test_two_factors_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="the same name"):
        LatentSpace(factors=(Normal(name="z"), Uniform(name="z")))
