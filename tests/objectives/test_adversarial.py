"""The game: what each player minimises, what is computed once, and what is shown."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from latent_studio.core.adversary import Adversary
from latent_studio.core.errors import StudioError
from latent_studio.core.family import DataSpec
from latent_studio.core.latent import LatentSpace, Normal
from latent_studio.core.objective import Step
from latent_studio.core.schema import validated
from latent_studio.objectives.adversarial import AdversarialGame, GameSettings

DATA = DataSpec(name="points", kind="points", image_shape=(2, 1, 1), centre=(0.0, 0.0), spread=(1.0, 1.0))


class Counting(nn.Module):
    """Counts its passes, and the rows in them."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner
        self.rows: list[int] = []

    def forward(self, x: Tensor) -> Tensor:
        self.rows.append(len(x))
        out: Tensor = self.inner(x)
        return out


class Small(Adversary):
    """A linear generator and a linear critic of points."""

    def __init__(self) -> None:
        super().__init__(LatentSpace(factors=(Normal(name="z", shape=(2,)),)), (2, 1, 1))
        self.linear, self.scores = nn.Linear(2, 2), nn.Linear(2, 1)
        self.made, self.seen = Counting(nn.Sequential(self.linear, nn.Unflatten(1, (2, 1, 1)))), Counting(nn.Flatten())
        self.generator, self.trunk, self.head = self.made, self.seen, self.scores
        self.centre, self.spread = torch.zeros(1), torch.ones(1)


def played(model: Small, settings: dict[str, Any], n_critic: int = 1, is_watched: bool = False) -> dict[str, Any]:
    """One step of the game, without the optimizers: the terms by player, and the notes."""
    game: AdversarialGame[Small] = AdversarialGame(GameSettings(**settings).resolved(DATA))
    step = Step(0, lambda: {"image": torch.randn(8, 2, 1, 1)}, torch.device("cpu"))
    step.start(0, is_watched=is_watched)
    told: dict[str, Any] = {}
    for index, phase in enumerate(game.phases):
        for update in range(n_critic if index == 0 else 1):
            step.begin(index, phase, update, n_critic if index == 0 else 1)
            told[phase.name] = game.terms(model, step)
            told[f"{phase.name} notes"] = dict(step.notes)
    return told


def test_a_step_makes_its_fakes_once_and_scores_data_and_fakes_in_one_pass() -> None:
    model = Small()
    played(model, {"divergence": "nonsaturating", "penalty": "none"})
    assert model.made.rows == [8]
    assert model.seen.rows == [16, 8]  # both for the critic, the fakes for the generator


def test_only_the_last_of_several_critic_updates_keeps_its_fakes() -> None:
    model = Small()
    played(model, {"divergence": "wasserstein", "penalty": "none"}, n_critic=3)
    assert model.made.rows == [8, 8, 8]


def test_r1_needs_no_pass_of_its_own() -> None:
    model = Small()
    told = played(model, {"divergence": "nonsaturating", "penalty": "r1", "penalty_every": 1})
    assert model.seen.rows == [8, 8, 8]
    slope = model.scores.weight.norm()
    assert float(told["discriminator"]["penalty"].value.detach()) == pytest.approx(0.5 * float(slope.detach()) ** 2)


def test_a_lazy_penalty_is_weighed_by_its_interval() -> None:
    told = played(Small(), {"penalty": "r1", "penalty_weight": 2.0, "penalty_every": 4})
    assert told["discriminator"]["penalty"].weight == 8.0


def test_a_penalty_falls_evenly_on_a_logarithmic_scale() -> None:
    game: AdversarialGame[Small] = AdversarialGame(GameSettings(penalty_weight=1.0, final_penalty_weight=0.01))
    step = Step(0, dict, torch.device("cpu"))
    weights = []
    for done in (0.0, 0.5, 1.0):
        step.start(0, done)
        weights.append(game._penalty_weight(step))
    assert weights == pytest.approx([1.0, 0.1, 0.01])


def test_the_generators_gradient_comes_through_the_critic_alone() -> None:
    model = Small()
    told = played(model, {"divergence": "wasserstein", "penalty": "none"})
    wanted = list(model.generator.parameters())
    gradients = torch.autograd.grad(told["generator"]["divergence"].value, wanted)
    assert torch.allclose(gradients[1], -model.scores.weight[0])  # of the bias: −E[D(G(z))] moves against D's slope


def test_what_is_watched_is_noted_and_else_nothing() -> None:
    assert played(Small(), {})["discriminator notes"] == {}
    notes = played(Small(), {}, is_watched=True)["discriminator notes"]
    assert set(notes) == {"real", "fake", "accuracy"}
    right = (notes["real"][:, None] > notes["fake"][None]).float().mean()
    assert float(notes["accuracy"].mean()) == pytest.approx(float(right))


def test_clipping_follows_the_critics_update_only() -> None:
    model = Small()
    with torch.no_grad():
        model.scores.weight.fill_(5.0)
    game: AdversarialGame[Small] = AdversarialGame(GameSettings(penalty="clip").resolved(DATA))
    step = Step(0, dict, torch.device("cpu"))
    for index, phase in reversed(list(enumerate(game.phases))):
        step.begin(index, phase, 0, 1)
        game.project(model, step)
        limit = 0.01 if index == 0 else 5.0
        assert float(model.scores.weight.detach().abs().max()) == pytest.approx(limit)


def test_labels_of_a_paired_game_cannot_be_smoothed() -> None:
    with pytest.raises(StudioError, match="label_smoothing has no meaning"):
        validated(GameSettings, {"label_smoothing": 0.1}, "[model]")


def test_instance_noise_is_gone_at_the_end() -> None:
    game: AdversarialGame[Small] = AdversarialGame(GameSettings(instance_noise=0.5))
    step = Step(0, dict, torch.device("cpu"))
    x = torch.zeros(20_000, 1)
    for done, sigma in ((0.0, 0.5), (0.5, 0.25), (1.0, 0.0)):
        step.start(0, done)
        step.begin(0, game.phases[0], 0, 1)
        assert float(game._seen(x, step).std()) == pytest.approx(sigma, rel=0.05)


def test_the_measures_know_a_collapsed_generator() -> None:
    model = Small()
    batch = {"image": torch.randn(100, 2, 1, 1)}
    game: AdversarialGame[Small] = AdversarialGame(GameSettings())
    with torch.no_grad():
        for weight in model.generator.parameters():
            weight.zero_()
        told = game.measures(model, batch, torch.Generator().manual_seed(0))
        assert float(told["spread"].mean()) == 0.0
        assert float(told["loss"].mean()) > 0.3
        model.linear.weight.copy_(torch.eye(2))
        told = game.measures(model, batch, torch.Generator().manual_seed(0))
    assert float(told["spread"].mean()) == pytest.approx(1.0, abs=0.15)
    assert float(told["loss"].mean()) == pytest.approx(0.0, abs=0.1)
