"""Errands for the disk lane: what reads or writes files, without torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Event, Metrics, Pixels, Progress
from latent_studio.core.family import DataSpec
from latent_studio.core.files import write_file
from latent_studio.core.header import Header
from latent_studio.core.request import Request
from latent_studio.core.runs import RunStatus, header_of, read_metrics, read_status
from latent_studio.data.browsing import DataFacts, Split, attributes_of, facts_of, labels_of, rows_of
from latent_studio.data.downloads import download
from latent_studio.data.fetching import fetch
from latent_studio.data.image_set import ImageSet
from latent_studio.data.pictures import UnreadableError, decoded
from latent_studio.data.places import find
from latent_studio.engine.data import OpenData
from latent_studio.training.recipe import DataSection, Recipe, read_recipe


@dataclass(frozen=True)
class FoundHeader:
    """The header behind a model key; None where no file has it: of a run that saved nothing yet, a model in memory."""

    key: str
    header: Header | None


@dataclass(frozen=True, kw_only=True)
class ReadHeader(Request):
    """Read the header of a checkpoint or of a run's newest saved step."""

    key: str
    slot: str = "header"

    def run(self) -> Iterator[FoundHeader]:
        yield FoundHeader(self.key, header_of(self.key))


def training_set(spec: DataSpec, data: OpenData, located: str = "") -> ImageSet:
    """The pictures a model was trained on. `located`: a path a person gave instead of the one in its header.

    Raises: DataMissingError where nothing is there, StudioError where other pictures are.
    """
    path = located or spec.path
    if path and not find(path).exists():
        raise DataMissingError(f"The data of this model ({spec.name}) are not at {path}: locate them.")
    images = data(DataSection(source=spec.source, path=path, size=spec.size, options=spec.options))
    if images.learned_shape != spec.image_shape:
        raise StudioError(f"{images.name} has other pictures than this model was trained on: locate {spec.name}.")
    return images


@dataclass(frozen=True)
class DataPictures:
    """Pictures of a model's data with their labels ("" without), and the index of each in its split."""

    split: str
    indices: tuple[int, ...]
    pictures: tuple[Pixels, ...]
    labels: tuple[str, ...]
    n: int


@dataclass(frozen=True, kw_only=True)
class PickPictures(Request):
    """Pictures of the data a model was trained on: those `indices`, or `n` drawn with `seed`.

    located: a path a person gave instead of the one in the header. DataMissingError where nothing is there.
    """

    spec: DataSpec
    data: OpenData = field(compare=False, repr=False)
    split: str = "test"
    indices: tuple[int, ...] = ()
    n: int = 24
    seed: int = 0
    located: str = ""
    slot: str = "data pictures"

    def run(self) -> Iterator[DataPictures]:
        images = training_set(self.spec, self.data, self.located)
        first, n = (images.n_train, images.n_test) if self.split == "test" and images.n_test else (0, images.n_train)
        wanted = self.indices
        if not wanted:
            draw = np.random.default_rng(self.seed).choice(n, size=min(self.n, n), replace=False)
            wanted = tuple(int(index) for index in draw)
        rows = first + np.array(wanted, np.intp)
        yield DataPictures(self.split, wanted, as_pictures(images.pixels[rows]), labels_of(images, rows), n)


@dataclass(frozen=True, eq=False)
class DataPage:
    """Some pictures of a set with what is known of each.

    indices: in the set, the train part first.  labels: "" without.  attributes: name → as a person writes it; one that
    a picture lacks is left out.  n_total: how many pictures the whole list has.
    """

    section: DataSection
    indices: tuple[int, ...]
    pictures: tuple[Pixels, ...]
    labels: tuple[str, ...]
    attributes: tuple[dict[str, str], ...]
    n_total: int


@dataclass(frozen=True, kw_only=True)
class BrowseData(Request):
    """The pictures [start, start + n) of a list: a part of a set, those that meet a condition, in an order.

    only: `label=Apple,Cherry` or `skin_tone=0`, "" for all.  sort: "" as they lie, "label" or an attribute, with a
    minus before it from large to small. Answered with a DataPage, before that with Progress where many pictures have to
    be read first.
    """

    section: DataSection
    data: OpenData = field(compare=False, repr=False)
    split: Split = "train"
    start: int
    n: int
    only: str = ""
    sort: str = ""
    slot: str = "browse data"
    is_only_shown: ClassVar[bool] = True

    def run(self) -> Iterator[Progress | DataPage]:
        images = yield from self.data.loading(self.section)
        rows = rows_of(images, self.split, self.only, self.sort)
        page = rows[self.start : self.start + self.n]
        pictures = as_pictures(images.pixels[page])
        yield DataPage(
            self.section,
            tuple(page.tolist()),
            pictures,
            labels_of(images, page),
            attributes_of(images, page),
            len(rows),
        )


