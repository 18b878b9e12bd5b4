"""Where a picture comes from: which code of which weights, written into files, and found again on this machine."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from latent_studio.core.errors import StudioError
from latent_studio.core.header import Header, read_header
from latent_studio.core.latent import LatentSpace
from latent_studio.core.pictures import png_text
from latent_studio.core.runs import BEST, EMA, MODEL, STEP, newest_weights, read_status
from latent_studio.studio.document import Document, ModelRef, code_from_json

KEY = "latent_studio_code"
MAX_TEMPERATURE = 2.0
_DIGITS = 16  # of a digest, in the name of a kept snapshot: 64 bits


@dataclass(frozen=True)
class Provenance:
    """What a picture says of itself.

    model: key, name and digest of the weights, each "" where it is not told.  text: the JSON that it was read from,
    which holds the code.  temperature, locked: the rest of the state it was made in; None where it is not told.
    """

    model: ModelRef
    text: str
    temperature: float | None = None
    locked: frozenset[int] | None = None

    def code(self, space: LatentSpace) -> tuple[float, ...]:
        """The code; a StudioError where that space cannot hold it."""
        return code_from_json(self.text, space)

    def numbers(self) -> tuple[float, ...]:
        """The code as it is written, whatever space it is of."""
        told = json.loads(self.text)[KEY]
        factors = told.get("factors")
        return tuple(told["code"] if factors is None else [number for block in factors.values() for number in block])

    def fits(self, space: LatentSpace) -> bool:
        """Whether that space can hold the code."""
        try:
            return bool(self.code(space))
        except StudioError:
            return False


def provenance_values(
    model: ModelRef, code: tuple[float, ...], space: LatentSpace | None = None, state: Document | None = None
) -> dict[str, Any]:
    """What a picture of that code says of itself, as plain JSON data.

    space: names the numbers by factor, where it is known.  state: the document it is made in, whose temperature and
    locks are restored with it.
    """
    told: dict[str, Any] = {"model": model.name, "digest": model.digest, "key": model.key}
    if space is None:
        told["code"] = list(code)
    else:
        told["factors"] = {factor.name: list(code[columns]) for factor, columns in space.blocks()}
    if state is not None:
        told.update(temperature=state.temperature, locked=sorted(state.locked))
    return {KEY: told}


def provenance_of(model: ModelRef, code: tuple[float, ...]) -> Provenance:
    """Where the picture of a code of that model comes from."""
    return Provenance(model, json.dumps(provenance_values(model, code)))


def parse_provenance(text: str) -> Provenance | None:
    """What a picture's text chunk, a dragged code or the clipboard says; None for anything else."""
    try:
        values = json.loads(text)[KEY]
        temperature, locked = values.get("temperature"), values.get("locked")
        told = Provenance(
            ModelRef(key=values.get("key", ""), name=values.get("model", ""), digest=values.get("digest", "")),
            text,
            None if temperature is None else min(max(float(temperature), 0.0), MAX_TEMPERATURE),
            None if locked is None else frozenset(int(column) for column in locked),
        )
        return told if all(math.isfinite(number) for number in told.numbers()) else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return None


def read_provenance(path: Path) -> Provenance | None:
    """What a picture file says of itself; None for a file of any other kind, which may be a large one."""
    if path.suffix.lower() != ".png":
        return None
    try:
        return parse_provenance(png_text(path.read_bytes()).get(KEY, ""))
    except OSError:
        return None


def restored(document: Document, model: ModelRef, code: tuple[float, ...], told: Provenance) -> Document:
    """The document with that model open at that code, and the rest of the state as far as it is told."""
    is_same = document.model is not None and document.model.key == model.key
    changes: dict[str, Any] = {"model": model, "code": code}
    if not is_same:
        changes.update(locked=frozenset(), source=None)
    if told.temperature is not None:
        changes["temperature"] = told.temperature
    if told.locked is not None:
        changes["locked"] = frozenset(column for column in told.locked if 0 <= column < len(code))
    return document.replace(**changes)


@dataclass(frozen=True)
class Shelves:
    """Where models lie on this machine. files: checkpoints that were opened from elsewhere."""

    ready_made: Path
    runs: Path
    kept: Path
    files: tuple[str, ...] = ()


def kept_path(kept: Path, digest: str) -> Path:
    """Where the snapshot of a model in training is kept, one file for equal weights."""
    return kept / f"{digest[:_DIGITS]}.safetensors"


def find_weights(model: ModelRef, shelves: Shelves) -> tuple[str, Header]:
    """The key of exactly these weights, wherever they lie here, with their header.

    Raises: StudioError naming the model where they are nowhere.
    """
    for key, path in _places(model, shelves):
        header = _header(path)
        if header is not None and (header.digest == model.digest or not model.digest):
            return key, header
    name = f"“{model.name}”" if model.name else "The model of this picture"
    which = f" (weights {model.digest[:8]})" if model.digest else ""
    raise StudioError(f"{name}{which} is not on this machine: copy its file here and open it once.")


def _places(model: ModelRef, shelves: Shelves) -> Iterator[tuple[str, Path]]:
    """(key, file) in the order of search: where it was, what was kept, ready-made ones, opened files, runs."""
    if model.key:
        yield from _at(Path(model.key))
    if not model.digest:
        return
    yield from _files([kept_path(shelves.kept, model.digest)])
    yield from _files(sorted(shelves.ready_made.glob("*.safetensors")))
    yield from _files(Path(file) for file in shelves.files)
    if shelves.runs.is_dir():
        for run in sorted(shelves.runs.iterdir()):
            yield from _at(run)


def _at(path: Path) -> Iterator[tuple[str, Path]]:
    """The weights at a path: the file, or everything that a run saved."""
    if not path.is_dir():
        yield from _files([path])
        return
    newest, status = newest_weights(path), read_status(path)
    if newest is not None and (status is None or status.state not in ("running", "paused")):
        yield str(path), newest  # nobody trains it: the run itself is what has these weights
    yield from _files([path / BEST, *(step / name for step in path.glob(f"{STEP}*") for name in (EMA, MODEL))])


def _files(paths: Iterable[Path]) -> Iterator[tuple[str, Path]]:
    return ((str(path), path) for path in paths)


def _header(path: Path) -> Header | None:
    """The header of a file; None for what is no checkpoint: the search goes on."""
    try:
        return read_header(path)
    except (StudioError, OSError):
        return None
