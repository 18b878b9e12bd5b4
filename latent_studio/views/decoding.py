"""Codes to pictures: in pieces that never hold the lane for long, and by the one reference path for what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

import numpy as np

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Pixels
from latent_studio.core.latent import Floats
from latent_studio.core.request import OpenModel

PIECE_S = 0.008
"""How long one piece of work may hold the lane."""

MAX_CHUNK = 50
"""More codes at once are no faster on a CPU: the activations leave the cache."""


def decode(opened: OpenModel, codes: Floats) -> tuple[Pixels, ...]:
    """The pictures of the codes (n, dim), one batch of n."""
    import torch

    from latent_studio.core.model import Decodes, to_pixels

    model = opened.model
    if not isinstance(model, Decodes):
        raise StudioError(f"{opened.header.name} cannot turn codes into pictures: open a model with a decoder.")
    device = next(model.parameters()).device
    with torch.inference_mode():
        return to_pixels(model.decode(torch.from_numpy(np.ascontiguousarray(codes, np.float32)).to(device)))


def decode_in_pieces(opened: OpenModel, codes: Floats) -> Iterator[tuple[int, tuple[Pixels, ...]]]:
    """(index of the first, pictures) chunk by chunk; the chunks grow or shrink towards 8 ms each."""
    start, chunk = 0, 1
    while start < len(codes):
        began = perf_counter()
        pictures = decode(opened, codes[start : start + chunk])
        took = perf_counter() - began
        yield start, pictures
        start += len(pictures)
        chunk = max(1, min(MAX_CHUNK, int(len(pictures) * min(2.0, PIECE_S / max(took, 1e-6)))))


def reference(opened: OpenModel, code: Floats) -> Pixels:
    """The picture of one code (dim,), by the path that everything saved or exported takes: float32, a batch of one."""
    return decode(opened, code[None])[0]
