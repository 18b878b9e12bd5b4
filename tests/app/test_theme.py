"""The look's promises that numbers can check: readable text, one set of colours, a palette that really changes."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PySide6.QtGui import QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from latent_studio.app.stylesheet import stylesheet
from latent_studio.app.theme import DARK, LIGHT, Tokens, apply_theme, theme

GROUNDS = ("window", "surface", "raised")


def linear_rgb(colour: str) -> np.ndarray:
    srgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.asarray(np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4))


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio, 1 to 21."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    high, low = sorted((float(weights @ linear_rgb(one)), float(weights @ linear_rgb(other))), reverse=True)
    return (high + 0.05) / (low + 0.05)


def oklab(rgb: np.ndarray) -> np.ndarray:
    """Linear sRGB to OKLab (B. Ottosson 2020)."""
    to_lms = np.array([[0.41222, 0.53633, 0.05145], [0.21190, 0.68070, 0.10740], [0.08830, 0.28172, 0.62998]])
    to_lab = np.array([[0.21045, 0.79362, -0.00407], [1.97800, -2.42859, 0.45059], [0.02590, 0.78277, -0.80868]])
    return np.asarray(to_lab @ np.cbrt(to_lms @ np.clip(rgb, 0, 1)))


# Machado, Oliveira & Fernandes 2009, severity 1.0, on linear sRGB.
VISION = {
    "full": np.eye(3),
    "protanopia": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "deuteranopia": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
}


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("role", ["text", "muted", "good", "warn", "bad"])
def test_text_can_be_read_on_every_ground(tokens: Tokens, ground: str, role: str) -> None:
    assert contrast(getattr(tokens, role), getattr(tokens, ground)) >= 4.5


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
def test_text_on_the_accent_can_be_read(tokens: Tokens) -> None:
    assert contrast(tokens.on_accent, tokens.accent) >= 4.5


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("vision", sorted(VISION))
def test_categories_stay_apart_for_every_kind_of_eye(tokens: Tokens, vision: str) -> None:
    seen = [oklab(VISION[vision] @ linear_rgb(colour)) for colour in tokens.categories]
    nearest = min(float(np.linalg.norm(a - b)) for i, a in enumerate(seen) for b in seen[:i])
    assert len(seen) == 10
    assert nearest > 0.035  # about twice a difference that is just noticed side by side


def test_every_colour_of_the_stylesheet_is_a_token() -> None:
    for tokens in (DARK, LIGHT):
        sheet = stylesheet(tokens)
        assert "$" not in sheet
        assert set(re.findall(r"#[0-9a-f]{6}", sheet)) <= {v for v in vars(tokens).values() if isinstance(v, str)}


def test_changing_the_theme_changes_widgets_that_are_open(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, "dark")
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    before = widget.palette().color(QPalette.ColorRole.Window).name()
    with qtbot.waitSignal(theme().changed):
        apply_theme(qapp, "light")
    assert (before, widget.palette().color(QPalette.ColorRole.Window).name()) == (DARK.window, LIGHT.window)
    assert theme().colour("text").name() == LIGHT.text
    apply_theme(qapp, "dark")


def test_figures_keep_their_width(qapp: QApplication) -> None:
    metrics = QFontMetricsF(theme().font("number"))
    assert len({round(metrics.horizontalAdvance(figure * 8), 3) for figure in "0123456789"}) == 1
