"""What lies over every panel: the palette and the sheet of keys."""

from __future__ import annotations

from PySide6.QtCore import Qt

from latent_studio.app.touring.conductor import Script
from latent_studio.app.touring.hand import press_key, type_text
from latent_studio.app.touring.visit import Visit

TYPED = "mn"


def palette(visit: Visit) -> Script:
    """Find something by typing."""
    visit.press("Ctrl+K")
    yield visit.rests()
    field = visit.window.focusWidget()
    assert field is not None
    type_text(field, TYPED)
    yield from visit.portrait("palette")
    press_key(field, Qt.Key.Key_Escape)


def keys(visit: Visit) -> Script:
    """All keys."""
    visit.press("?")
    yield from visit.portrait("keys")
    sheet = visit.window.focusWidget()
    assert sheet is not None
    press_key(sheet, Qt.Key.Key_Escape)
