"""Where an axis of the map has its ticks, and what stands at them."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np

from latent_studio.views.plane import Axis, Range, Spacing

_STEPS = (1.0, 2.5, 5.0)  # times a power of ten; a quarter has to be among them


@dataclass(frozen=True)
class Tick:
    """at: in plane units.  main: the figure in these units.  other: the same place in the other units, "" unknown."""

    at: float
    main: str
    other: str


def nice_step(least: float) -> float:
    """The smallest of 1, 2.5 and 5 times a power of ten that is not below `least`."""
    power = 10.0 ** floor(log10(least))
    return next((step * power for step in _STEPS if step * power >= least * (1 - 1e-9)), 10 * power)


def ticks(axis: Axis, spacing: Spacing, shown: Range, px_per_unit: float, least_px: float) -> list[Tick]:
    """The ticks in the range that is shown, at least `least_px` apart."""
    step = nice_step(least_px / px_per_unit)
    low, high = shown
    if spacing == "quantile":
        low, high = max(low, 0.0), min(high, 1.0)
    else:
        low, high = max(low, axis.bounds[0]), min(high, axis.bounds[1])
    if not low <= high:
        return []
    places = np.arange(ceil(low / step - 1e-6), floor(high / step + 1e-6) + 1, dtype=np.float64) * step
    if spacing == "quantile":
        places = places[(places > step / 2) & (places < 1 - step / 2)]  # the ends are infinitely far out
        values = axis.from_quantile(places)
        return [
            Tick(float(at), decimals(float(at), step), signed(float(z), float(step_in_z(axis, at, step))))
            for at, z in zip(places, values, strict=True)
        ]
    quantiles = axis.to_quantile(places) if axis.has_quantiles else None
    return [
        Tick(float(at), signed(float(at), step), "" if quantiles is None else quantile(float(quantiles[k])))
        for k, at in enumerate(places)
    ]


def step_in_z(axis: Axis, at: float, step: float) -> float:
    """How far the next tick is in units of z: what the digits have to tell apart."""
    near = axis.from_quantile(np.clip([at - step / 4, at + step / 4], 1e-9, 1 - 1e-9))
    return min(0.01, float(near[1] - near[0]))


def decimals(value: float, step: float) -> str:
    """As many digits as the step has: 0.25 and 0.5 with a step of 0.25."""
    n = max(0, -floor(log10(step) + 1e-9)) + 1
    text = f"{value:.{n}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def signed(value: float, step: float) -> str:
    """With a true minus sign; as many digits as tell ticks apart."""
    n = max(0, min(6, -floor(log10(max(step, 1e-9)) + 1e-9)))
    text = f"{value:.{n}f}"
    if float(text) == 0:
        return "0"
    return text.replace("-", "−")


def quantile(value: float) -> str:
    """Two digits, three in the tails, which a narrow axis has room for."""
    if value < 0.001 or value > 0.999:
        return "<0.001" if value < 0.001 else ">0.999"
    return f"{value:.2f}" if 0.01 <= value <= 0.99 else f"{value:.3f}"
