"""Explore: some favourites, a picture of the data where they are on this machine, and a slider that was dragged."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from PySide6.QtCore import QPointF

from latent_studio.app.panels.explore import Explore
from latent_studio.app.touring.conductor import Script, soon
from latent_studio.app.touring.hand import click, drag, leave
from latent_studio.app.touring.visit import Visit
from latent_studio.app.widgets.slider_row import RowShape
from latent_studio.studio.document import randomised

N_FAVOURITES = 10
TEMPERATURE = 0.7  # of what is drawn: nearer to the ordinary, and clearer
SEED = 7  # of what is drawn: the same pictures every time
DRAG_STEPS = 40
CHOSEN = 4  # of the pictures that the data picker offers


def scene(visit: Visit) -> Script:
    """What a first visitor does."""
    yield from visit.open_model("mnist-vae-16d")
    explore = visit.panel(Explore)
    yield lambda: not explore.preview.image().isNull()
    if not visit.session.document.favourites:
        yield from keep_favourites(visit)
    yield from encode_a_picture(visit)
    yield from drag_a_slider(visit)


def keep_favourites(visit: Visit) -> Script:
    """Draw codes from the prior and keep each."""
    session, rng = visit.session, np.random.default_rng(SEED)
    assert session.header is not None
    draw = partial(randomised, space=session.header.space, rng=rng)
    session.edit(lambda document: document.replace(temperature=TEMPERATURE))
    for n in range(1, N_FAVOURITES + 1):
        session.edit(draw)
        visit.press("F")
        yield soon(partial(has_favourites, visit, n))
    print(f"kept {len(session.document.favourites)} favourites")


def has_favourites(visit: Visit, n: int) -> bool:
    """Whether so many are kept by now."""
    return len(visit.session.document.favourites) >= n


def encode_a_picture(visit: Visit, place: int = CHOSEN) -> Script:
    """Choose one of the data's pictures, where they are on this machine."""
    explore = visit.panel(Explore)
    yield visit.rests()
    if explore.data_button.isEnabled() and explore.data_button.isVisible():
        click(explore.data_button)
        yield lambda: explore.picker.is_filled
        click(explore.picker.grid, explore.picker.grid.cell(place).center())
        yield lambda: explore.encodings.current() is not None
        print("encoded a picture from its data")


def drag_a_slider(visit: Visit) -> Script:
    """Take the first slider to and fro."""
    rows = visit.window.dock.rows
    yield lambda: bool(rows.visible_keys())
    key = rows.visible_keys()[0]
    row = next(row for row in rows.rows() if row.key == key)
    shape, top = RowShape(rows.viewport().width()), QPointF(rows.row_rect(key).topLeft())
    reach = 0.4 * math.copysign(row.high - row.low, row.value)

    def point(share: float) -> QPointF:
        return top + QPointF(shape.x_of(row, row.value - reach * share), shape.track.center().y())

    way = [point(math.sin(0.95 * math.pi * step / DRAG_STEPS)) for step in range(DRAG_STEPS + 1)]
    yield from drag(rows.viewport(), way)
    leave(rows)
    print(f"dragged {row.name} through {DRAG_STEPS} pictures")
