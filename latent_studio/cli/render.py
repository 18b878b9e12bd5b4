"""`latent-studio render`: what each dimension does, and how well pictures come back, as sheets."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
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
)
from latent_studio.cli.output import AsJson, Picture, note, print_json, write_picture
from latent_studio.core.errors import StudioError
from latent_studio.views.encoding import Encoded, encode
from latent_studio.views.sheets import in_rows, sheet
from latent_studio.views.traversal_sheet import Order, chosen_rows, traversal_rows

app = typer.Typer(help="Render pictures of what a model has learned.", no_args_is_help=True)

MOST_ROWS = 16
"""Rows of a traversal sheet where nothing else was asked for: what a screen shows."""


@app.command()
def traversal(
    checkpoint: CheckpointPath,
    out: Picture,
    dimensions: Annotated[str, typer.Option("--dims", help="Which, by name or number: z0,z3 or 0,3. [all]")] = "",
    n: Annotated[int, typer.Option("--n", min=2, max=50, help="Pictures per dimension.")] = 9,
    reach: Annotated[
        float, typer.Option(min=0.01, max=20.0, help="How far normal dimensions are swept, each way, in σ.")
    ] = 3.0,
    order: Annotated[Order, typer.Option(help="Importance is the KL of a dimension on the test part.")] = "importance",
    seed: Annotated[
        int | None, typer.Option(min=0, help="Sweep through a code drawn with this seed, not the neutral one.")
    ] = None,
    weights: ChosenWeights = None,
    as_json: AsJson = False,
) -> None:
    """Sweep one dimension per row, the others held."""
    opened = open_model(checkpoint, weights)
    header, space = opened.header, opened.header.space
    code = space.neutral() if seed is None else space.sample(1, np.random.default_rng(seed))[0]
    names = chosen_rows(header, dimensions, order)
    if not dimensions and len(names) > MOST_ROWS:
        note(f"The first {MOST_ROWS} of {len(names)} dimensions are shown: choose others with --dims.")
        names = names[:MOST_ROWS]
    rows = traversal_rows(opened, code, names, n, reach)
    same_values = len({row.values for row in rows}) == 1
    picture = sheet(
        [row.pictures for row in rows],
        row_titles=[row.title for row in rows],
        column_titles=rows[0].values if same_values else (),
    )
    about = {
        "name": header.name,
        "digest": header.digest,
        "code": code,
        "rows": [{"name": row.name, "kl": row.kl, "values": row.values} for row in rows],
    }
    write_picture(out, picture, about)
    if as_json:
        print_json({"out": out, **about})
    else:
        print(f"{', '.join(names)} of {header.name}: {out}")


@app.command()
def reconstruction(
    checkpoint: CheckpointPath,
    out: Picture,
    n: Annotated[int, typer.Option("--n", min=1, max=1000, help="How many pictures.")] = 20,
    start: Annotated[int, typer.Option(min=0, help="The first of them, by its number in the part.")] = 0,
    split: Annotated[Literal["test", "train"], typer.Option(help="The part of the data they are taken from.")] = "test",
    n_columns: Annotated[int, typer.Option("--columns", min=1, max=100, help="Pictures in a row.")] = 10,
    source: SourceName = "",
    path: DataPath = "",
    size: DataSize = None,
    weights: ChosenWeights = None,
    as_json: AsJson = False,
) -> None:
    """Show pictures of the data with their reconstructions below them."""
    opened = open_model(checkpoint, weights)
    images = pictures_for(checkpoint, opened.header, DataChoice(source, path, size))
    part = images.pixels[images.test if split == "test" else images.train][start : start + n]
    if len(part) == 0:
        raise StudioError(f"The {split} part of {images.name} has no picture {start}: choose a smaller --start.")
    code = opened.header.space.neutral()
    encoded = [encode(opened, pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0), code) for pixels in part]
    rows = in_rows(encoded, n_columns)
    pairs = [pair for row in rows for pair in ([e.original for e in row], [e.reconstruction for e in row])]
    picture = sheet(pairs, row_titles=["picture", "reconstruction"] * len(rows))
    header = opened.header
    about = {"name": header.name, "digest": header.digest, "data": images.name, "split": split, "start": start}
    write_picture(out, picture, about)
    told = errors_of(encoded)
    if as_json:
        print_json({"out": out, **about, **told, "pictures": [{"mse": e.mse, "nats": e.nats} for e in encoded]})
    else:
        nats = "" if told["nats"] is None else f", {told['nats']:.2f} nats per picture"
        print(f"{len(encoded)} pictures of {images.name}: squared error {told['mse']:.4f} per pixel{nats}: {out}")


def errors_of(encoded: list[Encoded]) -> dict[str, float | None]:
    """Means over the pictures: squared error per pixel, and the negative evidence lower bound where there is one."""
    nats = [e.nats for e in encoded if e.nats is not None]
    return {"mse": float(np.mean([e.mse for e in encoded])), "nats": float(np.mean(nats)) if nats else None}
