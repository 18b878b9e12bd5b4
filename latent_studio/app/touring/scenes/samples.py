"""Samples: a sheet drawn from the prior and, where the data are, the training pictures nearest to one of them."""

from __future__ import annotations

from latent_studio.app.panels.samples import SamplesPanel
from latent_studio.app.touring.conductor import Script, soon
from latent_studio.app.touring.hand import click
from latent_studio.app.touring.visit import Visit

CHOSEN = 23
SEARCH_S = 20.0


def scene(visit: Visit) -> Script:
    """Click a sample and ask for what is nearest to it."""
    yield from visit.open_model("fashion-vae-16d")
    panel = visit.panel(SamplesPanel)
    found: list[bool] = []
    panel.side.search.found.connect(lambda _: found.append(True))
    panel.side.search.failed.connect(lambda *_: found.append(False))
    yield soon(lambda: 0 < panel.grid.n_pictures() == panel.sheet.n_done)
    click(panel.grid, panel.grid.cell(min(CHOSEN, panel.grid.n_pictures() - 1)).center())
    visit.press("N")
    yield soon(lambda: bool(found) and not panel.side.search.is_busy, SEARCH_S)
    if not any(found):
        visit.press("N")  # the data are not on this machine
