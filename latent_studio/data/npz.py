"""NumPy's .npz files: pictures, labels and attributes as plain arrays."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Progress
from latent_studio.data.columns import Column, as_attribute, as_labels
from latent_studio.data.image_set import ImageSet
from latent_studio.data.npz_file import Member, NpzFile
from latent_studio.data.picture_files import any_file
from latent_studio.data.pixel_store import Pixels, Rows, fingerprint, storing
from latent_studio.data.resizing import resized
from latent_studio.data.rows import n_train_of, shuffled
from latent_studio.data.source import Loading, PathOptions, Source

PICTURES = ("images", "image", "imgs", "pictures", "pixels", "x", "data")
LABELS = ("labels", "label", "y", "targets", "target", "group", "groups", "class", "classes", "category")
PARTS = ("train", "", "val", "valid", "test")
"""Endings or beginnings of names, in the order of rows; without any of them the file is split here."""
MOST_COLUMNS = 64
_TOLERANCE = 1e-3

Parts = Mapping[str, Member]
"""The members that belong together (x_train, x_test), by part."""


class Options(PathOptions):
    pass


def load(options: Options) -> Loading:
    """Without x_train, x_test and their like, a fixed shuffle puts one picture in ten into the test part."""
    with closing(NpzFile(options.path)) as file:
        columns = _by_column(file.members)
        pictures_name = _pictures_name(file, columns, options.path.name)
        pictures = columns.pop(pictures_name)
        parts = [part for part in PARTS if part in pictures]
        counts = {part: pictures[part].shape[0] for part in parts}
        n = sum(counts.values())
        if parts[0] == "train" and len(parts) > 1:
            order, n_train = np.arange(n), counts["train"]
        else:
            order, n_train = shuffled(n), n_train_of(n)
        labels_name = next((name for name in LABELS if name in columns), None)
        labels, label_names = _labels(file, columns, labels_name, counts) if labels_name else (None, ())
        used = {labels_name, f"{labels_name}_names"} if labels is not None else set()
        attributes = _attributes(file, {name: found for name, found in columns.items() if name not in used}, counts)
        pixels = yield from _pixels(file, [pictures[part] for part in parts], order, options)
        return ImageSet(
            name=_text(file, columns, "name") or options.path.stem,
            pixels=pixels,
            labels=None if labels is None else labels[order],
            label_names=label_names,
            attributes={name: column.values[order] for name, column in attributes.items()},
            attribute_names={name: column.names for name, column in attributes.items() if column.names},
            n_train=n_train,
            licence=_text(file, columns, "licence") or _text(file, columns, "license"),
            citation=_text(file, columns, "citation"),
        )


# ------------------------------------------------------------------------------------------------- which array is what


def _by_column(members: Mapping[str, Member]) -> dict[str, dict[str, Member]]:
    """Members by name and part: x_train and x_test are the parts "train" and "test" of "x"."""
    columns: dict[str, dict[str, Member]] = {}
    for name, member in members.items():
        match = re.fullmatch(r"(?:(train|test|valid|val)_)?(.+?)(?:_(train|test|valid|val))?", name, re.IGNORECASE)
        before, column, after = match.groups() if match else (None, name, None)
        columns.setdefault(column.lower(), {})[(before or after or "").lower()] = member
    return columns


def _pictures_name(file: NpzFile, columns: Mapping[str, Parts], where: str) -> str:
    """The column with the pictures: by its name, else the only one that can be."""
    likely = [name for name in PICTURES if name in columns]
    possible = [name for name, parts in columns.items() if all(len(m.shape) in (3, 4) for m in parts.values())]
    name = likely[0] if likely else possible[0] if len(possible) == 1 else ""
    if not name:
        raise StudioError(f'{where} has no array of pictures: name it "images" (or "x_train" and "x_test").')
    for member in columns[name].values():
        file.refuse_objects(member)
        if len(member.shape) not in (3, 4) or min(member.shape) < 1:
            raise StudioError(
                f'"{member.name}" in {where} has the shape {member.shape}: pictures must be (n, h, w), (n, h, w, c) or '
                "(n, c, h, w), with at least one."
            )
    return name


def _labels(
    file: NpzFile, columns: Mapping[str, Parts], name: str, counts: Mapping[str, int]
) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    """Codes and names; none where there are several, or broken numbers, per picture: those are attributes."""
    values = _column(file, columns[name], counts, must_fit=True)
    if values is None or values.ndim > 2 or (values.ndim == 2 and values.shape[1] != 1):
        return None, ()
    values = values.reshape(-1)
    if values.dtype.kind == "f" and not (np.isfinite(values) & (values == np.floor(values))).all():
        return None, ()
    if values.dtype.kind in "fbu":
        values = values.astype(np.int64)
    names = _names(file, columns, f"{name}_names") or _names(file, columns, "label_names")
    if not names or values.dtype.kind != "i":
        return as_labels(values)
    _refuse_nameless(values, names, f'The labels "{name}"')
    return values.astype(np.int64), names


def _attributes(file: NpzFile, columns: Mapping[str, Parts], counts: Mapping[str, int]) -> dict[str, Column]:
    """Every other column with a value, or a few, per picture; with `<column>_names` its whole numbers are codes."""
    attributes = {}
    for name, parts in columns.items():
        values = _column(file, parts, counts, must_fit=False)
        if values is None or name.removesuffix("_names") in columns.keys() - {name}:
            continue
        table = values.reshape(len(values), -1)
        titles = [name] if table.shape[1] == 1 else [f"{name}[{i}]" for i in range(table.shape[1])]
        for title, column in zip(titles, table.T, strict=True):
            if (attribute := as_attribute(column)) is not None:
                attributes[title] = _with_names(attribute, title, _names(file, columns, f"{title}_names"))
    return attributes


def _with_names(column: Column, title: str, names: tuple[str, ...]) -> Column:
    if not names or column.names or column.values.dtype != np.int64:
        return column
    given = column.values[column.values != -1]
    _refuse_nameless(given, names, f'The attribute "{title}"')
    return Column(column.values, names)


def _names(file: NpzFile, columns: Mapping[str, Parts], column: str) -> tuple[str, ...]:
    """The words (k,) that a file carries for codes 0 … k-1."""
    member = columns.get(column, {}).get("")
    if member is None or len(member.shape) != 1:
        return ()
    return tuple(str(text) for text in file.array(member).tolist())


def _refuse_nameless(codes: NDArray[Any], names: tuple[str, ...], what: str) -> None:
    if codes.size and (codes.min() < 0 or codes.max() >= len(names)):
        raise StudioError(
            f"{what} go from {codes.min()} to {codes.max()} and have {len(names)} names: "
            "give one name per code, counted from 0."
        )


def _column(file: NpzFile, parts: Parts, counts: Mapping[str, int], must_fit: bool) -> NDArray[Any] | None:
    """The values (n,) or (n, k) of all parts, one after the other; None where they do not belong to the pictures."""
    if set(parts) != set(counts):
        return None
    for part, member in parts.items():
        if must_fit and member.shape[:1] != (counts[part],):
            n = member.shape[0] if member.shape else 1
            raise StudioError(f'"{member.name}" has {n:,} entries for {counts[part]:,} pictures: give one per picture.')
    members = [parts[part] for part in counts]
    belongs = all(member.shape[:1] == (counts[part],) for part, member in parts.items())
    small = all(len(member.shape) <= 2 and max(member.shape[1:], default=1) <= MOST_COLUMNS for member in members)
    alike = len({member.shape[1:] for member in members}) == 1
    if not (belongs and small and alike) or (not must_fit and any(member.dtype.hasobject for member in members)):
        return None
    return np.concatenate([file.array(member) for member in members])


def _text(file: NpzFile, columns: Mapping[str, Parts], name: str) -> str:
    """A single piece of text that the file carries under a name."""
    member = columns.get(name, {}).get("")
    if member is None or member.dtype.kind != "U" or int(np.prod(member.shape)) != 1:
        return ""
    return str(file.array(member).reshape(-1)[0])


# ------------------------------------------------------------------------------------------------------------ pixels


def _pixels(
    file: NpzFile, members: Iterable[Member], order: Rows, options: Options
) -> Generator[Progress, None, Pixels]:
    """All pictures; the one numbered order[i] in row i."""
    members = list(members)
    shapes = {_image_shape(member) for member in members}
    if len(shapes) > 1:
        raise StudioError(f"The train and test pictures have different shapes {sorted(shapes)}: give all the same one.")
    c, h, w = shapes.pop()
    h, w = (h, w) if options.size is None else (options.size, options.size)
    row_of = np.argsort(order)

    def fill() -> Generator[tuple[Rows, Pixels], None, None]:
        scale = 255 if all(_is_binary(file, member) for member in members) else 1
        first = 0
        for member in members:
            for block in file.blocks(member):
                x = _channels_first(_as_bytes(block, scale, member.name))
                rows = row_of[first : first + len(x)]
                yield rows, x if options.size is None else resized(x, options.size)
                first += len(x)

    key = fingerprint([options.path], "npz", options.size)
    return (yield from storing((len(order), c, h, w), fill, key, options.memory_share))[0]


def _image_shape(member: Member) -> tuple[int, int, int]:
    """(channels, height, width) of what the member's pictures become."""
    match member.shape[1:]:
        case (h, w):
            return 1, h, w
        case (h, w, 1 | 3 | 4 as c):
            return min(c, 3), h, w
        case (1 | 3 as c, h, w):
            return c, h, w
    raise StudioError(f'"{member.name}" has the shape {member.shape}: pictures with 1, 3 or 4 channels are read.')


