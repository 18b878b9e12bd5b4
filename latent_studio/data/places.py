"""Where pictures may lie: a recipe that travels names its data by a short path, each machine keeps them elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

from latent_studio.core.files import home


def find(path: str | Path) -> Path:
    """The path itself; a relative one that is not here is looked for below the data folders of this machine.

    Those are LATENT_STUDIO_DATA and `data/` in the user's own folder. What is found nowhere is returned as it is.
    """
    place = Path(path).expanduser()
    if place.is_absolute() or place.exists():
        return place
    return next((root / place for root in folders() if (root / place).exists()), place)


def travelling(path: str | Path) -> str:
    """The path as a file that travels tells it: below this machine's data folders where it lies there, else as it is
    where it is relative, else the name alone; nobody's folders are told to others."""
    place = Path(path)
    if not place.is_absolute():
        return str(path)
    below = (place.relative_to(root.resolve()) for root in folders() if place.is_relative_to(root.resolve()))
    return str(next(below, place.name))


def folders() -> list[Path]:
    """The data folders of this machine, whether they are there or not."""
    return [Path(root) for root in (os.environ.get("LATENT_STUDIO_DATA"), home() / "data") if root]
