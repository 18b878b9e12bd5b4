"""What the Samples panel asks for: a draw in pieces, those in view first; a whole draw; single ones to take away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from queue import SimpleQueue

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.events import Pixels, Progress
from latent_studio.core.latent import Floats, LatentSpace
from latent_studio.core.request import ModelRequest, OpenModel, Priority
from latent_studio.views.decoding import decode_in_pieces, reference
from latent_studio.views.sampling import Draw, batches, drawn

Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class DrawnCodes:
    """The codes of a draw, float32 (n, dim), read-only; dim 0 for a model without a code."""

    codes: Floats


@dataclass(frozen=True, eq=False)
class SamplePictures:
    """Some pictures of a draw: their places in it (k,), and the pictures, uint8 (k, h, w) or (k, h, w, 3)."""

    places: Places
    pictures: Pixels


@dataclass(frozen=True, kw_only=True, eq=False)
class Samples(ModelRequest):
    """Codes at once, then the pictures at the places in `order`, in pieces of some 8 ms.

    A model without a code draws one picture after the other from one stream of random numbers: there the order is
    the stream's, and a piece is a whole batch.
    """

    draw: Draw
    order: Places
    slot: str = "samples"
    priority: Priority = Priority.MANIFOLD

    def answer(self, opened: OpenModel) -> Iterator[DrawnCodes | SamplePictures]:
        from latent_studio.core.model import Decodes

        if isinstance(opened.model, Decodes):
            codes = _kept(opened.header.space, self.draw)
            yield DrawnCodes(codes)
            for start, pictures in decode_in_pieces(opened, codes[self.order]):
                yield SamplePictures(self.order[start : start + len(pictures)], np.stack(pictures))
            return
        yield DrawnCodes(np.zeros((self.draw.n, 0), np.float32))
        first = 0
        for pictures in batches(opened, self.draw):
            yield SamplePictures(np.arange(first, first + len(pictures)), np.stack(pictures))
            first += len(pictures)


@lru_cache(maxsize=2)
def _kept(space: LatentSpace, draw: Draw) -> Floats:
    """The codes of the last draws: scrolling asks for the same ones in another order."""
    codes = drawn(space, draw)
    codes.flags.writeable = False
    return codes


@dataclass(frozen=True, eq=False)
class WholeDraw:
    """All pictures of a draw, to be laid out and written elsewhere: that is no work for this lane."""

    pictures: tuple[Pixels, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class DrawAll(ModelRequest):
    """A draw decoded as `latent-studio sample` does it, to the bit; progress on the way."""

    draw: Draw
    slot: str = "all samples"
    priority: Priority = Priority.BACKGROUND

    def answer(self, opened: OpenModel) -> Iterator[Progress | WholeDraw]:
        pictures: list[Pixels] = []
        for batch in batches(opened, self.draw):
            pictures += batch
            yield Progress(len(pictures), self.draw.n, "samples")
        yield WholeDraw(tuple(pictures))


@dataclass(frozen=True, kw_only=True, eq=False)
class CarriedPictures(ModelRequest):
    """Codes (k, dim) by the reference path, for files that are wanted at this very moment, in the middle of a drop.

    The window waits for them there, so they go into `box` as (digest of the weights, picture), past its event loop.
    """

    codes: Floats
    box: SimpleQueue[tuple[str, Pixels]] = field(repr=False)
    slot: str = "samples to carry"
    priority: Priority = Priority.STRIP

    def answer(self, opened: OpenModel) -> Iterator[None]:
        for code in self.codes:
            self.box.put((opened.header.digest, reference(opened, code)))
            yield None