def _channels_first(x: Pixels) -> Pixels:
    """(n, c, h, w), c 1 or 3; transparent parts become white."""
    if x.ndim == 3:
        return x[:, None]
    if x.shape[3] == 4:
        alpha = x[..., 3:].astype(np.float32) / 255
        x = np.asarray(np.round(x[..., :3] * alpha + 255 * (1 - alpha)), np.uint8)
    return x.transpose(0, 3, 1, 2) if x.shape[3] in (1, 3) else x


def _as_bytes(x: NDArray[Any], scale: int, name: str) -> Pixels:
    """Numbers as 0 … 255. Floats must be in [0, 1]; whole numbers, times `scale`, in 0 … 255."""
    if x.dtype.kind not in "buif":
        raise StudioError(f'"{name}" holds {x.dtype} and not numbers: save pictures as uint8 or as floats in [0, 1].')
    top = 1 if x.dtype.kind == "f" else 255
    low, high = x.min(), x.max()
    if not (low >= -_TOLERANCE and high <= top + _TOLERANCE):  # also where there is a nan
        raise StudioError(
            f'"{name}" has values from {low:g} to {high:g}: save pictures as uint8 or as floats in [0, 1].'
        )
    if x.dtype.kind == "f":
        return np.asarray(np.round(np.clip(x, 0, 1).astype(np.float32) * 255), np.uint8)
    return x.astype(np.uint8) * np.uint8(scale)


def _is_binary(file: NpzFile, member: Member) -> bool:
    """Whether whole numbers never exceed 1: black and white. Ends at the first block for all other sets."""
    return member.dtype.kind in "bui" and all(block.max() <= 1 for block in file.blocks(member))


def _claims(path: Path) -> int:
    return 2 if path.is_file() and any_file(path, lambda name: name.endswith(".npy")) else 0


SOURCE = Source(
    name="npz",
    title="NumPy file (.npz)",
    summary='Arrays named "images" (or x_train and x_test), labels and anything else per picture.',
    options=Options,
    load=load,
    claims=_claims,
)
