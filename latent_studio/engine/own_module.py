"""A person's own network as a model of this program, without a family and without a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import torch
from torch import Tensor, nn

from latent_studio.core.errors import StudioError
from latent_studio.core.family import DataSpec
from latent_studio.core.header import Header
from latent_studio.core.latent import LatentSpace, Normal
from latent_studio.core.model import GenerativeModel, NormalPosterior, Posterior, capabilities
from latent_studio.training.checkpoint import digest, weights_of
from latent_studio.training.snapshots import PublishedWeights

Output = Literal["unit", "signed", "logits"]
"""What a decoder's numbers are: in [0, 1], in [-1, 1], or unbounded (their sigmoid is the picture)."""

ImageShape = tuple[int, int, int]


class OwnModule(GenerativeModel):
    """A decoder that turns codes (n, dim) into pictures (n, c, h, w) or (n, c · h · w)."""

    def __init__(self, decoder: nn.Module, space: LatentSpace, image_shape: ImageShape, output: Output) -> None:
        super().__init__(space, image_shape)
        self.decoder, self.output = decoder, output
        if next(decoder.parameters(), None) is None:
            # a formula; still, it is a model's weights that are asked where its codes belong
            self.place = nn.Parameter(torch.zeros(0), requires_grad=False)

    def decode(self, code: Tensor) -> Tensor:
        weight = next(self.decoder.parameters(), code)
        pixels: Tensor = self.decoder(code.to(weight.device, weight.dtype)).float().view(-1, *self.image_shape)
        if self.output == "logits":
            return torch.sigmoid(pixels)
        return (pixels / 2 + 0.5 if self.output == "signed" else pixels).clamp(0, 1)


class OwnAutoencoder(OwnModule):
    """The same with an encoder: pictures → means (n, dim), or (means, log variances)."""

    def __init__(
        self, decoder: nn.Module, space: LatentSpace, image_shape: ImageShape, output: Output, encoder: nn.Module
    ) -> None:
        super().__init__(decoder, space, image_shape, output)
        self.encoder = encoder

    def encode(self, image: Tensor, conditions: Mapping[str, Tensor]) -> Posterior:
        weight = next(self.encoder.parameters(), image)
        pixels = image.to(weight.device, weight.dtype)
        told = self.encoder(pixels * 2 - 1 if self.output == "signed" else pixels)
        mean, log_var = told if isinstance(told, tuple | list) else (told, torch.full_like(told, -torch.inf))
        return {self.space.factors[0].name: NormalPosterior(mean.float(), log_var.float())}


def own_model(
    module: nn.Module,
    space: LatentSpace | int,
    encoder: nn.Module | None = None,
    image_shape: ImageShape | None = None,
    output: Output = "unit",
    name: str = "",
) -> PublishedWeights:
    """The model and its header, as the interactive lane finds it; tried once, so that what is wrong is said here.

    space: how many normal dimensions, or the factors.  image_shape: (channels, height, width), for a decoder that
    gives rows of numbers.  StudioError where the module does not decode such codes.
    """
    found = LatentSpace(factors=(Normal(name="z", shape=(space,)),)) if isinstance(space, int) else space
    if encoder is not None and len(found.factors) != 1:
        raise StudioError("An encoder gives one block of numbers: leave it out for a space of several factors.")
    module.eval()
    shape = _shape(module, found, image_shape)
    model = OwnModule(module, found, shape, output)
    if encoder is not None:
        model = _tried(OwnAutoencoder(module, found, shape, output, encoder.eval()))
    title = name or type(module).__name__
    header = Header(
        name=title,
        family="",
        family_title=type(module).__name__,
        config={},
        space=found,
        data=DataSpec(name="unknown", image_shape=shape),
        capabilities=tuple(sorted(capabilities(model))),
        weights="own",
    )
    return PublishedWeights(header.model_copy(update={"digest": digest(weights_of(model), header)}), model)


@torch.inference_mode()
def _shape(module: nn.Module, space: LatentSpace, wanted: ImageShape | None) -> ImageShape:
    """The shape of the pictures that the module makes of the neutral code, two at a time."""
    weight = next(module.parameters(), torch.zeros(()))
    code = torch.from_numpy(space.neutral()).to(weight.device, weight.dtype).expand(2, -1)
    try:
        pixels = module(code)
    except (RuntimeError, TypeError, ValueError) as error:
        raise StudioError(f"The module takes no codes of {space.dim} numbers ({error}): give its own space.") from error
    if not isinstance(pixels, Tensor) or len(pixels) != 2:
        raise StudioError("The module must give one picture per code, (n, c, h, w): wrap it in one that does.")
    found = tuple(pixels.shape[1:]) if wanted is None else wanted
    if len(found) != 3 or found[0] not in (1, 3) or pixels[0].numel() != found[0] * found[1] * found[2]:
        raise StudioError(
            f"The module gives {tuple(pixels.shape[1:])} numbers per code: say image_shape=(channels, height, width), "
            "with 1 or 3 channels."
        )
    return found[0], found[1], found[2]


@torch.inference_mode()
def _tried(model: OwnAutoencoder) -> OwnAutoencoder:
    shape, dim = model.image_shape, model.space.dim
    try:
        point = next(iter(model.encode(torch.zeros(2, *shape), {}).values())).point()
    except (RuntimeError, TypeError, ValueError) as error:
        raise StudioError(f"The encoder takes no pictures of {shape} ({error}): give one that does.") from error
    if point.shape != (2, dim):
        raise StudioError(f"The encoder gives {tuple(point.shape[1:])} numbers per picture: give one with {dim}.")
    return model
