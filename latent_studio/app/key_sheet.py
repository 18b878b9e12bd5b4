"""The sheet of keys (?), made of the same actions as the shortcuts and the palette."""

from __future__ import annotations

from collections.abc import Iterable

from latent_studio.app.actions import Action, Gesture, key_name
from latent_studio.app.widgets.key_sheet_view import KeyGroup, KeyLine


def key_groups(things: Iterable[Action | Gesture]) -> list[KeyGroup]:
    """Actions that have a key, and gestures, by their groups, in the order in which these come first."""
    groups: dict[str, list[KeyLine]] = {}
    for thing in things:
        lines = groups.setdefault(thing.group, [])
        if isinstance(thing, Gesture):
            lines.append(KeyLine(thing.title, hand=thing.hand))
        elif thing.keys:
            lines.append(KeyLine(thing.title, tuple(key_name(keys) for keys in thing.keys)))
    return [KeyGroup(title, tuple(lines)) for title, lines in groups.items() if lines]
