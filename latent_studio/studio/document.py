"""The document: everything a person makes that undo must bring back. Frozen; every edit makes a new one."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from latent_studio.core.errors import StudioError
from latent_studio.core.latent import Floats, LatentSpace

SCHEMA_VERSION = 1

_MAX = float(np.finfo(np.float32).max)  # codes are float32


class ModelRef(BaseModel):
    """The open model: its key (path of a checkpoint or run), its name, and the weights the code was last shown with."""

    model_config = ConfigDict(frozen=True)

    key: str
    name: str
    digest: str = ""


class PictureSource(BaseModel):
    """The picture that was encoded: which one it is, in words, and where its code lies."""

    model_config = ConfigDict(frozen=True)

    caption: str
    label: str = ""
    code: tuple[float, ...]
    split: str = ""
    index: int = -1
    path: str = ""


class Favourite(BaseModel):
    """A code worth keeping, with the model and the very weights that it was seen on.

    picture: the reference picture as base64 PNG, so that it shows whatever model is open.  made: seconds since 1970,
    0 where nobody noted it.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    model: ModelRef
    code: tuple[float, ...]
    picture: str = ""
    made: float = 0.0


class Group(BaseModel):
    """Pictures of a data set that belong together, drawn with the lasso. indices: rows of that split, sorted."""

    model_config = ConfigDict(frozen=True)

    name: str
    data: str
    split: str
    indices: tuple[int, ...]


class Document(BaseModel):
    """What is being worked on.

    code: one number per column of the open model's space.  locked: columns that randomise and temperature leave alone.
    source: the encoded picture beside the preview.  panels: each panel's settings, by panel name.
    """

    model_config = ConfigDict(frozen=True)

    schema_version: int = SCHEMA_VERSION
    model: ModelRef | None = None
    code: tuple[float, ...] = ()
    locked: frozenset[int] = frozenset()
    temperature: float = 1.0
    source: PictureSource | None = None
    favourites: tuple[Favourite, ...] = ()
    groups: tuple[Group, ...] = ()
    panels: dict[str, dict[str, Any]] = {}

    def replace(self, **changes: Any) -> Document:
        """The same document with some fields replaced."""
        return self.model_copy(update=changes)

    def with_setting(self, panel: str, **settings: Any) -> Document:
        """The same document with some settings of a panel replaced."""
        return self.replace(panels={**self.panels, panel: {**self.panels.get(panel, {}), **settings}})

    def setting(self, panel: str, name: str, default: Any) -> Any:
        return self.panels.get(panel, {}).get(name, default)


FIRST_SEED, FIRST_TEMPERATURE = 11, 0.7
"""Where a model opens: of twenty draws looked at, this is one that every ready-made model makes a clear picture of."""


def first_code(space: LatentSpace) -> tuple[float, ...]:
    """What a model is first seen at, the same for equal spaces: a draw from the prior, nearer to neutral than most.

    Neutral itself is the mean of everything that a model knows, and seldom looks like any of it.
    """
    draw = space.sample(1, np.random.default_rng(FIRST_SEED), FIRST_TEMPERATURE)[0]
    return tuple(float(value) for value in draw)


def opened(document: Document, model: ModelRef, space: LatentSpace) -> Document:
    """The document with another model open: its code is kept where it fits, else the first one of its space."""
    same_place = document.model is not None and document.model.key == model.key and len(document.code) == space.dim
    if same_place:
        return document.replace(model=model)
    return document.replace(model=model, code=first_code(space), locked=frozenset(), source=None)


def with_column(document: Document, column: int, value: float) -> Document:
    """One number of the code set."""
    code = list(document.code)
    code[column] = float(value)
    return document.replace(code=tuple(code))


def with_category(document: Document, columns: tuple[int, int], value: int) -> Document:
    """A categorical factor, or a group of it, set to one of its values. columns: its first, and one behind its last."""
    code, (start, stop) = list(document.code), columns
    code[start:stop] = [float(index == value) for index in range(stop - start)]
    return document.replace(code=tuple(code))


def with_code(document: Document, code: Floats | tuple[float, ...]) -> Document:
    """The whole code set, locked columns too: adopting a picture means that picture."""
    return document.replace(code=tuple(float(value) for value in code))


def randomised(
    document: Document,
    space: LatentSpace,
    rng: np.random.Generator,
    keep_locked: bool = True,
    held: frozenset[int] = frozenset(),
) -> Document:
    """A new draw from the prior at the document's temperature; locked columns stay, and those that are held."""
    fresh = space.sample(1, rng, document.temperature)[0]
    kept = document.locked | held if keep_locked else held
    return with_code(
        document,
        tuple(o if k in kept else float(n) for k, (o, n) in enumerate(zip(document.code, fresh, strict=True))),
    )


def reset(document: Document, space: LatentSpace) -> Document:
    """Every unlocked column to its neutral value."""
    neutral = space.neutral()
    return with_code(
        document,
        tuple(
            o if k in document.locked else float(n) for k, (o, n) in enumerate(zip(document.code, neutral, strict=True))
        ),
    )


def with_lock(document: Document, column: int, is_locked: bool) -> Document:
    """A column locked or set free."""
    return document.replace(locked=document.locked | {column} if is_locked else document.locked - {column})


def document_text(document: Document) -> str:
    """JSON that `parse_document` reads back to an equal document; equal documents give equal text."""
    values = document.model_dump(mode="json")
    values["locked"] = sorted(values["locked"])
    return json.dumps(values, sort_keys=True)


def parse_document(text: str | bytes, name: str = "The document") -> Document:
    """A document from JSON; a StudioError says what is wrong with it."""
    try:
        values = json.loads(text)
        version = values["schema_version"]
        if isinstance(version, int) and version > SCHEMA_VERSION:
            raise StudioError(f"{name} was made by a newer version of Latent Studio: update the program.")
        return Document.model_validate_json(text)
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError):
        raise StudioError(f"{name} is damaged or no Latent Studio document: open another.") from None


def code_values(document: Document, space: LatentSpace) -> dict[str, Any]:
    """The current code as plain data: by factor, with the model it belongs to."""
    model = document.model
    factors = {factor.name: list(document.code[columns]) for factor, columns in space.blocks()}
    of = {"model": model.name, "digest": model.digest} if model else {}
    return {"latent_studio_code": {**of, "factors": factors}}


def code_json(document: Document, space: LatentSpace) -> str:
    """`code_values` as JSON, for the clipboard."""
    return json.dumps(code_values(document, space), indent=1)


def code_from_json(text: str, space: LatentSpace) -> tuple[float, ...]:
    """The code in such JSON, or in a plain list of numbers; checked against the model's space."""
    try:
        values = json.loads(text)
        if isinstance(values, dict):
            told = values["latent_studio_code"]
            factors = told.get("factors")
            values = told["code"] if factors is None else [n for f in space.factors for n in factors[f.name]]
        code = [_number(value) for value in values]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        raise StudioError("The clipboard holds no code: copy one with the copy button first.") from None
    if len(code) != space.dim:
        raise StudioError(f"That code has {len(code)} numbers and this model takes {space.dim}: open its own model.")
    single = np.asarray([code], np.float32)
    nearest = space.nearest(single)
    # what is valid keeps all its digits: a code that comes back is equal to what it was
    return tuple(v if s == n else float(n) for v, s, n in zip(code, single[0], nearest[0], strict=True))


def _number(value: object) -> float:
    """A number that a code can hold; ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _MAX:
        raise ValueError(f"{value!r} is no number")
    return float(value)
