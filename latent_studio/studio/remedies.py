"""What could be done about a finding, starting from what the run's recipe says; a remedy that changes nothing is none.

All of them can be tried in a branch: none changes the latent code, nor more of the network than the critic's head.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from latent_studio.studio.findings import Remedy

MOST = 2
"""Remedies of one finding; more would leave the choice to the person again."""

FREE_BITS = 0.5  # nats per dimension; Kingma et al. 2016 found 0.25 to 1 to work alike

Plain = Mapping[str, Any]


class Remedies:
    """What can be tried with the run of this recipe, given as plain sections; of no recipe nothing is known."""

    def __init__(self, recipe: Plain | None) -> None:
        self._recipe = recipe
        self._model: Plain = (recipe or {}).get("model", {})
        self._optimizer: Plain = (recipe or {}).get("optimizer", {})

    def pick(self, *remedies: Remedy | None) -> tuple[Remedy, ...]:
        """The first two of those that would change something."""
        if self._recipe is None:
            return ()
        return tuple(remedy for remedy in remedies if remedy is not None)[:MOST]

    def r1(self) -> Remedy | None:
        """Hold the critic's slope at the data down; a critic that is normed over the batch has no slope of its own."""
        if self._model.get("penalty", "none") not in ("none", "clip") or self._model.get("norm") == "both":
            return None
        return Remedy("Add an R1 penalty", _penalty("r1"))

    def gradient_penalty(self) -> Remedy | None:
        """Instead of clipping, which leaves a Wasserstein critic too simple (Gulrajani et al. 2017)."""
        is_clipped = self._model.get("divergence") == "wasserstein" and self._model.get("penalty") in ("clip", "none")
        return Remedy("Use a gradient penalty", _penalty("gradient")) if is_clipped else None

    def living_gradient(self) -> Remedy | None:
        """A loss that still has a slope where every fake is found out (Goodfellow et al. 2014, section 3)."""
        if self._model.get("divergence") != "minimax":
            return None
        return Remedy("Use the non-saturating loss", {"model.divergence": "nonsaturating"})

    def fewer_updates(self) -> Remedy | None:
        """One update of the critic for each of the generator; Wasserstein's is meant to be ahead."""
        n = self._model.get("n_critic", 1)
        if n <= 1 or self._model.get("divergence") == "wasserstein":
            return None
        return Remedy(f"Update the discriminator once, not {n} times", {"model.n_critic": 1})

    def more_updates(self) -> Remedy:
        """One more of the critic's for each of the generator's."""
        n = self._model.get("n_critic", 1) + 1
        return Remedy(f"Update the discriminator {'twice' if n == 2 else f'{n} times'} a step", {"model.n_critic": n})

    def slower_discriminator(self) -> Remedy | None:
        return self._rate("discriminator", 0.5, "Halve the discriminator's learning rate")

    def slower_generator(self) -> Remedy | None:
        return self._rate("generator", 0.5, "Halve the generator's learning rate")

    def slower_players(self) -> Remedy | None:
        """A quarter, of both: what they do in turns, they then do together."""
        changes = {**self._smaller("discriminator", 0.25), **self._smaller("generator", 0.25)}
        return Remedy("Quarter both learning rates", changes)

    def slower(self) -> Remedy | None:
        """A quarter of every learning rate there is."""
        changes = {"optimizer.learning_rate": _rounded(0.25 * self._learning_rate(""))}
        for player, told in self._players().items():
            changes |= self._smaller(player, 0.25) if told.get("learning_rate") else {}
        return Remedy("Quarter the learning rate", changes)

    def full_precision(self) -> Remedy | None:
        is_short = (self._recipe or {}).get("training", {}).get("precision") == "bfloat16"
        return Remedy("Compute in 32-bit floats", {"training.precision": "float32"}) if is_short else None

    def sees_batch(self) -> Remedy | None:
        """A critic that sees whether the pictures of a batch are alike (Karras et al. 2018, section 3)."""
        if self._model.get("minibatch", "none") != "none":
            return None
        return Remedy("Let the discriminator see the batch", {"model.minibatch": "stddev"})

    def in_pairs(self) -> Remedy | None:
        """A game in which every fake is held against data has no bad places to rest (Sun et al. 2020)."""
        if self._model.get("divergence") == "relativistic":
            return None
        changes: dict[str, Any] = {"model.divergence": "relativistic"}
        if self._model.get("label_smoothing"):
            changes["model.label_smoothing"] = 0.0  # has no meaning there
        return Remedy("Compare data and fakes in pairs", changes)

    def no_momentum(self) -> Remedy | None:
        """Momentum carries the players round each other (Gidel et al. 2019)."""
        if self._optimizer.get("beta1", 0.9) < 0.3:
            return None
        return Remedy("Take the momentum away", {"optimizer.beta1": 0.0})

    def free_bits(self) -> Remedy | None:
        if self._model.get("free_bits", 0.0) >= FREE_BITS:
            return None
        return Remedy(f"Give each dimension {FREE_BITS} free nats", {"model.free_bits": FREE_BITS})

    def smaller_beta(self) -> Remedy | None:
        beta = self._model.get("beta", 1.0)
        if beta <= 0.05:
            return None
        smaller = 1.0 if beta > 2 else _rounded(beta / 2)
        return Remedy(f"Lower β from {beta:g} to {smaller:g}", {"model.beta": smaller})

    def _players(self) -> Mapping[str, Plain]:
        """What is said of single players, as `Recipe` keeps it or as the file has it."""
        tables = {key: value for key, value in self._optimizer.items() if isinstance(value, Mapping)}
        told: Mapping[str, Plain] = tables.pop("phases", {}) or tables
        return told

    def _learning_rate(self, player: str) -> float:
        rate = self._players().get(player, {}).get("learning_rate") or self._optimizer.get("learning_rate", 1e-3)
        return float(rate)

    def _smaller(self, player: str, factor: float) -> dict[str, float]:
        return {f"optimizer.{player}.learning_rate": _rounded(factor * self._learning_rate(player))}

    def _rate(self, player: str, factor: float, text: str) -> Remedy:
        return Remedy(text, self._smaller(player, factor))


def _penalty(name: str) -> dict[str, Any]:
    """With the weight and the interval that are customary with it."""
    opened = dict.fromkeys(("model.penalty_weight", "model.final_penalty_weight", "model.penalty_every"))
    return {"model.penalty": name, **opened}


def _rounded(number: float) -> float:
    """To three digits, as it is shown."""
    return float(f"{number:.3g}")
