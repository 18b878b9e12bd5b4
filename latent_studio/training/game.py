"""The game itself: players, optimizers, counters; one `advance` is one training step. It knows no family by name."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import torch
from torch import Tensor, nn

from latent_studio.core.controls import Controls
from latent_studio.core.events import QUANTILES
from latent_studio.core.family import DataSpec, family
from latent_studio.core.model import Batch, GenerativeModel, channels_last
from latent_studio.core.objective import Objective, Phase, Step, mix_seed
from latent_studio.training.ema import MovingAverage
from latent_studio.training.feed import Feed
from latent_studio.training.flat import by_owners
from latent_studio.training.player import Player
from latent_studio.training.recipe import Recipe
from latent_studio.training.working import WorkingCopy

AVERAGE_EVERY = 4
N_QUANTILES = 17
_WEIGHTS = 0x3E16  # tells the seed of the first weights from those of the steps


class Game:
    """Model, objective, moving average and one optimizer per player, at some step of a recipe."""

    def __init__(self, recipe: Recipe, data: DataSpec, feed: Feed, device: torch.device) -> None:
        chosen = family(recipe.family)
        config = recipe.config()
        training = recipe.training
        # the first weights are drawn from a forked generator: nothing else in the program is disturbed
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(mix_seed(training.seed, _WEIGHTS))
            model: GenerativeModel = chosen.build(config, data)
            self.objective: Objective[Any] = chosen.objective(config).to(device)
        self.is_convolutional = any(isinstance(module, nn.Conv2d | nn.ConvTranspose2d) for module in model.modules())
        if self.is_convolutional:
            model = channels_last(model)
        self.model = model.to(device)
        self.recipe, self.data, self.feed, self.device = recipe, data, feed, device
        owned = {phase.name: self._parameters(phase) for phase in self.objective.phases}
        flats = by_owners(self.model.parameters(), owned)
        self.ema = MovingAverage(self.model, training.ema_decay, AVERAGE_EVERY, flats)
        self._autocast = training.precision == "bfloat16"
        copy = WorkingCopy(self.model) if self._autocast else None
        self._computing = copy.model if copy else self.model
        self._projects = type(self.objective).project is not Objective.project
        self.n_updates = {phase.name: phase.n_updates for phase in self.objective.phases}
        self.learning_rates = self._recipe_rates()
        flats += by_owners(self.objective.parameters(), owned)
        self.players = {
            phase: Player(
                [flat for flat in flats if flat.parameters[0] in mine],
                recipe.optimizer.for_phase(phase),
                copy.twins if copy else {},
            )
            for phase, mine in ((phase, set(mine)) for phase, mine in owned.items())
        }
        self.step = 0
        self.n_draws = 0
        self.n_skipped_in_a_row = 0
        self._only = ""
        self._shared = Step(training.seed, self._draw, device)

    @property
    def n_steps(self) -> int:
        """Steps of the whole recipe: an epoch is one pass of the first player over the pictures."""
        draws = self.recipe.training.n_epochs * self.feed.n_batches
        left = -(-(draws - self.n_draws) // max(1, self.n_updates[self.objective.phases[0].name]))
        return self.step + max(0, left)

    @property
    def epoch(self) -> float:
        return self.n_draws / self.feed.n_batches

    @property
    def done(self) -> float:
        """The share of the recipe that is behind, in [0, 1]."""
        return min(1.0, self.n_draws / (self.recipe.training.n_epochs * self.feed.n_batches))

    def advance(self, is_watched: bool = False) -> dict[str, Tensor]:
        """One step of every player, or of the one that a person asked for alone.

        Returns the unweighted terms and "loss", by player where there are several, or {} where the step was skipped;
        of a step that is watched also what the objective noted: means, and quantiles as vectors.
        """
        self._shared.start(self.step, self.done, is_watched)
        only, self._only = self._only, ""
        shown: dict[str, Tensor] = {}
        is_finite = True
        for index, phase in enumerate(self.objective.phases):
            n_updates = self._n_updates(phase.name, only)
            for update in range(n_updates):
                self._shared.begin(index, phase, update, n_updates)
                terms, total = self._update(phase)
                is_finite = is_finite and terms is not None
                if terms is not None and len(self.objective.phases) == 1:
                    shown |= terms | {"loss": total}
                elif terms is not None:
                    shown |= {f"{phase.name}.{k}": v for k, v in terms.items()} | {f"{phase.name}.loss": total}
        self.n_skipped_in_a_row = 0 if is_finite else self.n_skipped_in_a_row + 1
        self.ema.after_step(self.step)
        self.step += 1
        return shown if is_finite else {}

    def _n_updates(self, player: str, only: str) -> int:
        """How often that player moves in this step; one who rests moves once where only he is asked to."""
        n = self.n_updates[player]
        return n if not only else max(1, n) if only == player else 0

    def drop_step(self) -> None:
        """Let go of the memory that a step which failed still holds."""
        self._shared.start(self.step)

    def _update(self, phase: Phase) -> tuple[dict[str, Tensor] | None, Tensor]:
        """One update of one player; the terms are None where loss or gradient were not finite and nothing moved."""
        player = self.players[phase.name]
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._autocast):
            terms = self.objective.terms(self._computing, self._shared)
        total = torch.stack([term.value.float() * term.weight for term in terms.values()]).sum()
        norm = player.take_gradient(total)
        shown = {name: term.value.detach() for name, term in terms.items()} | {"gradient_norm": norm}
        for name, values in self._shared.notes.items():
            shown |= {name: values.mean(), f"{name}{QUANTILES}": quantiles(values)}
        total = total.detach()
        if not math.isfinite(float(norm + total)):
            return None, total
        player.move(self._learning_rate(phase))
        if self._projects:
            with torch.no_grad():
                self.objective.project(self.model, self._shared)
            player.follow()
        return shown, total

    def _learning_rate(self, phase: Phase) -> float:
        return self.learning_rates[phase.name] * self.recipe.optimizer.for_phase(phase.name).rate_at(self.done)

    def _draw(self) -> Batch:
        batch = dict(self.feed.training_batch(self.n_draws))
        self.n_draws += 1
        if self.is_convolutional:
            batch["image"] = batch["image"].contiguous(memory_format=torch.channels_last)
        return batch

    def _parameters(self, phase: Phase) -> list[nn.Parameter]:
        """What the phase owns, and what the objective itself learns where the phase names it."""
        root = _Roots(self.model, self.objective)
        found = [p for name in phase.owns for p in attrgetter(name)(root).parameters()]
        return list(dict.fromkeys(found))

    def apply(self, controls: Controls) -> None:
        """Take over what a person changed."""
        if controls.learning_rate is not None:
            self.learning_rates = dict.fromkeys(self.learning_rates, controls.learning_rate)
        self.learning_rates |= controls.learning_rates
        updates = {**self.n_updates, **controls.n_updates}
        if any(updates.values()):  # where nobody moved, nothing would ever end
            self.n_updates = updates
        self._only = controls.only or self._only

    def state(self) -> dict[str, Tensor]:
        """Everything but model and EMA that the next step depends on."""
        tensors = {f"objective.{name}": value for name, value in self.objective.state_dict().items()}
        for phase, player in self.players.items():
            tensors |= {f"optimizer.{phase}.{name}": value for name, value in player.state().items()}
        return {name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in tensors.items()}

    def counters(self) -> str:
        """The plain numbers of the state, as JSON."""
        return json.dumps(
            {
                "step": self.step,
                "n_draws": self.n_draws,
                "n_batches": self.feed.n_batches,
                "n_skipped_in_a_row": self.n_skipped_in_a_row,
                "learning_rates": self.learning_rates,
                "recipe_rates": self._recipe_rates(),
                "n_updates": self.n_updates,
            },
            sort_keys=True,
        )

    def restore(
        self, raw: Mapping[str, Tensor], ema: Mapping[str, Tensor], state: Mapping[str, Tensor], counters: str
    ) -> None:
        """Go on exactly where `state` and `counters` were taken.

        Where the recipe has another learning rate or batch size by now, the recipe's holds from here on.
        """
        self.model.load_state_dict(raw)
        self.ema.model.load_state_dict(ema)
        own = {name.removeprefix("objective."): v for name, v in state.items() if name.startswith("objective.")}
        self.objective.load_state_dict(own)
        for phase, player in self.players.items():
            prefix = f"optimizer.{phase}."
            player.restore({name.removeprefix(prefix): v for name, v in state.items() if name.startswith(prefix)})
        values = json.loads(counters)
        self.step = values["step"]
        self.n_draws = round(values["n_draws"] * self.feed.n_batches / values["n_batches"])
        self.n_skipped_in_a_row = values["n_skipped_in_a_row"]
        if values["recipe_rates"] == self._recipe_rates():
            self.learning_rates |= values["learning_rates"]
        self.n_updates |= values["n_updates"]

    def _recipe_rates(self) -> dict[str, float]:
        rate = self.recipe.optimizer.for_phase
        return {phase.name: rate(phase.name).learning_rate for phase in self.objective.phases}


def quantiles(values: Tensor) -> Tensor:
    """(n,) → the 17 quantiles 0, 1/16 … 1, from least to largest: what a histogram is drawn from."""
    shares = torch.linspace(0, 1, N_QUANTILES, device=values.device)
    return torch.quantile(values, shares)


@dataclass(frozen=True)
class _Roots:
    """What the dotted names in `Phase.owns` start from."""

    model: GenerativeModel
    objective: nn.Module
