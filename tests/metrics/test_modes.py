"""Counting classes and modes, in cases that anybody can count."""

from __future__ import annotations

import numpy as np
import pytest

from latent_studio.data import load
from latent_studio.data.gaussians import centres
from latent_studio.data.point_set import PointSet
from latent_studio.metrics.modes import class_shares, inception_score
from latent_studio.metrics.points import covered


def test_the_shares_of_classes_are_counted_with_those_that_nobody_has() -> None:
    assert class_shares(np.array([0, 0, 2, 0]), 4).tolist() == [0.75, 0, 0.25, 0]


def test_certain_and_even_samples_score_the_number_of_classes() -> None:
    assert inception_score(np.tile(np.eye(5), (20, 1))) == pytest.approx(5)


def test_samples_of_one_class_or_of_none_for_certain_score_one() -> None:
    assert inception_score(np.tile(np.eye(5)[:1], (20, 1))) == pytest.approx(1)
    assert inception_score(np.full((20, 5), 0.2)) == pytest.approx(1)


def test_the_ring_itself_covers_all_eight_modes() -> None:
    ring = load("gaussians", layout="ring", n=8000)
    assert isinstance(ring, PointSet)
    found = covered(ring.points, centres("ring"), 0.02)
    assert found.n_found == 8
    assert found.good == pytest.approx(1 - np.exp(-4.5), abs=0.003)  # within 3 σ of a normal point in the plane
    assert 0.85 < found.evenness <= 1


def test_a_collapsed_generator_finds_one_mode_and_a_bad_one_none() -> None:
    places = centres("grid")
    collapsed = covered(np.tile(places[7], (50, 1)), places, 0.05)
    assert (collapsed.n_found, collapsed.good, collapsed.evenness) == (1, 1.0, 0.0)
    between = covered(np.tile((places[0] + places[1]) / 2, (50, 1)), places, 0.05)
    assert (between.n_found, between.good, between.evenness) == (0, 0.0, 0.0)
