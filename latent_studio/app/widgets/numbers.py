"""Numbers as people write and read them."""

from __future__ import annotations

import math

MINUS = "−"


def shown(value: float, decimals: int = 2) -> str:
    """A fixed number of decimals and a true minus sign; never `−0.00`."""
    text = f"{value:.{decimals}f}"
    if float(text) == 0.0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def parsed(text: str) -> float | None:
    """The finite number that was typed (either minus, `1e-3`, thousands as `60,000`), or None."""
    try:
        value = float(text.strip().replace(MINUS, "-").replace(",", "").replace(" ", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def nudge_of(low: float, high: float) -> float:
    """A step of 1, 2 or 5 times a power of ten, near a hundredth of the range."""
    step = (high - low) / 100
    power = 10.0 ** math.floor(math.log10(step))
    return min((1.0, 2.0, 5.0, 10.0), key=lambda mantissa: abs(mantissa - step / power)) * power


def clamped(value: float, low: float, high: float) -> float:
    """The nearest value in [low, high]."""
    return min(max(value, low), high)
