"""What the Traversals panel shows, as the document keeps it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from latent_studio.studio.document import Document
from latent_studio.views.traversal_sheet import Order, Reach, Span

KEY = "traversals"
MIN_STEPS, MAX_STEPS = 2, 30
MIN_SIGMA, MAX_SIGMA = 0.1, 20.0

Around = Literal["code", "centre"]


class SheetSettings(BaseModel):
    """How the rows are swept and ordered. order: None as long as nobody chose one."""

    model_config = ConfigDict(frozen=True)

    reach: Reach = "sigma"
    sigma: float = Field(3.0, ge=MIN_SIGMA, le=MAX_SIGMA)
    n: int = Field(9, ge=MIN_STEPS, le=MAX_STEPS)
    around: Around = "code"
    order: Order | None = None

    @staticmethod
    def of(document: Document) -> SheetSettings:
        """The document's; what another version wrote and nobody can read counts for nothing."""
        try:
            return SheetSettings.model_validate(document.panels.get(KEY, {}))
        except ValidationError:
            return SheetSettings()

    def span(self, data: tuple[tuple[float, float], ...]) -> Span:
        """What the rows go over; `data`: the range of the data's codes, as far as it is known."""
        return Span(self.reach, self.n, self.sigma, data if self.reach == "data" else ())
