"""Measures of a model on pictures it is not being trained on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

from latent_studio.core.model import Batch, GenerativeModel
from latent_studio.core.objective import Objective

BATCH_SIZE = 500


@torch.inference_mode()
def measure(
    model: GenerativeModel, objective: Objective[Any], batches: Iterator[Batch], seed: int, device: torch.device
) -> dict[str, float | tuple[float, ...]]:
    """Each of the objective's measures, averaged over all pictures; a vector becomes a tuple.

    The random numbers depend on the seed alone, so two moments of a run are compared on the same draws.
    """
    generator = torch.Generator(device).manual_seed(seed)
    sums: dict[str, Tensor] = {}
    n_pictures = 0
    for batch in batches:
        for name, values in objective.measures(model, batch, generator).items():
            sums[name] = sums.get(name, torch.zeros((), dtype=torch.float64, device=device)) + values.double().sum(0)
        n_pictures += len(batch["image"])
    means = {name: (total / max(n_pictures, 1)).tolist() for name, total in sums.items()}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in means.items()}
