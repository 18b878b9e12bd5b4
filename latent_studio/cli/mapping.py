"""`latent-studio render manifold`: a plane of the latent space as a map of pictures."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import typer

from latent_studio.cli.opening import CheckpointPath, ChosenWeights, open_model
from latent_studio.cli.output import AsJson, Picture, print_json, write_picture
from latent_studio.core.errors import StudioError
from latent_studio.core.header import Header
from latent_studio.core.pictures import contact_sheet
from latent_studio.studio.document import code_from_json
from latent_studio.views.manifold import ManifoldPicture, ManifoldSheet, plane_values
from latent_studio.views.plane import ENDLESS, REACH, Axis, Spacing, over_columns
from latent_studio.views.traversal_sheet import chosen_rows


def manifold(
    checkpoint: CheckpointPath,
    out: Picture,
    plane: Annotated[
        str, typer.Option("--plane", help="Two dimensions, across and up: z0,z1 or 0,1. [the most important two]")
    ] = "",
    spacing: Annotated[
        Spacing, typer.Option(help="Even in the prior's quantiles, or even in z between ± --reach σ.")
    ] = "quantile",
    n: Annotated[int, typer.Option("--n", min=2, max=100, help="Pictures along each side.")] = 20,
    reach: Annotated[
        float, typer.Option(min=0.01, max=20.0, help="How far normal dimensions go, each way, in σ; linear only.")
    ] = REACH,
    code: Annotated[
        str, typer.Option("--code", help="Hold the other dimensions at this code: numbers, or JSON from Copy code.")
    ] = "",
    seed: Annotated[int | None, typer.Option(min=0, help="Hold them at a code drawn with this seed.")] = None,
    weights: ChosenWeights = None,
    as_json: AsJson = False,
) -> None:
    """Lay a plane of the latent space out as a map of pictures."""
    opened = open_model(checkpoint, weights)
    header, space = opened.header, opened.header.space
    held = held_code(header, code, seed)
    across, up = plane_columns(header, plane)
    spanned = over_columns(space, held, across, up, spacing)
    sides = [grid_along(axis, spacing, n, reach) for axis in spanned.axes]
    request = ManifoldSheet(model="", plane=spanned, across=sides[0], up=sides[1])
    found = next(value for value in request.answer(opened) if isinstance(value, ManifoldPicture))
    about = {"name": header.name, "digest": header.digest, "plane": plane_values(spanned, *sides)}
    write_picture(out, contact_sheet([picture for row in found.rows for picture in row], n), about)
    if as_json:
        print_json({"out": out, **about})
    else:
        print(f"{n} × {n} pictures of {header.name}, {spanned.across.name} across and {spanned.up.name} up: {out}")


def plane_columns(header: Header, text: str) -> tuple[int, int]:
    """The columns across and up that a text such as "z0,z1" names; the two of most importance where it is empty."""
    names = [name for name in chosen_rows(header, text, "importance") if name in header.space.column_names]
    if len(names) < 2 or (text and len(text.split(",")) != 2):
        raise StudioError(
            f"--plane takes two dimensions that can be swept, across and up; {header.name} has "
            f"{', '.join(header.space.column_names[:8])}{' …' if header.space.dim > 8 else ''}."
        )
    return header.space.column_names.index(names[0]), header.space.column_names.index(names[1])


def held_code(header: Header, text: str, seed: int | None) -> tuple[float, ...]:
    """The code at which the others are held: given, drawn or neutral."""
    space = header.space
    if text:
        try:  # bare numbers are a list without its brackets
            return code_from_json(text if text.lstrip().startswith(("{", "[")) else f"[{text}]", space)
        except StudioError:
            raise StudioError(f"--code takes the {space.dim} numbers of a code, as 0.5,-1,… or as JSON.") from None
    values = space.neutral() if seed is None else space.sample(1, np.random.default_rng(seed))[0]
    return tuple(values.tolist())


def grid_along(axis: Axis, spacing: Spacing, n: int, reach: float) -> tuple[float, ...]:
    """n places in plane units: the middles of n equal parts of the prior, or from one end to the other."""
    if spacing == "quantile":
        return tuple(((np.arange(n) + 0.5) / n).tolist())
    low, high = (-reach, reach) if axis.bounds == ENDLESS else axis.bounds
    return tuple(np.linspace(low, high, n).tolist())
