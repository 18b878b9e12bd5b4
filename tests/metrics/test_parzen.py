"""The Parzen-window estimate against what is known in closed form, and against another library's."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.neighbors import KernelDensity
from torch import Tensor
from torch.distributions import Normal

from latent_studio.core.errors import StudioError
from latent_studio.data import load
from latent_studio.data.pixel_store import at_once
from latent_studio.metrics.parzen import BANDWIDTHS, ROWS, estimate, k_means, log_likelihood, parts


def normal(n: int, d: int, seed: int, scale: float = 1.0) -> Tensor:
    return scale * torch.randn(n, d, generator=torch.Generator().manual_seed(seed))


def test_one_centre_is_a_gaussian() -> None:
    points, centre = normal(ROWS + 20, 7, 0), normal(1, 7, 1)
    found = at_once(log_likelihood(points, centre, [0.3, 2.0]))
    for row, h in zip(found, (0.3, 2.0), strict=True):
        expected = Normal(centre.double(), h).log_prob(points.double()).sum(1)
        torch.testing.assert_close(row, expected, rtol=1e-5, atol=1e-3)


def test_it_is_the_kernel_density_of_another_library() -> None:
    points, centres = normal(50, 5, 0), normal(400, 5, 1)  # in high dimensions that library's tree loses digits
    found = at_once(log_likelihood(points, centres, [0.8]))[0]
    density = KernelDensity(bandwidth=0.8, kernel="gaussian").fit(centres.double().numpy())
    np.testing.assert_allclose(found.numpy(), density.score_samples(points.double().numpy()), rtol=1e-5)


def test_far_centres_underflow_nothing() -> None:
    found = at_once(log_likelihood(torch.zeros(1, 784), torch.ones(10, 784), [0.05]))
    expected = -784 / (2 * 0.05**2) - 784 * math.log(0.05 * math.sqrt(2 * math.pi))
    assert float(found) == pytest.approx(expected, rel=1e-6)


def test_the_bandwidth_of_a_gaussian_around_one_centre_is_its_own() -> None:
    centre = torch.full((1, 300), 0.5)
    found = at_once(estimate(centre, centre + normal(500, 300, 0, 0.2), centre + normal(2000, 300, 1, 0.2)))
    assert found.bandwidth == pytest.approx(0.2, rel=0.06)  # the nearest of steps of 10 %
    entropy = 300 * (math.log(0.2) + 0.5 * math.log(2 * math.pi * math.e))
    assert found.log_likelihood == pytest.approx(-entropy, abs=2)  # a bandwidth off by 5 % costs 0.7 nats
    assert found.error == pytest.approx(math.sqrt(300 / 2) / math.sqrt(2000), rel=0.1)


def test_the_bandwidths_are_steps_of_ten_percent() -> None:
    ratios = np.divide(BANDWIDTHS[1:], BANDWIDTHS[:-1])
    np.testing.assert_allclose(ratios, 1.1)
    assert BANDWIDTHS[0] == 0.01
    assert 0.9 < BANDWIDTHS[-1] <= 1


def test_pictures_that_the_centres_hold_already_are_refused() -> None:
    """Two-level pictures that repeat: the narrower, the likelier, without an end."""
    points = torch.eye(8)
    with pytest.raises(StudioError, match=r"No bandwidth from .* suits these pictures"):
        at_once(estimate(points, points, points))


def test_k_means_finds_clusters_that_lie_apart() -> None:
    places = torch.tensor([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]])
    points = places.repeat_interleave(200, 0) + normal(600, 2, 0, 0.05)
    found = k_means(points, 3)
    order = torch.cdist(places, found).argmin(1)
    torch.testing.assert_close(found[order], places, atol=0.02, rtol=0)


def test_held_out_pictures_choose_the_bandwidth_and_are_no_centres() -> None:
    digits = load("digits")
    found = parts(digits)
    assert [len(part) for part in (found.training, found.validation, found.test)] == [1437 - 143, 143, 360]
    assert found.test.shape[1] == 64
    torch.testing.assert_close(found.validation[-1], torch.from_numpy(digits.pixels[1436] / np.float32(255)).flatten())


def test_points_and_sets_without_a_test_part_are_refused() -> None:
    with pytest.raises(StudioError, match="is points: a Parzen window is for pictures"):
        parts(load("gaussians", n=200))
    with pytest.raises(StudioError, match="has no test part to score"):
        parts(replace(load("digits"), n_train=1797))
