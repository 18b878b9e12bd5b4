"""Measures of a model on pictures it is not being trained on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from latent_studio.core.model import Batch, GenerativeModel
from latent_studio.core.objective import Objective, mix_seed

BATCH_SIZE = 500
_MEASURING = 0x3EA5  # tells the seed of the measurements from those of the steps


Measures = dict[str, float | tuple[float, ...]]


class Tally:
    """An objective's measures, averaged over all pictures batch by batch; a vector becomes a tuple.

    The random numbers depend on the seed alone, so two moments of a run are compared on the same draws.
    """

    def __init__(self, model: GenerativeModel, objective: Objective[Any], seed: int, device: torch.device) -> None:
        self._model, self._objective = model, objective
        self._generator = torch.Generator(device).manual_seed(seed)
        self._sums: dict[str, Tensor] = {}
        self._n_pictures = 0

    @torch.inference_mode()
    def add(self, batch: Batch) -> None:
        """Measure one more batch."""
        for name, values in self._objective.measures(self._model, batch, self._generator).items():
            total = values.float().sum(0).to("cpu", torch.float64)  # Apple's GPUs have no float64
            self._sums[name] = self._sums[name] + total if name in self._sums else total
        self._n_pictures += len(batch["image"])

    def means(self) -> Measures:
        """The averages so far; empty where the objective measures nothing."""
        means = {name: (total / self._n_pictures).tolist() for name, total in self._sums.items()}
        return {name: tuple(value) if isinstance(value, list) else value for name, value in means.items()}


def measuring_seed(seed: int) -> int:
    """The seed that a run of that seed is measured with: `evaluate` then finds the numbers that training wrote down."""
    return mix_seed(seed, _MEASURING)


def measure(
    model: GenerativeModel, objective: Objective[Any], batches: Iterator[Batch], seed: int, device: torch.device
) -> Measures:
    """The averages over all the batches at once."""
    tally = Tally(model, objective, seed, device)
    for batch in batches:
        tally.add(batch)
    return tally.means()
