"""How far the data go: the quantiles of their codes, found by a real encoder."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from torch import Tensor

from latent_studio.core.errors import StudioError
from latent_studio.core.latent import LatentSpace, Normal
from latent_studio.core.model import NormalPosterior, Posterior
from latent_studio.views.data_range import DataRange, FindDataRange, data_range, encoded
from tests.views.factor_models import CodeAsPicture, opened


class PictureAsCode(CodeAsPicture):
    """Its encoder reads the code off the picture's pixels, from [0, 1] to [-4, 4]."""

    def __init__(self) -> None:
        super().__init__(LatentSpace(factors=(Normal(name="z", shape=(3,)),)))

    def encode(self, image: Tensor, conditions: Mapping[str, Tensor]) -> Posterior:
        mean = image[:, 0, 0, :] * 8 - 4
        return {"z": NormalPosterior(mean, torch.zeros_like(mean))}


def test_the_range_holds_98_per_cent_of_the_codes() -> None:
    codes = np.random.default_rng(0).standard_normal((20_000, 2)).astype(np.float32) * [1.0, 0.2] + [0.0, 5.0]
    found = data_range(codes.astype(np.float32))
    assert found.n == 20_000
    assert found.ranges[0] == pytest.approx((-2.326, 2.326), abs=0.06)  # the normal distribution's own
    assert found.ranges[1] == pytest.approx((5 - 0.465, 5 + 0.465), abs=0.02)


def test_a_column_that_never_changes_can_be_swept_all_the_same() -> None:
    ((low, high),) = data_range(np.full((10, 1), 2.0, np.float32)).ranges
    assert low < 2.0 < high


def test_the_codes_of_all_pictures_are_those_of_each_alone() -> None:
    rng = np.random.default_rng(1)
    pictures = tuple(rng.integers(0, 256, (130, 1, 3), dtype=np.uint8))
    model = opened(PictureAsCode())
    *_, last = FindDataRange(model="", pictures=pictures).answer(model)
    assert isinstance(last, DataRange)
    expected = np.stack([picture[0] / 255 * 8 - 4 for picture in pictures])
    assert last.n == 130
    assert np.allclose(last.ranges, np.quantile(expected, (0.01, 0.99), axis=0).T, atol=1e-4)


def test_a_model_without_an_encoder_says_so() -> None:
    with pytest.raises(StudioError, match="has no encoder"):
        encoded(opened(CodeAsPicture()), [np.zeros((1, 7), np.uint8)])
