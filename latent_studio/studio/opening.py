"""Which model the application opens on."""

from __future__ import annotations

from pathlib import Path

from latent_studio.core.errors import StudioError
from latent_studio.core.runs import IN_MEMORY, header_of

GREETS = "mnist-vae-16d"
"""What a new person sees first: sixteen sliders that each do something, and digits that everybody can read."""


def first_model(preferred: str, ready_made: Path) -> str | None:
    """The key of the model to open first: the preferred one where it can be read, else one of the ready-made ones."""
    keys = [preferred] if preferred else []
    keys += [
        str(path) for path in sorted(ready_made.glob("*.safetensors"), key=lambda path: (path.stem != GREETS, path))
    ]
    return next((key for key in keys if can_open(key)), None)


def can_open(key: str) -> bool:
    """Whether there is a checkpoint, a run that has saved one, or a model in memory."""
    try:
        return key.startswith(IN_MEMORY) or header_of(key) is not None
    except StudioError:
        return False
