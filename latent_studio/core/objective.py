"""Training as a game: phases, the terms each player minimises, and what one step shares between them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

import torch
from torch import Tensor, nn

from latent_studio.core.model import Batch, GenerativeModel, sample_prior

ModelT = TypeVar("ModelT", bound=GenerativeModel)
T = TypeVar("T")


@dataclass(frozen=True)
class Phase:
    """One player's turn.

    name: "autoencoder", "discriminator", …; the key of its optimizer in a recipe.
    owns: the modules this player moves, as dotted names from `model` or `objective`: ("model.encoder",).
    n_updates: updates in a row at each step; a person may change it while training runs.
    """

    name: str
    owns: tuple[str, ...]
    n_updates: int = 1


@dataclass(frozen=True)
class Term:
    """One summand of a player's loss: a scalar and its weight. The unweighted value is what curves show."""

    value: Tensor
    weight: float = 1.0


class Step:
    """What one training step shares between its phases: the batch, the random numbers and a memo.

    `batch` is drawn anew for each update of the first phase and kept for the later phases; the generator is seeded
    from (seed, step, phase, update) and nothing else, so that resuming needs no generator's state.
    done: the share of the recipe that is behind, in [0, 1]; for weights that change on the way.
    is_watched: somebody looks at this step's numbers, so what is only shown (`note`) is worth computing.
    """

    def __init__(self, seed: int, draw: Callable[[], Batch], device: torch.device) -> None:
        self.index = -1
        self.phase = ""
        self.update = 0
        self.is_last_update = True
        self.done = 0.0
        self.is_watched = False
        self.generator = torch.Generator(device)
        self._seed = seed
        self._draw = draw
        self._batch: Batch | None = None
        self._memo: dict[str, object] = {}
        self._notes: dict[str, Tensor] = {}

    def start(self, index: int, done: float = 0.0, is_watched: bool = False) -> None:
        """The trainer calls this at the beginning of each step; nothing of the step before is left."""
        self.index, self.done, self.is_watched = index, done, is_watched
        self._forget()

    def begin(self, phase_index: int, phase: Phase, update: int, n_updates: int) -> None:
        """The trainer calls this before each update."""
        self.phase, self.update = phase.name, update
        self.is_last_update = update == n_updates - 1
        self.generator.manual_seed(mix_seed(self._seed, self.index, phase_index, update))
        self._notes = {}
        if phase_index == 0:
            self._forget()

    def _forget(self) -> None:
        self._batch = None
        self._memo.clear()

    @property
    def batch(self) -> Batch:
        """The current draw from the data; it is made when first asked for."""
        if self._batch is None:
            self._batch = self._draw()
        return self._batch

    def due(self, interval: int) -> bool:
        """True every `interval` steps: for lazily evaluated terms, whose weight is then multiplied by the interval."""
        return self.index % interval == 0

    def once(self, key: str, make: Callable[[], T]) -> T:
        """`make()` on the first call since the batch was drawn, the same object afterwards, also in later phases.

        So the fakes of the last discriminator update, graph and all, serve the generator's without a second pass.
        """
        if key not in self._memo:
            self._memo[key] = make()
        return cast(T, self._memo[key])

    def note(self, name: str, values: Tensor) -> None:
        """Show these numbers, (n,) over the batch, beside the terms: their mean, and their spread as quantiles.

        They are of the player whose turn it is. Nothing is kept of a step that nobody watches.
        """
        if self.is_watched:
            self._notes[name] = values.detach().float().flatten()

    @property
    def notes(self) -> Mapping[str, Tensor]:
        """What was noted in the update under way."""
        return self._notes

    def normal_like(self, tensor: Tensor) -> Tensor:
        """Standard normal numbers in the shape of `tensor`."""
        shape, kind, device = tensor.shape, tensor.dtype, tensor.device
        return torch.randn(shape, generator=self.generator, device=device, dtype=kind)

    def prior(self, model: GenerativeModel, n: int) -> Tensor:
        """n codes from the model's prior."""
        return sample_prior(model.space, n, self.generator)


class Objective(nn.Module, ABC, Generic[ModelT]):
    """What each player minimises. What it remembers between steps (a pool of old fakes) are buffers and are saved."""

    phases: tuple[Phase, ...]

    @abstractmethod
    def terms(self, model: ModelT, step: Step) -> Mapping[str, Term]:
        """The weighted terms whose sum the player of `step.phase` minimises: scalars, means over the batch."""

    def measures(self, model: ModelT, batch: Batch, generator: torch.Generator) -> Mapping[str, Tensor]:
        """Honest numbers for a batch that is not being trained on, each (n,) or (n, k); the trainer averages them.

        "loss" among them chooses the best moment (smaller is better).
        """
        return {}

    def project(self, model: ModelT, step: Step) -> None:
        """Follows each update of the optimizer: weight clipping, running statistics. Without gradients."""


def mix_seed(*parts: int) -> int:
    """A well-spread 63-bit seed, a pure function of its parts (the finaliser of SplitMix64, folded over them)."""
    state = 0x9E3779B97F4A7C15
    mask = (1 << 64) - 1
    for part in parts:
        state = (state + (part & mask) + 0x9E3779B97F4A7C15) & mask
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & mask
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & mask
        state ^= state >> 31
    return state >> 1
