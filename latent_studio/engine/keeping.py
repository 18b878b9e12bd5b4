"""Keeping the weights of a model in training, for a favourite or an export that was made by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from latent_studio.core.errors import StudioError
from latent_studio.core.files import write_file
from latent_studio.core.header import Header, read_header
from latent_studio.core.request import Request
from latent_studio.engine.errands import Wrote

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class KeepSnapshot(Request):
    """Write weights with their header as a checkpoint, unless that file holds them already.

    It is for the disk lane, which does what it was asked for before the window closes; torch is loaded by then, for
    the weights are its tensors.
    """

    path: Path
    header: Header
    weights: Mapping[str, Tensor] = field(compare=False, repr=False)

    def run(self) -> Iterator[Wrote]:
        from latent_studio.training.checkpoint import checkpoint_bytes, digest

        if not holds(self.path, self.header.digest):
            on_cpu = {name: tensor.detach().to("cpu") for name, tensor in self.weights.items()}
            if digest(on_cpu, self.header) != self.header.digest:
                raise StudioError(f"The weights of {self.header.name} could not be kept: save the run and try again.")
            write_file(self.path, checkpoint_bytes(on_cpu, self.header))
        yield Wrote(self.path)


def holds(path: Path, digest: str) -> bool:
    """Whether the checkpoint at that path has these weights."""
    try:
        return read_header(path).digest == digest
    except StudioError:
        return False
