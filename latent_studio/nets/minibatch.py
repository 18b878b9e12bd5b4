"""Layers by which a critic sees a whole batch, and so whether the pictures in it are all alike."""

from __future__ import annotations

import torch
from torch import Tensor, nn

N_KERNELS, KERNEL_SIZE = 32, 8


class MinibatchStddev(nn.Module):
    """Features (n, d) → (n, d + 1): beside them the standard deviation over the batch, averaged over the features.

    Karras et al. 2018, section 3.
    """

    n_more = 1

    def forward(self, features: Tensor) -> Tensor:
        deviation = (features.var(0, unbiased=False) + 1e-8).sqrt().mean()
        return torch.cat([features, deviation.expand(len(features), 1)], dim=1)


class MinibatchDiscrimination(nn.Module):
    """Features (n, d) → (n, d + 32): beside them how near the others of the batch are, by 32 learned measures.

    Salimans et al. 2016, section 3.2: o(x)_b = Σ_j exp(−‖M_ib − M_jb‖₁), here as a mean over the others, so that it
    does not depend on the size of the batch.
    """

    n_more = N_KERNELS

    def __init__(self, n_features: int) -> None:
        super().__init__()
        self.project = nn.Linear(n_features, N_KERNELS * KERNEL_SIZE, bias=False)

    def forward(self, features: Tensor) -> Tensor:
        n = len(features)
        places = self.project(features).view(n, N_KERNELS, KERNEL_SIZE)
        apart = (places[:, None] - places[None]).abs().sum(3)
        near = (torch.exp(-apart).sum(1) - 1) / max(n - 1, 1)
        return torch.cat([features, near], dim=1)
