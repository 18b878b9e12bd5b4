"""Games of the program's own families as training plays them: resuming to the bit, and games that never skip a step."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

from latent_studio.core.controls import Controls
from latent_studio.core.errors import StudioError
from latent_studio.core.events import Metrics
from latent_studio.data import load
from latent_studio.data.image_set import ImageSet
from latent_studio.objectives.divergences import DIVERGENCES
from latent_studio.training.branching import branched_recipe
from latent_studio.training.recipe import Recipe
from latent_studio.training.setting_up import prepare
from latent_studio.training.trainer import train
from tests.training.toys import assert_same_state, digits, drive, of_kind, play, recipe, state

FAMILIES: dict[str, dict[str, Any]] = {
    "gan": {"width": 16, "penalty_every": 3, "n_critic": 2, "instance_noise": 0.1},
    "infogan": {
        "network": "compact",
        "width": 16,
        "channels": 4,
        "augment": "affine",
        "norm": "both",
        "penalty": "none",
    },
}
N_STEPS = 24
CHANGES = {
    7: Controls(learning_rates={"discriminator": 3e-4}),
    15: Controls(only="generator", n_updates={"generator": 2}),
}


def of(family: str) -> Recipe:
    epochs = N_STEPS * (FAMILIES[family].get("n_critic", 1)) // 4
    return recipe(family, FAMILIES[family], n_epochs=epochs, measure_every=N_STEPS)


def changed(family: str, folder: Path, until_step: int | None = None) -> None:
    """Train, changing rates and updates on the way, as a person would; what was changed before is replayed."""
    training, sent = train(of(family), folder, digits()), None
    while True:
        try:
            event = training.send(sent) if sent is not None else next(training)
        except StopIteration:
            break
        sent, step = None, getattr(event, "done", None)
        if step in CHANGES and not (folder / f"sent {step}").exists():
            (folder / f"sent {step}").touch()
            sent = CHANGES[step]
            continue  # it is taken before anything is broken off
        if until_step is not None and step is not None and step >= until_step:
            break
    training.close()


@pytest.fixture(autouse=True)
def _tells_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("latent_studio.training.session.TELL_EVERY_S", 0.0)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_game_resumed_at_any_step_ends_as_if_it_had_never_stopped(family: str, tmp_path: Path) -> None:
    play(of(family), tmp_path / "whole")
    whole = state(tmp_path / "whole")
    stops = sorted(random.Random(0).choices(range(1, N_STEPS), k=10))
    for stop in stops:  # one run that is stopped again and again
        play(of(family), tmp_path / "broken", until_step=stop)
    play(of(family), tmp_path / "broken")
    assert_same_state(whole, state(tmp_path / "broken"))


@pytest.mark.parametrize("family", FAMILIES)
def test_what_a_person_changed_on_the_way_is_played_again(family: str, tmp_path: Path) -> None:
    changed(family, tmp_path / "whole")
    whole = state(tmp_path / "whole")
    stops = sorted(random.Random(1).choices(range(1, N_STEPS), k=10))
    for stop in stops:
        changed(family, tmp_path / "broken", until_step=stop)
    changed(family, tmp_path / "broken")
    assert_same_state(whole, state(tmp_path / "broken"))


@cache
def ring() -> ImageSet:
    return load("gaussians", n=2000)


def ring_recipe(**model: Any) -> Recipe:
    return Recipe.model_validate(
        {
            "name": "ring",
            "data": {"source": "gaussians"},
            "model": {"family": "gan", "width": 16, **model},
            "training": {"n_threads": 1, "device": "cpu"},
        }
    )


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_no_divergence_skips_a_step_on_the_ring(divergence: str) -> None:
    for penalty in dict.fromkeys(("none", DIVERGENCES[divergence].usual_penalty)):  # type: ignore[index]
        settings = {"penalty_weight": None, "final_penalty_weight": None}
        game = prepare(ring_recipe(divergence=divergence, penalty=penalty, **settings), ring()).game
        assert all(game.advance() for _ in range(60))


def test_points_have_their_own_defaults_and_what_was_said_stays() -> None:
    made = prepare(ring_recipe(n_latent=3), ring()).recipe
    assert made.training.batch_size == 256
    assert made.optimizer.beta1 == 0.0
    assert made.config().model_dump()["n_latent"] == 3
    assert made.model["width"] == 16
    pixels = prepare(recipe("gan", n_epochs=1), digits()).recipe
    assert pixels.optimizer.learning_rate == 2e-4
    assert pixels.training.batch_size == 100


def test_a_game_tells_how_data_and_fakes_score(tmp_path: Path) -> None:
    events = drive(train(of("gan"), tmp_path, digits()))
    rows = [row for row in of_kind(Metrics, events) if row.split == "steps"]
    values = rows[-1].values
    assert {"discriminator.divergence", "discriminator.gradient_norm", "generator.loss"} <= set(values)
    assert 0 <= values["discriminator.accuracy"] <= 1  # type: ignore[operator]
    quantiles = values["discriminator.real_quantiles"]
    assert isinstance(quantiles, tuple)
    assert len(quantiles) == 17
    assert list(quantiles) == sorted(quantiles)
    assert quantiles[0] <= values["discriminator.real"] <= quantiles[-1]  # type: ignore[operator]
    tests = [row for row in of_kind(Metrics, events) if row.split == "test"]
    assert {"loss", "spread"} <= set(tests[-1].values)


def test_a_step_of_one_player_leaves_the_other_as_it_was() -> None:
    game = prepare(of("gan"), digits()).game
    for only, other in (("discriminator", game.model.generator), ("generator", game.model.trunk)):
        before = [weight.detach().clone() for weight in other.parameters()]  # type: ignore[union-attr]
        game.apply(Controls(only=only))
        told = game.advance()
        assert all(name.startswith(f"{only}.") for name in told)
        after = list(other.parameters())  # type: ignore[union-attr]
        assert all(torch.equal(was, now) for was, now in zip(before, after, strict=True))
    assert any(name.startswith("discriminator.") for name in game.advance())


def test_a_player_at_rest_moves_when_he_alone_is_asked_to_and_not_all_can_rest() -> None:
    game = prepare(of("gan"), digits()).game
    game.apply(Controls(n_updates={"generator": 0}))
    assert not any(name.startswith("generator.") for name in game.advance())
    game.apply(Controls(only="generator"))
    assert any(name.startswith("generator.") for name in game.advance())
    game.apply(Controls(n_updates={"discriminator": 0}))  # nobody would move: it is not taken
    assert any(name.startswith("discriminator.") for name in game.advance())


def test_an_epoch_of_several_critic_updates_is_measured_once() -> None:
    made = prepare(ring_recipe(n_critic=2), load("gaussians", n=60_000)).recipe
    assert made.training.measure_every == 106  # 54,000 points in 211 batches, two a step


@pytest.mark.parametrize("penalty", ["gradient", "dragan", "r1"])
def test_every_penalty_is_played_in_half_precision(penalty: str) -> None:
    settings = {"network": "conv", "channels": 4, "penalty": penalty, "augment": "affine", "penalty_every": 1}
    game = prepare(recipe("gan", settings, precision="bfloat16"), digits()).game
    assert all(game.advance() for _ in range(2))


def test_points_are_not_augmented() -> None:
    with pytest.raises(StudioError, match=r"set model\.augment to none"):
        prepare(ring_recipe(augment="light_move_cut"), ring())


def test_a_setting_that_was_open_is_settled_once_a_run_has_begun(tmp_path: Path) -> None:
    play(of("gan"), tmp_path, until_step=3)
    later = of("gan").with_values(model={"final_penalty_weight": 0.01})
    with pytest.raises(StudioError, match="final_penalty_weight = None"):
        play(later, tmp_path)


def test_another_penalty_brings_its_own_weight_to_a_branch(tmp_path: Path) -> None:
    play(of("gan"), tmp_path, until_step=3)
    made = branched_recipe(tmp_path, {"model.penalty": "gradient"})
    assert not {"penalty_weight", "penalty_every"} & set(made.model)
    assert prepare(made, digits()).recipe.model["penalty_weight"] == 10.0
