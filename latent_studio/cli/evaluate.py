"""`latent-studio evaluate`: the bound on the test part and its parts, in nats, and what each dimension carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from latent_studio.cli.opening import (
    CheckpointPath,
    ChosenWeights,
    DataChoice,
    DataPath,
    DataSize,
    SourceName,
    open_model,
    pictures_for,
    recipe_beside,
)
from latent_studio.cli.output import AsJson, print_json, print_table
from latent_studio.cli.parzen import print_parzen
from latent_studio.core.errors import StudioError
from latent_studio.data import ImageSet

if TYPE_CHECKING:
    from latent_studio.core.request import OpenModel
    from latent_studio.training.measuring import Measures

ACTIVE_NATS = 0.01
"""A dimension with less KL than this says nothing of the picture."""


def evaluate(
    checkpoint: CheckpointPath,
    split: Annotated[Literal["test", "train", "both"], typer.Option(help="The part of the data.")] = "test",
    weights: ChosenWeights = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of the sampled codes. [default: the recipe's]")] = None,
    source: SourceName = "",
    path: DataPath = "",
    size: DataSize = None,
    by_parzen: Annotated[
        bool, typer.Option("--parzen", help="The log-likelihood of the test part by a Parzen window around samples.")
    ] = False,
    n_samples: Annotated[int, typer.Option("--samples", min=10, help="How many samples, for --parzen.")] = 10_000,
    as_json: AsJson = False,
) -> None:
    """Measure a model on its data: for a VAE the evidence lower bound, its parts and the KL of each dimension."""
    opened = open_model(checkpoint, weights)
    header = opened.header
    images = pictures_for(checkpoint, header, DataChoice(source, path, size))
    if seed is None:
        recipe = recipe_beside(checkpoint)
        seed = recipe.training.seed if recipe else 0
    if by_parzen:
        print_parzen(opened, images, n_samples, seed, as_json)
        return
    parts = ("test", "train") if split == "both" else (split,)
    found = {part: measured(opened, images, part, seed) for part in parts}
    if as_json:
        about = {"name": header.name, "digest": header.digest, "weights": header.weights, "step": header.step}
        print_json({**about, "data": images.name, "seed": seed, "parts": {p: summary(m) for p, m in found.items()}})
        return
    sizes = {"test": images.n_test, "train": images.n_train}
    pictures = " and ".join(f"{sizes[part]:,} {part} pictures" for part in parts)
    print(f"{header.name} ({header.weights} weights, step {header.step:,}) on {pictures} of {images.name}")
    show(found, header.space.column_names)


def measured(opened: OpenModel, images: ImageSet, split: str, seed: int) -> Measures:
    """The objective's measures averaged over that part; the same numbers as while training with that seed."""
    from latent_studio.core.family import family
    from latent_studio.core.schema import validated
    from latent_studio.training.feed import Feed
    from latent_studio.training.measuring import BATCH_SIZE, measure, measuring_seed

    header = opened.header
    if split == "test" and images.n_test == 0:
        raise StudioError(f"{images.name} has no test part: measure the training part with --split train.")
    chosen = family(header.family)
    device = next(opened.model.parameters()).device
    objective = chosen.objective(validated(chosen.config, header.config, f"The settings of {header.name}:"))
    batches = Feed(images, device, BATCH_SIZE, seed).test_batches(split, BATCH_SIZE)
    found = measure(opened.model, objective.to(device), batches, measuring_seed(seed), device)
    if not found:
        raise StudioError(f"{header.family_title} has nothing to measure on single pictures: look at its samples.")
    return found


def summary(values: Measures) -> dict[str, object]:
    """The measures with what follows from them: the bound itself where there is a KL, the active dimensions."""
    told: dict[str, object] = {}
    if "kl" in values and isinstance(values["loss"], float):
        told["elbo"] = -values["loss"]
    told |= values
    kl = values.get("kl_per_dim")
    if isinstance(kl, tuple):
        told["n_active"] = n_active(kl)
        told["n_dims"] = len(kl)
    return told


def n_active(kl: tuple[float, ...]) -> int:
    """How many dimensions carry more than 0.01 nat."""
    return sum(nats > ACTIVE_NATS for nats in kl)


def show(found: Mapping[str, Measures], column_names: Sequence[str]) -> None:
    """Scalars as one table, vectors (one number per column of the code) as another, the largest first."""
    told = {part: summary(values) for part, values in found.items()}
    first = next(iter(told.values()))
    scalars = [name for name, value in first.items() if isinstance(value, float)]
    rows = [(name, *(values[name] for values in told.values())) for name in scalars]
    print_table(("nats per picture" if "elbo" in scalars else "per picture", *told), rows)
    if "n_active" in first:
        active = ", ".join(f"{values['n_active']} of {values['n_dims']} ({part})" for part, values in told.items())
        print(f"\nactive dimensions, with more than {ACTIVE_NATS} nat of KL: {active}")
    for name, vector in next(iter(found.values())).items():
        if isinstance(vector, tuple):
            largest = max(max(vector), 1e-9)
            order = sorted(range(len(vector)), key=lambda index: -vector[index])
            names = column_names if len(column_names) == len(vector) else range(len(vector))
            bars = [(str(names[k]), vector[k], "█" * round(24 * vector[k] / largest)) for k in order]
            print()
            print_table(("dimension", name.removesuffix("_per_dim"), ""), bars)
