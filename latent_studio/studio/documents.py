"""Documents from files: what is missing to show them, and what can be kept where their model is not here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from latent_studio.core.errors import StudioError
from latent_studio.core.header import Header
from latent_studio.core.runs import header_of
from latent_studio.studio.document import Document, ModelRef, opened, parse_document
from latent_studio.studio.provenance import Shelves, find_weights

ENDING = ".latent"


@dataclass(frozen=True)
class Ready:
    """A document with all that it takes to show it.

    header: of its model; None where it has none, or where that is not here, which `missing` says.
    """

    document: Document
    header: Header | None
    missing: str = ""


def read_document(path: Path, shelves: Shelves) -> Ready:
    """The document of a file, made ready; a StudioError says what is wrong with it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StudioError(f"{path.name} cannot be read ({error.strerror}): choose it again.") from error
    return made_ready(parse_document(content, path.name), shelves)


def made_ready(document: Document, shelves: Shelves) -> Ready:
    """Find a document's model: where it was, else the same weights elsewhere; without it the code has no meaning."""
    model = document.model
    if model is None:
        return Ready(without_model(document), None)
    try:
        key, header = _found(model, shelves)
    except (StudioError, OSError):
        missing = f"{model.name} is not at {model.key}: its code is left out, all else of the document is here."
        return Ready(without_model(document), None, missing)
    return Ready(_fitting(document, key, header), header)


def without_model(document: Document) -> Document:
    """The document without its model and what only that can show."""
    return document.replace(model=None, code=(), locked=frozenset(), source=None)


def beside(document: Document, current: Document) -> Document:
    """A document that came without its model, with the model that is open and its code."""
    return document.replace(model=current.model, code=current.code, locked=current.locked, source=current.source)


def is_same(document: Document, saved: Document) -> bool:
    """Whether a person would say that nothing has changed: newer weights of a model in training are no change."""
    if document == saved:
        return True
    here, there = document.model, saved.model
    is_same_model = here is not None and there is not None and here.key == there.key
    return is_same_model and document.replace(model=there) == saved


def _found(model: ModelRef, shelves: Shelves) -> tuple[str, Header]:
    try:
        header = header_of(model.key)
    except StudioError:
        header = None
    return (model.key, header) if header is not None else find_weights(model, shelves)


def _fitting(document: Document, key: str, header: Header) -> Document:
    """The document on the model that was found; a code that this cannot take is its first one."""
    here = ModelRef(key=key, name=header.name, digest=header.digest)
    moved = document.replace(model=here)
    if not all(math.isfinite(value) for value in document.code):
        moved = moved.replace(code=())
    fitted = opened(moved, here, header.space)
    return fitted.replace(locked=frozenset(column for column in fitted.locked if column < header.space.dim))
