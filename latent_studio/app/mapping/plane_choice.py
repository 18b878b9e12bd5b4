"""Which plane the map shows: what the document says of it, and what is shown where it says nothing."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from latent_studio.app.dock_parts import slider_columns
from latent_studio.app.pad_axes import default_axes
from latent_studio.core.errors import StudioError
from latent_studio.core.header import Header
from latent_studio.studio.document import Document
from latent_studio.views.plane import Plane, Spacing, over_columns, through, through_codes
from latent_studio.views.principal import Principal

KEY = "manifold"
How = Literal["columns", "principal", "anchors"]
Code = tuple[float, ...]
N_ANCHORS = 3
ANCHOR_NAMES = ("A → B", "→ C")


def how(document: Document, header: Header) -> How:
    """How the plane of the open model is spanned."""
    value = _settings(document).get("how", "columns")
    if value == "principal" and _principal(document, header) is not None:
        return "principal"
    if value == "anchors" and len(anchors(document, header)) == N_ANCHORS:
        return "anchors"
    return "columns"


def columns(document: Document, header: Header) -> tuple[int, int] | None:
    """The two dimensions of a plane of dimensions; None where the code has fewer than two that can be swept."""
    sliders, settings = slider_columns(header), _settings(document)
    across, up = settings.get("across"), settings.get("up")
    if across in sliders and up in sliders and across != up:
        return sliders[sliders.index(across)], sliders[sliders.index(up)]
    return default_axes(header)


def spacing(document: Document) -> Spacing:
    """How codes lie along the axes."""
    return "linear" if document.setting(KEY, "spacing", "quantile") == "linear" else "quantile"


def anchors(document: Document, header: Header) -> dict[int, Code]:
    """The codes that were put down for a plane through three of them, by place."""
    found = {}
    for place in range(N_ANCHORS):
        code = _numbers(_settings(document).get(f"anchor {place}"), header.space.dim)
        if code is not None:
            found[place] = code
    return found


def chosen_plane(document: Document, header: Header) -> Plane | None:
    """The plane to show; None where the code has fewer than two dimensions that can be swept."""
    space, spaced = header.space, spacing(document)
    if len(document.code) != space.dim:
        return None
    try:
        match how(document, header):
            case "principal":
                found = _principal(document, header)
                assert found is not None
                return through(space, found[0], found[1:], ("PC 1", "PC 2"), spaced)
            case "anchors":
                codes = anchors(document, header)
                return through_codes(space, [codes[k] for k in range(N_ANCHORS)], ANCHOR_NAMES, spaced)
    except StudioError:  # codes on one line: said when they were chosen, and no plane to show
        pass
    swept = columns(document, header)
    return None if swept is None else over_columns(space, document.code, *swept, spaced)


def with_columns(document: Document, header: Header, across: int, up: int) -> Document:
    """The plane over two dimensions; where both would be the same, they change places."""
    now = columns(document, header)
    if across == up and now is not None:
        across, up = (across, now[0]) if across != now[0] else (now[1], up)
    return _with(document, how="columns", across=across, up=up)


def with_principal(document: Document, principal: Principal) -> Document:
    """The plane through the data's mean along the two directions in which their codes vary most."""
    first, second = principal.directions
    return _with(document, how="principal", mean=list(principal.mean), first=list(first), second=list(second))


def with_anchor(document: Document, header: Header, place: int, code: Code | None) -> Document:
    """A code put down for the plane through three, or taken away; the third of them shows that plane.

    StudioError where the three lie on one line.
    """
    changed = _with(document, **{f"anchor {place}": None if code is None else [float(v) for v in code]})
    codes = anchors(changed, header)
    if len(codes) < N_ANCHORS:
        return _with(changed, how="columns" if how(document, header) == "anchors" else _settings(document).get("how"))
    through_codes(header.space, [codes[k] for k in range(N_ANCHORS)], ANCHOR_NAMES)
    return _with(changed, how="anchors")


def with_how(document: Document, value: How) -> Document:
    """Back to a plane that was set up before."""
    return _with(document, how=value)


def has_principal(document: Document, header: Header) -> bool:
    """Whether the directions are known already."""
    return _principal(document, header) is not None


def title(document: Document, header: Header) -> str:
    """The plane in a word: `z0 × z1`."""
    match how(document, header):
        case "principal":
            return "PC 1 × PC 2"
        case "anchors":
            return "A · B · C"
    swept = columns(document, header)
    names = header.space.column_names
    return "" if swept is None else f"{names[swept[0]]} × {names[swept[1]]}"


def _with(document: Document, **settings: Any) -> Document:
    """Settings of the open model; those of another model are forgotten."""
    key = document.model.key if document.model else ""
    known = _settings(document)
    kept = {"spacing": spacing(document), "model": key, **known, **settings}
    return document.replace(panels={**document.panels, KEY: {k: v for k, v in kept.items() if v is not None}})


def _settings(document: Document) -> dict[str, Any]:
    """What was chosen for the open model; nothing where it was for another."""
    settings = document.panels.get(KEY, {})
    is_for_this = document.model is not None and settings.get("model") == document.model.key
    return settings if is_for_this else {}


def _principal(document: Document, header: Header) -> tuple[Code, Code, Code] | None:
    settings, dim = _settings(document), header.space.dim
    mean, first, second = (_numbers(settings.get(name), dim) for name in ("mean", "first", "second"))
    return None if mean is None or first is None or second is None else (mean, first, second)


def _numbers(value: object, n: int) -> Code | None:
    """A list of n finite numbers, else None: documents come from files."""
    if not isinstance(value, list | tuple) or len(value) != n:
        return None
    try:
        numbers = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        return None
    return tuple(numbers.tolist()) if numbers.ndim == 1 and np.isfinite(numbers).all() else None
