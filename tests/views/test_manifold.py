"""Tiles of the map: their order, the codes they show, and the pictures that come."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from latent_studio.core.family import DataSpec, family
from latent_studio.core.header import Header
from latent_studio.core.request import OpenModel
from latent_studio.views.decoding import decode, decode_in_pieces, in_half
from latent_studio.views.manifold import ManifoldTiles, Tiles, coarsest, in_order, points_of, step_of
from latent_studio.views.plane import over_columns

cells_of_a_view = np.stack(np.meshgrid(np.arange(-10, 10), np.arange(3, 23)), axis=-1).reshape(-1, 2)


def opened_vae(shape: tuple[int, int, int] = (1, 28, 28), network: str = "mlp", n_latent: int = 3) -> OpenModel:
    torch.manual_seed(0)
    data, vae = DataSpec(name="none", image_shape=shape), family("vae")
    config = vae.config.model_validate({"n_latent": n_latent, "network": network, "width": 32})
    model = vae.build(config, data).eval().requires_grad_(False)
    header = Header(
        name="t", family="vae", family_title="VAE", config=config.model_dump(), space=model.space, data=data,
        capabilities=("Decodes",), digest="d",
    )  # fmt: skip
    return OpenModel("t", header, model)


def test_every_fourth_tile_each_way_comes_first_then_every_second_then_all() -> None:
    order = cells_of_a_view[in_order(cells_of_a_view, (0.0, 13.0))]
    assert sorted(map(tuple, order)) == sorted(map(tuple, cells_of_a_view))
    by_four, by_two = (order % 4 == 0).all(1), (order % 2 == 0).all(1)
    assert by_four[:25].all()
    assert not by_four[25:].any()
    assert by_two[:100].all()
    assert not by_two[100:].any()


def test_within_one_fineness_the_middle_comes_first() -> None:
    order = cells_of_a_view[in_order(cells_of_a_view, (-2.0, 13.0))]
    distances = ((order - (-2.0, 13.0)) ** 2).sum(1)
    for part in (slice(0, 25), slice(25, 100), slice(100, None)):
        assert (np.diff(distances[part]) >= 0).all()


@given(st.integers(-3, 12), st.integers(-1000, 1000), st.integers(-1000, 1000), st.integers(0, 5))
def test_a_picture_is_kept_under_one_name_whatever_level_shows_it(level: int, x: int, y: int, finer: int) -> None:
    assert coarsest(level, (x, y)) == coarsest(level + finer, (x << finer, y << finer))
    if (x, y) != (0, 0):
        coarse, across, up = coarsest(level, (x, y))
        assert (across % 2, up % 2) != (0, 0)
        assert (across * step_of(coarse), up * step_of(coarse)) == (x * step_of(level), y * step_of(level))


def test_the_pictures_of_a_quantile_grid_are_those_of_the_inverse_normal_cdf_to_the_bit() -> None:
    opened, level = opened_vae(), 4
    cells = tuple((x, y) for x in range(1, 16) for y in range(1, 16))
    plane = over_columns(opened.header.space, [0.1, 0.2, 0.3], 2, 0)
    request = ManifoldTiles(model="t", plane=plane, level=level, cells=cells)
    exact = np.tile(np.array([0.1, 0.2, 0.3], np.float32), (len(cells), 1))
    ordered = request.ordered()
    exact[:, 2] = [NormalDist().inv_cdf(x / 16) for x, _ in ordered]
    exact[:, 0] = [NormalDist().inv_cdf(y / 16) for _, y in ordered]
    n_done = 0
    for tiles in request.answer(opened):
        assert isinstance(tiles, Tiles)
        n = len(tiles.cells)
        expected = decode(opened, exact[n_done : n_done + n])  # the same batch shape, the same precision
        assert list(tiles.cells) == ordered[n_done : n_done + n]
        assert all(np.array_equal(a, b) for a, b in zip(tiles.pictures, expected, strict=True))
        n_done += n
    assert n_done == len(cells)


def test_points_of_cells_are_exact() -> None:
    assert np.array_equal(points_of(3, np.array([[1, 7]])), [[0.125, 0.875]])
    assert np.array_equal(points_of(-2, np.array([[1, -3]])), [[4.0, -12.0]])


def test_a_second_view_begins_with_the_pieces_that_were_right_for_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = opened_vae()
    clock = iter(np.arange(0, 1000, 0.001))  # every piece takes 1 ms
    monkeypatch.setattr("latent_studio.views.decoding.thread_time", lambda: next(clock))
    monkeypatch.setattr("latent_studio.views.decoding._chunk_of", {})
    codes = np.zeros((120, 3), np.float32)
    first = [len(pictures) for _, pictures in decode_in_pieces(opened, codes)]
    assert first == [1, 2, 4, 8, 16, 32, 50, 7]
    second = [len(pictures) for _, pictures in decode_in_pieces(opened, codes)]
    assert second[0] == 50


def test_half_precision_tiles_are_within_three_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("latent_studio.core.model.cpu_has_bfloat16", lambda: True)
    opened = opened_vae((3, 64, 64), "conv", 8)
    half = in_half(opened)
    assert next(half.model.parameters()).dtype is torch.bfloat16
    assert in_half(opened).model is half.model, "made once"
    codes = np.random.default_rng(0).standard_normal((4, 8)).astype(np.float32)
    exact, tiles = np.stack(decode(opened, codes)), np.stack(decode(half, codes))
    assert np.abs(exact.astype(int) - tiles.astype(int)).max() <= 3
    assert next(opened.model.parameters()).dtype is torch.float32, "exported pictures keep all digits"


def test_small_pictures_and_foreign_modules_stay_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("latent_studio.core.model.cpu_has_bfloat16", lambda: True)
    small = opened_vae((1, 28, 28), "conv")
    assert in_half(small) is small
