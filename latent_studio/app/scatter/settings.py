"""What a person has chosen of the data over the map; it is the document's, so that it can be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from latent_studio.studio.document import Document, Group
from latent_studio.views.embedding import Split

KEY = "scatter"  # of the settings in the document
OPACITY = 0.55

ContourKind = Literal["none", "all", "class"]
Change = Callable[[Document], Document]


@dataclass(frozen=True)
class Choices:
    """by: the colouring's key, "" for the first there is.  hidden: rows of its palette.  group: the one that stands
    out, by name."""

    is_on: bool
    split: Split
    by: str
    opacity: float
    contours: ContourKind
    hidden: frozenset[int]
    group: str


def choices_of(document: Document) -> Choices:
    """What the document says; what does not make sense is as if it were not there."""

    def setting(name: str, default: Any) -> Any:
        return document.setting(KEY, name, default)

    split, contours, opacity = setting("split", "test"), setting("contours", "none"), setting("opacity", OPACITY)
    by, hidden, group = setting("by", ""), setting("hidden", {}), setting("group", "")
    of_this = hidden.get(by, ()) if isinstance(hidden, dict) else ()
    rows = of_this if isinstance(of_this, list | tuple) else ()
    return Choices(
        is_on=setting("on", True) is not False,
        split=split if split in get_args(Split) else "test",
        by=by if isinstance(by, str) else "",
        opacity=min(max(float(opacity), 0.0), 1.0) if isinstance(opacity, int | float) else OPACITY,
        contours=contours if contours in get_args(ContourKind) else "none",
        hidden=frozenset(row for row in rows if isinstance(row, int)),
        group=group if isinstance(group, str) else "",
    )


def with_choice(**settings: Any) -> Change:
    """Set some of them: on, split, by, opacity, contours, group."""
    return lambda document: document.with_setting(KEY, **settings)


def with_hidden(hidden: frozenset[int]) -> Change:
    """Hide these classes of the colouring that is chosen."""

    def change(document: Document) -> Document:
        before = document.setting(KEY, "hidden", {})
        before = before if isinstance(before, dict) else {}
        return document.with_setting(KEY, hidden={**before, choices_of(document).by: sorted(hidden)})

    return change


def toggled(hidden: frozenset[int], row: int, rows: frozenset[int], *, alone: bool) -> frozenset[int]:
    """The hidden ones of all `rows` after a click on one; the one that is alone already brings all back."""
    others = rows - {row}
    if alone:
        return frozenset() if others <= hidden and row not in hidden else others
    return hidden ^ {row}


def with_group(group: Group) -> Change:
    """Add a group and let it stand out."""
    return lambda document: document.replace(groups=(*document.groups, group)).with_setting(KEY, group=group.name)


def renamed(number: int, name: str) -> Change:
    """Give a group another name, made different where it is taken."""

    def change(document: Document) -> Document:
        groups = list(document.groups)
        former = groups[number].name
        new = free_name(name, [group.name for place, group in enumerate(groups) if place != number])
        groups[number] = groups[number].model_copy(update={"name": new})
        shown = new if choices_of(document).group == former else choices_of(document).group
        return document.replace(groups=tuple(groups)).with_setting(KEY, group=shown)

    return change


def removed(number: int) -> Change:
    """Take a group away."""
    return lambda document: document.replace(
        groups=tuple(group for place, group in enumerate(document.groups) if place != number)
    )


def free_name(name: str, taken: list[str]) -> str:
    """The name, or the name with the first number that makes it a new one."""
    number, free = 2, name
    while free in taken:
        number, free = number + 1, f"{name} {number}"
    return free
