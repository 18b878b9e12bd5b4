"""The arrays of an .npz file, read a block at a time. Arrays of Python objects would need pickle and are never read."""

from __future__ import annotations

import math
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.errors import StudioError
from latent_studio.data.pixel_store import rows_per_block


@dataclass(frozen=True)
class Member:
    """What the header of one array tells."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran_order: bool


class NpzFile:
    """members: the arrays by name. StudioError wherever the file is damaged or no .npz."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        with self._said_plainly():
            self._archive = zipfile.ZipFile(path)
            names = [name for name in self._archive.namelist() if name.endswith(".npy")]
            self.members = {name.removesuffix(".npy"): self._header(name) for name in names}

    def close(self) -> None:
        self._archive.close()

    def refuse_objects(self, member: Member) -> None:
        """StudioError for an array of Python objects."""
        if member.dtype.hasobject:
            raise StudioError(
                f'"{member.name}" in {self._name} holds Python objects, which could run code and are never read: '
                "save it as a plain array of numbers or text."
            )

    def array(self, member: Member) -> NDArray[Any]:
        """The whole array."""
        self.refuse_objects(member)
        with self._said_plainly(), self._archive.open(f"{member.name}.npy") as file:
            found: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
            return found

    def blocks(self, member: Member) -> Iterator[NDArray[Any]]:
        """The array along its first axis, some 8 MiB at a time (as a whole where it is in Fortran's order)."""
        self.refuse_objects(member)
        if member.fortran_order:
            yield self.array(member)
            return
        row_bytes = member.dtype.itemsize * math.prod(member.shape[1:])
        n_rows = rows_per_block((row_bytes,))
        with self._said_plainly():
            file = self._archive.open(f"{member.name}.npy")
        with file:
            with self._said_plainly():
                _read_header(file, member.name)
            for first in range(0, member.shape[0], n_rows):
                k = min(n_rows, member.shape[0] - first)
                with self._said_plainly():
                    block = np.frombuffer(file.read(k * row_bytes), member.dtype).reshape(k, *member.shape[1:])
                yield block

    def _header(self, name: str) -> Member:
        with self._archive.open(name) as file:
            member = _read_header(file, name.removesuffix(".npy"))
            start = file.tell()
        if not member.dtype.hasobject:
            claimed = start + member.dtype.itemsize * math.prod(member.shape)
            if claimed != self._archive.getinfo(name).file_size:  # else a false header could ask for any memory
                raise ValueError(f"{name} has another size than its header tells")
        return member

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError) as error:
            raise StudioError(
                f"{self._name} is damaged or no .npz file ({error}): copy it again or save it again with numpy.savez."
            ) from None


def _read_header(file: IO[bytes], name: str) -> Member:
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        shape, fortran_order, dtype = np.lib.format.read_array_header_1_0(file)
    elif version == (2, 0):
        shape, fortran_order, dtype = np.lib.format.read_array_header_2_0(file)
    else:
        raise ValueError(f"{name} has an unknown format")
    return Member(name, shape, dtype, fortran_order and len(shape) > 1)
