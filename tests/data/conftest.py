"""Small files in the formats that the sources read."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from latent_studio.core.errors import StudioError

T = TypeVar("T")
Attempt = Callable[[Callable[[], T]], "T | str"]
WriteIdx = Callable[[Path, NDArray[np.uint8]], Path]


def idx_bytes(numbers: NDArray[np.uint8]) -> bytes:
    """The IDX form of an array of bytes, written out from the format's definition."""
    header = struct.pack(f">BBBB{numbers.ndim}I", 0, 0, 8, numbers.ndim, *numbers.shape)
    return header + numbers.tobytes()


@pytest.fixture(scope="session")
def attempt() -> Attempt[Any]:
    """Calls a function that may raise a StudioError and gives what it returns or the sentence it says."""

    def call(function: Callable[[], T]) -> T | str:
        try:
            return function()
        except StudioError as error:
            return str(error)

    return call


@pytest.fixture
def write_idx() -> WriteIdx:
    """Writes numbers to a path; gzipped where its name ends in .gz."""

    def write(path: Path, numbers: NDArray[np.uint8]) -> Path:
        content = idx_bytes(numbers)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
        return path

    return write


@pytest.fixture
def pictures() -> NDArray[np.uint8]:
    """(40, 6, 5) grey pictures with nothing regular about them."""
    return np.random.default_rng(0).integers(0, 256, (40, 6, 5), dtype=np.uint8)


@pytest.fixture
def answers() -> NDArray[np.uint8]:
    """A label for each of `pictures`."""
    return np.random.default_rng(1).integers(0, 3, 40, dtype=np.uint8)
