"""Every family of the folder keeps every promise; nothing here knows one by name.

A two-player toy is held to the same, so that the checks themselves are known to work for games of several players.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import BaseModel
from torch import Tensor

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Metrics
from latent_studio.core.family import DataSpec, Family, family, family_names
from latent_studio.core.header import read_header
from latent_studio.core.latent import Normal, Uniform
from latent_studio.core.model import (
    CAPABILITIES,
    Classifies,
    Completes,
    Decodes,
    Encodes,
    GenerativeModel,
    Likelihood,
    NormalPosterior,
    Samples,
    Scores,
    Translates,
    capabilities,
    encode_to_code,
    sample_prior,
)
from latent_studio.core.runs import newest_weights
from latent_studio.data import ImageSet, load
from latent_studio.training.checkpoint import build, digest, load_checkpoint, save_checkpoint, weights_of
from latent_studio.training.game import Game
from latent_studio.training.recipe import Recipe, parse_recipe, recipe_text
from latent_studio.training.setting_up import Setup, prepare
from latent_studio.training.trainer import train
from tests.training.toys import TOYS, assert_same_state, digits, drive, families_in, of_kind, play, state

TOY = "toy_gan"
FAMILIES = [*family_names(), TOY]
N = 6


@pytest.fixture(autouse=True)
def _toys() -> Iterator[None]:
    with families_in(TOYS):
        yield


@pytest.fixture(params=FAMILIES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def recipe(name: str, **training: Any) -> Recipe:
    """The family as it comes, on the digits; small only in its number of steps."""
    values = {"n_epochs": 3, "batch_size": 100, "device": "cpu", "precision": "float32", "n_threads": 1}
    return Recipe.model_validate(
        {
            "name": name,
            "data": {"source": "digits"},
            "model": {"family": name},
            "training": {**values, "save_every_s": 1000.0, "measure_every": 4, **training},
        }
    )


def setup(name: str) -> Setup:
    return prepare(recipe(name), digits())


@dataclass(frozen=True)
class Trained:
    """What some steps of a family's game came to."""

    setup: Setup
    first_loss: float
    last_loss: float

    @property
    def model(self) -> GenerativeModel:
        return self.setup.game.ema.model


@cache
def trained(name: str) -> Trained:
    """120 steps on the digits; every test of a family looks at the same."""
    with families_in(TOYS):
        made = prepare(recipe(name, n_epochs=1000, ema_decay=0.9), digits())
        before = loss(made.game)
        for _ in range(120):
            assert made.game.advance(), "a step was skipped: its loss was not finite"
        return Trained(made, before, loss(made.game))


def loss(game: Game) -> float:
    """What the family measures on the test pictures; the sum of its terms where it measures nothing."""
    batch = game.feed.rows(torch.arange(game.feed.n_train, game.feed.n_train + 200))
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        measured = game.objective.measures(game.ema.model, batch, generator)
    return float(measured["loss"].mean()) if "loss" in measured else float("nan")


def images(n: int = N) -> Tensor:
    rows = digits().pixels[-n:]
    return torch.from_numpy(np.ascontiguousarray(rows)).float() / 255


def codes(model: GenerativeModel, n: int = N) -> Tensor:
    return sample_prior(model.space, n, torch.Generator().manual_seed(0))


def conditions(model: GenerativeModel, code: Tensor) -> dict[str, Tensor]:
    return {factor.name: code[:, columns] for factor, columns in model.space.blocks() if factor.condition}


def is_picture(image: Tensor, n: int, model: GenerativeModel) -> bool:
    in_range = bool((image >= 0).all() and (image <= 1).all())
    return image.shape == (n, *model.image_shape) and image.dtype == torch.float32 and in_range


# ------- what the file declares


def test_a_family_says_what_it_is_and_where_it_comes_from(name: str) -> None:
    found = family(name)
    assert isinstance(found, Family)
    assert all(text.strip() for text in (found.title, found.citation, found.equation))


