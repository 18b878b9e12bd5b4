"""`latent-studio render codes`: what the categories of a model are, and what they mean in its data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

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
from latent_studio.cli.output import AsJson, Picture, print_json, write_picture
from latent_studio.core.errors import StudioError, did_you_mean
from latent_studio.core.header import Header
from latent_studio.metrics.clusters import matched
from latent_studio.views.animation import sheet_of
from latent_studio.views.codes import (
    MOST_COLUMNS,
    NOISE,
    CategoryGroup,
    CodeGrid,
    Drawn,
    ReferenceGrid,
    about_grid,
    chosen_group,
    drawn_grid,
    swept_columns,
    swept_grid,
    usual_column,
)
from latent_studio.views.embedding import DataRows
from latent_studio.views.meaning import CountCategories, reason_against
from latent_studio.views.traversal_sheet import SheetPictures, Span

if TYPE_CHECKING:
    from latent_studio.core.request import OpenModel

Range = Literal["sigma", "quantiles"]


def codes(
    checkpoint: CheckpointPath,
    out: Picture,
    factor: Annotated[str, typer.Option("--factor", help="The category whose values are the rows. [the first]")] = "",
    vary: Annotated[
        str, typer.Option("--vary", help=f"The number that is swept across, or {NOISE}: each column is a draw.")
    ] = "",
    n: Annotated[int, typer.Option("--columns", min=2, max=MOST_COLUMNS, help="Pictures in a row.")] = 10,
    reach: Annotated[
        Range, typer.Option("--range", help="From end to end (± 3 σ of normal numbers), or 1 % to 99 % of the prior.")
    ] = "sigma",
    order: Annotated[
        Literal["number", "meaning"],
        typer.Option(help="Rows as they are counted, or by the label that each stands for in the training pictures."),
    ] = "number",
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="Of the code at which the rest is held, or of the draws."),
    ] = None,
    source: SourceName = "",
    path: DataPath = "",
    size: DataSize = None,
    weights: ChosenWeights = None,
    as_json: AsJson = False,
) -> None:
    """Show every value of a category as a row, with one other number across."""
    opened = open_model(checkpoint, weights)
    header = opened.header
    group = chosen_group(header, factor)
    grid = chosen_grid(header, group, vary, n, reach, seed)
    if order == "meaning":
        told = by_meaning(opened, checkpoint, group, DataChoice(source, path, size))
    else:
        told = by_number(group)
    request = ReferenceGrid(model="", grid=grid, values=told.values, names=told.titles)
    made = next(value for value in request.answer(opened) if isinstance(value, SheetPictures))
    about = {"name": header.name, "digest": header.digest, **about_grid(header.space, grid), **told.about}
    write_picture(out, sheet_of(made.rows, grid.across.titles(header.space)), about)
    if as_json:
        print_json({"out": out, **about})
    else:
        error, n_counted = told.about.get("error"), told.about.get("n")
        errs = "" if error is None else f", which errs on {100 * error:.1f} % of {n_counted:,} pictures"
        print(f"{len(told.values)} × {n} pictures of {header.name}, {about['across']} across {group.name}{errs}: {out}")


@dataclass(frozen=True)
class Rows:
    """The values in their order, what the rows are called, and what the file tells of them."""

    values: tuple[int, ...]
    titles: tuple[str, ...]
    about: dict[str, Any]


def by_number(group: CategoryGroup) -> Rows:
    """As they are counted."""
    titles = tuple(f"{group.name} = {label}" for label in group.labels)
    return Rows(tuple(range(len(titles))), titles, {"rows": [{"value": label} for label in group.labels]})


def by_meaning(opened: OpenModel, checkpoint: Path, group: CategoryGroup, choice: DataChoice) -> Rows:
    """By the label that each stands for, matched one to one over the whole training part."""
    header = opened.header
    reason = reason_against(header, group)
    if reason and not (choice.source or choice.path):
        raise StudioError(f"{reason}: leave the rows in the order of their numbers.")
    rows = DataRows(pictures_for(checkpoint, header, choice), "train")
    code = tuple(header.space.neutral().tolist())
    request = CountCategories(model="", rows=rows, group=group, code=code, limit=None)
    counted = next(value for value in request.answer(opened) if value is not None and value.is_last)
    found = matched(counted.counts)
    told = [
        {"value": group.labels[value], "label": None if label is None else counted.labels[label], "purity": purity}
        for value, (label, purity) in enumerate(zip(found.label_of, found.purity, strict=True))
    ]
    titles = tuple(
        found.title(value, counted.labels) or f"{group.name} = {group.labels[value]}" for value in found.order
    )
    about = {"error": found.error, "n": counted.n, "rows": [told[value] for value in found.order]}
    return Rows(found.order, titles, about)


def chosen_grid(header: Header, group: CategoryGroup, vary: str, n: int, reach: Range, seed: int | None) -> CodeGrid:
    """What goes across: the number of that name, draws, or what is usual where nothing is named."""
    space, names = header.space, header.space.column_names
    columns = {names[column]: column for column in swept_columns(space)}
    usual = usual_column(header)
    if (vary == NOISE and NOISE not in columns) or (not vary and usual is None):
        return drawn_grid(group, Drawn(n, seed or 0))
    if vary and vary not in columns:
        raise StudioError(f'No number is named "{vary}": {did_you_mean(vary, [*columns, NOISE])}')
    column = columns[vary] if vary else usual
    assert column is not None
    code = space.neutral() if seed is None else space.sample(1, np.random.default_rng(seed))[0]
    return swept_grid(group, code.tolist(), column, Span(reach, n))
