"""An exponential moving average of the weights: what is shown, exported and shipped."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from latent_studio.training.flat import Flat

ModuleT = TypeVar("ModuleT", bound=nn.Module)


class MovingAverage(Generic[ModuleT]):
    """A second copy of a model that follows the first slowly; buffers are copied as they are.

    decay: the memory per training step.  every: steps between two updates, each then with memory decay ** every; a
    pass over all weights costs some 4 % of a small model's step, and nobody sees the difference. Without any memory
    the average is the model itself, after every step.
    Warm-up: at update t the memory is at most (1 + t) / (10 + t), so that early pictures are not those of the random
    start.
    flats: the buffers that hold the model's parameters, where there are any; the average is kept in such ones, too.
    """

    def __init__(self, model: ModuleT, decay: float, every: int = 1, flats: Sequence[Flat] = ()) -> None:
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self.every = every if decay else 1
        self.decay = decay**self.every
        self._parameters: tuple[list[Tensor], list[Tensor]] = list(self.model.parameters()), list(model.parameters())
        if flats:
            mine = dict(zip(model.parameters(), self.model.parameters(), strict=True))
            averaged = [Flat([mine[parameter] for parameter in flat.parameters]).values for flat in flats]
            self._parameters = averaged, [flat.values for flat in flats]
        self._buffers: tuple[list[Tensor], list[Tensor]] = list(self.model.buffers()), list(model.buffers())

    def after_step(self, step: int) -> None:
        """Follow the model after its training step number `step` (from 0), where an update is due."""
        if step % self.every == 0:
            self.update(step // self.every)

    @torch.no_grad()
    def update(self, n_updates: int) -> None:
        """Move towards the model after its update number `n_updates` (from 0)."""
        memory = min(self.decay, (1 + n_updates) / (10 + n_updates))
        averaged, raw = self._parameters
        torch._foreach_lerp_(averaged, raw, 1 - memory)
        averaged, raw = self._buffers
        if raw:
            torch._foreach_copy_(averaged, raw)
