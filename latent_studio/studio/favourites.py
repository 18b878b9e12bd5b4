"""Favourites as edits of the document: kept, named, put in order, thrown away. Undo serves them all."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from latent_studio.studio.document import Document, Favourite


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


def _is_same(one: Favourite, other: Favourite) -> bool:
    return (one.code, one.model.digest) == (other.code, other.model.digest)
