"""`latent-studio data`: where pictures can come from, and what a set holds. Needs no torch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from latent_studio.cli.opening import DataSize, tell_skipped
from latent_studio.cli.output import AsJson, print_facts, print_json, print_table, write_picture
from latent_studio.core.errors import StudioError
from latent_studio.data import ImageSet, detect, load
from latent_studio.data import sources as all_sources
from latent_studio.data.places import find
from latent_studio.training.recipe import Recipe, with_settings

app = typer.Typer(help="List the sources of pictures, or look into one.", no_args_is_help=True)

N_ON_SHEET = 100


@app.command("list")
def list_sources(as_json: AsJson = False) -> None:
    """List the sources that pictures can come from."""
    found = all_sources()
    if as_json:
        print_json(found)
        return
    rows = [(s.name, s.title, "--path" if s.needs_path else "", ", ".join(s.schema["properties"])) for s in found]
    print_table(("source", "what it is", "needs", "options"), rows)


@app.command()
def show(
    place: Annotated[str, typer.Argument(metavar="SOURCE|PATH", help="A source's name, or a file or folder.")],
    path: Annotated[str, typer.Option("--path", help="The file or folder, where a source was named.")] = "",
    size: DataSize = None,
    options: Annotated[
        list[str] | None, typer.Option("--set", metavar="OPTION=VALUE", help="An option of the source: --set tilt=true")
    ] = None,
    sheet: Annotated[Path | None, typer.Option("--sheet", help="Write the first pictures as a PNG.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what a set of pictures holds: counts, shape, labels, licence, citation, digest."""
    source, where = named(place, path)
    images = load(source, where or None, size, **chosen_options(options or []))
    tell_skipped(images)
    told = {"source": source, **images.describe(), "labels": histogram(images), "digest": images.content_digest()}
    if sheet is not None:
        write_picture(sheet, sheet_of(images), {"data": images.name, "digest": told["digest"]})
    if as_json:
        print_json(told)
    else:
        tell(images, told)


def named(place: str, path: str) -> tuple[str, str]:
    """(source, path) of what a person named: a source, or anything on the disk that some source reads."""
    names = [source.name for source in all_sources()]
    if place in names or path:
        return place, path
    if not find(place).exists():
        raise StudioError(f"{place} is neither a source ({', '.join(names)}) nor a file or folder here: choose one.")
    return detect(place), place


def chosen_options(settings: list[str]) -> dict[str, object]:
    """`tilt=true` and the like, as the source's options; the source checks them."""
    section = with_settings(Recipe(), [f"data.options.{setting}" for setting in settings]).data
    return dict(section.options)


def histogram(images: ImageSet) -> dict[str, dict[str, int]]:
    """How many pictures of each label the two parts have; empty where there are no labels."""
    if images.labels is None:
        return {}
    n = len(images.label_names)
    train, test = (np.bincount(images.labels[part], minlength=n).tolist() for part in (images.train, images.test))
    return {name: {"train": train[k], "test": test[k]} for k, name in enumerate(images.label_names)}


def tell(images: ImageSet, told: dict[str, Any]) -> None:
    n_channels, height, width = images.image_shape
    attributes = [
        f"{name} {np.nanmin(values):.4g} … {np.nanmax(values):.4g}"
        for name, values in images.attributes.items()
        if np.isfinite(values).any()
    ]
    print_facts(
        {
            "name": images.name,
            "source": told["source"],
            "pictures": f"{images.n_train:,} to train, {images.n_test:,} to test",
            "shape": f"{width} × {height} px, {'grey' if n_channels == 1 else 'colour'}",
            "attributes": ", ".join(attributes),
            "licence": images.licence or "not known",
            "citation": images.citation,
            "digest": told["digest"],
        }
    )
    if told["labels"]:
        print()
        rows = [(name, counts["train"], counts["test"]) for name, counts in told["labels"].items()]
        print_table(("label", "train", "test"), rows)


def sheet_of(images: ImageSet) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The first hundred training pictures on one sheet."""
    from latent_studio.views.sheets import in_rows, sheet

    first = images.pixels[images.train][:N_ON_SHEET]
    tiles = [pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0) for pixels in first]
    return sheet(in_rows(tiles))
