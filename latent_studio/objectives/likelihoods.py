"""How probable a picture is under a decoder's output, and the divergence of a coded cloud from the prior.

A likelihood is a small module that sits at the end of a decoder: it turns unbounded pixels into a picture and scores
a picture against them.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log, pi
from typing import Any, Literal, get_args

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

LikelihoodName = Literal["bernoulli", "gaussian", "gaussian_learned"]


class Bernoulli(nn.Module):
    """Each pixel is the probability of white. On grey pictures this is the customary cross-entropy, not a density."""

    def picture(self, pixels: Tensor) -> Tensor:
        """Unbounded (n, c, h, w) → the mean picture in [0, 1]."""
        return torch.sigmoid(pixels)

    def negative_log_prob(self, pixels: Tensor, image: Tensor) -> Tensor:
        """−log p(image) = Σ softplus(l) − x l, (n,) nats; written with logits, so nothing overflows."""
        return _cross_entropy(pixels.flatten(1), image.flatten(1))


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
    return _kl(mean, log_var)


# Both are one function each, forward and backward, because a step of a small network is as much calling as computing:
# left to autograd they are some thirty operations.


class _CrossEntropy(torch.autograd.Function):
    """Σ softplus(l) − x l over the pixels of each picture, and its gradient (σ(l) − x)."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, image: Tensor) -> Tensor:
        ctx.save_for_backward(logits, image)
        return functional.softplus(logits).sub_(image * logits).sum(1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor | None]:
        logits, image = ctx.saved_tensors
        of_image = -logits * gradient.unsqueeze(1) if ctx.needs_input_grad[1] else None
        return torch.sigmoid(logits).sub_(image).mul_(gradient.unsqueeze(1)), of_image


class _KLToStandardNormal(torch.autograd.Function):
    """½ (μ² + e^v − 1 − v), and its gradients μ and ½ (e^v − 1)."""

    @staticmethod
    def forward(ctx: Any, mean: Tensor, log_var: Tensor) -> Tensor:
        # 1 − 1 needs all digits where a dimension is dead
        excess = torch.expm1(log_var)
        ctx.save_for_backward(mean, excess)
        return torch.addcmul(excess - log_var, mean, mean).mul_(0.5)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor]:
        mean, excess = ctx.saved_tensors
        return mean * gradient, (excess * gradient).mul_(0.5)


_cross_entropy: Callable[[Tensor, Tensor], Tensor] = _CrossEntropy.apply
_kl: Callable[[Tensor, Tensor], Tensor] = _KLToStandardNormal.apply