@dataclass(frozen=True, kw_only=True)
class DescribeData(Request):
    """What a set holds: counts of labels and attributes, shape, licence; answered with DataFacts, before that
    with Progress where many pictures have to be read."""

    section: DataSection
    data: OpenData = field(compare=False, repr=False)
    slot: str = "describe data"
    is_only_shown: ClassVar[bool] = True

    def run(self) -> Iterator[Progress | DataFacts]:
        images = yield from self.data.loading(self.section)
        yield facts_of(images)


@dataclass(frozen=True, kw_only=True)
class FetchData(Request):
    """Download a known set to where it is found by its name, or go on with that. Its events are those of `fetch`; a
    step never waits for the network, so any lane may run it, and many at once. Its slot is `fetch NAME`."""

    name: str
    folder: Path | None = None

    def run(self) -> Iterator[Event]:
        yield from fetch(download(self.name), self.folder)


def as_pictures(rows: NDArray[np.uint8]) -> tuple[Pixels, ...]:
    """(k, c, h, w) as pictures for the screen, each in memory of its own."""
    shown = rows[:, 0] if rows.shape[1] == 1 else rows.transpose(0, 2, 3, 1)
    return tuple(np.ascontiguousarray(picture) for picture in shown)


@dataclass(frozen=True, eq=False)
class FilePicture:
    """A picture file as a model of that size takes it."""

    path: Path
    picture: Pixels


@dataclass(frozen=True, kw_only=True)
class ReadPicture(Request):
    """Read one picture file of any size and mode; the middle square of it, as training reads pictures."""

    path: Path
    size: int
    n_channels: int
    slot: str = "picture file"

    def run(self) -> Iterator[FilePicture]:
        try:
            content = self.path.read_bytes()
            pixels = decoded(content, self.size, self.n_channels)
        except OSError as error:
            raise StudioError(f"{self.path.name} cannot be read ({error.strerror}): choose it again.") from error
        except UnreadableError as error:
            raise StudioError(f"{self.path.name} is no picture that can be read: choose a PNG or JPEG.") from error
        picture = pixels[0] if self.n_channels == 1 else np.ascontiguousarray(pixels.transpose(1, 2, 0))
        yield FilePicture(self.path, picture)


class DataMissingError(StudioError):
    """The data are not on this machine; the window offers to locate them."""


@dataclass(frozen=True)
class RunNews:
    """What is new in a run folder since `offset`."""

    key: str
    status: RunStatus | None
    metrics: tuple[Metrics, ...]
    offset: int


@dataclass(frozen=True, kw_only=True)
class FollowRun(Request):
    """Read what a run has logged since `offset`; runs of other processes are followed this way, too."""

    key: str
    offset: int = 0

    def run(self) -> Iterator[RunNews]:
        metrics, offset = read_metrics(Path(self.key), self.offset)
        yield RunNews(self.key, read_status(Path(self.key)), tuple(metrics), offset)


@dataclass(frozen=True)
class FoundRecipe:
    """The recipe of a run, as it was resolved."""

    key: str
    recipe: Recipe


@dataclass(frozen=True, kw_only=True)
class ReadRecipe(Request):
    """Read a recipe file."""

    path: Path
    slot: str = "recipe"

    def run(self) -> Iterator[FoundRecipe]:
        yield FoundRecipe(str(self.path.parent), read_recipe(self.path))


@dataclass(frozen=True)
class Wrote:
    """A file is written."""

    path: Path


@dataclass(frozen=True, kw_only=True)
class WriteFile(Request):
    """Write a file whole or not at all."""

    path: Path
    content: bytes | str = field(repr=False)

    def run(self) -> Iterator[Wrote]:
        write_file(self.path, self.content)
        yield Wrote(self.path)


@dataclass(frozen=True)
class Returned:
    """What a function gave back."""

    value: object


@dataclass(frozen=True, kw_only=True)
class Errand(Request):
    """Any short function that touches the disk: scanning the library, moving to the trash."""

    work: Callable[[], object] = field(compare=False, repr=False)

    def run(self) -> Iterator[Returned]:
        yield Returned(self.work())
