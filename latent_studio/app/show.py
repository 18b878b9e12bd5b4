"""The window on a person's own module, from a script or a notebook."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from latent_studio.app.main import SWITCH_INTERVAL_S, has_display
from latent_studio.app.session import Places, Session
from latent_studio.app.settings import read_settings
from latent_studio.app.theme import apply_theme
from latent_studio.app.window import Window
from latent_studio.core.runs import IN_MEMORY

if TYPE_CHECKING:
    from latent_studio.training.snapshots import PublishedWeights


def show_model(published: PublishedWeights, *, block: bool | None) -> Window:
    """Open a window on a model in memory. See `latent_studio.show`."""
    app = QApplication.instance()
    is_ours = not isinstance(app, QApplication)
    if not isinstance(app, QApplication):
        if not has_display():
            os.environ["QT_QPA_PLATFORM"] = "offscreen"
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        app = QApplication(sys.argv[:1])
        app.setApplicationName("Latent Studio")
    usual = Places.usual()
    settings = read_settings(usual.home)
    if is_ours:
        apply_theme(app, settings.theme)
    # a home of its own: the work that was left off in the usual window stays as it is
    session = Session(Places(usual.ready_made, usual.home / "shown"))
    key = f"{IN_MEMORY}{published.header.name}"
    session.snapshots.publish(key, published)
    window = Window(session, settings, Path(key))
    window.show()
    if is_ours if block is None else block:
        app.exec()
    return window
