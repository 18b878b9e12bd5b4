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
from latent_studio.core.family import DataSpec, family
from latent_studio.core.model import Batch, GenerativeModel, channels_last
from latent_studio.core.objective import Objective, Phase, Step, mix_seed
from latent_studio.training.ema import MovingAverage
from latent_studio.training.feed import Feed
from latent_studio.training.recipe import OptimizerSection, Recipe

AVERAGE_EVERY = 4
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
        self.ema = MovingAverage(self.model, training.ema_decay, AVERAGE_EVERY)
        self.n_updates = {phase.name: phase.n_updates for phase in self.objective.phases}
        self.learning_rates = self._recipe_rates()
        self._owned = {phase.name: self._parameters(phase) for phase in self.objective.phases}
        self.optimizers = {
            phase.name: optimizer(self._owned[phase.name], recipe.optimizer.for_phase(phase.name))
            for phase in self.objective.phases
        }
        self.step = 0
        self.n_draws = 0
        self.n_skipped_in_a_row = 0
        self._autocast = training.precision == "bfloat16"
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

    def advance(self) -> dict[str, Tensor]:
        """One step of every player; returns the unweighted terms and "loss", or {} where the step was skipped."""
        self._shared.start(self.step)
        shown: dict[str, Tensor] = {}
        is_finite = True
        for index, phase in enumerate(self.objective.phases):
            n_updates = self.n_updates[phase.name]
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

    def drop_step(self) -> None:
        """Let go of the memory that a step which failed still holds."""
        self._shared.start(self.step)

    def _update(self, phase: Phase) -> tuple[dict[str, Tensor] | None, Tensor]:
        """One update of one player; the terms are None where loss or gradient were not finite and nothing moved."""
        optimizer, owned = self.optimizers[phase.name], self._owned[phase.name]
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._autocast):
            terms = self.objective.terms(self.model, self._shared)
        total = torch.stack([term.value.float() * term.weight for term in terms.values()]).sum()
        optimizer.zero_grad(set_to_none=True)
        total.backward(inputs=owned)  # only the player's own weights get gradients: the others are frozen
        norm = torch.nn.utils.get_total_norm([p.grad for p in owned if p.grad is not None])
        if not math.isfinite(float(norm + total.detach())):
            return None, total.detach()
        self._schedule(phase)
        optimizer.step()
        with torch.no_grad():
            self.objective.project(self.model, self._shared)
        shown = {name: term.value.detach() for name, term in terms.items()}
        return shown | {"gradient_norm": norm}, total.detach()

    def _schedule(self, phase: Phase) -> None:
        final = self.recipe.optimizer.for_phase(phase.name).final_learning_rate
        done = min(1.0, self.n_draws / (self.recipe.training.n_epochs * self.feed.n_batches))
        share = final + (1 - final) * 0.5 * (1 + math.cos(math.pi * done))
        for group in self.optimizers[phase.name].param_groups:
            group["lr"] = self.learning_rates[phase.name] * share

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
        self.n_updates |= controls.n_updates

    def state(self) -> dict[str, Tensor]:
        """Everything but model and EMA that the next step depends on."""
        tensors = {f"objective.{name}": value for name, value in self.objective.state_dict().items()}
        for phase, player in self.optimizers.items():
            for index, parameter in enumerate(self._owned[phase]):
                for key, value in player.state[parameter].items():
                    tensors[f"optimizer.{phase}.{index}.{key}"] = value
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
        for phase, player in self.optimizers.items():
            for index, parameter in enumerate(self._owned[phase]):
                prefix = f"optimizer.{phase}.{index}."
                found = {name.removeprefix(prefix): v for name, v in state.items() if name.startswith(prefix)}
                # in the parameter's own memory layout, or the fused update would take another path
                player.state[parameter] = {
                    key: torch.empty_like(parameter).copy_(v) if v.shape == parameter.shape else v.clone()
                    for key, v in found.items()
                }
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


@dataclass(frozen=True)
class _Roots:
    """What the dotted names in `Phase.owns` start from."""

    model: GenerativeModel
    objective: nn.Module


def optimizer(parameters: list[nn.Parameter], section: OptimizerSection) -> torch.optim.Optimizer:
    """The optimizer a recipe names; fused, which does the same sums in one pass."""
    rate, betas, decay = section.learning_rate, (section.beta1, section.beta2), section.weight_decay
    match section.name:
        case "adam":
            return torch.optim.Adam(parameters, lr=rate, betas=betas, weight_decay=decay, fused=True)
        case "adamw":
            return torch.optim.AdamW(parameters, lr=rate, betas=betas, weight_decay=decay, fused=True)
        case "sgd":
            return torch.optim.SGD(parameters, lr=rate, momentum=section.beta1, weight_decay=decay, fused=True)
