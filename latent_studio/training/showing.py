"""What training shows of a model: samples at fixed codes, and fixed pictures beside what comes back of them."""

from __future__ import annotations

import torch
from torch import Tensor

from latent_studio.core.events import Pixels
from latent_studio.core.latent import LatentSpace
from latent_studio.core.model import Decodes, Encodes, GenerativeModel, encode_to_code, sample_prior
from latent_studio.core.objective import mix_seed
from latent_studio.training.checkpoint import preview_png

N_FIXED = 24
N_ON_CARD = 12

_FIXED_CODES = 0xF1ED


def fixed_codes(space: LatentSpace, seed: int, device: torch.device) -> Tensor:
    """(24, dim) codes from the prior, the same for every moment of a run."""
    generator = torch.Generator(device).manual_seed(mix_seed(seed, _FIXED_CODES))
    return sample_prior(space, N_FIXED, generator)


@torch.inference_mode()
def shown_pictures(model: GenerativeModel, codes: Tensor, image: Tensor) -> dict[str, tuple[Pixels, ...]]:
    """The model's samples at these codes; with an encoder also these images, and their reconstructions."""
    if not isinstance(model, Decodes):
        return {}
    shown = {"samples": model.pictures(model.decode(codes))}
    if isinstance(model, Encodes) and not any(factor.condition for factor in model.space.factors):
        shown["originals"] = model.pictures(image)
        shown["reconstructions"] = model.pictures(model.decode(encode_to_code(model, model.space, image, {})))
    return shown


@torch.inference_mode()
def preview(model: GenerativeModel, codes: Tensor) -> str:
    """Twelve samples for the library's card, as a base64 PNG; empty for a model that decodes no codes."""
    if not isinstance(model, Decodes):
        return ""
    return preview_png(model.pictures(model.decode(codes[:N_ON_CARD])))
