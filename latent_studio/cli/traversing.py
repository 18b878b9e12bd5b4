"""`latent-studio render traversal`: what each dimension does, as a sheet or as an animation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from latent_studio.cli.opening import CheckpointPath, ChosenWeights, DataChoice, open_model, pictures_for
from latent_studio.cli.output import AsJson, note, plain, print_json, write_picture
from latent_studio.core.errors import StudioError
from latent_studio.core.files import write_file
from latent_studio.views.animation import ENDINGS, N_FRAMES, Stage, animation_bytes, sheet_of, there_and_back
from latent_studio.views.data_range import N_PICTURES, data_range, encoded
from latent_studio.views.traversal_sheet import Order, Reach, ReferenceRows, SheetPictures, Span, chosen_rows

if TYPE_CHECKING:
    from latent_studio.core.request import OpenModel

MOST_ROWS = 16
"""Rows of a traversal sheet where nothing else was asked for: what a screen shows."""

Out = Annotated[
    Path, typer.Option("--out", help="The PNG to write, or a .webp or .gif that moves.", show_default=False)
]


def traversal(
    checkpoint: CheckpointPath,
    out: Out,
    dimensions: Annotated[str, typer.Option("--dims", help="Which, by name or number: z0,z3 or 0,3. [all]")] = "",
    n: Annotated[int | None, typer.Option("--n", min=2, max=200, help="Pictures per dimension. [9, moving 30]")] = None,
    reach: Annotated[
        float, typer.Option(min=0.01, max=20.0, help="How far normal dimensions are swept, each way, in σ.")
    ] = 3.0,
    span: Annotated[
        Reach,
        typer.Option("--range", help="± --reach σ, 1 % to 99 % of the prior, or 1 % to 99 % of the data's codes."),
    ] = "sigma",
    order: Annotated[Order, typer.Option(help="Importance is the KL of a dimension on the test part.")] = "importance",
    seed: Annotated[
        int | None, typer.Option(min=0, help="Sweep through a code drawn with this seed, not the neutral one.")
    ] = None,
    animate: Annotated[
        bool, typer.Option("--animate", help="There and back instead of side by side; a .png becomes an animated one.")
    ] = False,
    weights: ChosenWeights = None,
    as_json: AsJson = False,
) -> None:
    """Sweep one dimension per row, the others held."""
    is_animation = animate or out.suffix.lower() in (".webp", ".gif")
    if is_animation and out.suffix.lower() not in ENDINGS:
        raise StudioError(f"{out.name} is no animation: let --out end in .webp, .png or .gif.")
    opened = open_model(checkpoint, weights)
    header, space = opened.header, opened.header.space
    code = space.neutral() if seed is None else space.sample(1, np.random.default_rng(seed))[0]
    names = chosen_rows(header, dimensions, order)
    if not dimensions and len(names) > MOST_ROWS:
        note(f"The first {MOST_ROWS} of {len(names)} dimensions are shown: choose others with --dims.")
        names = names[:MOST_ROWS]
    data = _data_range(checkpoint, opened) if span == "data" else ()
    swept = Span(span, n or (N_FRAMES if is_animation else 9), reach, data)
    request = ReferenceRows(model="", code=tuple(code.tolist()), names=tuple(names), span=swept)
    rows = next(value for value in request.answer(opened) if isinstance(value, SheetPictures)).rows
    about = {
        "name": header.name,
        "digest": header.digest,
        "code": code,
        "range": span,
        "rows": [{"name": row.name, "kl": row.kl, "values": row.values} for row in rows],
    }
    if is_animation:
        stage = Stage(rows)
        frames = [stage.frame(k) for k in range(stage.n_frames)]
        texts = {"Software": "Latent Studio", "latent_studio": json.dumps(plain(about), ensure_ascii=False)}
        moving = [frames[k] for k in there_and_back(len(frames))]
        write_file(out, animation_bytes(moving, out.suffix, texts))
    else:
        write_picture(out, sheet_of(rows, swept.titles()), about)
    if as_json:
        print_json({"out": out, **about})
    else:
        print(f"{', '.join(names)} of {header.name}: {out}")


def _data_range(checkpoint: Path, opened: OpenModel) -> tuple[tuple[float, float], ...]:
    """How far the data's codes go, from the first pictures of the test part (of training where there is none)."""
    images = pictures_for(checkpoint, opened.header, DataChoice())
    part = images.pixels[images.test if images.n_test else images.train][:N_PICTURES]
    pictures = part[:, 0] if part.shape[1] == 1 else part.transpose(0, 2, 3, 1)
    return data_range(
        np.concatenate([encoded(opened, list(pictures[i : i + 50])) for i in range(0, len(pictures), 50)])
    ).ranges
