"""CelebA, aligned and cropped: 202,599 faces with forty attributes, from the files that its authors give out.

Z. Liu, P. Luo, X. Wang, X. Tang, Deep Learning Face Attributes in the Wild, ICCV 2015.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Progress
from latent_studio.data.decoding import decoder
from latent_studio.data.image_set import ImageSet
from latent_studio.data.picture_files import opened_files
from latent_studio.data.pictures import ENDINGS
from latent_studio.data.pixel_store import fingerprint, storing
from latent_studio.data.rows import n_train_of
from latent_studio.data.source import Loading, PathOptions, Source

PICTURES = "img_align_celeba"
ATTRIBUTES = "list_attr_celeba"
SPLIT = "list_eval_partition"
_LISTS_IN = ("", "Anno", "Eval")
"""The folders that its authors put the lists into."""


class Options(PathOptions):
    size: int = Field(
        default=64,
        ge=4,
        le=256,
        title="Picture size",
        description="Side of the square pictures after cropping.",
        json_schema_extra={"unit": "px"},
    )
    crop: int = Field(
        default=148,
        ge=16,
        le=178,
        title="Crop",
        description="Side of the middle square that is taken of each picture of 178 x 218; 148 shows the face alone.",
        json_schema_extra={"unit": "px"},
    )


@dataclass(frozen=True)
class _List:
    """A list with a row per picture. names: of the columns; values: (n, columns); row_of: picture → its row."""

    file: str
    names: tuple[str, ...]
    values: NDArray[np.int64]
    row_of: dict[str, int]


def load(options: Options) -> Loading:
    """Attributes are 0 and 1. With the list of the split, its training part trains and its validation and test parts
    test; without it the last tenth does. Pictures keep the order of their numbers, which is no order of persons."""
    pictures, lists = _places(options.path)
    yield Progress(0, 0, "pictures", text="reading the list of attributes")
    told = _read_list(_the_list(lists, ATTRIBUTES))
    split_file = _list_in(lists, SPLIT)
    with opened_files(pictures) as files:
        names = [name for name in files.names if PurePosixPath(name).suffix.lower() in ENDINGS]
        if not names:
            raise StudioError(
                f"{pictures.name} holds no pictures: unpack img_align_celeba.zip again, or choose it itself."
            )
        rows = _rows_of(names, told, pictures.name)
        parts = _rows_of(names, _read_list(split_file), pictures.name)[:, 0] if split_file else None
        order = np.arange(len(names)) if parts is None else np.argsort(parts, kind="stable")
        ordered = [names[i] for i in order]
        key = fingerprint([], "celeba", files.stamp, options.size, options.crop, parts is not None)
        fill = decoder(files, ordered, options.size, 3, pictures.name, options.crop)
        pixels, kept = yield from storing((len(names), 3, options.size, options.size), fill, key, options.memory_share)
    chosen = order[kept]
    n_train = n_train_of(len(kept)) if parts is None else int((parts[chosen] == 0).sum())
    if n_train == 0:
        raise StudioError(f"{SPLIT} puts none of the pictures in {pictures.name} into the training part: leave it out.")
    return ImageSet(
        name="CelebA",
        pixels=pixels,
        labels=None,
        label_names=(),
        attributes={name: (rows[chosen, k] > 0).astype(np.int64) for k, name in enumerate(told.names)},
        n_train=n_train,
        licence="for research that is not commercial; the pictures belong to others (see the set's agreement)",
        citation="Z. Liu, P. Luo, X. Wang, X. Tang, Deep Learning Face Attributes in the Wild, ICCV 2015",
        n_skipped=len(names) - len(kept),
    )


# ---------------------------------------------------------------------------------------------------- which files


def _places(path: Path) -> tuple[Path, Path]:
    """The folder or zip with the pictures that a path means, and the folder with the lists."""
    if path.is_file():
        return path, path.parent
    for inside in (
        path / PICTURES,
        path / f"{PICTURES}.zip",
        path / "Img" / f"{PICTURES}.zip",
        path / "Img" / PICTURES,
    ):
        if inside.exists():
            return inside, path
    return path, path.parent if _list_in(path, ATTRIBUTES) is None else path


def _list_in(folder: Path, stem: str) -> Path | None:
    """As its authors name it, or as the table that it is often passed on as."""
    files = [folder / inner / f"{stem}{ending}" for inner in _LISTS_IN for ending in (".txt", ".csv")]
    return next((file for file in files if file.is_file()), None)


def _the_list(folder: Path, stem: str) -> Path:
    found = _list_in(folder, stem)
    if found is None:
        raise StudioError(
            f"{stem}.txt is missing beside the pictures of CelebA: download it, too, or read them as a plain folder."
        )
    return found


# ------------------------------------------------------------------------------------------------- what they hold


def _read_list(file: Path) -> _List:
    """Two kinds: rows of words, where a count and a line of titles may come first, or a table with commas."""
    lines = [line for line in file.read_text("utf-8-sig", "replace").replace(",", " ").splitlines() if line.strip()]
    count = int(lines.pop(0)) if lines and lines[0].strip().isdecimal() else None
    titles = lines.pop(0).split() if lines and _is_title(lines[0].split()) else []
    parted = [line.split(maxsplit=1) for line in lines]
    widths = {len(words[-1].split()) if len(words) == 2 else 0 for words in parted}
    row_of = {words[0]: row for row, words in enumerate(parted)}
    values = _numbers(" ".join(words[1] for words in parted if len(words) == 2))
    n_columns = min(widths, default=0)
    if len(widths) != 1 or not n_columns or len(row_of) < len(lines) or len(values) != n_columns * len(lines):
        raise StudioError(f"{file.name} is no list of numbers per picture: copy or download it again.")
    if count not in (None, len(lines)):
        raise StudioError(
            f"{file.name} tells of {count:,} pictures and lists {len(lines):,}: it is cut short; download it again."
        )
    names = tuple(titles[-n_columns:]) or tuple(f"column {k}" for k in range(n_columns))
    if len(names) != n_columns:
        raise StudioError(
            f"{file.name} names {len(titles)} attributes and has {n_columns} per picture: download it again."
        )
    return _List(file.name, names, values.reshape(-1, n_columns), row_of)


def _numbers(text: str) -> NDArray[np.int64]:
    """All whole numbers of a text; none where it holds something else. Eight million take a second."""
    # looked for here: numpy only warns of it, and to catch a warning changes what all other threads do with theirs
    letters = np.frombuffer(f" {text} ".encode(), np.uint8)
    is_room, is_digit = (letters == ord(" ")) | (letters - ord("\t") < 5), letters - ord("0") < 10
    is_sign = (letters[1:-1] == ord("-")) & is_room[:-2] & is_digit[2:]
    is_number = (is_room | is_digit)[1:-1] | is_sign
    return np.fromstring(text.strip(), np.int64, sep=" ") if is_number.all() else np.zeros(0, np.int64)


def _is_title(words: list[str]) -> bool:
    """Not a picture's name and whole numbers."""
    return not all(word.removeprefix("-").isdecimal() for word in words[1:])


def _rows_of(pictures: list[str], told: _List, where: str) -> NDArray[np.int64]:
    """(n, columns): what a list tells of each picture."""
    names = [PurePosixPath(picture).name for picture in pictures]
    unknown = [name for name in names if name not in told.row_of]
    if unknown:
        raise StudioError(
            f"{told.file} lists {len(told.row_of):,} pictures and {unknown[0]} in {where} is not among them: they do "
            "not belong together; download both again."
        )
    return told.values[[told.row_of[name] for name in names]]


def _claims(path: Path) -> int:
    if path.is_file():
        return 2 if fnmatchcase(path.name.lower(), "*celeba*.zip") and _list_in(path.parent, ATTRIBUTES) else 0
    pictures, lists = _places(path)
    is_meant = pictures != path or lists == path or path.name == PICTURES
    return 2 if is_meant and _list_in(lists, ATTRIBUTES) else 0


SOURCE = Source(
    name="celeba",
    title="CelebA",
    summary="Faces with forty attributes: img_align_celeba (folder or zip) with list_attr_celeba.txt beside it.",
    options=Options,
    load=load,
    claims=_claims,
)
