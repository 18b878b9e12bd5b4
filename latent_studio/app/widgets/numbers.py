"""Numbers as people write and read them."""

from __future__ import annotations

import math
import re

MINUS = "−"
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?")


def shown(value: float, decimals: int = 2) -> str:
    """A fixed number of decimals and a true minus sign; never `−0.00`."""
    text = f"{value:.{decimals}f}"
    if float(text) == 0.0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def shortest(value: float) -> str:
    """The shortest writing that reads back as the same number: `60,000`, `0.001`, `1e-5`, `1.0`."""
    if isinstance(value, int):
        return f"{value:,}".replace("-", MINUS)
    mantissa, _, exponent = repr(value).partition("e")
    text = f"{mantissa}e{int(exponent)}" if exponent else mantissa
    return text.replace("-", MINUS)


def parsed(text: str) -> float | None:
    """The finite number that was typed, or None. Either minus will do; `60,000` is sixty thousand, `0,5` a half."""
    text = text.replace(MINUS, "-").replace(" ", "")
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    elif text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    try:
        value = float(text)
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
