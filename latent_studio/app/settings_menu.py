"""What a person can set for the whole application."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from latent_studio.app import icons
from latent_studio.app.theme import theme
from latent_studio.app.widgets.menus import menu
from latent_studio.app.window_actions import THEMES

if TYPE_CHECKING:
    from latent_studio.app.window import Window


def open_settings(window: Window, bar: QWidget) -> None:
    """Open the menu at the lower end of the activity bar."""
    entries = menu(window)
    for choice, name in THEMES.items():
        action = entries.addAction(name)
        if choice == theme().choice:
            action.setIcon(icons.icon("check", "accent"))
        action.triggered.connect(partial(window.set_theme, choice))
    entries.aboutToHide.connect(entries.deleteLater)
    corner = bar.mapToGlobal(QPoint(bar.width() + 4, bar.height() - 8))
    entries.popup(corner - QPoint(0, entries.sizeHint().height()))