def test_every_setting_has_a_title_and_a_description_and_a_default(name: str) -> None:
    config = family(name).config
    schema = config.model_json_schema()
    assert schema.get("required", []) == []
    for field, told in schema["properties"].items():
        assert told.get("title", "").strip(), f"{field} has no title"
        assert len(told.get("description", "")) > 10, f"{field} has no description"
        assert config.model_fields[field].title, f"{field} has only the title that pydantic made from its name"


def test_every_number_has_bounds(name: str) -> None:
    for field, told in family(name).config.model_json_schema()["properties"].items():
        if told.get("type") in ("integer", "number"):
            assert {"minimum", "exclusiveMinimum"} & told.keys(), f"{field} has no lower bound"
            assert {"maximum", "exclusiveMaximum"} & told.keys(), f"{field} has no upper bound"


def test_a_setting_that_may_be_empty_is_empty_by_default(name: str) -> None:
    """TOML has no word for nothing: what is left out of a recipe must mean the same as empty."""
    for field, info in family(name).config.model_fields.items():
        schema = family(name).config.model_json_schema()["properties"][field]
        if any(choice.get("type") == "null" for choice in schema.get("anyOf", ())):
            assert info.default is None, field


def test_resolving_leaves_no_auto_and_changes_nothing_that_was_chosen(name: str) -> None:
    data = setup(name).data
    resolved = family(name).config().resolved(data)
    assert "auto" not in values_within(resolved)
    assert resolved.resolved(data) == resolved


def values_within(model: BaseModel) -> list[object]:
    found: list[object] = []
    for value in model.model_dump().values():
        found += (
            list(value.values()) if isinstance(value, dict) else list(value) if isinstance(value, tuple) else [value]
        )
    return found


def test_a_resolved_recipe_survives_its_file(name: str) -> None:
    resolved = setup(name).recipe
    assert parse_recipe(recipe_text(resolved)) == resolved


def test_phases_name_modules_and_optimizers_that_exist(name: str) -> None:
    game = setup(name).game
    names = [phase.name for phase in game.objective.phases]
    assert len(set(names)) == len(names) > 0
    for phase in game.objective.phases:
        assert phase.owns
        assert phase.n_updates >= 1
        assert game.players[phase.name].weights, f"{phase.name} owns nothing that can learn"


# ------- what the model can do


def test_the_header_claims_exactly_what_the_model_can_do(name: str) -> None:
    made = trained(name)
    claimed = made.setup.header().capabilities
    assert set(claimed) == capabilities(made.model)
    assert claimed
    assert set(claimed) <= set(CAPABILITIES)


def test_claimed_capabilities_are_fulfilled(name: str) -> None:
    model, generator = trained(name).model, torch.Generator().manual_seed(1)
    code = codes(model)
    with torch.inference_mode():
        if isinstance(model, Decodes):
            assert is_picture(model.decode(code), N, model)
            assert is_picture(model.decode(code[:1]), 1, model)
        if isinstance(model, Encodes):
            holds_posterior(model, code)
        if isinstance(model, Scores):
            assert model.score(images()).shape == (N,)
        if isinstance(model, Samples):
            assert is_picture(model.sample_images(2, generator), 2, model)
        if isinstance(model, Likelihood):
            log_p = model.log_likelihood(images(), generator)
            assert log_p.shape == (N,)
            assert torch.isfinite(log_p).all()
        if isinstance(model, Completes):
            known = torch.zeros(N, 1, *model.image_shape[1:])
            known[..., : model.image_shape[2] // 2] = 1
            whole = model.complete(images(), known, generator)
            assert is_picture(whole, N, model)
            assert torch.equal(whole * known, images() * known)
        if isinstance(model, Translates):
            assert is_picture(model.translate(images(), trained(name).setup.data.label_names[0]), N, model)
        if isinstance(model, Classifies):
            assert model.classify(images()).shape == (N, len(trained(name).setup.data.label_names))


def holds_posterior(model: Any, code: Tensor) -> None:
    """The encoder speaks of factors that exist, in their widths; its middle is a code, with what it is told kept."""
    told = conditions(model, code)
    posterior = model.encode(images(), told)
    factors = {factor.name: factor for factor in model.space.factors}
    for factor_name, found in posterior.items():
        columns = model.space.columns(factor_name)
        width = columns.stop - columns.start
        assert found.point().shape == (N, width)
        if isinstance(found, NormalPosterior):
            assert found.log_var.shape == (N, width)
            assert isinstance(factors[factor_name], Normal | Uniform)
    middle = encode_to_code(model, model.space, images(), told)
    assert middle.shape == (N, model.space.dim)
    assert torch.isfinite(middle).all()
    for factor_name, block in told.items():
        assert torch.equal(middle[:, model.space.columns(factor_name)], block)


def test_a_picture_does_not_depend_on_its_neighbours_in_the_batch(name: str) -> None:
    """In eval mode: what is exported one by one is what was seen in the strip."""
    model = trained(name).model
    if not isinstance(model, Decodes):
        pytest.skip("decodes no codes")
    with torch.inference_mode():
        together = model.decode(codes(model))
        alone = torch.cat([model.decode(code[None]) for code in codes(model)])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-5)


