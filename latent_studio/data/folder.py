"""A folder or zip of pictures of any size and mode; sub-folders are classes."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Literal

import numpy as np
from pydantic import Field

from latent_studio.core.errors import StudioError
from latent_studio.data.columns import Column, as_labels, read_attributes
from latent_studio.data.decoding import decoder
from latent_studio.data.image_set import ImageSet
from latent_studio.data.picture_files import UNREADABLE, PictureFiles, any_file, opened_files
from latent_studio.data.pictures import ENDINGS
from latent_studio.data.pixel_store import Pixels, Rows, Storing, blocks, fingerprint, storing
from latent_studio.data.places import find
from latent_studio.data.rows import n_train_of, shuffled
from latent_studio.data.source import Loading, PathOptions, Source

TRAIN_FOLDERS = frozenset({"train", "training"})
TEST_FOLDERS = frozenset({"test", "testing", "val", "valid", "validation"})
UNSORTED = "unsorted"
"""The class of pictures that lie beside the class folders."""


class Options(PathOptions):
    size: int = Field(
        default=64,
        ge=4,
        le=1024,
        title="Picture size",
        description="Side of the squares that all pictures are scaled and cropped to.",
        json_schema_extra={"unit": "px"},
    )
    crop: Literal["centre", "whole"] = Field(
        default="centre",
        title="Crop",
        description="The middle square of each picture, or the whole of it on a white square.",
        json_schema_extra={"titles": {"whole": "none, padded"}},
    )
    channels: Literal["auto", "grey", "colour"] = Field(
        default="auto", title="Colour", description="auto: grey when all pictures are grey, else colour."
    )
    attributes: str = Field(
        default="",
        title="Attributes",
        description="A table (CSV) with a row per picture; empty takes attributes.csv beside the pictures.",
        json_schema_extra={"advanced": True},
    )


@dataclass(frozen=True)
class _Layout:
    """What the folders tell. names: of the pictures, train first, each part in a fixed shuffle.
    classes: one per picture; empty where there are no class folders."""

    names: list[str]
    classes: list[str]
    n_train: int


def load(options: Options) -> Loading:
    """StudioError where there is no picture at all; single unreadable ones are skipped and counted."""
    with opened_files(options.path) as files:
        layout = _laid_out([name for name in files.names if _ending(name) in ENDINGS], options.path.name)
        pixels, kept = yield from _pixels(files, layout, options)
        names = [layout.names[i] for i in kept]
        n_train = int((kept < layout.n_train).sum())
        if n_train == 0:
            raise StudioError(f"No picture for training in {options.path.name} could be read: check the files.")
        labels, label_names = as_labels(np.array(layout.classes)) if layout.classes else (None, ())
        columns = _columns(files, names, options.attributes)
        return ImageSet(
            name=options.path.resolve().stem if options.path.is_file() else options.path.resolve().name,
            pixels=pixels,
            labels=None if labels is None else labels[kept],
            label_names=label_names,
            attributes={name: column.values for name, column in columns.items()},
            attribute_names={name: column.names for name, column in columns.items() if column.names},
            n_train=n_train,
            licence=_licence(files),
            citation="",
            n_skipped=len(layout.names) - len(kept),
        )


# ------------------------------------------------------------------------------------------------ what folders mean


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _laid_out(names: list[str], where: str) -> _Layout:
    """Split and classes by the folders that the pictures lie in."""
    if not names:
        raise StudioError(f"{where} holds no pictures (PNG, JPEG, WebP, …): choose a folder or zip that does.")
    folders = _below_common_root([list(PurePosixPath(name).parts[:-1]) for name in names])
    firsts = {folder[0].lower() for folder in folders if folder}
    if firsts & TRAIN_FOLDERS and firsts & TEST_FOLDERS:
        is_test = np.array([bool(folder) and folder[0].lower() in TEST_FOLDERS for folder in folders])
        marks = TRAIN_FOLDERS | TEST_FOLDERS
        folders = _below_common_root([f[1:] if f and f[0].lower() in marks else f for f in folders])
        order = shuffled(len(names))
        order = np.concatenate([order[~is_test[order]], order[is_test[order]]])
        n_train = int((~is_test).sum())
    else:
        order, n_train = shuffled(len(names)), n_train_of(len(names))
    classes = [folder[0] if folder else UNSORTED for folder in folders] if any(folders) else []
    return _Layout([names[i] for i in order], [_printable(classes[i]) for i in order] if classes else [], n_train)


def _below_common_root(folders: list[list[str]]) -> list[list[str]]:
    """Without the outer folders that all pictures share: they tell nothing."""
    depth = 0
    while all(len(folder) > depth and folder[depth] == folders[0][depth] for folder in folders):
        depth += 1
    return [folder[depth:] for folder in folders]


def _printable(name: str) -> str:
    """File systems allow names that are no text."""
    return name.encode("utf-8", "replace").decode()


# --------------------------------------------------------------------------------------------------------- pixels


def _pixels(files: PictureFiles, layout: _Layout, options: Options) -> Storing:
    """All pictures that can be read, and their numbers in the layout."""
    n_channels = 1 if options.channels == "grey" else 3
    n, size = len(layout.names), options.size
    key = fingerprint([], "folder", files.stamp, size, n_channels, options.crop)
    fill = decoder(files, layout.names, size, n_channels, options.path.name, is_whole=options.crop == "whole")
    pixels, kept = yield from storing((n, n_channels, size, size), fill, key, options.memory_share)
    if options.channels == "auto" and all(_is_grey(block) for block in blocks(pixels)):
        shape = (len(pixels), 1, size, size)
        pixels, _ = yield from storing(shape, lambda: _first_channel(pixels), key, options.memory_share)
    return pixels, kept


def _is_grey(block: Pixels) -> bool:
    return bool((block[:, 1] == block[:, 0]).all() and (block[:, 2] == block[:, 0]).all())


def _first_channel(pixels: Pixels) -> Generator[tuple[Rows, Pixels], None, None]:
    row = 0
    for block in blocks(pixels):
        yield np.arange(row, row + len(block)), block[:, :1]
        row += len(block)


# ------------------------------------------------------------------------------------------------- what lies beside


def _columns(files: PictureFiles, pictures: Sequence[str], table: str) -> dict[str, Column]:
    """From that table or, where none is named, attributes.csv; its paths are relative to the folder it lies in."""
    if table:
        return read_attributes(_text_of(find(table)), pictures, Path(table).name)
    found = _beside(files, "attributes.csv")
    if found is None:
        return {}
    text, folder = found
    return read_attributes(text, [picture.removeprefix(folder) for picture in pictures], "attributes.csv")


def _text_of(table: Path) -> str:
    if not table.is_file():
        raise StudioError(f"{table} is not there: choose the table of attributes again, or leave it out.")
    return table.read_bytes().decode("utf-8-sig", "replace")


def _licence(files: PictureFiles) -> str:
    """The first line of a LICENSE file."""
    found = _beside(files, "licen[cs]e*")
    lines = [line.strip() for line in found[0].splitlines() if line.strip()] if found else []
    return lines[0][:120] if lines else ""


def _beside(files: PictureFiles, pattern: str) -> tuple[str, str] | None:
    """The text of a file at the top, or in a folder there, and its folder ("" or with a slash at its end)."""
    paths = [PurePosixPath(name) for name in files.names if name.count("/") <= 1]
    found = [path for path in paths if fnmatchcase(path.name.lower(), pattern)]
    if not found:
        return None
    path = min(found, key=lambda path: (len(path.parts), path))
    try:
        content = files.read(str(path))
    except UNREADABLE as error:
        raise StudioError(f"{path} cannot be read ({error}): save it again or remove it.") from None
    return content.decode("utf-8-sig", "replace"), "" if len(path.parts) == 1 else f"{path.parent}/"


def _claims(path: Path) -> int:
    return 1 if any_file(path, lambda name: _ending(name) in ENDINGS) else 0


SOURCE = Source(
    name="folder",
    title="Folder or zip of pictures",
    summary="Pictures of any size and mode; sub-folders become classes, train and test folders the split.",
    options=Options,
    load=load,
    claims=_claims,
)
