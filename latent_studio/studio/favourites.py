"""Favourites as edits of the document: kept, named, put in order, thrown away. Undo serves them all."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Sequence

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Pixels
from latent_studio.core.pictures import picture_from_png, png_bytes
from latent_studio.studio.document import Document, Favourite, ModelRef
from latent_studio.studio.provenance import KEY, provenance_values


def with_favourites(document: Document, new: Sequence[Favourite], at: int | None = None) -> Document:
    """The favourites with new ones, at the end or before place `at`; a code that is kept already is not kept twice.

    A favourite without a name is given the first free one: code 1, code 2 …
    """
    kept = list(document.favourites)
    place = len(kept) if at is None else min(max(at, 0), len(kept))
    for favourite in new:
        if any(_is_same(favourite, other) for other in kept):
            continue
        name = favourite.name.strip() or free_name({other.name for other in kept}, len(kept) + 1)
        kept.insert(place, favourite.model_copy(update={"name": name}))
        place += 1
    return document.replace(favourites=tuple(kept))


def without(document: Document, places: Collection[int]) -> Document:
    """The favourites without those at these places."""
    left = tuple(one for place, one in enumerate(document.favourites) if place not in places)
    return document.replace(favourites=left)


def renamed(document: Document, place: int, name: str) -> Document:
    """One favourite named otherwise; an empty name changes nothing."""
    if not name.strip():
        return document
    kept = list(document.favourites)
    kept[place] = kept[place].model_copy(update={"name": name.strip()})
    return document.replace(favourites=tuple(kept))


def moved(document: Document, place: int, before: int) -> Document:
    """One favourite put before another place (the number of favourites: at the end)."""
    kept = list(document.favourites)
    one = kept.pop(place)
    kept.insert(before - (before > place), one)
    return document.replace(favourites=tuple(kept))


def is_kept(document: Document, model: ModelRef, code: tuple[float, ...]) -> bool:
    """Whether that code of those weights is a favourite already."""
    return any((one.code, one.model.digest) == (code, model.digest) for one in document.favourites)


def place_of(document: Document) -> int | None:
    """Which favourite is the document's present code on its present weights."""
    model = document.model
    if model is None:
        return None
    for place, one in enumerate(document.favourites):
        if one.code == document.code and one.model.digest == model.digest:
            return place
    return None


def free_name(taken: Collection[str], number: int) -> str:
    """`code 3`, with the first number from `number` on that is free."""
    while f"code {number}" in taken:
        number += 1
    return f"code {number}"


def picture_of(favourite: Favourite) -> Pixels | None:
    """A favourite's picture; None where it has none or a damaged one."""
    try:
        return picture_from_png(base64.b64decode(favourite.picture, validate=True)) if favourite.picture else None
    except (ValueError, OSError, SyntaxError):
        return None


def favourite_png(favourite: Favourite) -> bytes:
    """A PNG file of a favourite that says where it comes from."""
    picture = picture_of(favourite)
    if picture is None:
        raise StudioError(f"{favourite.name} has no picture: adopt it and add it again.")
    return png_bytes(picture, text={KEY: json.dumps(provenance_values(favourite.model, favourite.code))})


def _is_same(one: Favourite, other: Favourite) -> bool:
    return (one.code, one.model.digest) == (other.code, other.model.digest)
