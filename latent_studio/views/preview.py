"""The large picture of the current code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from latent_studio.core.events import Pixels
from latent_studio.core.request import ModelRequest, OpenModel, Priority
from latent_studio.views.decoding import reference

PREVIEW = "preview"
"""The slot of the picture that a hand moves."""


@dataclass(frozen=True)
class PreviewPicture:
    """The picture of a code, how probable the code is under the prior, and when it was asked for."""

    picture: Pixels
    log_prior: float
    asked_at: float


@dataclass(frozen=True, kw_only=True)
class Preview(ModelRequest):
    """Decode one code. `asked_at` (perf_counter seconds) comes back with the picture, for measuring."""

    code: tuple[float, ...]
    asked_at: float = 0.0
    slot: str = PREVIEW
    priority: Priority = Priority.PREVIEW

    def answer(self, opened: OpenModel) -> Iterator[PreviewPicture]:
        code = np.asarray(self.code, np.float32)
        log_prior = float(opened.header.space.log_prior(code[None])[0])
        yield PreviewPicture(reference(opened, code), log_prior, self.asked_at)
