"""How commands speak: results on stdout as a table or as JSON, everything else on stderr."""

from __future__ import annotations

import dataclasses
import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from pydantic import BaseModel

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Pixels
from latent_studio.core.files import write_file

if TYPE_CHECKING:
    from rich.console import Console

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Picture = Annotated[Path, typer.Option("--out", help="The PNG to write.", show_default=False)]


def print_json(values: object, indent: int | None = 1) -> None:
    """One JSON value on stdout; `indent` None puts it on one line, for streams of them."""
    print(json.dumps(plain(values), indent=indent, ensure_ascii=False), flush=True)


def plain(value: object) -> Any:
    """Anything of ours as what JSON knows; a number that is not finite, which JSON lacks, becomes null."""
    match value:
        case BaseModel():
            return plain(value.model_dump())
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case bool() | int() | str() | None:
            return value
        case float():
            return value if math.isfinite(value) else None
        case np.generic() | np.ndarray():
            return plain(value.tolist())
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        case Iterable():
            return [plain(item) for item in value]
        case _:
            return str(value)


def note(text: str) -> None:
    """A sentence beside the result."""
    print(text, file=sys.stderr)


def console(stderr: bool = False) -> Console:
    """Where tables and progress bars are drawn. Nothing is taken for markup: names may hold brackets."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, highlight=False)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """A table on stdout; numbers are aligned to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    cells = [[_cell(value) for value in row] for row in rows]
    table = Table(box=SIMPLE_HEAD, title=Text(title) if title else None, title_justify="left", show_edge=False)
    for index, column in enumerate(columns):
        is_number = bool(cells) and all(isinstance(row[index], Number) for row in cells)
        table.add_column(Text(column), justify="right" if is_number else "left")
    for row in cells:
        table.add_row(*(Text(str(cell)) for cell in row))
    console().print(table)


def print_facts(facts: Mapping[str, object]) -> None:
    """Names and what belongs to them, one per line; what is empty is left out."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for name, value in facts.items():
        if value not in (None, "", ()):
            table.add_row(Text(name, style="bold"), Text(str(value)))
    console().print(table)


class Number(str):
    """A number as it is shown."""


def _cell(value: object) -> str:
    match value:
        case bool() | None:
            return "" if value is None else "yes" if value else "no"
        case float():
            return Number(f"{value:,.4f}" if abs(value) < 10 else f"{value:,.2f}")
        case int():
            return Number(f"{value:,}")
        case _:
            return str(value)


def duration_text(seconds: float) -> str:
    """How long something takes, in words: "1 h 5 min", "3 min 20 s", "0.4 s"."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if round(seconds) < 60:
        return f"{round(seconds)} s"
    if round(seconds) < 3600:
        return f"{round(seconds) // 60} min {round(seconds) % 60} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min"


def write_picture(out: Path, picture: Pixels, about: Mapping[str, object]) -> None:
    """A PNG that says in its text chunks what it shows."""
    from latent_studio.core.pictures import png_bytes

    if out.suffix.lower() != ".png":
        raise StudioError(f"{out.name} is not named as a PNG: let --out end in .png.")
    text = {"Software": "Latent Studio", "latent_studio": json.dumps(plain(about), ensure_ascii=False)}
    write_file(out, png_bytes(picture, text=text))
