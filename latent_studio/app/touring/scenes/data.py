"""Data: the most colourful set on this machine, and one picture of it."""

from __future__ import annotations

from latent_studio.app.panels.data import DataPanel
from latent_studio.app.touring.conductor import Script, soon
from latent_studio.app.touring.hand import click
from latent_studio.app.touring.visit import Visit
from latent_studio.studio.data_list import DataRef

WANTED = ("emoji", "fruit", "fashion", "mnist")
CHOSEN = 37
LOOKING_S = 1.0
READING_S = 40.0


def scene(visit: Visit) -> Script:
    """Open a set from a data folder, where there is one, and click a picture."""
    panel = visit.panel(DataPanel)
    yield soon(lambda: bool(own_sets(panel)), LOOKING_S)
    refs = own_sets(panel)
    found = next((ref for name in WANTED for ref in refs if name in ref.path.lower()), None)
    if found is not None:
        panel.open_set(found)
    yield soon(lambda: panel.wall.page(0) is not None, READING_S)
    click(panel.wall.viewport(), panel.wall.cell(min(CHOSEN, panel.wall.count() - 1)).center())


def own_sets(panel: DataPanel) -> list[DataRef]:
    """What lies in the data folders of this machine."""
    return [row.ref for row in panel.sets.rows() if row.ref is not None and row.ref.path]
