"""One player of the game: what it owns, and how it learns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from latent_studio.core.errors import StudioError
from latent_studio.training.flat import Flat
from latent_studio.training.recipe import OptimizerSection


class Player:
    """An optimizer over the buffers that a player owns.

    twins: parameters → those that the terms are computed with, where they are others (see WorkingCopy).
    """

    def __init__(
        self, owned: Sequence[Flat], section: OptimizerSection, twins: Mapping[nn.Parameter, nn.Parameter]
    ) -> None:
        self.section = section
        self.weights = [nn.Parameter(flat.values) for flat in owned]
        for weight in self.weights:
            weight.grad = torch.zeros_like(weight)
        self._gradients = [weight.grad for weight in self.weights if weight.grad is not None]
        self._parts = [p for flat, whole in zip(owned, self._gradients, strict=True) for p in flat.parts(whole)]
        parameters = [parameter for flat in owned for parameter in flat.parameters]
        self._computing = [twins.get(parameter, parameter) for parameter in parameters]
        others = [(twin, p) for twin, p in zip(self._computing, parameters, strict=True) if twin is not p]
        self._copies, self._originals = [twin.detach() for twin, _ in others], [p.detach() for _, p in others]
        self.optimizer = optimizer(self.weights, section)

    def take_gradient(self, total: Tensor) -> Tensor:
        """The gradient of the player's loss for what it owns, and nothing else: the others are frozen; its norm."""
        gradients = torch.autograd.grad(total, self._computing, materialize_grads=True)
        torch._foreach_copy_(self._parts, gradients)
        norms: list[Tensor] = [torch.linalg.vector_norm(whole) for whole in self._gradients]
        return norms[0] if len(norms) == 1 else torch.stack(norms).square().sum().sqrt()

    def move(self, learning_rate: float) -> None:
        """One update along the gradient that was taken."""
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        self.optimizer.step()
        self.follow()

    @torch.no_grad()
    def follow(self) -> None:
        """Have the weights that the terms are computed with be what the player owns; nobody else's are touched, or a
        graph that another phase still needs would be lost."""
        if self._copies:
            torch._foreach_copy_(self._copies, self._originals)

    def state(self) -> dict[str, Tensor]:
        """What the optimizer remembers."""
        return {
            f"{index}.{key}": value
            for index, weight in enumerate(self.weights)
            for key, value in self.optimizer.state[weight].items()
        }

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Remember what `state` told; StudioError where it is of other buffers than these, which fused updates would
        write beyond."""
        if any(not self._fits(name, value) for name, value in state.items()):
            raise StudioError(
                "This run was saved by another version of Latent Studio, so it cannot go on: open its weights, "
                "or train its recipe anew."
            )
        for index, weight in enumerate(self.weights):
            prefix = f"{index}."
            self.optimizer.state[weight] = {
                name.removeprefix(prefix): value.to(weight.device, copy=True)
                for name, value in state.items()
                if name.startswith(prefix)
            }
        self.follow()

    def _fits(self, name: str, value: Tensor) -> bool:
        shapes = {str(index): weight.shape for index, weight in enumerate(self.weights)}
        return value.shape in (torch.Size(), shapes.get(name.partition(".")[0]))


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
