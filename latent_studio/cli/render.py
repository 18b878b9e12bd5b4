"""`latent-studio render`: what dimensions and categories do, a plane of the space, samples, reconstructions."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import typer

from latent_studio.cli.codes import codes
from latent_studio.cli.mapping import manifold
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
from latent_studio.cli.output import AsJson, Picture, print_json, write_picture
from latent_studio.cli.sample import sample
from latent_studio.cli.traversing import traversal
from latent_studio.core.errors import StudioError
from latent_studio.views.encoding import Encoded, encode
from latent_studio.views.sheets import in_rows, sheet

app = typer.Typer(help="Render pictures of what a model has learned.", no_args_is_help=True)

for command in (traversal, manifold, codes):
    app.command()(command)
app.command(name="samples")(sample)


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
