"""What every generative model is, and the capabilities it may tell.

Images at every border are float32 (n, c, h, w) in [0, 1]; codes are float32 (n, dim).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from latent_studio.core.events import Pixels
from latent_studio.core.latent import Categorical, LatentSpace, Normal, Uniform

Batch = Mapping[str, Tensor]
"""Named tensors of one draw from the data: `image` float32 (n, c, h, w) in [0, 1], `label` int64 (n,), …"""


@dataclass(frozen=True)
class NormalPosterior:
    """q(z | x) of a normal or uniform factor: mean and log-variance, each (n, width)."""

    mean: Tensor
    log_var: Tensor

    def point(self) -> Tensor:
        return self.mean


@dataclass(frozen=True)
class CategoricalPosterior:
    """q(c | x) of a categorical factor: logits (n, width)."""

    logits: Tensor

    n_values: int = 0  # of each group, where the factor has several; 0: one group

    def point(self) -> Tensor:
        groups = self.logits.unflatten(1, (-1, self.n_values or self.logits.shape[1]))
        one_hot = nn.functional.one_hot(groups.argmax(-1), groups.shape[-1])
        return one_hot.flatten(1).to(self.logits.dtype)


Posterior = Mapping[str, NormalPosterior | CategoricalPosterior]
"""What an encoder knows, per factor name. A factor that is missing cannot be seen in a picture."""


class GenerativeModel(nn.Module):
    """A module with a latent space and the shape of its images; what else it can do is told by the protocols below."""

    def __init__(self, space: LatentSpace, image_shape: tuple[int, int, int]) -> None:
        super().__init__()
        self.space = space
        self.image_shape = image_shape

    def pictures(self, images: Tensor) -> tuple[Pixels, ...]:
        """What the screen shows of images (n, c, h, w): their pixels. Models of other things draw them."""
        return to_pixels(images)


@runtime_checkable
class Decodes(Protocol):
    def decode(self, code: Tensor) -> Tensor:
        """(n, dim) → images (n, c, h, w) in [0, 1]."""


@runtime_checkable
class Encodes(Protocol):
    def encode(self, image: Tensor, conditions: Mapping[str, Tensor]) -> Posterior:
        """Images (n, c, h, w) and the conditioned factors' blocks → a posterior per factor it can see."""


@runtime_checkable
class Scores(Protocol):
    def score(self, image: Tensor) -> Tensor:
        """Images → realism (n,), larger is more real; no unit."""


@runtime_checkable
class Samples(Protocol):
    def sample_images(self, n: int, generator: torch.Generator) -> Tensor:
        """n images drawn without a latent code."""


@runtime_checkable
class Likelihood(Protocol):
    def log_likelihood(self, image: Tensor, generator: torch.Generator) -> Tensor:
        """log p(x) or a lower bound of it, (n,) nats."""


@runtime_checkable
class Completes(Protocol):
    def complete(self, image: Tensor, known: Tensor, generator: torch.Generator) -> Tensor:
        """Images and a mask (n, 1, h, w) that is 1 where they are known → images with the rest filled in."""


@runtime_checkable
class Translates(Protocol):
    def translate(self, image: Tensor, target: str) -> Tensor:
        """Images → the same in the domain named `target`."""


@runtime_checkable
class Classifies(Protocol):
    def classify(self, image: Tensor) -> Tensor:
        """Images → logits (n, n_classes)."""


CAPABILITIES: dict[str, type] = {
    capability.__name__: capability
    for capability in (Decodes, Encodes, Scores, Samples, Likelihood, Completes, Translates, Classifies)
}


def capabilities(model: GenerativeModel) -> frozenset[str]:
    """The names of the protocols that the model fulfils; this is what panels ask for."""
    return frozenset(name for name, protocol in CAPABILITIES.items() if isinstance(model, protocol))


def encode_to_code(model: Encodes, space: LatentSpace, image: Tensor, conditions: Mapping[str, Tensor]) -> Tensor:
    """The code in the middle of the posterior, (n, dim); what the encoder cannot see is neutral."""
    posterior = model.encode(image, conditions)
    blocks = []
    for factor in space.factors:
        if factor.name in posterior:
            blocks.append(posterior[factor.name].point())
        elif factor.name in conditions:
            blocks.append(conditions[factor.name])
        else:
            blocks.append(torch.from_numpy(factor.neutral()).to(image.device).expand(len(image), -1))
    return torch.cat(blocks, dim=1)


def channels_last(model: GenerativeModel) -> GenerativeModel:
    """Lay the weights of convolutions out with their channels last, which is faster on CPUs and GPUs alike."""
    for tensor in (*model.parameters(), *model.buffers()):
        if tensor.dim() == 4:
            tensor.data = tensor.data.contiguous(memory_format=torch.channels_last)
    return model


def cpu_has_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 itself (AVX512-BF16 or AMX)."""
    names = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    checks: list[Callable[[], bool]] = [getattr(torch.cpu, name, bool) for name in names]
    return any(check() for check in checks)


def to_pixels(images: Tensor) -> tuple[Pixels, ...]:
    """Images (n, c, h, w) in [0, 1] → n pictures for the screen, uint8 (h, w) or (h, w, 3)."""
    levels = images.detach().float().clamp(0, 1).mul(255).round().to("cpu", torch.uint8)
    if levels.shape[1] == 1:
        return tuple(levels[:, 0].numpy())
    return tuple(levels[:, :3].permute(0, 2, 3, 1).contiguous().numpy())


def sample_prior(space: LatentSpace, n: int, generator: torch.Generator) -> Tensor:
    """(n, dim) draws from the prior, made on the generator's device: the torch twin of `LatentSpace.sample`."""
    device = generator.device
    blocks = []
    for factor in space.factors:
        match factor:
            case Normal():
                blocks.append(torch.randn(n, factor.width, generator=generator, device=device))
            case Uniform():
                draw = torch.rand(n, factor.width, generator=generator, device=device)
                blocks.append(factor.low + (factor.high - factor.low) * draw)
            case Categorical():
                size = (n, factor.n_groups)
                values = torch.randint(factor.n_values, size, generator=generator, device=device)
                blocks.append(nn.functional.one_hot(values, factor.n_values).flatten(1).float())
    return torch.cat(blocks, dim=1) if blocks else torch.zeros(n, 0, device=device)
