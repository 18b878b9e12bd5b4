"""The rows of the Traversals panel: which there are, in which order, and what stands beside them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from latent_studio.app.widgets.sheet_shape import SheetRow
from latent_studio.core.header import Header
from latent_studio.core.latent import Categorical, LatentSpace
from latent_studio.views.traversal_sheet import Order, Span, kl_by_name, row_columns, row_names, value_text

N_PLAIN = 3
"""A code of so few dimensions is ordered by index unless a person chose otherwise; the Code dock has the same rule."""


def plain_order(header: Header) -> Order:
    """The order as long as nobody chose one."""
    return "index" if header.space.dim <= N_PLAIN else "importance"


def ordered_names(header: Header, order: Order, effects: Sequence[float]) -> list[str]:
    """The rows by index, or the most telling first: by KL where the model has one, else by what they do."""
    names, weight = row_names(header.space), importances(header, effects)
    if order == "index":
        return names
    categories = {f.name for f in header.space.factors if isinstance(f, Categorical)}
    return sorted(names, key=lambda name: (name not in categories, -weight.get(name, 0.0)))


def importances(header: Header, effects: Sequence[float]) -> dict[str, float]:
    """KL in nats by name; where the model has none how far each column moves the picture, in grey levels."""
    names = header.space.column_names
    return kl_by_name(header) or (dict(zip(names, effects, strict=True)) if len(effects) == len(names) else {})


def sheet_rows(header: Header, names: Sequence[str], span: Span, effects: Sequence[float]) -> list[SheetRow]:
    """The rows as the sheet shows them."""
    weight, has_kl = importances(header, effects), bool(kl_by_name(header))
    greatest = max(weight.values(), default=0.0) or 1.0
    categories = {factor.name: factor for factor in header.space.factors if isinstance(factor, Categorical)}
    rows = []
    for name in names:
        factor = categories.get(name)
        if factor is not None:
            labels = factor.labels or tuple(str(value) for value in range(factor.n_values))
            note = f"{factor.n_values} values"
            tooltip = f"{note}, told to the model" if factor.condition else f"{note}, one of them at a time"
            rows.append(SheetRow(name, factor.n_values, labels, note, None, "", tooltip))
            continue
        value = weight.get(name)
        note = "" if value is None else f"{value:.1f} nat" if has_kl else f"Δ {value:.0f}"
        share = None if value is None else value / greatest
        rows.append(SheetRow(name, span.n, (), note, share, _ends(header.space, name, span), _tooltip(value, has_kl)))
    return rows


def nearest(space: LatentSpace, code: Sequence[float], name: str, span: Span) -> int:
    """Which picture of a row lies nearest to the code."""
    start, stop = row_columns(space, name)
    if stop - start > 1:
        return int(np.argmax(code[start:stop]))
    return int(np.abs(span.values(space, start) - code[start]).argmin())


def _ends(space: LatentSpace, name: str, span: Span) -> str:
    """The ends of a row that has its own."""
    if span.reach != "data" or not span.data:
        return ""
    low, high = span.data[row_columns(space, name)[0]]
    return f"{value_text(round(low, 1))} … {value_text(round(high, 1))}"


def _tooltip(value: float | None, has_kl: bool) -> str:
    if value is None:
        return "One number of the code (latent dimension)"
    if has_kl:
        return (
            f"KL(q(z|x) ‖ p(z)) of this latent dimension, test part: {value:.2f} nat. "
            "It is what the dimension tells about a picture; near 0 the model leaves it unused."
        )
    return (
        f"Over the middle half of its range this dimension moves a pixel by {value:.1f} of 255 grey levels "
        "(root mean square)."
    )
