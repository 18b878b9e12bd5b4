"""Where a model puts the pictures that it was trained on: their posterior means, and these over a plane."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Progress
from latent_studio.core.latent import Categorical, Floats
from latent_studio.core.request import ModelRequest, OpenModel, Priority, Request
from latent_studio.data.image_set import ImageSet
from latent_studio.views.colouring import LABEL, Colouring, colouring, keys_of, title_of
from latent_studio.views.decoding import PIECE_S
from latent_studio.views.density import MIN_POINTS, Box, Limits, Line, Points, density, levels, line_at
from latent_studio.views.plane import Plane
from latent_studio.views.scatter import PointIndex

if TYPE_CHECKING:
    from torch import Tensor

Split = Literal["train", "test", "all"]
MAX_CHUNK = 1024
FIRST_SHOWN = 2000
"""After so many codes, and each time there are four times as many, what is done so far is given."""


@dataclass(frozen=True, eq=False)
class DataRows:
    """Part of a set: its train part, its test part, or all of it."""

    images: ImageSet
    split: Split

    @property
    def rows(self) -> slice:
        images = self.images
        return {"train": images.train, "test": images.test, "all": slice(0, len(images.pixels))}[self.split]

    @property
    def n(self) -> int:
        return len(range(len(self.images.pixels))[self.rows])

    def place(self, index: int) -> tuple[Split, int]:
        """The split and the index in it of row `index` of this part: what names a picture to a person."""
        row, n_train = self.rows.start + index, self.images.n_train
        return ("train", row) if row < n_train else ("test", row - n_train)

    def coloured(self, key: str) -> Colouring:
        """By the label or an attribute."""
        return colouring(self.images, key, self.rows)


def part_of(images: ImageSet, split: Split) -> DataRows:
    """A part; the train part of a set that has no test part."""
    return DataRows(images, "train" if split == "test" and not images.n_test else split)


@dataclass(frozen=True, eq=False)
class Embedded:
    """codes: (k, dim), of the first k rows of the part, all of them where `is_last`."""

    codes: Floats
    n: int
    is_last: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Embed(ModelRequest):
    """Encode a part of the data, in pieces of some 8 ms that stand back behind everything else on the lane.

    code: the current one, for conditioned factors; one that is the label takes each picture's own.
    """

    rows: DataRows = field(repr=False)
    code: tuple[float, ...]
    slot: str = "embed"
    priority: Priority = Priority.BACKGROUND

    def answer(self, opened: OpenModel) -> Iterator[Embedded | Progress]:
        n, start, chunk, due = self.rows.n, 0, 32, FIRST_SHOWN
        codes = np.empty((n, opened.header.space.dim), np.float32)
        first = self.rows.rows.start
        while start < n:
            began = perf_counter()
            stop = min(n, start + chunk)
            codes[start:stop] = encode_rows(opened, self.rows.images, slice(first + start, first + stop), self.code)
            took = perf_counter() - began
            chunk = max(1, min(MAX_CHUNK, int((stop - start) * min(2.0, PIECE_S / max(took, 1e-6)))))
            start = stop
            if due <= start < n:
                due = 4 * start
                yield Embedded(codes[:start].copy(), n, is_last=False)
            elif start < n:
                yield Progress(start, n, "pictures")
        yield Embedded(codes, n, is_last=True)


def encode_rows(opened: OpenModel, images: ImageSet, rows: slice, code: tuple[float, ...]) -> Floats:
    """The codes in the middle of the posteriors of some rows of a set, (n, dim), one batch."""
    import torch

    from latent_studio.core.model import Encodes, encode_to_code

    model, space = opened.model, opened.header.space
    if not isinstance(model, Encodes):
        raise StudioError(f"{opened.header.name} has no encoder: open a VAE or an autoencoder to see the data's codes.")
    with torch.inference_mode():
        codes = encode_to_code(model, space, *encoder_input(opened, images, rows, code))
    found: Floats = codes.cpu().numpy()
    if not np.isfinite(found).all():
        raise StudioError(
            f"{opened.header.name} gives codes that are no numbers: its training went wrong, open another."
        )
    return found


def encoder_input(
    opened: OpenModel, images: ImageSet, rows: slice, code: tuple[float, ...]
) -> tuple[Tensor, Mapping[str, Tensor]]:
    """What `Encodes.encode` takes, of some rows of a set; conditions are those of `code`, or each picture's label."""
    import torch

    device = next(opened.model.parameters()).device
    levels = torch.from_numpy(np.ascontiguousarray(images.pixels[rows]))
    return levels.to(device, torch.float32) / 255, _conditions(opened, images, rows, code)


