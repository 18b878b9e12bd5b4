"""A picture's place in the latent space, and what the model makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Pixels
from latent_studio.core.request import ModelRequest, OpenModel, Priority


@dataclass(frozen=True)
class Encoded:
    """code: the middle of the posterior.  original: the picture as the model saw it.  mse: per pixel, in [0, 1]².

    nats: the negative evidence lower bound of this picture, None for models without one.
    """

    code: tuple[float, ...]
    original: Pixels
    reconstruction: Pixels
    mse: float
    nats: float | None


def fit(picture: Pixels, image_shape: tuple[int, int, int]) -> Pixels:
    """Any picture cropped to the middle square and resized by area to what the model takes."""
    from PIL import Image

    n_channels, height, width = image_shape
    image = Image.fromarray(picture).convert("L" if n_channels == 1 else "RGB")
    if image.size != (width, height):
        side = min(image.width, image.height)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        box = (left, top, left + side, top + side)
        image = image.resize((width, height), Image.Resampling.LANCZOS, box=box)
    return np.asarray(image)


@dataclass(frozen=True, kw_only=True, eq=False)
class Encode(ModelRequest):
    """Encode a picture of any size; conditioned factors are taken from `code`, the current one."""

    picture: Pixels
    code: tuple[float, ...]
    slot: str = "encode"
    priority: Priority = Priority.STRIP

    def answer(self, opened: OpenModel) -> Iterator[Encoded]:
        yield encode(opened, self.picture, np.asarray(self.code, np.float32))


def encode(opened: OpenModel, picture: Pixels, code: np.ndarray[tuple[int], np.dtype[np.float32]]) -> Encoded:
    """Encode one picture and decode its code again."""
    import torch

    from latent_studio.core.model import Decodes, Encodes, Likelihood, encode_to_code

    model, space = opened.model, opened.header.space
    if not isinstance(model, Encodes) or not isinstance(model, Decodes):
        raise StudioError(f"{opened.header.name} has no encoder: open a VAE or an autoencoder to encode pictures.")
    original = fit(picture, model.image_shape)
    device = next(model.parameters()).device
    with torch.inference_mode():
        levels = torch.from_numpy(original.reshape(*original.shape[:2], -1).copy()).permute(2, 0, 1)[None]
        image = levels.to(device, torch.float32) / 255
        current = torch.from_numpy(code)[None].to(device)
        conditions = {factor.name: current[:, columns] for factor, columns in space.blocks() if factor.condition}
        found = encode_to_code(model, space, image, conditions)
        back = model.decode(found)
        mse = float((back - image).square().mean())
        nats = None
        if isinstance(model, Likelihood):
            generator = torch.Generator(device).manual_seed(0)
            nats = -float(model.log_likelihood(image, generator)[0])
    return Encoded(tuple(found[0].tolist()), model.pictures(image)[0], model.pictures(back)[0], mse, nats)
