"""Checkpoints on disk: weights and a header in one safetensors file. Nothing is ever unpickled."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Pixels
from latent_studio.core.family import family
from latent_studio.core.files import write_file
from latent_studio.core.header import KEY, Header, read_header
from latent_studio.core.model import GenerativeModel
from latent_studio.core.pictures import contact_sheet, png_bytes
from latent_studio.core.schema import validated

Weights = Mapping[str, Tensor]

PREVIEW_PX = 128


def weights_of(model: GenerativeModel) -> dict[str, Tensor]:
    """The model's tensors by name: contiguous, on the CPU, apart from the model's own memory."""
    return {name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in model.state_dict().items()}


def digest(weights: Weights, header: Header) -> str:
    """SHA-256 over sorted tensor names, dtypes, shapes and bytes, the config and the space."""
    sha = hashlib.sha256()
    for name in sorted(weights):
        tensor = weights[name]
        sha.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        sha.update(tensor.contiguous().reshape(-1).view(torch.uint8).numpy().data)
    sha.update(json.dumps([header.family, header.config, header.space.model_dump()], sort_keys=True).encode())
    return sha.hexdigest()


def save_checkpoint(path: Path, weights: Weights, header: Header) -> Header:
    """Write a checkpoint whole or not at all; returns the header with its digest."""
    header = header.model_copy(update={"digest": digest(weights, header)})
    write_file(path, checkpoint_bytes(weights, header))
    return header


def checkpoint_bytes(weights: Weights, header: Header) -> bytes:
    """The file's content; equal input gives equal bytes."""
    text = json.dumps(header.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return save({name: weights[name].contiguous() for name in sorted(weights)}, metadata={KEY: text})


def load_checkpoint(path: Path) -> tuple[Header, GenerativeModel]:
    """The header and the model, in eval mode on the CPU; a StudioError says what is wrong with the file."""
    header, weights = load_verified(path)
    return header, build(header, weights)


def load_verified(path: Path) -> tuple[Header, dict[str, Tensor]]:
    """The header and the tensors of a checkpoint file, which are those that it was saved with."""
    header = read_header(path)
    weights = load_weights(path)
    if header.digest and digest(weights, header) != header.digest:
        raise StudioError(f"The weights of {path.name} are not those it was saved with: copy it again from its source.")
    return header, weights


def load_weights(path: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file."""
    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise StudioError(f"{path.name} cannot be read ({error}): copy it again from its source.") from None


def build(header: Header, weights: Weights) -> GenerativeModel:
    """The model a header describes, holding these very tensors (bf16 is widened), in eval mode and frozen."""
    made = family(header.family)
    config = validated(made.config, header.config, f"The settings of {header.name}:")
    with torch.device("meta"):  # no time and no random numbers are spent on weights that are replaced at once
        model = made.build(config, header.data)
    wanted = {name: tensor.shape for name, tensor in model.state_dict().items()}
    found = {name: tensor.shape for name, tensor in weights.items()}
    if wanted != found:
        differing = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
        raise StudioError(
            f"{header.name} does not fit its family {header.family_title} ({differing[0]} differs): "
            "open it with the version of Latent Studio that made it."
        )
    widened = {
        name: tensor.float() if tensor.dtype in (torch.bfloat16, torch.float16) else tensor
        for name, tensor in weights.items()
    }
    model.load_state_dict(widened, assign=True)
    return model.eval().requires_grad_(False)


def preview_png(pictures: Sequence[Pixels], n_columns: int = 4) -> str:
    """A contact sheet of at most 128 px as a base64 PNG, for the header."""
    return base64.b64encode(png_bytes(contact_sheet(pictures, n_columns), PREVIEW_PX)).decode()
