"""`latent-studio data`: where pictures can come from, and what a set holds. Needs no torch."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from latent_studio.cli.fetching import follow, size_text
from latent_studio.cli.opening import DataSize, tell_skipped
from latent_studio.cli.output import AsJson, note, print_facts, print_json, print_table, write_picture
from latent_studio.core.errors import StudioError
from latent_studio.data import ImageSet, detect, load
from latent_studio.data import sources as all_sources
from latent_studio.data.browsing import AttributeFacts, DataFacts, facts_of
from latent_studio.data.downloads import DownloadState, download, states
from latent_studio.data.fetching import fetch as fetching
from latent_studio.data.places import find
from latent_studio.training.recipe import Recipe, with_settings

app = typer.Typer(help="List the sources of pictures, look into one, or download a known set.", no_args_is_help=True)

N_ON_SHEET = 100
N_CHOICES_TOLD = 8


@app.command("list")
def list_sources(as_json: AsJson = False) -> None:
    """List the sources that pictures can come from, and the sets that can be downloaded."""
    found, known = all_sources(), states()
    if as_json:
        print_json({"sources": found, "downloads": [_state(state) for state in known]})
        return
    rows = [(s.name, s.title, "--path" if s.needs_path else "", ", ".join(s.schema["properties"])) for s in found]
    print_table(("source", "what it is", "needs", "options"), rows)
    print()
    print_table(
        ("download", "what it is", "size", "here"),
        [(s.download.name, s.download.title, size_text(s.download.n_bytes), _where(s)) for s in known],
        title="Sets that `latent-studio data fetch NAME` downloads:",
    )


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The set, as `data list` names it.", show_default=False)],
    to: Annotated[
        Path | None, typer.Option("--to", help="The folder for it, instead of the one where it is found by its name.")
    ] = None,
    mirrors: Annotated[
        list[str] | None,
        typer.Option("--mirror", metavar="URL", help="Take the files from below this address; may be given often."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print every event as a line of JSON.")] = False,
) -> None:
    """Download a set, check it, and go on where an earlier download was interrupted.

    Ctrl-C stops and keeps what has come.
    """
    entry = download(name)
    try:
        with closing(fetching(entry, to, mirrors or ())) as events:
            follow(entry, events, as_json)
    except KeyboardInterrupt:
        note("Stopped; what has come is kept, and the same command goes on from there.")
        raise typer.Exit(130) from None


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
    facts = facts_of(images)
    told = {
        "source": source,
        **images.describe(),
        "labels": {name: {"train": train, "test": test} for name, (train, test) in facts.counts.items()},
        "attributes": facts.attributes,
        "digest": images.content_digest(),
    }
    if sheet is not None:
        write_picture(sheet, sheet_of(images), {"data": images.name, "digest": told["digest"]})
    if as_json:
        print_json(told)
    else:
        tell(facts, source, told["digest"])


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


def tell(facts: DataFacts, source: str, digest: str) -> None:
    """What a set holds, for people."""
    n_channels, height, width = facts.image_shape
    print_facts(
        {
            "name": facts.name,
            "source": source,
            "pictures": f"{facts.n_train:,} to train, {facts.n_test:,} to test",
            "shape": f"{width} × {height} px, {'grey' if n_channels == 1 else 'colour'}",
            "licence": facts.licence or "not known",
            "citation": facts.citation,
            "digest": digest,
        }
    )
    if facts.counts:
        print()
        rows = [(name, train, test) for name, (train, test) in facts.counts.items()]
        print_table(("label", "train", "test"), rows)
    if facts.attributes:
        print()
        told = [(name, values_text(found), f"{found.n_missing or ''}") for name, found in facts.attributes.items()]
        print_table(("attribute", "values", "without"), told)


def values_text(facts: AttributeFacts) -> str:
    """`0.5 … 11.25`, or the choices with their counts, the most frequent first: `apple (12), fig (3)`."""
    if facts.kind == "number":
        return f"{facts.low:.4g} … {facts.high:.4g}" if facts.low <= facts.high else ""
    counts = sorted(zip(facts.counts, facts.names, strict=True), key=lambda pair: -pair[0])
    more = f", {len(counts) - N_CHOICES_TOLD} more" if len(counts) > N_CHOICES_TOLD else ""
    return ", ".join(f"{name} ({count:,})" for count, name in counts[:N_CHOICES_TOLD]) + more


def _state(state: DownloadState) -> dict[str, object]:
    entry = state.download
    return {
        "name": entry.name,
        "title": entry.title,
        "source": entry.source,
        "n_bytes": entry.n_bytes,
        "n_here": state.n_here,
        "path": state.path,
        "licence": entry.licence,
        "citation": entry.citation,
    }


def _where(state: DownloadState) -> str:
    if state.path is not None:
        return str(state.path)
    return f"{size_text(state.n_here)} of it: fetch again to go on" if state.n_here else ""


def sheet_of(images: ImageSet) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The first hundred training pictures on one sheet."""
    from latent_studio.views.sheets import in_rows, sheet

    first = images.pixels[images.train][:N_ON_SHEET]
    tiles = [pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0) for pixels in first]
    return sheet(in_rows(tiles))
