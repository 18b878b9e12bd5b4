"""Where the pixels of a set lie: in memory, or in a memory-mapped file when they would take too much of it."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.events import Progress
from latent_studio.core.files import TEMPORARY, said_plainly, sync_file, sync_folder

Pixels = NDArray[np.uint8]
Rows = NDArray[np.intp]
Fill = Callable[[], Generator[tuple[Rows, Pixels], None, "Rows | None"]]
"""Yields all pixels in blocks: k rows and what belongs there (k, c, h, w). Where some pictures turn out to be
unreadable it gives the first m rows to the m readable ones and returns their m numbers."""

Storing = Generator[Progress, None, tuple[Pixels, Rows]]
"""Tells how many pictures are done, then returns them."""

_Write = Callable[[Rows, Pixels], None]
_T = TypeVar("_T")

MEMORY_SHARE = 0.25
_BLOCK_BYTES = 8 << 20
_FORMAT = "1"  # change it when the same key would hold other pixels
_ASSUMED_MEMORY_BYTES = 8 << 30
_STALE_S = 24 * 3600.0


def at_once(work: Generator[object, None, _T]) -> _T:
    """What a generator returns in the end, whatever it tells on its way."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: _T = end.value
            return result


def storing(shape: tuple[int, int, int, int], fill: Fill, key: str, memory_share: float = MEMORY_SHARE) -> Storing:
    """What `fill` yields, uint8 (m, c, h, w), and the numbers of the m ≤ n pictures that it holds.

    Up to `memory_share` of the machine's memory it is an array; beyond that a read-only memory map of a file in the
    cache folder, which the next call with the same `key` finds ready made.
    """
    if np.prod(shape, dtype=float) <= memory_share * memory_bytes():
        pixels = np.empty(shape, np.uint8)

        def write(rows: Rows, block: Pixels) -> None:
            pixels[rows] = block

        return _trimmed(pixels, (yield from _filling(fill, write, shape[0])))
    entry = cache_folder() / hashlib.sha256(f"{_FORMAT} {key} {shape}".encode()).hexdigest()[:32]
    if not entry.is_dir():
        with said_plainly(entry.parent):
            yield from _writing_entry(entry, shape, fill)
    return _trimmed(np.load(entry / "pixels.npy", mmap_mode="r"), np.load(entry / "kept.npy"))


def _trimmed(pixels: Pixels, kept: Rows | None) -> tuple[Pixels, Rows]:
    return (pixels, np.arange(len(pixels))) if kept is None else (pixels[: len(kept)], kept)


def _filling(fill: Fill, write: _Write, n: int) -> Generator[Progress, None, Rows | None]:
    """Write block by block."""
    n_done = 0
    with closing(fill()) as blocks:
        while True:
            try:
                rows, block = next(blocks)
            except StopIteration as end:
                kept: Rows | None = end.value
                return kept
            write(rows, block)
            n_done += len(rows)
            yield Progress(n_done, n, "pictures", text="reading pictures")


def _writing_entry(entry: Path, shape: tuple[int, int, int, int], fill: Fill) -> Generator[Progress, None, None]:
    """A cache entry, whole or not at all. Plain writes, because a memory map kills the process on a full disk."""
    entry.parent.mkdir(parents=True, exist_ok=True)
    _remove_stale(entry.parent)
    row_bytes = int(np.prod(shape[1:]))
    temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=entry.parent))
    try:
        with (temporary / "pixels.npy").open("wb") as file:
            np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
            start = file.tell()
            file.truncate(start + row_bytes * shape[0])

            def write(rows: Rows, block: Pixels) -> None:
                for first, last in _runs(rows):
                    file.seek(start + int(rows[first]) * row_bytes)
                    file.write(np.ascontiguousarray(block[first:last]).data)

            kept = yield from _filling(fill, write, shape[0])
        np.save(temporary / "kept.npy", np.arange(shape[0]) if kept is None else kept)
        for path in temporary.iterdir():
            sync_file(path)
        try:
            temporary.rename(entry)
        except OSError:
            if not entry.is_dir():  # else another process has just made the same one
                raise
        sync_folder(entry.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _runs(rows: Rows) -> Iterator[tuple[int, int]]:
    """The stretches [first, last) of `rows` that are consecutive numbers."""
    breaks = np.flatnonzero(np.diff(rows) != 1) + 1
    yield from zip([0, *breaks.tolist()], [*breaks.tolist(), len(rows)], strict=True)


def _remove_stale(folder: Path) -> None:
    """Take away what a killed process left half-written."""
    for leftover in folder.glob(f"{TEMPORARY}*"):
        if time.time() - leftover.stat().st_mtime > _STALE_S:
            shutil.rmtree(leftover, ignore_errors=True)


def blocks(pixels: Pixels) -> Iterator[Pixels]:
    """Views of some 8 MiB, in order: a memory-mapped set is never in memory as a whole."""
    n_rows = rows_per_block(pixels.shape[1:])
    for first in range(0, len(pixels), n_rows):
        yield pixels[first : first + n_rows]


def rows_per_block(shape: tuple[int, ...]) -> int:
    """How many pictures of a shape make some 8 MiB, at least one."""
    return max(1, _BLOCK_BYTES // max(1, int(np.prod(shape, dtype=float))))


def fingerprint(paths: list[Path], *settings: object) -> str:
    """A key that changes when one of the files (by name, size, time) or a setting does."""
    states = [(str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
    return hashlib.sha256(repr((states, settings)).encode()).hexdigest()


def cache_folder() -> Path:
    """Where decoded sets lie: below LATENT_STUDIO_HOME, else in the system's cache folder. Safe to delete."""
    import platformdirs

    home = os.environ.get("LATENT_STUDIO_HOME")
    root = Path(home) / "cache" if home else Path(platformdirs.user_cache_dir("latent-studio", appauthor=False))
    return root / "data"


def memory_bytes() -> int:
    """The machine's memory; 8 GiB are assumed where the system does not tell."""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return _ASSUMED_MEMORY_BYTES
