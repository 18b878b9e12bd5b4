"""Moons: areas and symmetries that follow from the geometry."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from latent_studio import data
from latent_studio.data.moons import EARTHSHINE, PHASE_NAMES, RADIUS, drawn


def light(phase: list[float], tilt: float = 0.0, radius: float = RADIUS, size: int = 64) -> NDArray[np.float64]:
    n = len(phase)
    return drawn(np.array(phase), np.full(n, tilt), np.full(n, radius), size)[:, 0] / 255


@pytest.mark.parametrize("size", [32, 64])
@pytest.mark.parametrize("tilt", [0.0, 0.6])
def test_the_lit_part_of_the_disc_is_half_of_one_minus_the_cosine_of_the_phase(size: int, tilt: float) -> None:
    phase = np.linspace(0, 1, 25)
    disc = np.pi * RADIUS**2
    lit = (1 - np.cos(2 * np.pi * phase)) / 2
    expected = disc * (lit + EARTHSHINE * (1 - lit))
    measured = light(list(phase), tilt, size=size).mean(axis=(1, 2))
    assert measured == pytest.approx(expected, abs=0.01 * disc)


def test_waxing_moons_are_lit_on_the_right_and_waning_ones_are_their_mirror_image() -> None:
    waxing, waning = light([0.1, 0.25, 0.4]), light([0.9, 0.75, 0.6])
    assert np.abs(waxing - waning[:, :, ::-1]).max() <= 1.01 / 255
    assert (waxing[:, :, 32:].sum(axis=(1, 2)) > waxing[:, :, :32].sum(axis=(1, 2))).all()


def test_the_first_quarter_is_half_bright_and_half_earthshine() -> None:
    quarter = light([0.25])[0]
    assert quarter[32, 40] == 1
    assert quarter[32, 24] == pytest.approx(EARTHSHINE, abs=1 / 255)
    assert quarter[0, 0] == 0


def test_tilt_turns_the_moon_anticlockwise() -> None:
    upright, turned = light([0.2], tilt=0.0)[0], light([0.2], tilt=np.pi / 2)[0]
    assert np.abs(np.rot90(upright) - turned).max() < 0.2  # edges are smoothed along other lines
    assert np.abs(np.rot90(upright) - turned).mean() < 0.002


def test_phase_is_the_only_factor_unless_others_are_asked_for() -> None:
    images = data.load("moons", n=50)
    assert np.ptp(images.attributes["tilt"]) == np.ptp(images.attributes["radius"]) == 0
    varied = data.load("moons", n=50, tilt=True, vary_size=True)
    assert np.ptp(varied.attributes["tilt"]) > 1
    assert np.ptp(varied.attributes["radius"]) > 0.1
    assert np.array_equal(varied.attributes["phase"], images.attributes["phase"])


def test_pictures_are_those_of_their_attributes_and_labels_name_the_phase() -> None:
    images = data.load("moons", n=300, tilt=True, vary_size=True, size=24)
    a = images.attributes
    assert np.array_equal(images.pixels, drawn(a["phase"], a["tilt"], a["radius"], 24))
    assert images.labels is not None
    for phase, label in zip(a["phase"], images.labels, strict=True):
        distance = abs((phase * 8 - label + 4) % 8 - 4)
        assert distance <= 0.5
    assert PHASE_NAMES[4] == "full moon"


def test_the_seed_decides_the_set() -> None:
    assert data.load("moons", n=20).content_digest() == data.load("moons", n=20).content_digest()
    assert data.load("moons", n=20).content_digest() != data.load("moons", n=20, seed=1).content_digest()


def test_phases_fill_the_circle_evenly() -> None:
    counts, _ = np.histogram(data.load("moons", size=8).attributes["phase"], bins=20, range=(0, 1))
    assert counts.sum() == 4000
    assert counts.min() > 140  # 200 expected, standard deviation 14
