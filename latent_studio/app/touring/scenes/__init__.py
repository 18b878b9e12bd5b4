"""One file per panel that has something to be done before its picture; `scene(visit)` does it.

A panel without a file here gets its picture all the same: the visit goes there and waits until nothing moves.
"""

from __future__ import annotations

import importlib
from importlib.util import find_spec

from latent_studio.app.touring.conductor import Script
from latent_studio.app.touring.visit import Visit


def scene_of(panel: str, visit: Visit) -> Script:
    """What is done in the panel of that key, from going there to where its picture can be taken."""
    yield from visit.go_to(panel)
    if not visit.is_served:
        yield from visit.open_one_that_serves(panel)
    name = f"{__name__}.{panel}"
    if visit.is_served and find_spec(name) is not None:
        yield from importlib.import_module(name).scene(visit)
