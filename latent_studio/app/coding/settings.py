"""What the Codes panel shows, as the document keeps it, and the edits that it makes."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from latent_studio.core.header import Header
from latent_studio.studio.document import Document, randomised
from latent_studio.views.codes import (
    MOST_COLUMNS,
    CategoryGroup,
    CodeGrid,
    Drawn,
    category_groups,
    drawn_grid,
    swept_columns,
    swept_grid,
    usual_column,
)
from latent_studio.views.meaning import reason_against
from latent_studio.views.traversal_sheet import Span

KEY = "codes"
FEWEST_COLUMNS = 2
DRAWS = ""
"""Instead of the name of a number: the columns are draws of all that is not held."""

_SEEDS = 100_000  # that one can read out

Order = Literal["number", "meaning"]


class CodesSettings(BaseModel):
    """group: whose values are the rows, by name; "" the first.  across: the swept number by name, or DRAWS; None as
    long as nobody chose one.  seed: of the draws."""

    model_config = ConfigDict(frozen=True)

    group: str = ""
    across: str | None = None
    reach: Literal["sigma", "quantiles"] = "sigma"
    n: int = Field(10, ge=FEWEST_COLUMNS, le=MOST_COLUMNS)
    order: Order = "number"
    seed: int = Field(0, ge=0)

    @staticmethod
    def of(document: Document) -> CodesSettings:
        """The document's; what another version wrote and nobody can read counts for nothing."""
        try:
            return CodesSettings.model_validate(document.panels.get(KEY, {}))
        except ValidationError:
            return CodesSettings()

    def group_of(self, header: Header) -> CategoryGroup | None:
        """Whose values are the rows; the first where the model has none of that name, None where it has none."""
        groups = category_groups(header.space)
        return next((group for group in groups if group.name == self.group), groups[0] if groups else None)

    def column_of(self, header: Header) -> int | None:
        """The column of the code that is swept; None for draws."""
        if self.across == DRAWS:
            return None
        columns, names = swept_columns(header.space), header.space.column_names
        return next((column for column in columns if names[column] == self.across), usual_column(header))

    def order_of(self, header: Header) -> Order:
        """By meaning only where that can be found out."""
        group = self.group_of(header)
        return "number" if group is None or reason_against(header, group) else self.order


def grid_of(document: Document, header: Header) -> CodeGrid | None:
    """What the document says is shown of its model; None where that has no categories."""
    settings = CodesSettings.of(document)
    group, column = settings.group_of(header), settings.column_of(header)
    if group is None or len(document.code) != header.space.dim:
        return None
    if column is not None:
        return swept_grid(group, document.code, column, Span(settings.reach, settings.n))
    # as codes have them: what an adopted picture brings back must be no other draw
    held = tuple((k, float(np.float32(document.code[k]))) for k in sorted(document.locked))
    return drawn_grid(group, Drawn(settings.n, settings.seed, document.temperature, held))


def with_new_noise(document: Document, header: Header, rng: np.random.Generator) -> Document:
    """All that neither the rows nor the columns set drawn anew, but for what is locked; or other draws."""
    settings = CodesSettings.of(document)
    group, column = settings.group_of(header), settings.column_of(header)
    if column is None:
        return document.with_setting(KEY, seed=int(rng.integers(_SEEDS)))
    held = frozenset([column, *(range(*group.columns) if group is not None else ())])
    return randomised(document, header.space, rng, held=held)
