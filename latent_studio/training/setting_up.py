"""From a recipe and pictures to a game ready to be played: every `auto` resolved and written back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from time import perf_counter
from typing import Any

import torch

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Done, Event, Progress
from latent_studio.core.family import DataSpec, Family, FamilyConfig, family
from latent_studio.core.header import Header
from latent_studio.core.model import capabilities
from latent_studio.data.image_set import ImageSet
from latent_studio.data.point_set import PointSet
from latent_studio.training.device import machine, n_cores, resolve_device, resolve_precision, use_threads
from latent_studio.training.feed import Feed
from latent_studio.training.game import Game
from latent_studio.training.memory import advance
from latent_studio.training.recipe import Recipe

MIN_MEASURE_STEPS = 100
TIMED_S = 0.6
"""How long an estimate of a recipe's duration times steps."""


@dataclass(frozen=True)
class Setup:
    """A resolved recipe and the game it starts."""

    recipe: Recipe
    data: DataSpec
    game: Game
    family_title: str
    fixed_rows: torch.Tensor

    def header(self, **moment: Any) -> Header:
        """The header of a checkpoint of this run at some moment."""
        return Header(
            name=self.recipe.name,
            family=self.recipe.family,
            family_title=self.family_title,
            config=self.recipe.model_settings,
            space=self.game.model.space,
            data=self.data,
            capabilities=tuple(sorted(capabilities(self.game.model))),
            **moment,
        )


def data_spec(recipe: Recipe, images: ImageSet) -> DataSpec:
    """What a family and a header are told of the pictures."""
    return DataSpec(
        name=images.name,
        kind=images.kind,
        image_shape=images.learned_shape,
        **_units(images),
        n_train=images.n_train,
        n_test=images.n_test,
        label_names=images.label_names,
        fields=("image",) if images.labels is None else ("image", "label"),
        source=recipe.data.source,
        path=recipe.data.path,
        options=recipe.data.options,
        digest=images.content_digest(),
        licence=images.licence,
        citation=images.citation,
    )


def _units(images: ImageSet) -> dict[str, tuple[float, ...]]:
    """Where points lie and how far apart; of pictures nothing, for their range is known."""
    if not isinstance(images, PointSet):
        return {}
    centre, spread = images.units
    return {"centre": tuple(centre.tolist()), "spread": tuple(spread.tolist())}


def _steps_per_epoch(chosen: Family, config: FamilyConfig, feed: Feed) -> int:
    """An epoch is one pass of the first player over the pictures, who may draw several batches a step."""
    return -(-feed.n_batches // max(1, chosen.objective(config).phases[0].n_updates))


def prepare(recipe: Recipe, images: ImageSet, n_threads: int = 0) -> Setup:
    """Check the recipe against the pictures, resolve what was `auto`, and make the game."""
    images = images.subset(recipe.data.train_fraction)
    data = data_spec(recipe, images)
    if recipe.data.digest and recipe.data.digest != data.digest:
        raise StudioError(
            f"{data.name} is not what this recipe was made with (its content differs): "
            "clear data.digest in the recipe to train on it all the same."
        )
    if images.n_train < 2:
        raise StudioError(f"{data.name} has {images.n_train} training pictures: two are the least; add some.")
    chosen = family(recipe.family)
    chosen.check(data)
    recipe = recipe.with_defaults(chosen.defaults[data.kind])
    config = recipe.config().resolved(data)
    device = resolve_device(recipe.training.device)
    feed = Feed(images, device, recipe.training.batch_size, recipe.training.seed, recipe.augment)
    recipe = recipe.with_values(
        data={"digest": data.digest},
        model=config.model_dump(mode="json", exclude_none=True),
        training={
            "device": device.type,
            "machine": machine(device),
            "n_threads": recipe.training.n_threads or n_threads or n_cores(),
            "measure_every": recipe.training.measure_every
            or max(MIN_MEASURE_STEPS, _steps_per_epoch(chosen, config, feed)),
        },
    )
    with torch.device("meta"):
        outline = chosen.build(config, data)
    precision = resolve_precision(recipe.training.precision, device, outline, side=data.image_shape[1])
    recipe = recipe.with_values(training={"precision": precision})
    game = Game(recipe, data, feed, device)
    n_shown = min(12, images.n_test or images.n_train)
    first = images.n_train if images.n_test else 0
    return Setup(recipe, data, game, chosen.title, torch.arange(first, first + n_shown))


def estimate(recipe: Recipe, images: ImageSet, n_threads: int = 0) -> Iterator[Event]:
    """Time a few steps of a throw-away game; ends with Done(result={"seconds", "n_steps", "pictures_per_s"})."""
    setup = prepare(recipe, images, n_threads)
    use_threads(setup.recipe.training.n_threads)
    game, n_steps = setup.game, setup.game.n_steps
    yield Progress(0, n_steps)
    advance(game)  # the first step allocates and is no measure
    yield Progress(1, n_steps)
    times: list[float] = []
    while len(times) < 3 or (sum(times) < TIMED_S and len(times) < 50):
        start = perf_counter()
        advance(game)
        times.append(perf_counter() - start)
        yield Progress(game.step, n_steps)
    seconds_per_step = sorted(times)[len(times) // 2]
    yield Done(
        result={
            "seconds": seconds_per_step * n_steps,
            "n_steps": n_steps,
            "pictures_per_s": setup.recipe.training.batch_size / seconds_per_step,
            "n_numbers": sum(prod(p.shape) for p in game.model.parameters()),
        }
    )
