"""CIFAR-10 and CIFAR-100 in their binary version: records of one or two label bytes, then a red, a green and a blue
plane of 32 x 32 bytes (https://www.cs.toronto.edu/~kriz/cifar.html). The python version is pickle and never read."""

from __future__ import annotations

import gzip
import lzma
import re
import tarfile
import zlib
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Progress
from latent_studio.data.image_set import ImageSet
from latent_studio.data.known_sets import CIFAR_CITATION, CIFAR_LICENCE
from latent_studio.data.picture_files import LARGEST_FILE_BYTES
from latent_studio.data.pixel_store import Pixels, Rows, fingerprint, rows_per_block, storing
from latent_studio.data.resizing import resized
from latent_studio.data.source import Loading, PathOptions, Source

SIDE = 32
_PLANES = 3 * SIDE * SIDE
_DAMAGED = (tarfile.TarError, EOFError, gzip.BadGzipFile, lzma.LZMAError, zlib.error)


class Options(PathOptions):
    pass


@dataclass(frozen=True)
class _Layout:
    """The files of a set. columns: of the label bytes of a record, the label last; names: the file that names each."""

    name: str
    train: tuple[str, ...]
    test: str
    columns: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def files(self) -> tuple[str, ...]:
        return (*self.train, self.test, *self.names)


CIFAR_10 = _Layout(
    "CIFAR-10",
    tuple(f"data_batch_{k}.bin" for k in range(1, 6)),
    "test_batch.bin",
    ("label",),
    ("batches.meta.txt",),
)
CIFAR_100 = _Layout(
    "CIFAR-100",
    ("train.bin",),
    "test.bin",
    ("coarse", "label"),
    ("coarse_label_names.txt", "fine_label_names.txt"),
)
_NAMED_SO = re.compile(r"(\./)?cifar-100?-(batches-bin|binary|batches-py|python)", re.IGNORECASE)
"""The folders and archives that its author gives out."""
_PYTHON = frozenset({"data_batch_1", "batches.meta", "meta", "test_batch"})
"""Names of files in the python versions."""


def load(options: Options) -> Loading:
    """Train and test files as they are split, in their order. CIFAR-100's twenty coarse classes are an attribute."""
    place = _place(options.path)
    contents = yield from _contents(place)
    layout = _layout(contents, place.name)
    codes, planes = _records(layout, contents)
    names = [_names(contents, file) for file in layout.names]
    for column, known, file in zip(codes.T, names, layout.names, strict=True):
        if column.max() >= len(known):
            raise StudioError(
                f"{place.name} has labels up to {column.max()} and {file} names {len(known)}: "
                "copy or download it again."
            )
    return ImageSet(
        name=layout.name,
        pixels=(yield from _pixels(planes, place, options)),
        labels=codes[:, -1],
        label_names=names[-1],
        attributes={name: codes[:, k] for k, name in enumerate(layout.columns[:-1])},
        attribute_names=dict(zip(layout.columns[:-1], names[:-1], strict=True)),
        n_train=sum(len(contents[file]) for file in layout.train) // (len(layout.columns) + _PLANES),
        licence=CIFAR_LICENCE,
        citation=CIFAR_CITATION,
    )


# ---------------------------------------------------------------------------------------------------- which files


def _place(path: Path) -> Path:
    """The folder with the files, or the archive, that a path means."""
    if path.is_file() or any(_is_of_set(file.name) for file in path.iterdir()):
        return path
    inside = sorted((not found.is_dir(), found) for found in path.iterdir() if _NAMED_SO.match(found.name))
    if not inside:
        raise StudioError(f"{path.name} holds no CIFAR files such as data_batch_1.bin: choose their folder or archive.")
    return inside[0][1]


def _is_of_set(name: str) -> bool:
    return name in _PYTHON or name in CIFAR_10.files or name in CIFAR_100.files


def _contents(place: Path) -> Generator[Progress, None, dict[str, bytes]]:
    """The files of the set by name. Of an archive nothing is unpacked to the disk."""
    contents = {}
    for name, content in _folder_files(place) if place.is_dir() else _archive_files(place):
        contents[name] = content
        yield Progress(len(contents), len(CIFAR_10.files), "files", text=f"reading {name}")
    return contents


