"""What the Library shows of each entry, and in which sections and order. Nothing here is a widget."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from latent_studio.app.widgets.card import Card, State
from latent_studio.app.widgets.card_grid import CardSection
from latent_studio.studio.captions import facts_line, family_line, test_loss
from latent_studio.studio.library import N_COLUMNS, Entry, matching, newest_first, size_text
from latent_studio.studio.live_run import LiveRun
from latent_studio.studio.training import CONTINUE, Standing, standing, standing_of

Shown = Literal["all", "ready-made", "runs", "trash"]
Order = Literal["newest", "name", "loss"]

HERE = socket.gethostname()
SHOW = "Show"
"""The remedy of a run that failed: its whole sentence stands in the Train panel."""


@dataclass(frozen=True)
class Choices:
    """What the row above the cards says."""

    shown: Shown = "all"
    words: str = ""
    order: Order = "newest"


def sections(
    entries: Iterable[Entry], choices: Choices, live: Callable[[str], LiveRun | None], open_key: str
) -> list[CardSection]:
    """The cards to show."""
    found = matching(entries, choices.words)
    wanted: dict[Shown, tuple[str, ...]] = {
        "all": ("run", "file", "ready-made"),
        "ready-made": ("ready-made",),
        "runs": ("run", "file"),
        "trash": ("trash",),
    }
    made = []
    for kind in wanted[choices.shown]:
        group = ordered([entry for entry in found if entry.kind == kind], choices.order)
        cards = tuple(card_of(entry, live(entry.key), is_open=entry.key == open_key) for entry in group)
        title, note = _heading(kind, group)
        made.append(CardSection(title, cards, note))
    return [section for section in made if section.cards]


def ordered(entries: Sequence[Entry], order: Order) -> list[Entry]:
    """Ready-made models keep the order of their names while the newest come first."""
    if order == "name":
        return sorted(entries, key=lambda entry: entry.name.lower())
    if order == "loss":
        return sorted(entries, key=lambda entry: (test_loss(entry) is None, test_loss(entry) or 0.0))
    return list(entries) if entries and entries[0].kind == "ready-made" else sorted(entries, key=newest_first)


def card_of(entry: Entry, live: LiveRun | None, *, is_open: bool) -> Card:
    """One entry as a card."""
    how = how_it_stands(entry, live)
    lines = [family_line(entry)]
    is_quiet = how is None or how.tone == "muted"
    if is_quiet and not entry.problem:
        lines.append(facts_line(entry))
    return Card(
        key=entry.key,
        title=entry.name,
        lines=tuple(line for line in lines if line),
        preview=entry.picture,
        main="Restore" if entry.kind == "trash" else "" if entry.problem else "Open",
        tiles=tiles_of(entry),
        state=_state(entry, how),
        progress=how.share if how is not None else None,
        accent_line=_accent_line(entry, how),
        remedy=_remedy(how),
        tag="open" if is_open else "",
        selected=is_open,
        actions=_actions(entry, live),
    )


def tiles_of(entry: Entry) -> tuple[int, int]:
    """Columns and rows of an entry's preview: samples in four columns, each of the data's proportions."""
    if entry.picture is None:
        return 1, 1
    height, width = entry.picture.shape[:2]
    proportion = entry.header.data.shown_shape[1] / entry.header.data.shown_shape[2] if entry.header else 1.0
    return N_COLUMNS, max(1, round(N_COLUMNS * height / (width * proportion)))


def how_it_stands(entry: Entry, live: LiveRun | None) -> Standing | None:
    """Of a run; None for models and for what lies in the trash."""
    if live is not None:
        return standing_of(live)
    return standing(entry.status, HERE) if entry.kind == "run" else None


def is_busy(entry: Entry, live: LiveRun | None) -> bool:
    """Whether it is being trained, here or elsewhere."""
    return live is not None or entry.is_under_way


def can_go_on(entry: Entry, live: LiveRun | None) -> bool:
    """Whether it is a run that ended before its time."""
    return entry.status is not None and entry.status.state != "finished" and not is_busy(entry, live)


def _accent_line(entry: Entry, how: Standing | None) -> str | None:
    """What is wrong, or how far it is; nothing of what lies there well and done."""
    if entry.problem:
        return entry.problem
    if how is None or how.tone == "muted":
        return None
    return how.brief if how.tone == "bad" else how.text


def _heading(kind: str, group: Sequence[Entry]) -> tuple[str, str]:
    size = f"{size_text(sum(entry.bytes for entry in group))} on disk"
    headings = {
        "run": ("Runs", size),
        "file": ("Own models", size),
        "ready-made": ("Ready-made", "each with the recipe that made it"),
        "trash": ("Trash", size),
    }
    return headings[kind]


def _state(entry: Entry, how: Standing | None) -> State:
    if entry.problem or (how is not None and how.tone == "bad"):
        return "broken"
    if how is None or how.tone == "muted":
        return "ready"
    return cast(State, {"accent": "running", "warn": "interrupted"}[how.tone])


def _remedy(how: Standing | None) -> str:
    if how is None or not how.remedy:
        return ""
    return CONTINUE if how.tone == "warn" else SHOW


def _actions(entry: Entry, live: LiveRun | None) -> tuple[str, ...]:
    """What the bar over a card offers: a ready-made model keeps its name and place, a run in training its folder."""
    if entry.kind == "trash":
        return ()
    can_copy = ("duplicate",) if entry.can_open else ()
    if entry.kind == "ready-made" or is_busy(entry, live):
        return can_copy
    return (*(("rename",) if entry.can_open or entry.kind == "run" else ()), *can_copy, "delete")
