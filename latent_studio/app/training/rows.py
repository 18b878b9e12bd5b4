"""The geometry that the hand-made rows of the Train form share with those made from schemas."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from latent_studio.app.theme import theme

FIELD_WIDTH, WIDE_FIELD = 124, 172  # px: as in a SchemaForm; where names and paths stand
ROW_GAP = 6


def field_grid(parent: QWidget) -> QGridLayout:
    """Labels at the left, fields at the right, rows of 34 px."""
    grid = QGridLayout(parent)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(ROW_GAP)
    grid.setColumnStretch(0, 1)
    return grid


def error_label() -> QLabel:
    """Room under a field for what is wrong with it; hidden while nothing is."""
    label = QLabel(wordWrap=True)
    label.setFont(theme().font("caption"))
    label.setProperty("role", "bad")
    label.hide()
    return label
