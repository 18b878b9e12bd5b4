"""The IDX format of MNIST: a big-endian header (two zero bytes, a type, the number of axes, the length of each axis as
uint32), then the numbers in C order; plain or gzipped."""

from __future__ import annotations

import gzip
import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.errors import StudioError
from latent_studio.data.pixel_store import Pixels, rows_per_block

_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_GZIP_MAGIC = b"\x1f\x8b"
_LARGEST_GZIP_RATIO = 1040
"""Deflate cannot pack better than 1032 : 1, so a header that claims more than this is false."""


@dataclass(frozen=True)
class IdxFile:
    """What the header of an IDX file tells; the file is as long as it says, as far as can be known without reading it.

    shape: lengths of the axes.  start: where the numbers begin, in (unpacked) bytes.
    """

    path: Path
    dtype: np.dtype[np.generic]
    shape: tuple[int, ...]
    start: int
    zipped: bool

    @property
    def n_bytes(self) -> int:
        return self.dtype.itemsize * math.prod(self.shape)


def opened(path: Path) -> IdxFile:
    """Reads the header. StudioError: not IDX, cut short, or with bytes to spare."""
    zipped = _is_zipped(path)
    with _stream(path, zipped) as stream:
        head = _read(stream, 4, path)
        if head[:2] != b"\0\0" or head[2] not in _TYPES or head[3] == 0:
            raise StudioError(f"{path.name} is not an IDX file: choose one in MNIST's format, plain or gzipped.")
        lengths = _read(stream, 4 * head[3], path)
    shape = tuple(np.frombuffer(lengths, ">u4").tolist())
    file = IdxFile(path, np.dtype(_TYPES[head[2]]), shape, 4 + 4 * head[3], zipped)
    whole, actual = file.start + file.n_bytes, path.stat().st_size
    if whole > (actual * _LARGEST_GZIP_RATIO if zipped else actual):
        raise _cut_short(path)
    if not zipped and whole < actual:
        raise _too_long(path)
    return file


def read_numbers(file: IdxFile) -> NDArray[np.generic]:
    """All numbers, in the file's own type and byte order."""
    with _stream(file.path, file.zipped) as stream:
        _read(stream, file.start, file.path)
        numbers = np.frombuffer(_read(stream, file.n_bytes, file.path), file.dtype)
        _expect_end(stream, file.path)
    return numbers.reshape(file.shape)


def picture_blocks(file: IdxFile) -> Iterator[Pixels]:
    """The pictures (k, 1, h, w), some 8 MiB at a time."""
    n, h, w = file.shape
    n_rows = rows_per_block((h, w))
    with _stream(file.path, file.zipped) as stream:
        _read(stream, file.start, file.path)
        for first in range(0, n, n_rows):
            k = min(n_rows, n - first)
            yield np.frombuffer(_read(stream, k * h * w, file.path), np.uint8).reshape(k, 1, h, w)
        _expect_end(stream, file.path)


def mapped_pictures(file: IdxFile) -> Pixels:
    """The pictures (n, 1, h, w) of a plain file, mapped where they lie."""
    n, h, w = file.shape
    return np.memmap(file.path, np.uint8, mode="r", offset=file.start, shape=(n, 1, h, w))


def _is_zipped(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == _GZIP_MAGIC


def _stream(path: Path, zipped: bool) -> BinaryIO | gzip.GzipFile:
    return gzip.open(path, "rb") if zipped else path.open("rb")


def _read(stream: BinaryIO | gzip.GzipFile, n_bytes: int, path: Path) -> bytes:
    """Exactly n_bytes."""
    try:
        content = stream.read(n_bytes)
    except EOFError:
        raise _cut_short(path) from None
    except (gzip.BadGzipFile, zlib.error):
        raise StudioError(f"{path.name} is damaged (it does not unpack): copy or download it again.") from None
    if len(content) < n_bytes:
        raise _cut_short(path)
    return content


def _expect_end(stream: BinaryIO | gzip.GzipFile, path: Path) -> None:
    """Nothing may follow; for a gzipped file this also checks its checksum."""
    try:
        rest = stream.read(1)
    except EOFError:
        raise _cut_short(path) from None
    except (gzip.BadGzipFile, zlib.error):
        raise StudioError(f"{path.name} is damaged (its checksum is wrong): copy or download it again.") from None
    if rest:
        raise _too_long(path)


def _cut_short(path: Path) -> StudioError:
    return StudioError(f"{path.name} is cut short: copy or download it again.")


def _too_long(path: Path) -> StudioError:
    return StudioError(f"{path.name} is longer than its header tells, so it is damaged: copy or download it again.")
