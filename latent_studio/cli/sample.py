"""`latent-studio sample`: pictures drawn from a model, on one sheet."""

from __future__ import annotations

from typing import Annotated

import typer

from latent_studio.cli.opening import CheckpointPath, ChosenWeights, open_model
from latent_studio.cli.output import AsJson, Picture, print_json, write_picture
from latent_studio.views.sampling import sampled
from latent_studio.views.sheets import in_rows, sheet


def sample(
    checkpoint: CheckpointPath,
    out: Picture,
    n: Annotated[int, typer.Option("--n", min=1, max=10_000, help="How many pictures.")] = 64,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same pictures.")] = 0,
    temperature: Annotated[
        float, typer.Option(min=0.0, max=4.0, help="Below 1 keeps to the ordinary, above 1 goes beyond.")
    ] = 1.0,
    n_columns: Annotated[int | None, typer.Option("--columns", min=1, help="Pictures in a row.")] = None,
    weights: ChosenWeights = None,
    as_json: AsJson = False,
) -> None:
    """Draw pictures from a model's prior and write them as a contact sheet."""
    opened = open_model(checkpoint, weights)
    pictures = sampled(opened, n, seed, temperature)
    header = opened.header
    about = {"name": header.name, "digest": header.digest, "n": n, "seed": seed, "temperature": temperature}
    write_picture(out, sheet(in_rows(pictures, n_columns)), about)
    if as_json:
        print_json({"out": out, **about})
    else:
        print(f"{n} samples of {header.name}: {out}")
