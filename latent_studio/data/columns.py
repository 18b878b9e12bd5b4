"""Labels and attributes out of whatever columns a set brings: numbers stay numbers, words become codes."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.errors import StudioError

MOST_CATEGORIES = 256
"""A column with more different words tells pictures apart (a file name, a code point) and is no attribute."""


def as_labels(values: NDArray[Any]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """(n,) numbers or words → codes 0 … k-1 in sorted order, and the name of each."""
    found, codes = np.unique(_as_text(values), return_inverse=True)
    return codes.reshape(-1).astype(np.int64), tuple(str(value) for value in found.tolist())


@dataclass(frozen=True, eq=False)
class Column:
    """An attribute of every picture.

    values: (n,) int64 or float64; codes where there are names.  names: of the codes 0 … k-1; empty for numbers.
    """

    values: NDArray[Any]
    names: tuple[str, ...] = ()


def as_attribute(values: NDArray[Any]) -> Column | None:
    """(n,) of any type as numbers.

    Words that read as numbers are taken as such (nothing is nan); others become codes in sorted order, -1 for nothing.
    None for too many different words and for what is neither number nor word.
    """
    values = _as_text(values)
    if values.dtype.kind in "bui":
        return Column(values.astype(np.int64))
    if values.dtype.kind == "f":
        return Column(values.astype(np.float64))
    if values.dtype.kind != "U":
        return None
    given = values != ""
    try:
        numbers = np.full(len(values), np.nan)
        numbers[given] = values[given].astype(np.float64)
    except ValueError:
        return _coded(values, given)
    whole = np.isfinite(numbers).all() and (np.abs(numbers) < 2**53).all() and (numbers == np.floor(numbers)).all()
    return Column(numbers.astype(np.int64) if whole else numbers)


def _coded(values: NDArray[Any], given: NDArray[np.bool_]) -> Column | None:
    names, codes = np.unique(values[given], return_inverse=True)
    if len(names) > MOST_CATEGORIES:
        return None
    coded = np.full(len(values), -1, np.int64)
    coded[given] = codes
    return Column(coded, tuple(names.tolist()))


def _as_text(values: NDArray[Any]) -> NDArray[Any]:
    """Words written as bytes as words; anything else as it is."""
    return np.char.decode(values, "utf-8", "replace") if values.dtype.kind == "S" else values


def read_attributes(text: str, pictures: Sequence[str], name: str) -> dict[str, Column]:
    """The columns of a table with a row per picture (a header, then commas, semicolons or tabs).

    Pictures are found by the column `path`, `file`, `filename` or `name`, else by the first one, which holds relative
    paths or file names, with or without the ending. pictures: relative paths, the order of the result.
    """
    heading = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=heading.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise StudioError(f"{name} is no table ({error}): save it as CSV again or remove it.") from None
    rows = [row for row in rows if row]
    if len(rows) < 2:
        return {}
    titles = [title.strip() for title in rows[0]]
    key = next((i for i, title in enumerate(titles) if title.lower() in ("path", "file", "filename", "name")), 0)
    by_key = {row[key].strip().replace("\\", "/"): row for row in rows[1:] if len(row) > key}
    matched = [_row_of(picture, by_key) for picture in pictures]
    if not any(matched):
        raise StudioError(
            f'No row of {name} names a picture: its column "{titles[key]}" must hold file names such as {pictures[0]}.'
        )
    columns = {}
    for i, title in enumerate(titles):
        column = as_attribute(np.array([row[i].strip() if len(row) > i else "" for row in matched], np.str_))
        if i != key and title and column is not None:
            columns[title] = column
    return columns


def _row_of(picture: str, by_key: dict[str, list[str]]) -> list[str]:
    """The row of a picture; empty where the table has none."""
    path = PurePosixPath(picture)
    for key in (picture, str(path.with_suffix("")), path.name, path.stem):
        if key in by_key:
            return by_key[key]
    return []
