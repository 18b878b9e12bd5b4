"""What a checkpoint says of itself, readable without torch.

A checkpoint is one `.safetensors` file; its metadata hold this header as one JSON string under one key, because
safetensors writes several keys in random order and files must be reproducible to the byte.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from latent_studio.core.errors import StudioError
from latent_studio.core.family import DataSpec
from latent_studio.core.latent import LatentSpace

FORMAT_VERSION = 1
KEY = "latent_studio"
_MAX_HEADER_BYTES = 100_000_000  # the format's own limit


class Header(BaseModel):
    """Everything that is known of a checkpoint but its weights.

    statistics: per column of the code, "kl" (nats), "mean", "std" of the data's encodings; what the family measures.
    metrics: numbers on the test part when it was saved.
    preview: a PNG of at most 128 px, base64.  digest: SHA-256, see `training.checkpoint.digest`.
    """

    model_config = ConfigDict(frozen=True)

    format_version: int = FORMAT_VERSION
    name: str
    family: str
    family_title: str
    config: dict[str, Any]
    space: LatentSpace
    data: DataSpec
    capabilities: tuple[str, ...]
    weights: str = "ema"
    step: int = 0
    epoch: float = 0.0
    statistics: dict[str, tuple[float, ...]] = {}
    metrics: dict[str, float] = {}
    preview: str = ""
    digest: str = ""


def read_header(path: Path) -> Header:
    """The header of a checkpoint file; a StudioError says what is wrong with a file that is none."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(8)
            n_bytes = struct.unpack("<Q", head)[0] if len(head) == 8 else 0
            if not 2 <= n_bytes <= min(size - 8, _MAX_HEADER_BYTES):
                raise StudioError(f"{path.name} is cut short or is no checkpoint: copy it again from its source.")
            table = json.loads(file.read(n_bytes))
        end = max((int(entry["data_offsets"][1]) for key, entry in table.items() if key != "__metadata__"), default=0)
        text = table.get("__metadata__", {}).get(KEY)
    except FileNotFoundError:
        raise StudioError(f"{path} is not there: it was moved or deleted.") from None
    except IsADirectoryError:
        raise StudioError(f"{path.name} is a folder: choose the .safetensors file in it.") from None
    except PermissionError:
        raise StudioError(f"{path} may not be read: change its rights or copy it.") from None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OverflowError):
        raise StudioError(f"{path.name} is no safetensors file: choose a checkpoint made by Latent Studio.") from None
    if text is None:
        raise StudioError(f"{path.name} holds weights without a Latent Studio header: open one that was saved here.")
    if size < 8 + n_bytes + end:
        raise StudioError(f"{path.name} is cut short: copy it again from its source.")
    return parse_header(text, path.name)


def parse_header(text: str, name: str) -> Header:
    """A header from its JSON text; newer formats are refused by number."""
    try:
        values = json.loads(text)
        version = values["format_version"]
        if isinstance(version, int) and version > FORMAT_VERSION:
            raise StudioError(f"{name} has format {version} and this program reads up to {FORMAT_VERSION}: update it.")
        return Header.model_validate(values)
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError):
        raise StudioError(f"The header of {name} is damaged: copy the file again from its source.") from None


def with_name(content: bytes, name: str) -> bytes:
    """The content of a checkpoint file with another name in its header; weights and digest stay as they are."""
    n_bytes = struct.unpack("<Q", content[:8])[0]
    table = json.loads(content[8 : 8 + n_bytes])
    header = {**json.loads(table["__metadata__"][KEY]), "name": name}
    table["__metadata__"][KEY] = json.dumps(header, sort_keys=True, separators=(",", ":"))
    text = json.dumps(table, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # the format starts the weights at a multiple of eight
    return struct.pack("<Q", len(text)) + text + content[8 + n_bytes :]
