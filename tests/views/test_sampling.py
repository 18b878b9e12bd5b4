"""Pictures drawn from a model."""

from __future__ import annotations

import numpy as np
import pytest

from latent_studio.core.errors import StudioError
from latent_studio.views.decoding import MAX_CHUNK
from latent_studio.views.sampling import sampled
from tests.views.factor_models import SPACE, CodeAsPicture, Mute, NoiseWithoutCode, opened


def test_samples_are_the_prior_codes_of_the_seed_decoded() -> None:
    n = 2 * MAX_CHUNK + 3
    pictures = np.stack(sampled(opened(CodeAsPicture()), n, seed=5, temperature=0.5))[:, 0]
    codes = SPACE.sample(n, np.random.default_rng(5), 0.5)
    assert (pictures == np.round(np.clip((codes + 4) / 8, 0, 1) * 255).astype(np.uint8)).all()


def test_a_model_without_a_code_draws_by_its_seed() -> None:
    n = MAX_CHUNK + 1
    a, b, c = (np.stack(sampled(opened(NoiseWithoutCode()), n, seed)) for seed in (1, 1, 2))
    assert a.shape == (n, 2, 2)
    assert (a == b).all()
    assert (a != c).any()


def test_a_temperature_needs_a_code() -> None:
    with pytest.raises(StudioError, match="leave it at 1"):
        sampled(opened(NoiseWithoutCode()), 1, seed=0, temperature=0.5)


def test_a_model_that_makes_no_pictures_is_refused() -> None:
    with pytest.raises(StudioError, match="makes no pictures"):
        sampled(opened(Mute()), 1, seed=0)