def _folder_files(folder: Path) -> Generator[tuple[str, bytes], None, None]:
    for file in sorted(folder.iterdir()):
        if _is_of_set(file.name):
            yield file.name, b"" if file.name in _PYTHON else file.read_bytes()


def _archive_files(path: Path) -> Generator[tuple[str, bytes], None, None]:
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                name = PurePosixPath(member.name).name
                # a link has no size of its own: what it leads to may be of any, or not be there
                if not (_is_of_set(name) and member.isfile()) or member.size > LARGEST_FILE_BYTES:
                    continue
                if (file := archive.extractfile(member)) is not None:
                    yield name, b"" if name in _PYTHON else file.read()
    except _DAMAGED as error:
        raise StudioError(
            f"{path.name} is cut short, damaged or no archive ({error}): copy or download it again."
        ) from None


def _layout(contents: Mapping[str, bytes], where: str) -> _Layout:
    """Which set the files make; StudioError for the python version and where one is missing."""
    layout = max((CIFAR_10, CIFAR_100), key=lambda layout: len(contents.keys() & {*layout.files}))
    missing = [name for name in layout.files if name not in contents]
    if contents.keys() & _PYTHON:
        raise StudioError(
            f"{where} is the python version of CIFAR, which is pickle and could run code: download the binary version "
            "(cifar-10-binary.tar.gz) instead."
        )
    if len(missing) == len(layout.files):
        raise StudioError(f"{where} holds no CIFAR files such as data_batch_1.bin: choose their folder or archive.")
    if missing:
        raise StudioError(f"{missing[0]} is missing in {where}: copy or download the whole set again.")
    return layout


# ------------------------------------------------------------------------------------------------- what they hold


def _records(layout: _Layout, contents: Mapping[str, bytes]) -> tuple[NDArray[np.int64], list[Pixels]]:
    """The label bytes (n, columns) of all pictures, and the planes (k, 3, 32, 32) of each file, train first."""
    n_labels = len(layout.columns)
    tables = []
    for file in (*layout.train, layout.test):
        n_records, rest = divmod(len(contents[file]), n_labels + _PLANES)
        if rest or not n_records:
            raise StudioError(f"{file} is cut short: copy or download it again.")
        tables.append(np.frombuffer(contents[file], np.uint8).reshape(n_records, -1))
    codes = np.concatenate([table[:, :n_labels] for table in tables]).astype(np.int64)
    return codes, [table[:, n_labels:].reshape(-1, 3, SIDE, SIDE) for table in tables]


def _pixels(planes: list[Pixels], place: Path, options: Options) -> Generator[Progress, None, Pixels]:
    size = options.size or SIDE
    n_rows = rows_per_block((3, size, size))

    def fill() -> Generator[tuple[Rows, Pixels], None, None]:
        row = 0
        for part in planes:
            for first in range(0, len(part), n_rows):
                block = resized(part[first : first + n_rows], size)
                yield np.arange(row, row + len(block)), block
                row += len(block)

    shape = (sum(len(part) for part in planes), 3, size, size)
    key = fingerprint([place], "cifar", size)
    return (yield from storing(shape, fill, key, options.memory_share))[0]


def _names(contents: Mapping[str, bytes], file: str) -> tuple[str, ...]:
    lines = contents[file].decode("utf-8", "replace").splitlines()
    return tuple(line.strip().replace("_", " ") for line in lines if line.strip())


def _claims(path: Path) -> int:
    """Looks at names, of an archive only at the first."""
    if path.is_dir():
        names = [file.name for file in path.iterdir()]
        known = {*CIFAR_10.files, *CIFAR_100.names, "data_batch_1"}
        return 2 if any(name in known or _NAMED_SO.match(name) for name in names) else 0
    try:
        with tarfile.open(path) as archive:
            first = archive.next()
    except _DAMAGED:
        return 2 if _NAMED_SO.match(path.name) else 0
    return 2 if first is not None and _NAMED_SO.match(first.name) else 0


SOURCE = Source(
    name="cifar",
    title="CIFAR-10 and CIFAR-100",
    summary="Small colour photographs, the binary version: the folder or the archive as it was downloaded.",
    options=Options,
    load=load,
    claims=_claims,
)
