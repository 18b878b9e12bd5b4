"""Codes to pictures: in pieces that never hold the lane for long, and by the one reference path for what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from time import thread_time
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Pixels
from latent_studio.core.latent import Floats
from latent_studio.core.request import OpenModel

if TYPE_CHECKING:
    from torch import dtype

    from latent_studio.core.model import GenerativeModel

PIECE_S = 0.008
"""How long one piece of work may hold the lane."""

STRIP_PIECE_S = 0.004
"""The same for strips and pads: they refine in every short rest of a hand, and the next move should not wait long."""

MAX_CHUNK = 50
"""More codes at once are no faster on a CPU: the activations leave the cache."""


HEAVY_SIDE_PX = 32
"""Up to this side bfloat16 was measured slower."""

MOST_AT_ONCE = 200
"""Of the smallest models, where what is around a piece costs more than the piece."""

_chunk_of: dict[tuple[str, dtype, float], int] = {}  # by model key, so that the next snapshot of a run begins with it
_half_of: WeakKeyDictionary[GenerativeModel, GenerativeModel] = WeakKeyDictionary()


def decode(opened: OpenModel, codes: Floats) -> tuple[Pixels, ...]:
    """The pictures of the codes (n, dim), one batch of n."""
    import torch

    from latent_studio.core.model import Decodes

    model = opened.model
    if not isinstance(model, Decodes):
        raise StudioError(f"{opened.header.name} cannot turn codes into pictures: open a model with a decoder.")
    weights = next(model.parameters())
    with torch.inference_mode():
        batch = torch.from_numpy(np.ascontiguousarray(codes, np.float32)).to(weights.device, weights.dtype)
        return model.pictures(model.decode(batch))


def decode_in_pieces(
    opened: OpenModel, codes: Floats, most_at_once: int = MAX_CHUNK, piece_s: float = PIECE_S
) -> Iterator[tuple[int, tuple[Pixels, ...]]]:
    """(index of the first, pictures) chunk by chunk; the chunks grow or shrink towards `piece_s` seconds each.

    It begins with what was right for this model the last time: small first chunks cost a third of the whole.
    """
    pace = opened.key, next(opened.model.parameters()).dtype, piece_s
    start, chunk = 0, _chunk_of.get(pace, 1)
    while start < len(codes):
        began = thread_time()  # what the piece costs: what others take from the processor, a smaller one would lose too
        pictures = decode(opened, codes[start : start + min(chunk, most_at_once)])
        took = thread_time() - began
        yield start, pictures
        start += len(pictures)
        fitting = max(1, min(MOST_AT_ONCE, int(len(pictures) * min(2.0, piece_s / max(took, 1e-6)))))
        if len(pictures) >= chunk or took > piece_s:  # else it was a short last one, which says nothing
            chunk = fitting
        _chunk_of[pace] = chunk


def in_half(opened: OpenModel) -> OpenModel:
    """The model to decode tiles with: in bfloat16 where that is faster, else as it is. Only for what is looked at.

    Faster it is for convolutions on pictures above 32 px on a processor that multiplies bfloat16 itself: measured
    0.45 instead of 0.77 ms for a 64-px colour picture, 1 level of 255 apart; smaller ones are faster in float32.
    """
    from torch import nn

    model, (_, height, width) = opened.model, opened.header.data.image_shape
    is_ours = type(model).__module__.startswith("latent_studio.families.")  # another's own may mix its types
    if not is_ours or min(height, width) <= HEAVY_SIDE_PX or not _multiplies_in_half(model):
        return opened
    if not any(isinstance(module, nn.Conv2d | nn.ConvTranspose2d) for module in model.modules()):
        return opened
    if model not in _half_of:
        _half_of[model] = _halved(model)
    return replace(opened, model=_half_of[model])


def reference(opened: OpenModel, code: Floats) -> Pixels:
    """The picture of one code (dim,), by the path that everything saved or exported takes: float32, a batch of one."""
    return decode(opened, code[None])[0]


def _halved(model: GenerativeModel) -> GenerativeModel:
    import torch

    from latent_studio.core.model import channels_last

    return channels_last(deepcopy(model).to(torch.bfloat16))


def _multiplies_in_half(model: GenerativeModel) -> bool:
    import torch

    from latent_studio.core.model import cpu_has_bfloat16

    weights = next(model.parameters())
    return weights.device.type == "cpu" and weights.dtype == torch.float32 and cpu_has_bfloat16()
