"""How far the data go in the latent space: the range of their codes, column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Pixels
from latent_studio.core.latent import Floats
from latent_studio.core.request import ModelRequest, OpenModel, Priority
from latent_studio.views.decoding import MAX_CHUNK, PIECE_S
from latent_studio.views.encoding import fit
from latent_studio.views.traversal_sheet import ENDS

N_PICTURES = 500
"""Their 1 % and 99 % quantiles rest on five pictures each: enough for the ends of a slider."""


@dataclass(frozen=True)
class DataRange:
    """(low, high) per column: the 1 % and the 99 % quantile of the codes of `n` pictures."""

    ranges: tuple[tuple[float, float], ...]
    n: int


@dataclass(frozen=True, kw_only=True)
class FindDataRange(ModelRequest):
    """Encode pictures of the data; their codes' quantiles, column by column."""

    pictures: tuple[Pixels, ...] = field(compare=False, repr=False)
    slot: str = "data range"
    priority: Priority = Priority.MANIFOLD

    def answer(self, opened: OpenModel) -> Iterator[DataRange | None]:
        codes: list[Floats] = []
        start, chunk = 0, 1
        while start < len(self.pictures):
            began = perf_counter()
            codes.append(encoded(opened, self.pictures[start : start + chunk]))
            start += len(codes[-1])
            took = perf_counter() - began
            chunk = max(1, min(MAX_CHUNK, int(len(codes[-1]) * min(2.0, PIECE_S / max(took, 1e-6)))))
            yield None
        yield data_range(np.concatenate(codes))


def data_range(codes: Floats) -> DataRange:
    """The range of the codes (n, dim); a column that never changes gets a little room, so that it can be swept."""
    low, high = np.quantile(codes, ENDS, axis=0)
    room = np.where(high - low < 1e-3, 0.5, 0.0)
    ranges = zip((low - room).tolist(), (high + room).tolist(), strict=True)
    return DataRange(tuple((float(a), float(b)) for a, b in ranges), len(codes))


def encoded(opened: OpenModel, pictures: Sequence[Pixels]) -> Floats:
    """(n, dim): the codes in the middle of the posteriors; conditions are held at their first value."""
    import torch

    from latent_studio.core.model import Encodes, encode_to_code

    model, space = opened.model, opened.header.space
    if not isinstance(model, Encodes):
        raise StudioError(f"{opened.header.name} has no encoder: choose another range than that of the data.")
    parameter = next(model.parameters())
    fitted = np.stack([fit(picture, model.image_shape) for picture in pictures])
    levels = torch.from_numpy(fitted.reshape(*fitted.shape[:3], -1)).permute(0, 3, 1, 2)
    neutral = torch.from_numpy(space.neutral()).to(parameter.device)
    conditions = {f.name: neutral[None, c].expand(len(pictures), -1) for f, c in space.blocks() if f.condition}
    with torch.inference_mode():
        image = levels.to(parameter.device, torch.float32) / 255
        codes = encode_to_code(model, space, image, conditions)
    return np.asarray(codes.cpu().numpy(), np.float32)
