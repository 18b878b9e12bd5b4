"""An exponential moving average of the weights: what is shown, exported and shipped."""

from __future__ import annotations

import copy
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

ModuleT = TypeVar("ModuleT", bound=nn.Module)


class MovingAverage(Generic[ModuleT]):
    """A second copy of a model that follows the first slowly; buffers are copied as they are.

    Warm-up: at update t the memory is min(decay, (1 + t) / (10 + t)), so that early pictures are not those of the
    random start.
    """

    def __init__(self, model: ModuleT, decay: float) -> None:
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self.decay = decay
        self._parameters: tuple[list[Tensor], list[Tensor]] = list(self.model.parameters()), list(model.parameters())
        self._buffers: tuple[list[Tensor], list[Tensor]] = list(self.model.buffers()), list(model.buffers())

    @torch.no_grad()
    def update(self, n_updates: int) -> None:
        """Move towards the model after its update number `n_updates` (from 0)."""
        memory = min(self.decay, (1 + n_updates) / (10 + n_updates))
        averaged, raw = self._parameters
        torch._foreach_lerp_(averaged, raw, 1 - memory)
        averaged, raw = self._buffers
        if raw:
            torch._foreach_copy_(averaged, raw)