def test_neighbouring_codes_give_pictures_that_differ(name: str) -> None:
    model = trained(name).model
    if not isinstance(model, Decodes):
        pytest.skip("decodes no codes")
    code = torch.from_numpy(model.space.neutral())[None]
    with torch.inference_mode():
        assert not torch.equal(model.decode(code), model.decode(codes(model, 1)))


# ------- how it learns


def test_gradients_reach_every_weight(name: str) -> None:
    """Every parameter of the model is some player's, and moves within some steps."""
    game = setup(name).game
    before = {key: value.detach().clone() for key, value in game.model.named_parameters()}
    for _ in range(3):
        game.advance()
    still = [key for key, value in game.model.named_parameters() if torch.equal(value, before[key])]
    assert still == []


def test_the_loss_falls_on_the_digits(name: str) -> None:
    made = trained(name)
    if made.first_loss != made.first_loss:
        pytest.skip("measures no loss")
    assert made.last_loss < 0.8 * made.first_loss


def test_measures_are_numbers_per_picture(name: str) -> None:
    made = trained(name)
    game = made.setup.game
    batch = game.feed.rows(torch.arange(7))
    measured = game.objective.measures(made.model, batch, torch.Generator().manual_seed(0))
    again = game.objective.measures(made.model, batch, torch.Generator().manual_seed(0))
    for key, values in measured.items():
        assert values.shape[0] == 7
        assert values.dim() <= 2
        assert torch.isfinite(values).all()
        assert torch.equal(values, again[key])
    for key, values in measured.items():
        if key.endswith("_per_dim"):
            torch.testing.assert_close(values.sum(1), measured[key.removesuffix("_per_dim")])


def test_it_trains_in_bfloat16(name: str) -> None:
    game = prepare(recipe(name, precision="bfloat16"), digits()).game
    for _ in range(5):
        assert game.advance()
    assert all(value.dtype != torch.bfloat16 for value in game.model.state_dict().values())


def test_it_trains_on_colour_pictures_of_another_size(name: str) -> None:
    """What the family is built for is the data's shape, not the digits'."""
    data = DataSpec(name="colours", image_shape=(3, 33, 33), fields=("image", "label"), label_names=("a", "b"))
    found = family(name)
    model = found.build(found.config().resolved(data), data)
    assert model.image_shape == (3, 33, 33)
    if isinstance(model, Decodes):
        with torch.inference_mode():
            assert is_picture(model.decode(codes(model, 2)), 2, model)


# ------- how it is kept