def _conditions(opened: OpenModel, images: ImageSet, rows: slice, code: tuple[float, ...]) -> Mapping[str, Tensor]:
    import torch

    device = next(opened.model.parameters()).device
    current = torch.tensor(code, dtype=torch.float32, device=device)
    n = rows.stop - rows.start
    conditions = {}
    for factor, columns in opened.header.space.blocks():
        if not factor.condition:
            continue
        n_labels = len(images.label_names)
        if (
            factor.name == LABEL
            and isinstance(factor, Categorical)
            and images.labels is not None
            and factor.width == n_labels
        ):
            labels = torch.from_numpy(np.ascontiguousarray(images.labels[rows])).to(device)
            conditions[factor.name] = torch.nn.functional.one_hot(labels, n_labels).float()
        else:
            conditions[factor.name] = current[columns].expand(n, -1)
    return conditions


@dataclass(frozen=True, eq=False)
class Placed:
    """Codes over a plane.

    rows: whose.  codes: (n, dim), of the first n rows.  points: (n, 2) of the plane.  index: for finding them.
    colouring: of the first n rows.  ways: by what these data can be coloured: (key, title).
    """

    rows: DataRows
    codes: Floats
    points: Points
    index: PointIndex
    colouring: Colouring
    ways: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Place(Request):
    """Project codes (n, dim) on a plane, sort them for looking up, and find their colours.

    by: the colouring's key; the first that the data have where they have none of that name.
    """

    rows: DataRows = field(repr=False)
    codes: Floats = field(repr=False)
    plane: Plane
    by: str = ""
    slot: str = "place the data"
    priority: Priority = Priority.MANIFOLD

    def run(self) -> Iterator[Placed | None]:
        points = self.plane.project(self.codes)
        yield None
        index = PointIndex.of(points)
        yield None
        images = self.rows.images
        ways = tuple((key, title_of(images, key)) for key in keys_of(images))
        keys = [key for key, _ in ways]
        by = self.by if self.by in keys else keys[0] if keys else ""
        yield Placed(self.rows, self.codes, points, index, self.rows.coloured(by), ways)


@dataclass(frozen=True, eq=False)
class Contours:
    """Lines of equal density by class (-1: of everything shown), from the inside out; to be clipped at the limits."""

    lines: Mapping[int, list[Line]]
    limits: Limits


WIDTH_OF_ALL = 0.6
"""All classes together have many bumps."""


@dataclass(frozen=True, kw_only=True, eq=False)
class DrawContours(Request):
    """Lines of equal density: of each class in `shown`, or of all of them together. limits: of the plane."""

    points: Points = field(repr=False)
    colour_rows: NDArray[np.unsignedinteger] = field(repr=False)
    shown: tuple[int, ...]
    is_per_class: bool
    limits: Limits
    slot: str = "contours"
    priority: Priority = Priority.BACKGROUND

    def run(self) -> Iterator[Contours | None]:
        is_shown = np.isin(self.colour_rows, self.shown)
        lines: dict[int, list[Line]] = {}
        if is_shown.any():
            box = Box.around(self.points[is_shown], self.limits)
            yield None
            for which in self.shown if self.is_per_class else (-1,):
                points = self.points[is_shown if which < 0 else self.colour_rows == which]
                if len(points) < MIN_POINTS:
                    continue
                grid, lines[which] = density(points, box, 1.0 if which >= 0 else WIDTH_OF_ALL), []
                yield None
                for level in levels(grid):
                    lines[which] += line_at(grid, box, level)
                    yield None
        yield Contours(lines, self.limits)
