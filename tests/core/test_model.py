"""Pictures at the border, posteriors in the middle, and what a model is said to be able to do."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from latent_studio.core.latent import Categorical, LatentSpace, Normal, Uniform
from latent_studio.core.model import (
    CategoricalPosterior,
    GenerativeModel,
    NormalPosterior,
    Posterior,
    capabilities,
    channels_last,
    encode_to_code,
    sample_prior,
    to_pixels,
)

SPACE = LatentSpace(
    factors=(
        Normal(name="noise", shape=(2,)),
        Uniform(name="tilt", low=2.0, high=4.0),
        Categorical(name="kind", shape=(3,)),
        Categorical(name="digit", shape=(4,), condition=True),
    )
)


class Partial(GenerativeModel):
    """Sees the tilt and the kind in a picture, is told the digit, and cannot see the noise."""

    def encode(self, image: Tensor, conditions: Mapping[str, Tensor]) -> Posterior:
        n = len(image)
        return {
            "tilt": NormalPosterior(torch.full((n, 1), 3.5), torch.zeros(n, 1)),
            "kind": CategoricalPosterior(torch.tensor([0.1, 5.0, -1.0]).expand(n, -1)),
        }


def test_what_an_encoder_cannot_see_is_neutral_and_what_it_is_told_is_kept() -> None:
    model = Partial(SPACE, (1, 8, 8))
    digit = torch.eye(4)[[2, 3]]
    code = encode_to_code(model, SPACE, torch.zeros(2, 1, 8, 8), {"digit": digit})
    assert code.tolist() == [[0, 0, 3.5, 0, 1, 0, 0, 0, 1, 0], [0, 0, 3.5, 0, 1, 0, 0, 0, 0, 1]]


def test_capabilities_are_told_by_what_a_model_has() -> None:
    assert capabilities(Partial(SPACE, (1, 8, 8))) == {"Encodes"}
    assert capabilities(GenerativeModel(SPACE, (1, 8, 8))) == frozenset()


def test_a_space_without_columns_has_codes_of_no_width() -> None:
    assert sample_prior(LatentSpace(), 5, torch.Generator()).shape == (5, 0)


def test_draws_depend_on_the_generator_alone() -> None:
    first, again = (sample_prior(SPACE, 5, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(first, again)


def test_pixels_are_rounded_and_clipped() -> None:
    image = torch.tensor([-1.0, 0.0, 0.5 / 255 - 1e-6, 0.5 / 255 + 1e-6, 1.0, 7.0]).view(1, 1, 2, 3)
    (picture,) = to_pixels(image)
    assert picture.dtype == np.uint8
    assert picture.tolist() == [[0, 0, 0], [1, 255, 255]]


def test_colour_pictures_have_their_channels_last_and_grey_ones_none() -> None:
    image = torch.rand(2, 3, 4, 5, requires_grad=True)
    pictures = to_pixels(image)
    assert [picture.shape for picture in pictures] == [(4, 5, 3)] * 2
    assert pictures[1][2, 3].tolist() == (image[1, :, 2, 3] * 255).round().int().tolist()
    assert [picture.shape for picture in to_pixels(image[:, :1])] == [(4, 5)] * 2
    assert all(picture.flags["C_CONTIGUOUS"] for picture in pictures)


def test_half_precision_pictures_are_pictures_too() -> None:
    assert to_pixels(torch.full((1, 1, 1, 1), 0.5, dtype=torch.bfloat16))[0].tolist() == [[128]]


def test_channels_last_changes_the_layout_and_not_a_number() -> None:
    class Convolution(GenerativeModel):
        def __init__(self) -> None:
            super().__init__(LatentSpace(), (3, 8, 8))
            self.net = nn.Conv2d(3, 4, 3)

    model = Convolution()
    before = model.net.weight.detach().clone()
    channels_last(model)
    assert model.net.weight.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(model.net.weight, before)
    assert model.net.weight.requires_grad


@pytest.mark.parametrize("n", [1, 4])
def test_a_categorical_posteriors_point_is_its_likeliest_value(n: int) -> None:
    point = CategoricalPosterior(torch.tensor([[0.0, 2.0, 1.0]]).expand(n, -1)).point()
    assert point.tolist() == [[0.0, 1.0, 0.0]] * n
    assert point.dtype == torch.float32
