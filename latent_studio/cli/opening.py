"""From what a person names (a checkpoint file or a run folder) to the model, its recipe and its pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from latent_studio.cli.output import note
from latent_studio.core.errors import StudioError
from latent_studio.core.header import Header
from latent_studio.core.runs import BEST, EMA, MODEL, RECIPE, newest_weights
from latent_studio.data import ImageSet, detect, load
from latent_studio.data.places import find
from latent_studio.training.recipe import DataSection, Recipe, read_recipe

if TYPE_CHECKING:
    from latent_studio.core.request import OpenModel

Weights = Literal["ema", "raw", "best"]

CheckpointPath = Annotated[
    Path, typer.Argument(metavar="CHECKPOINT", help="A .safetensors file or a run folder.", show_default=False)
]
ChosenWeights = Annotated[
    Weights | None,
    typer.Option("--weights", help="Which weights of a run folder: averaged (ema), raw or the best averaged ones."),
]
SourceName = Annotated[str, typer.Option("--source", help="Take the pictures of this source (see `data list`).")]
DataPath = Annotated[str, typer.Option("--path", help="Where the pictures lie.")]
DataSize = Annotated[int | None, typer.Option("--size", help="Side of the square pictures in pixels.")]


@dataclass(frozen=True)
class DataChoice:
    """What a person said about the pictures; empty fields follow the model's own data."""

    source: str = ""
    path: str = ""
    size: int | None = None


def checkpoint_file(path: Path, weights: Weights | None = None) -> Path:
    """The file that a path means: itself, or a run's newest averaged weights, or those asked for."""
    if not path.is_dir():
        if weights is not None:
            raise StudioError(f"{path.name} is a single file: --weights chooses within a run folder.")
        return path
    if not (path / RECIPE).is_file():
        raise StudioError(f"{path} is no run folder: give a checkpoint (.safetensors) or the folder of a run.")
    newest = newest_weights(path)
    if newest is None:
        raise StudioError(f"{path.name} has saved nothing yet: wait for its first save, or train it again.")
    found = path / BEST if weights == "best" else newest.with_name(MODEL if weights == "raw" else EMA)
    if not found.is_file():
        raise StudioError(f"{path.name} has no {weights} weights yet: they come with its first measurement.")
    return found


def open_model(path: Path, weights: Weights | None = None) -> OpenModel:
    """The model of a checkpoint or run, checked against its digest, in eval mode on this machine's best device."""
    from latent_studio.engine.models import OpenModels
    from latent_studio.training.snapshots import SnapshotStore

    return OpenModels(SnapshotStore())(str(checkpoint_file(path, weights)))


def recipe_beside(path: Path) -> Recipe | None:
    """The recipe of a run folder, or the one that lies beside a checkpoint under its name."""
    place = path / RECIPE if path.is_dir() else path.with_suffix(".toml")
    return read_recipe(place) if place.is_file() else None


def pictures_for(path: Path, header: Header, choice: DataChoice) -> ImageSet:
    """The pictures a model was trained on, or those a person chose, in the shape that the model takes."""
    section = _section(path, header, choice)
    if section.path and not find(section.path).exists():
        raise StudioError(
            f"{header.data.name}, which {header.name} was trained on, is not at {section.path}: "
            "say with --path where it lies."
        )
    images = read_pictures(section).subset(section.train_fraction)
    if images.learned_shape != header.data.image_shape:
        raise StudioError(
            f"{images.name} has pictures of {_shape(images.learned_shape)} and {header.name} takes "
            f"{_shape(header.data.image_shape)}: choose others with --source, --path and --size."
        )
    if header.data.digest and images.content_digest() != header.data.digest:
        note(f"These are not the pictures that {header.name} was trained on: {images.name} differs from them.")
    return images


def read_pictures(section: DataSection) -> ImageSet:
    """The pictures a recipe's [data] names, before `train_fraction` is applied; unreadable ones are counted."""
    images = load(section.source, section.path or None, section.size, **section.options)
    tell_skipped(images)
    return images


def tell_skipped(images: ImageSet) -> None:
    """Say how many pictures were left out."""
    if images.n_skipped:
        n = images.n_skipped + len(images.pixels)
        note(f"{images.n_skipped:,} of {n:,} pictures could not be read and were left out.")


def _section(path: Path, header: Header, choice: DataChoice) -> DataSection:
    spec, recipe = header.data, recipe_beside(path)
    own = recipe.data if recipe else DataSection(source=spec.source, path=spec.path, options=spec.options)
    side = spec.size
    if choice.source or choice.path:
        source = choice.source or detect(choice.path)
        options = own.options if source == own.source else {}
        # another place for the model's own data leaves the rest of what is known of them as it is
        fraction = own.train_fraction if source == own.source else 1.0
        return DataSection(
            source=source, path=choice.path, size=choice.size or side, options=options, train_fraction=fraction
        )
    return own.model_copy(update={"size": choice.size or own.size or side})


def _shape(shape: tuple[int, int, int]) -> str:
    n_channels, height, width = shape
    return f"{width} × {height} px in {'grey' if n_channels == 1 else 'colour'}"
