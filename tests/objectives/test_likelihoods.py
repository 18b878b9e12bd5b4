"""Likelihoods and divergences against torch.distributions."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence

from latent_studio.objectives.likelihoods import Gaussian, LikelihoodName, kl_to_standard_normal, likelihood

N, SHAPE = 5, (2, 3, 4)


def pixels_and_image(scale: float = 3.0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    pixels = scale * torch.randn(N, *SHAPE, generator=generator, dtype=torch.float64)
    return pixels, torch.rand(N, *SHAPE, generator=generator, dtype=torch.float64)


@given(st.integers(1, 6), st.integers(1, 8), st.integers(0, 1000))
def test_kl_to_the_standard_normal_is_that_of_torch_distributions(n: int, d: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    mean, log_var = (3 * torch.randn(n, d, generator=generator, dtype=torch.float64) for _ in range(2))
    expected = kl_divergence(Normal(mean, (0.5 * log_var).exp()), Normal(torch.zeros(()), torch.ones(())))
    torch.testing.assert_close(kl_to_standard_normal(mean, log_var), expected)


def test_kl_is_zero_only_for_the_prior_itself() -> None:
    zero = torch.zeros(1, 1)
    assert kl_to_standard_normal(zero, zero) == 0
    assert kl_to_standard_normal(zero + 0.1, zero) > 0
    assert kl_to_standard_normal(zero, zero - 0.1) > 0


def test_kl_of_a_dimension_is_half_its_squared_mean_at_unit_variance() -> None:
    assert kl_to_standard_normal(torch.tensor([[3.0, -4.0]]), torch.zeros(1, 2)).tolist() == [[4.5, 8.0]]


def test_bernoulli_is_that_of_torch_distributions_on_black_and_white() -> None:
    pixels, image = pixels_and_image()
    image = image.round()
    expected = -Independent(Bernoulli(logits=pixels), 3).log_prob(image)
    torch.testing.assert_close(likelihood("bernoulli", 0.1).negative_log_prob(pixels, image), expected)


def test_bernoulli_on_grey_is_the_cross_entropy_of_each_pixel() -> None:
    pixels, image = pixels_and_image()
    p = pixels.sigmoid()
    expected = -(image * p.log() + (1 - image) * (1 - p).log()).flatten(1).sum(1)
    torch.testing.assert_close(likelihood("bernoulli", 0.1).negative_log_prob(pixels, image), expected)


def test_bernoulli_is_finite_where_probabilities_have_no_digits_left() -> None:
    pixels = torch.tensor([[[[1000.0, -1000.0]]]], requires_grad=True)
    loss = likelihood("bernoulli", 0.1).negative_log_prob(pixels, torch.tensor([[[[0.0, 1.0]]]]))
    loss.sum().backward()
    assert loss.tolist() == [2000.0]
    assert pixels.grad is not None
    assert pixels.grad.tolist() == [[[[1.0, -1.0]]]]


@pytest.mark.parametrize("noise_std", [0.01, 0.1, 1.0, 10.0])
@pytest.mark.parametrize("name", ["gaussian", "gaussian_learned"])
def test_gaussian_is_that_of_torch_distributions(name: str, noise_std: float) -> None:
    pixels, image = pixels_and_image()
    expected = -Independent(Normal(pixels.sigmoid(), noise_std), 3).log_prob(image)
    found = Gaussian(noise_std, learned=name == "gaussian_learned").double().negative_log_prob(pixels, image)
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6)  # log σ is kept in float32


def test_a_learned_deviation_settles_at_the_root_mean_square_error() -> None:
    """σ-VAE, Rybkin et al. 2021, eq. 6: the optimal σ² is the mean squared error."""
    pixels, image = pixels_and_image()
    module = Gaussian(0.5, learned=True).double()
    player = torch.optim.LBFGS(module.parameters(), max_iter=50, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        player.zero_grad()
        loss = module.negative_log_prob(pixels, image).mean()
        loss.backward()
        return loss

    player.step(closure)
    rms = float((image - pixels.sigmoid()).square().mean().sqrt())
    assert math.exp(float(module.log_std.detach())) == pytest.approx(rms, rel=1e-4)


def test_a_learned_deviation_never_falls_below_half_a_grey_level() -> None:
    pixels, image = pixels_and_image()
    floor = Gaussian(0.5 / 255, learned=True).double().negative_log_prob(pixels, image)
    below = Gaussian(1e-6, learned=True).double().negative_log_prob(pixels, image)
    torch.testing.assert_close(below, floor)


def test_a_fixed_deviation_is_no_parameter_and_a_learned_one_is() -> None:
    assert list(likelihood("gaussian", 0.1).parameters()) == []
    assert [name for name, _ in likelihood("gaussian_learned", 0.1).named_parameters()] == ["log_std"]


@pytest.mark.parametrize("name", ["bernoulli", "gaussian", "gaussian_learned"])
def test_the_picture_is_the_mean_and_lies_between_black_and_white(name: LikelihoodName) -> None:
    pixels, _ = pixels_and_image(scale=50.0)
    picture = likelihood(name, 0.1).picture(pixels)
    torch.testing.assert_close(picture, pixels.sigmoid())
    assert picture.min() >= 0
    assert picture.max() <= 1


def test_the_gradients_written_by_hand_are_those_of_finite_differences() -> None:
    pixels, image = (tensor[:2].requires_grad_() for tensor in pixels_and_image())
    assert torch.autograd.gradcheck(likelihood("bernoulli", 0.1).negative_log_prob, (pixels, image))
    mean, log_var = pixels.detach().flatten(1).requires_grad_(), image.detach().flatten(1).requires_grad_()
    assert torch.autograd.gradcheck(kl_to_standard_normal, (mean, log_var))
