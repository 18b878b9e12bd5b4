"""The networks of games: sizes, what sees a batch, and what an ensemble does with its codes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from latent_studio.core.errors import StudioError
from latent_studio.core.family import DataSpec
from latent_studio.core.latent import Categorical, Normal
from latent_studio.nets.adversarial import AdversarialModel, AdversarialNetworks, Ensemble
from latent_studio.nets.minibatch import MinibatchDiscrimination, MinibatchStddev

POINTS = DataSpec(name="points", kind="points", image_shape=(2, 1, 1), centre=(1.0, -1.0), spread=(2.0, 4.0))


def model(shape: tuple[int, int, int] = (1, 8, 8), data: DataSpec | None = None, **settings: Any) -> AdversarialModel:
    spec = data or DataSpec(name="pictures", image_shape=shape)
    config = AdversarialNetworks(**{"n_latent": 5, "width": 16, "channels": 4, **settings}).resolved(spec)
    return AdversarialModel(config, spec, (Normal(name="z", shape=(5,)),))


@pytest.mark.parametrize("network", ["mlp", "compact", "conv", "resnet"])
@pytest.mark.parametrize("side", [8, 9, 27, 28, 32])
def test_every_network_makes_and_reads_pictures_of_every_side(network: str, side: int) -> None:
    made = model((3, side, side), network=network)
    images = made.decode(torch.randn(3, 5))
    assert images.shape == (3, 3, side, side)
    assert float(images.detach().min()) >= 0
    assert float(images.detach().max()) <= 1
    assert made.score(images).shape == (3,)
    assert made.trunk(images).shape == (3, made.n_features)


@pytest.mark.parametrize("network", ["compact", "conv", "resnet"])
def test_large_pictures(network: str) -> None:
    made = model((3, 128, 128), network=network)
    assert made.score(made.decode(torch.randn(2, 5))).shape == (2,)


def test_a_picture_that_no_convolution_takes_is_refused_with_the_remedy() -> None:
    with pytest.raises(StudioError, match="square pictures of 8 to 128 px, not 6 × 4"):
        model((1, 4, 6), network="conv")


def test_points_keep_their_units_and_are_drawn_as_dots() -> None:
    made = model(data=POINTS)
    points = made.from_units(torch.tensor([[0.0, 0.0], [1.0, -1.0]])[:, :, None, None])
    assert points.flatten(1).tolist() == [[1.0, -1.0], [3.0, -5.0]]
    assert torch.equal(made.to_units(points).flatten(1), torch.tensor([[0.0, 0.0], [1.0, -1.0]]))
    middle, corner = made.pictures(points)
    row, column = divmod(int(corner.argmax()), 32)
    assert 15 <= int(middle.argmax()) % 32 <= 16
    assert row == column == 23  # half way to the right and down


@pytest.mark.parametrize(
    ("settings", "mixes"), [({}, False), ({"minibatch": "stddev"}, True), ({"norm": "both"}, True)]
)
def test_a_critic_that_sees_the_batch_says_so(settings: dict[str, Any], mixes: bool) -> None:
    made = model((1, 16, 16), network="conv", **settings).train()
    assert made.mixes_batch == mixes
    x = torch.rand(6, 1, 16, 16)
    alone, together = made.critic(x[:3]), made.critic(x)[:3]
    assert torch.allclose(alone, together, atol=1e-6) == (not mixes)


def test_the_standard_deviation_tells_a_batch_of_equals() -> None:
    layer = MinibatchStddev()
    assert layer(torch.ones(4, 7))[:, 7].tolist() == pytest.approx([0.0] * 4, abs=1e-3)
    assert layer(torch.tensor([[1.0], [3.0]]))[:, 1].tolist() == pytest.approx([1.0] * 2)


def test_discrimination_tells_how_near_the_others_are() -> None:
    layer = MinibatchDiscrimination(3)
    equals = layer(torch.ones(4, 3))
    assert equals.shape == (4, 3 + layer.n_more)
    assert torch.allclose(equals[:, 3:], torch.ones(4, layer.n_more))
    far = layer(torch.eye(3) * 1e4)
    assert float(far[:, 3:].detach().max()) < 1e-3


def test_a_spectral_norm_makes_every_layer_gentle() -> None:
    made = model(network="conv", spectral_norm=True).train()
    for _ in range(50):
        made.critic(torch.rand(2, 1, 8, 8))  # each pass makes the estimate of the singular value better
    layers = [layer for layer in made.trunk.modules() if isinstance(layer, nn.Conv2d)]
    assert layers
    for layer in layers:
        assert float(torch.linalg.matrix_norm(layer.weight.flatten(1), ord=2).detach()) == pytest.approx(1.0, abs=0.02)


def test_an_ensemble_gives_each_code_to_the_generator_it_names() -> None:
    class Says(nn.Module):
        def __init__(self, number: float) -> None:
            super().__init__()
            self.number = number

        def forward(self, code: Tensor) -> Tensor:
            return code.sum(1, keepdim=True) * 0 + self.number

    both = Ensemble([Says(1.0), Says(2.0), Says(3.0)])
    choice = torch.tensor([2, 0, 0, 1, 2])
    code = torch.cat([torch.randn(5, 4), torch.nn.functional.one_hot(choice, 3)], dim=1)
    assert both(code).flatten().tolist() == [3.0, 1.0, 1.0, 2.0, 3.0]


def test_the_space_of_an_ensemble_names_its_generators() -> None:
    made = model(n_generators=3)
    (_, last) = made.space.factors
    assert isinstance(last, Categorical)
    assert (last.name, last.n_values) == ("generator", 3)
    assert made.decode(torch.from_numpy(made.space.neutral())[None]).shape == (1, 1, 8, 8)


def test_a_residual_critic_can_be_normed_spectrally() -> None:
    made = model((1, 16, 16), network="resnet", spectral_norm=True).train()
    assert bool(torch.isfinite(made.critic(torch.rand(4, 1, 16, 16))).all())


def test_a_member_of_an_ensemble_may_have_one_picture_of_the_batch() -> None:
    made = model((1, 16, 16), network="compact", n_generators=3).train()
    code = made.space.sample(3, np.random.default_rng(0))
    code[:, made.space.columns("generator")] = np.eye(3)
    assert bool(torch.isfinite(made.decode(torch.from_numpy(code))).all())
