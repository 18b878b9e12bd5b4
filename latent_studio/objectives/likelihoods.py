"""How probable a picture is under a decoder's output, and the divergence of a coded cloud from the prior.

A likelihood is a small module that sits at the end of a decoder: it turns unbounded pixels into a picture and scores
a picture against them.
"""

from __future__ import annotations

from math import log, pi
from typing import Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

LikelihoodName = Literal["bernoulli", "gaussian", "gaussian_learned"]


class Bernoulli(nn.Module):
    """Each pixel is the probability of white. On grey pictures this is the customary cross-entropy, not a density."""

    def picture(self, pixels: Tensor) -> Tensor:
        """Unbounded (n, c, h, w) → the mean picture in [0, 1]."""
        return torch.sigmoid(pixels)

    def negative_log_prob(self, pixels: Tensor, image: Tensor) -> Tensor:
        """−log p(image) = Σ softplus(l) − x l, (n,) nats; written with logits, so nothing overflows."""
        return (functional.softplus(pixels) - image * pixels).flatten(1).sum(1)


class Gaussian(nn.Module):
    """Each pixel is normal around sigmoid(output) with one standard deviation for all, fixed or learned.

    Learned: σ-VAE, Rybkin et al. 2021, eq. 5: the decoder's own error sets how much a pixel counts.
    """

    def __init__(self, noise_std: float, learned: bool) -> None:
        super().__init__()
        log_std = torch.tensor(log(noise_std))
        if learned:
            self.log_std = nn.Parameter(log_std)
        else:
            self.register_buffer("log_std", log_std)

    def picture(self, pixels: Tensor) -> Tensor:
        """Unbounded (n, c, h, w) → the mean picture in [0, 1]."""
        return torch.sigmoid(pixels)

    def negative_log_prob(self, pixels: Tensor, image: Tensor) -> Tensor:
        """−log N(image; sigmoid(pixels), σ²), (n,) nats; a density, so it may be negative."""
        # the floor is half a grey level: below it the density of 8-bit pictures could grow without end
        log_std = self.log_std.clamp(min=log(0.5 / 255))
        squared = ((image - torch.sigmoid(pixels)) ** 2).flatten(1)
        return 0.5 * squared.sum(1) / (2 * log_std).exp() + squared.shape[1] * (log_std + 0.5 * log(2 * pi))


def likelihood(name: LikelihoodName, noise_std: float) -> Bernoulli | Gaussian:
    """The likelihood of that name."""
    assert name in get_args(LikelihoodName)
    return Bernoulli() if name == "bernoulli" else Gaussian(noise_std, learned=name == "gaussian_learned")


def kl_to_standard_normal(mean: Tensor, log_var: Tensor) -> Tensor:
    """KL(N(mean, exp(log_var)) ‖ N(0, 1)) of each dimension.

    Args: mean, log_var: (n, d).
    Returns: (n, d), nats.
    Source: Kingma & Welling 2014, appendix B.
    """
    return 0.5 * (mean.square() + log_var.exp() - 1.0 - log_var)
