"""The pictures that are taken away: each code decoded alone, with the very weights that it was decoded by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Pixels
from latent_studio.core.header import Header
from latent_studio.core.request import ModelRequest, OpenModel, Priority
from latent_studio.views.decoding import reference

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class ReferencePictures:
    """The pictures of some codes, in their order.

    header: of the weights that made them.  weights: those weights, which nobody changes any more; a run in training
    goes on from other ones, so who keeps such a picture keeps them.
    """

    pictures: tuple[Pixels, ...]
    header: Header
    weights: Mapping[str, Tensor] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class TakeReferences(ModelRequest):
    """Decode codes (n, dim) for good, one at a time; all by the same snapshot."""

    codes: tuple[tuple[float, ...], ...]
    priority: Priority = Priority.STRIP

    def answer(self, opened: OpenModel) -> Iterator[ReferencePictures | None]:
        pictures, dim = [], opened.header.space.dim
        wrong = next((len(code) for code in self.codes if len(code) != dim), None)
        if wrong is not None:
            raise StudioError(
                f"That code has {wrong} numbers and {opened.header.name} takes {dim}: open its own model."
            )
        for code in self.codes:
            pictures.append(reference(opened, np.asarray(code, np.float32)))
            yield None
        yield ReferencePictures(tuple(pictures), opened.header, opened.model.state_dict())
