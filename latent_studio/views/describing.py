"""What the newest weights say of themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from latent_studio.core.header import Header
from latent_studio.core.request import ModelRequest, OpenModel, Priority


@dataclass(frozen=True, kw_only=True)
class Describe(ModelRequest):
    """The header of the newest snapshot: its statistics change while it trains."""

    slot: str = "describe"
    priority: Priority = Priority.STRIP

    def answer(self, opened: OpenModel) -> Iterator[Header]:
        yield opened.header
