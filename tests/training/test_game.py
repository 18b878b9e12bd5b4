"""The game: whose weights move, what the players share, how a step can be taken up again."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from torch import Tensor, nn

from latent_studio.core.controls import Controls
from latent_studio.core.errors import StudioError
from latent_studio.training.game import Game
from tests.training.toys import assert_same_tensors, game, recipe


def weights(module: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in module.state_dict().items()}


def moved(before: dict[str, Tensor], module: nn.Module) -> bool:
    return any(not torch.equal(value, before[name]) for name, value in module.state_dict().items())


def count_forwards(of: Game) -> Counter[str]:
    """Counts how often each network of the toy GAN is evaluated from here on."""
    counts: Counter[str] = Counter()
    for name in ("generator", "discriminator"):
        network = of.model.get_submodule(name)
        network.register_forward_hook(lambda *_, name=name: counts.update([name]))
    return counts


def test_the_fakes_of_the_last_critics_update_serve_the_generator_without_a_second_pass() -> None:
    played = game(recipe("toy_gan"))
    counts = count_forwards(played)
    played.step = 1  # no penalty is due
    played.advance()
    assert counts["generator"] == 2  # once per update of the discriminator, none for the generator's own
    assert counts["discriminator"] == 2 * 2 + 1


def test_a_lazy_penalty_costs_a_pass_only_when_it_is_due() -> None:
    played = game(recipe("toy_gan"))
    counts = count_forwards(played)
    shown = []
    for _ in range(8):
        before = counts["discriminator"]
        terms = played.advance()
        shown.append(("discriminator.penalty" in terms, counts["discriminator"] - before))
    assert shown == [(True, 7), (False, 5), (False, 5), (False, 5)] * 2


def test_each_critics_update_has_a_batch_of_its_own_and_the_generator_draws_none() -> None:
    played = game(recipe("toy_gan"))
    for n_steps in range(1, 4):
        played.advance()
        assert played.n_draws == 2 * n_steps
    assert played.epoch == 6 / 4


@pytest.mark.parametrize(("mover", "other"), [("discriminator", "generator"), ("generator", "discriminator")])
def test_the_other_players_weights_stay_bit_identical(mover: str, other: str) -> None:
    played = game(recipe("toy_gan"))
    played.apply(Controls(n_updates={other: 0}))
    still, moving = played.model.get_submodule(other), played.model.get_submodule(mover)
    before = weights(still), weights(moving)
    for _ in range(3):
        assert played.advance()
    assert_same_tensors(before[0], weights(still))
    assert moved(before[1], moving)


def test_a_gradient_reaches_only_the_player_whose_turn_it_is() -> None:
    played = game(recipe("toy_gan"))
    played.apply(Controls(n_updates={"discriminator": 0}))
    before = weights(played.model)
    played.advance()
    moved = {
        name.split(".")[0] for name, value in weights(played.model).items() if not torch.equal(value, before[name])
    }
    assert moved == {"generator"}


def test_stepping_one_player_alone_still_comes_to_an_end() -> None:
    """Freezing the first player must not stop the pictures: the epochs are counted by the batches drawn."""
    played = game(recipe("toy_gan"))
    played.apply(Controls(n_updates={"discriminator": 0}))
    n_steps = played.n_steps
    for _ in range(n_steps):
        played.advance()
    assert n_steps == 3 * 4
    assert played.n_steps == n_steps
    assert played.epoch == 3


def test_more_updates_per_step_make_fewer_steps_of_the_same_epochs() -> None:
    played = game(recipe("toy_gan"))
    assert played.n_steps == 6
    played.apply(Controls(n_updates={"discriminator": 4}))
    assert played.n_steps == 3


def test_what_the_objective_owns_learns_and_what_it_remembers_changes() -> None:
    played = game(recipe("toy_gan"))
    before = weights(played.objective)
    for _ in range(2):
        played.advance()
    assert {name for name, value in before.items() if not torch.equal(value, played.objective.state_dict()[name])} == {
        "pool",
        "temperature.weight",
        "temperature.bias",
    }


def test_projection_follows_every_update() -> None:
    played = game(recipe("toy_gan"))
    for weight in played.model.get_submodule("discriminator").parameters():
        weight.data.fill_(7.0)
    played.advance()
    critic = played.model.get_submodule("discriminator")
    assert max(float(weight.detach().abs().max()) for weight in critic.parameters()) <= 0.5


def test_the_terms_shown_are_unweighted_and_named_after_their_player() -> None:
    shown = game(recipe("toy_gan")).advance()
    assert set(shown) == {
        *(f"discriminator.{name}" for name in ("real", "fake", "penalty", "gradient_norm", "loss")),
        *(f"generator.{name}" for name in ("adversarial", "gradient_norm", "loss")),
    }
    total = sum(float(shown[f"discriminator.{name}"]) * weight for name, weight in {"real": 1, "fake": 1}.items())
    assert float(shown["discriminator.loss"]) == pytest.approx(
        total + 0.4 * float(shown["discriminator.penalty"]), rel=1e-5
    )


def test_a_player_may_have_a_learning_rate_of_its_own() -> None:
    of = recipe("toy_gan").with_values(
        optimizer={"learning_rate": 1e-3, "phases": {"generator": {"learning_rate": 5e-4, "beta1": 0.5}}}
    )
    played = game(of)
    played.advance()
    groups = {name: player.optimizer.param_groups[0] for name, player in played.players.items()}
    assert (groups["generator"]["lr"], groups["generator"]["betas"]) == (5e-4, (0.5, 0.999))
    assert (groups["discriminator"]["lr"], groups["discriminator"]["betas"]) == (1e-3, (0.9, 0.999))


def test_the_learning_rate_falls_along_a_cosine_to_its_final_share() -> None:
    of = recipe("fragile", n_epochs=4).with_values(optimizer={"learning_rate": 0.1, "final_learning_rate": 0.2})
    played = game(of)
    rates = []
    while played.step < played.n_steps:
        played.advance()
        rates.append(played.players["autoencoder"].optimizer.param_groups[0]["lr"])
    draws = torch.arange(1, 17, dtype=torch.float64)
    expected = 0.1 * (0.2 + 0.8 * 0.5 * (1 + torch.cos(torch.pi * draws / 16)))
    assert rates == pytest.approx(expected.tolist())


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("name", ["adam", "adamw", "sgd"])
def test_a_restored_game_takes_the_very_same_steps_with_every_optimizer(name: str, precision: str) -> None:
    of = recipe("toy_gan", precision=precision).with_values(optimizer={"name": name, "weight_decay": 0.01})
    first, second = game(of), game(of)
    for _ in range(3):
        first.advance()
    second.restore(weights(first.model), weights(first.ema.model), first.state(), first.counters())
    for _ in range(3):
        first.advance()
        second.advance()
    assert_same_tensors(weights(first.model), weights(second.model))
    assert_same_tensors(weights(first.ema.model), weights(second.ema.model))
    assert_same_tensors(first.state(), second.state())
    assert first.counters() == second.counters()


def test_a_state_with_other_buffers_than_the_optimizers_is_refused_before_anything_writes_beyond_them() -> None:
    """So it was saved when every parameter had buffers of its own; fused updates look at no shape."""
    first, second = game(recipe("fragile")), game(recipe("fragile"))
    first.advance()
    state = first.state()
    name = next(name for name in state if name.endswith(".0.exp_avg"))
    for other in ({name: state[name][:1]}, {name.replace(".0.", ".7."): state[name]}):
        with pytest.raises(StudioError, match="saved by another version"):
            second.restore(weights(first.model), weights(first.ema.model), state | other, first.counters())


def test_the_average_of_a_game_follows_every_fourth_step_from_the_first() -> None:
    """w̄ ← m w̄ + (1 − m) w, m = min(decay⁴, (1 + t) / (10 + t)), t = 0 after the first step, 1 after the fifth."""
    played = game(recipe("fragile", ema_decay=0.8))
    expected = [weight.detach().double() for weight in played.model.parameters()]
    for step in range(10):
        played.advance()
        if step % 4:
            continue
        memory = min(0.8**4, (1 + step // 4) / (10 + step // 4))
        raw = [weight.detach().double() for weight in played.model.parameters()]
        expected = [memory * old + (1 - memory) * new for old, new in zip(expected, raw, strict=True)]
    for averaged, value in zip(played.ema.model.parameters(), expected, strict=True):
        torch.testing.assert_close(averaged.double(), value, rtol=1e-5, atol=1e-6)


def test_building_a_game_leaves_everybodys_random_numbers_alone() -> None:
    torch.manual_seed(3)
    before = torch.get_rng_state()
    game(recipe("toy_gan")).advance()
    assert torch.equal(torch.get_rng_state(), before)


def test_a_recipes_new_learning_rate_holds_from_the_resumed_step_on() -> None:
    """A person who was told to lower the rate writes it into the recipe and continues."""
    old = game(recipe("fragile"))
    old.advance()
    of = recipe("fragile").with_values(optimizer={"learning_rate": 1e-5})
    new = game(of)
    new.restore(weights(old.model), weights(old.ema.model), old.state(), old.counters())
    assert new.learning_rates == {"autoencoder": 1e-5}


def test_a_rate_set_by_hand_holds_where_the_recipe_says_what_it_said() -> None:
    old = game(recipe("fragile"))
    old.apply(Controls(learning_rates={"autoencoder": 0.5}))
    old.advance()
    new = game(recipe("fragile"))
    new.restore(weights(old.model), weights(old.ema.model), old.state(), old.counters())
    assert new.learning_rates == {"autoencoder": 0.5}


def test_a_smaller_batch_goes_on_at_the_same_place_of_the_data() -> None:
    """A person who was told that only 50 pictures fit continues with 50."""
    old = game(recipe("fragile", n_epochs=3))
    for _ in range(6):
        old.advance()
    new = game(recipe("fragile", n_epochs=3, batch_size=50))
    new.restore(weights(old.model), weights(old.ema.model), old.state(), old.counters())
    assert new.epoch == old.epoch == 1.5
    assert new.n_steps - new.step == 12
