"""Which two dimensions the pad moves: those that a person chose for this model, else the two that tell most."""

from __future__ import annotations

from typing import Literal

from latent_studio.app.dock_parts import ordered, slider_columns
from latent_studio.core.header import Header
from latent_studio.core.latent import Normal
from latent_studio.studio.document import Document
from latent_studio.views.pad import PAD_REACH

KEY = "pad"
Axis = Literal["across", "up"]
Axes = tuple[int, int]


def default_axes(header: Header) -> Axes | None:
    """The two dimensions that tell most; None where the code has no two sliders."""
    columns = ordered(slider_columns(header), "importance", header.statistics.get("kl", ()))
    return (columns[0], columns[1]) if len(columns) > 1 else None


def chosen_axes(document: Document, header: Header) -> Axes | None:
    """The columns across and up that a person chose for the open model, None where nobody did."""
    columns = slider_columns(header)
    across, up = document.setting(KEY, "across", -1), document.setting(KEY, "up", -1)
    is_for_this = document.model is not None and document.setting(KEY, "model", "") == document.model.key
    return (across, up) if is_for_this and across in columns and up in columns else None


def with_axis(document: Document, header: Header, axis: Axis, column: int, now: Axes | None = None) -> Document:
    """The document with another dimension on one axis; the one that stood on it goes to the other if need be.

    now: what the pad shows, where it is not what a person chose.
    """
    now = chosen_axes(document, header) or now or default_axes(header)
    if now is None or document.model is None:
        return document
    across, up = (column, now[1]) if axis == "across" else (now[0], column)
    if across == up:
        across, up = now[1], now[0]
    return document.with_setting(KEY, across=across, up=up, model=document.model.key)


def pad_range(header: Header, column: int) -> tuple[float, float]:
    """What the pad's ends stand for: ± 2.75 σ of a normal dimension, the whole range of another."""
    for factor, columns in header.space.blocks():
        if columns.start <= column < columns.stop:
            return (-PAD_REACH, PAD_REACH) if isinstance(factor, Normal) else factor.bounds
    raise IndexError(column)


def is_normal(header: Header, column: int) -> bool:
    """Whether standard deviations say something along this column."""
    return any(isinstance(f, Normal) and c.start <= column < c.stop for f, c in header.space.blocks())
