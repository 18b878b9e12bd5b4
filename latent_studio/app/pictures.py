"""The main job without a person: the real window is driven by mouse events, and pictures of it are saved.

`python main.py --pictures DIR` does it, and so does the program by itself where there is no display. Every panel that
`find_panels` finds gets a picture; what is done in it first stands in `touring/scenes`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtCore import QLoggingCategory
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication

from latent_studio.app.session import Places, Session
from latent_studio.app.settings import Settings
from latent_studio.app.theme import ThemeName, apply_theme
from latent_studio.app.touring import film, overlays
from latent_studio.app.touring.conductor import Conductor, Script
from latent_studio.app.touring.scenes import codes, explore, manifold, scene_of, train
from latent_studio.app.touring.visit import Visit
from latent_studio.app.window import Window

SIZE = (1440, 900)
FAR_AWAY = (9999, 9999)
TRAIN_S = 20.0
FILM = "manifold-drag.webp"
ANOTHER = 2  # of the pictures that the data picker offers
AT_ITS_TIME = ("explore", "train", "library")
"""Panels that come at their own place in the visit; the others follow in the order of the activity bar."""


def take_pictures(
    app: QApplication, folder: Path, theme: str, train_s: float = TRAIN_S, *, is_film: bool = False
) -> int:
    """Do the main job in the real window, save pictures of every panel in `folder` and say where; the exit status.

    is_film: instead of that, an animated picture of a drag across the map.
    """
    themes: tuple[ThemeName, ...] = ("dark", "light") if theme == "both" else ("light" if theme == "light" else "dark",)
    folder.mkdir(parents=True, exist_ok=True)
    if app.platformName() == "offscreen":
        QLoggingCategory.setFilterRules("default.warning=false")  # of popups: "does not support raise()"
    app.setCursorFlashTime(0)  # a cursor that blinks would never let the window rest
    with tempfile.TemporaryDirectory(prefix="latent-studio-") as home:
        apply_theme(app, themes[0])
        window = Window(Session(Places(Places.usual().ready_made, Path(home))), Settings())
        window.resize(*SIZE)
        QCursor.setPos(*FAR_AWAY)  # nothing shall look as if a mouse were over it
        visit = Visit(window, folder.resolve(), themes, train_s)
        stage = Conductor(film_of_the_map(visit) if is_film else whole_visit(visit))
        window.show()
        app.exec()
        window.close()
    for path in visit.pictures:
        print(path)
    print(stage.problem or f"{len(visit.pictures)} pictures are in {folder.resolve()}")
    return 1 if stage.problem else 0


def whole_visit(visit: Visit) -> Script:
    """What a first visitor does, from the first picture to a model of his own in the library."""
    session, window = visit.session, visit.window
    yield lambda: session.header is not None or not window.dock.isVisible()
    yield from panel(visit, "explore")
    if session.document.favourites:
        yield from visit.portrait("favourites", of=window.dock)
    yield from train.begin(visit)
    for key in window.panels.kinds:
        if key not in AT_ITS_TIME:
            yield from panel(visit, key)
    yield from codes.with_other_noise(visit)
    yield from visit.open_model("mnist-vae-2d")
    yield from visit.go_to("manifold")
    yield from manifold.with_contours(visit)
    yield from overlays.palette(visit)
    yield from overlays.keys(visit)
    yield from while_training(visit)
    yield from panel(visit, "train")
    yield from train.end(visit)
    yield from train.game(visit)
    yield from panel(visit, "library")


def film_of_the_map(visit: Visit) -> Script:
    """One animated picture; see `touring/film.py`."""
    yield lambda: visit.session.header is not None
    yield from film.record(visit, visit.folder / FILM)


def panel(visit: Visit, key: str) -> Script:
    """One panel, and its picture."""
    yield from scene_of(key, visit)
    yield from visit.portrait(key)


def while_training(visit: Visit) -> Script:
    """Explore the run that is being trained."""
    yield from visit.open_key(visit.training)
    yield from visit.go_to("explore")
    yield from explore.encode_a_picture(visit, ANOTHER)
    yield from explore.drag_a_slider(visit)
    yield from visit.portrait("explore-while-training")
