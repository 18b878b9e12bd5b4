"""The sheet of keys (?), made of the same actions as the shortcuts and the palette."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from latent_studio.app.actions import Action, Gesture, key_name
from latent_studio.app.widgets.key_sheet_view import KeyGroup, KeyLine


def key_groups(actions: Iterable[Action], gestures: Sequence[Gesture]) -> list[KeyGroup]:
    """Actions that have a key and gestures, by their groups, in the order in which these come first."""
    groups: dict[str, list[KeyLine]] = {}
    for action in actions:
        if action.keys:
            keys = tuple(key_name(keys) for keys in action.keys)
            groups.setdefault(action.group, []).append(KeyLine(action.title, keys))
    for gesture in gestures:
        groups.setdefault(gesture.group, []).append(KeyLine(gesture.title, hand=gesture.hand))
    return [KeyGroup(title, tuple(lines)) for title, lines in groups.items()]
