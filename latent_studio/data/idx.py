"""MNIST-format IDX files, plain or gzipped: MNIST, Fashion-MNIST, KMNIST, EMNIST and whatever is written like them."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Progress
from latent_studio.data.columns import as_labels
from latent_studio.data.idx_file import IdxFile, mapped_pictures, opened, picture_blocks, read_numbers
from latent_studio.data.image_set import ImageSet
from latent_studio.data.known_sets import KnownSet, known_by_labels, known_by_name
from latent_studio.data.pixel_store import Pixels, Rows, fingerprint, memory_bytes, storing
from latent_studio.data.resizing import padded, resized
from latent_studio.data.rows import n_train_of
from latent_studio.data.source import Loading, PathOptions, Source

LARGEST_PADDING = 4
"""A picture that is at most so much too small gets a black frame: 28 → 32 pixels is done so everywhere."""

_NAME = re.compile(
    r"(?P<prefix>.*?)[-_.]?(?P<part>train|t10k|test)?[-_.]?(?P<kind>images|labels)[-_.]idx\d[-_.]ubyte(\.gz)?",
    re.IGNORECASE,
)


class Options(PathOptions):
    transpose: Literal["auto", "yes", "no"] = Field(
        default="auto",
        title="Swap rows and columns",
        description="EMNIST's files hold pictures lying on their side; auto puts those upright and leaves all others.",
        json_schema_extra={"advanced": True},
    )


@dataclass(frozen=True)
class _Part:
    """Pictures and, where they are there, their labels: the train or the test files of a set."""

    pictures: IdxFile
    labels: NDArray[np.int64] | None


def load(options: Options) -> Loading:
    """Train and test files as they are split; of a file without a partner the last tenth is for testing. Pictures
    keep the order of the files."""
    prefix, files = _files(options.path)
    parts = [_part(pictures, labels) for pictures, labels in files]
    labels = _joined_labels(parts)
    known = _known(parts, labels, files[0][0].parent, prefix)
    n = sum(part.pictures.shape[0] for part in parts)
    label_names: tuple[str, ...] = ()
    if labels is not None:
        labels, label_names = (labels - known.first_label, known.label_names) if known else as_labels(labels)
    pixels = yield from _pixels(parts, options, transposed=_transposed(options, known))
    return ImageSet(
        name=known.name if known else prefix or _named_folder(files[0][0].parent),
        pixels=pixels,
        labels=labels,
        label_names=label_names,
        attributes={},
        n_train=parts[0].pictures.shape[0] if len(parts) == 2 else n_train_of(n),
        licence=known.licence if known else "",
        citation=known.citation if known else "",
    )


# ---------------------------------------------------------------------------------------------------- which files


def _files(path: Path) -> tuple[str, list[tuple[Path, Path | None]]]:
    """The prefix of the set that a path stands for, and its files: (pictures, labels) of train, then of test."""
    if path.is_file():
        match = _NAME.fullmatch(path.name)
        if match is None:
            return path.name.split(".")[0], [(path, None)]
        prefix, folder = match["prefix"], path.parent
    else:
        prefix, folder = _only_set(path)
    found: dict[tuple[str, str], Path] = {}
    for file in sorted(folder.iterdir(), reverse=True):  # reversed, so that of x and x.gz the plain one stays
        match = _NAME.fullmatch(file.name)
        if match and match["prefix"] == prefix and file.is_file():
            part = (match["part"] or "").lower().replace("t10k", "test")
            found[part, match["kind"].lower()] = file
    whole = [part for part in ("train", "", "test") if (part, "images") in found]
    if not whole:
        raise StudioError(f"{path.name} holds labels and the pictures are missing: put the images file beside it.")
    if whole[0] == "train":
        whole = [part for part in whole if part != ""]
    return prefix, [(found[part, "images"], found.get((part, "labels"))) for part in whole[:2]]


def _only_set(folder: Path) -> tuple[str, Path]:
    """The one set in a folder, or in the folders up to two levels below it."""
    files = _idx_files(folder)
    sets = sorted({(match["prefix"], file.parent) for file in files if (match := _NAME.fullmatch(file.name))})
    if not sets:
        raise StudioError(f"{folder.name} holds no IDX files such as train-images-idx3-ubyte: choose their folder.")
    if len(sets) > 1:
        names = ", ".join(prefix or str(place.relative_to(folder)) for prefix, place in sets)
        raise StudioError(f"{folder.name} holds several sets ({names}): choose the folder or the images file of one.")
    return sets[0]


def _idx_files(folder: Path) -> Iterable[Path]:
    for pattern in ("*idx*ubyte*", "*/*idx*ubyte*", "*/*/*idx*ubyte*"):
        yield from (file for file in folder.glob(pattern) if _NAME.fullmatch(file.name))


def _named_folder(folder: Path) -> str:
    """`raw` and `gzip` are what downloaders call the folder inside the one with the set's name."""
    folder = folder.resolve()
    return (folder.parent if folder.name.lower() in ("raw", "gzip") else folder).name


