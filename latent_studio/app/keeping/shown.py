"""A picture as some panel shows it, with what is known of it."""

from __future__ import annotations

from dataclasses import dataclass

from latent_studio.core.events import Pixels
from latent_studio.studio.document import ModelRef


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture on the screen.

    code: what gives it, None for a picture of the data.  caption: what it is called, "" where nobody named it.
    model: whose code it is, None for the open model.  is_reference: `picture` came the reference path already, so it
    need not be decoded anew.
    """

    picture: Pixels
    code: tuple[float, ...] | None
    caption: str = ""
    model: ModelRef | None = None
    is_reference: bool = False
