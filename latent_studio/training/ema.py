"""An exponential moving average of the weights: what is shown, exported and shipped."""

from __future__ import annotations

import copy
from typing import Generic, TypeVar

import torch
from torch import nn

ModuleT = TypeVar("ModuleT", bound=nn.Module)


class MovingAverage(Generic[ModuleT]):
    """A second copy of a model that follows the first slowly; buffers are copied as they are.

    Warm-up: at update t the memory is min(decay, (1 + t) / (10 + t)), so that early pictures are not those of the
    random start.
    """

    def __init__(self, model: ModuleT, decay: float) -> None:
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self.decay = decay
        self._averaged = [list(self.model.parameters()), list(self.model.buffers())]
        self._raw = [list(model.parameters()), list(model.buffers())]

    @torch.no_grad()
    def update(self, n_updates: int) -> None:
        """Move towards the model after its update number `n_updates` (from 0)."""
        memory = min(self.decay, (1 + n_updates) / (10 + n_updates))
        torch._foreach_lerp_(self._averaged[0], self._raw[0], 1 - memory)
        if self._raw[1]:
            torch._foreach_copy_(self._averaged[1], self._raw[1])