# ------------------------------------------------------------------------------------------------- what they hold


def _part(path: Path, labels_path: Path | None) -> _Part:
    pictures = opened(path)
    if len(pictures.shape) == 1:
        raise StudioError(f"{path.name} holds labels, not pictures: choose the images file.")
    if len(pictures.shape) != 3 or pictures.dtype != np.uint8:
        raise StudioError(f"{path.name} does not hold grey pictures of one byte per pixel: choose another file.")
    if 0 in pictures.shape:
        raise StudioError(f"{path.name} holds no pictures: copy or download it again.")
    return _Part(pictures, None if labels_path is None else _labels(labels_path, pictures))


def _labels(path: Path, pictures: IdxFile) -> NDArray[np.int64]:
    file = opened(path)
    if len(file.shape) != 1 or file.dtype.kind not in "iu":
        raise StudioError(f"{path.name} does not hold labels: choose the labels that belong to {pictures.path.name}.")
    if file.shape[0] != pictures.shape[0]:
        raise StudioError(
            f"{path.name} has {file.shape[0]:,} labels and {pictures.path.name} {pictures.shape[0]:,} pictures: "
            "they do not belong together; download both again."
        )
    return read_numbers(file).astype(np.int64)


def _joined_labels(parts: list[_Part]) -> NDArray[np.int64] | None:
    """Labels of all parts, or none where a part has none."""
    labels = [part.labels for part in parts if part.labels is not None]
    return np.concatenate(labels) if len(labels) == len(parts) else None


def _known(parts: list[_Part], labels: NDArray[np.int64] | None, folder: Path, prefix: str) -> KnownSet | None:
    """The set by the labels of its first part, else by names where the labels do not contradict them."""
    if parts[0].labels is not None and (known := known_by_labels(parts[0].labels)):
        return known
    known = known_by_name(_named_folder(folder), prefix)
    if known and labels is not None:
        codes = labels - known.first_label
        return known if codes.min() >= 0 and codes.max() < len(known.label_names) else None
    return known


def _transposed(options: Options, known: KnownSet | None) -> bool:
    return known is not None and known.transposed if options.transpose == "auto" else options.transpose == "yes"


def _pixels(parts: list[_Part], options: Options, transposed: bool) -> Generator[Progress, None, Pixels]:
    shapes = {part.pictures.shape[1:] for part in parts}
    if len(shapes) > 1:
        sizes = " and ".join(f"{w}x{h}" for h, w in sorted(shapes))
        raise StudioError(f"The train and test pictures have different sizes ({sizes}): they do not belong together.")
    h, w = shapes.pop()
    if transposed:
        h, w = w, h
    size = options.size
    keeps_size = size is None or (h, w) == (size, size)
    first = parts[0].pictures
    as_it_lies = len(parts) == 1 and keeps_size and not transposed and not first.zipped
    if as_it_lies and first.n_bytes > options.memory_share * memory_bytes():
        return mapped_pictures(first)

    def shaped(block: Pixels) -> Pixels:
        block = block.swapaxes(2, 3) if transposed else block
        if size is None or keeps_size:
            return block
        fits = 0 <= size - max(h, w) <= LARGEST_PADDING and size - min(h, w) <= LARGEST_PADDING
        return padded(block, size) if fits else resized(block, size)

    def fill() -> Generator[tuple[Rows, Pixels], None, None]:
        row = 0
        for part in parts:
            for block in picture_blocks(part.pictures):
                yield np.arange(row, row + len(block)), shaped(block)
                row += len(block)

    n = sum(part.pictures.shape[0] for part in parts)
    shape = (n, 1, h, w) if size is None else (n, 1, size, size)
    key = fingerprint([part.pictures.path for part in parts], "idx", size, transposed)
    return (yield from storing(shape, fill, key, options.memory_share))[0]


def _claims(path: Path) -> int:
    if path.is_dir():
        return 2 if next(iter(_idx_files(path)), None) else 0
    try:
        return 2 if opened(path) else 0
    except StudioError:
        return 2 if _NAME.fullmatch(path.name) else 0


SOURCE = Source(
    name="idx",
    title="IDX files (MNIST format)",
    summary="MNIST, Fashion-MNIST, KMNIST, EMNIST or your own, plain or gzipped.",
    options=Options,
    load=load,
    claims=_claims,
)