def test_a_checkpoint_gives_back_the_very_model(name: str, tmp_path: Path) -> None:
    made = trained(name)
    header = save_checkpoint(tmp_path / "a", weights_of(made.model), made.setup.header(step=120))
    save_checkpoint(tmp_path / "b", weights_of(made.model), made.setup.header(step=120))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert read_header(tmp_path / "a") == header
    again, model = load_checkpoint(tmp_path / "a")
    assert again == header
    assert not model.training
    assert not any(p.requires_grad for p in model.parameters())
    if isinstance(model, Decodes) and isinstance(made.model, Decodes):
        with torch.inference_mode():
            assert torch.equal(model.decode(codes(model)), made.model.decode(codes(model)))


def test_the_digest_follows_the_weights_and_not_the_moment(name: str) -> None:
    made = trained(name)
    weights = weights_of(made.model)
    first = digest(weights, made.setup.header(step=1))
    assert digest(dict(reversed(weights.items())), made.setup.header(step=2, preview="…")) == first
    key = next(iter(weights))
    assert digest({**weights, key: weights[key] + 1e-3}, made.setup.header()) != first


def test_half_precision_weights_are_widened(name: str, tmp_path: Path) -> None:
    made = trained(name)
    short = {k: w.bfloat16() if w.dtype == torch.float32 else w for k, w in weights_of(made.model).items()}
    save_checkpoint(tmp_path / "short", short, made.setup.header())
    _, model = load_checkpoint(tmp_path / "short")
    for key, value in model.state_dict().items():
        assert value.dtype == weights_of(made.model)[key].dtype
        assert torch.equal(value, short[key].to(value.dtype))
    if isinstance(model, Decodes):
        with torch.inference_mode():
            assert is_picture(model.decode(codes(model)), N, model)


def test_weights_of_another_shape_are_refused(name: str) -> None:
    made = trained(name)
    weights = weights_of(made.model)
    key = next(k for k, w in weights.items() if w.dim() > 0)
    with pytest.raises(StudioError, match=f"does not fit its family .*{key}"):
        build(made.setup.header(), {**weights, key: weights[key][:0]})


@pytest.mark.parametrize("stops", [(1,), (4,), (3, 7), (8,)])
def test_resuming_is_exact_to_the_bit(name: str, stops: tuple[int, ...], tmp_path: Path) -> None:
    """Raw weights, moving average, optimizers, the objective's memory; inside an epoch, on its boundary, across it."""
    of = recipe(name)
    play(of, tmp_path / "whole")
    for stop in stops:
        play(of, tmp_path / "parts", until_step=stop)
    play(of, tmp_path / "parts")
    assert_same_state(state(tmp_path / "whole"), state(tmp_path / "parts"))


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_resuming_is_exact_on_pictures_that_call_for_convolutions(name: str, precision: str, tmp_path: Path) -> None:
    """Their weights lie in memory with the channels last, and the optimizer's moments must again, too."""
    of = recipe(name, precision=precision, batch_size=20).with_values(data={"size": 36})
    large = larger_digits()
    for folder, stops in (("whole", (None,)), ("parts", (4, None))):
        for stop in stops:
            drive(train(of, tmp_path / folder, large), stop)
    assert_same_state(state(tmp_path / "whole"), state(tmp_path / "parts"))


@cache
def larger_digits() -> ImageSet:
    """A few digits of 36 px: more numbers than `auto` gives to a fully connected network."""
    whole = load("digits", size=36)
    return replace(
        whole, pixels=whole.pixels[:80], labels=None if whole.labels is None else whole.labels[:80], n_train=60
    )


def test_a_finished_run_opens_with_what_was_measured(name: str, tmp_path: Path) -> None:
    events = play(recipe(name), tmp_path)
    newest = newest_weights(tmp_path)
    assert newest is not None
    header, _ = load_checkpoint(newest)
    rows = [row for row in of_kind(Metrics, events) if row.split == "test"]
    assert bool(rows) == bool(header.metrics)
    assert (header.preview != "") == ("Decodes" in header.capabilities)
    for key, values in header.statistics.items():
        assert len(values) == header.space.dim, key
