"""Checking samples of a model against its data: a job for the job lane, and the command line. No torch at import."""

from __future__ import annotations

import json
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Done, Event, Progress
from latent_studio.core.files import write_file
from latent_studio.core.header import Header
from latent_studio.core.request import OpenModel, Request
from latent_studio.core.runs import CHECKS, RECIPE
from latent_studio.data.image_set import ImageSet
from latent_studio.engine.classifiers import Judge, classifier_for
from latent_studio.engine.data import OpenData
from latent_studio.engine.jobs import window_threads
from latent_studio.training.recipe import DataSection, read_recipe

if TYPE_CHECKING:
    from torch import Tensor

    from latent_studio.metrics.spread import Distances
    from latent_studio.training.snapshots import SnapshotStore

N_PAIRS = 12
"""Of nearly equal samples that are shown."""


@dataclass(frozen=True, kw_only=True)
class CheckSamples(Request):
    """How varied the samples of a model are, whether some are nearly equal, and which classes of its data they miss.

    key: a run folder, whose newest weights are taken, or a checkpoint.  n: samples, compared with as many pictures.
    Yields Progress (a data set's classifier is trained once, in a minute or two) and ends with Done(result={
        "step", "digest": which weights, "n": how many samples,
        "spread", "duplicates": see `studio.health.SampleChecks`,
        "classes": {name: (share of the samples, share of the data)}, empty where the data have no labels,
        "accuracy": of the classifier, "score": exp of the information that a sample has of its class (or None),
        "pairs": ((picture, picture), …) nearly equal samples, the nearest first}).
    All but the pairs is also written into the run's folder, as `checks.json`, where `studio.health.read_checks` finds
    it. One slot: a second one closes the first, so nothing trains the same classifier twice at once.
    """

    key: str
    data: OpenData = field(compare=False, repr=False)
    snapshots: SnapshotStore = field(compare=False, repr=False)
    n: int = 1000
    seed: int = 0
    n_threads: int | None = None
    slot: str = "check samples"
    is_only_shown: ClassVar[bool] = True

    def run(self) -> Generator[Event | None, object, None]:
        from latent_studio.engine.models import OpenModels

        opened = OpenModels(self.snapshots)(self.key)
        section = data_section(self.key, opened.header)
        images = yield from self.data.loading(section)
        check_fits(images, opened.header)
        n_threads = window_threads() if self.n_threads is None else self.n_threads
        judge = yield from classifier_for(images, section, n_threads)
        found = yield from checked(opened, images.subset(section.train_fraction), judge, self.n, self.seed)
        keep(Path(self.key), found)
        yield Done(result=found)


def data_section(key: str, header: Header) -> DataSection:
    """The data of a model as its run's recipe names them, or else its header."""
    recipe = Path(key) / RECIPE
    if recipe.is_file():
        return read_recipe(recipe).data
    spec = header.data
    return DataSection(source=spec.source, path=spec.path, size=spec.size, options=spec.options)


def check_fits(images: ImageSet, header: Header) -> None:
    """StudioError where the model makes other things than the data are."""
    if images.learned_shape != header.data.image_shape:
        raise StudioError(f"{images.name} has other pictures than {header.name} was trained on: locate its data.")


def checked(
    opened: OpenModel, images: ImageSet, judge: Judge | None, n: int, seed: int
) -> Generator[Progress, object, dict[str, Any]]:
    """What `CheckSamples` tells of n samples, or of as many as there are pictures for training."""
    import torch

    from latent_studio.metrics.drawing import drawn, images_of
    from latent_studio.metrics.modes import class_shares, inception_score
    from latent_studio.metrics.spread import are_duplicates, relative_spread

    n = min(n, images.n_train)  # the first pictures are a fair sample
    pieces: list[Tensor] = []
    for piece in drawn(opened.model, n, seed, opened.header.name):
        pieces.append(piece.cpu())
        yield Progress(sum(map(len, pieces)), 3 * n, "pictures", text="drawing samples")
    samples = torch.cat(pieces)
    own = yield from _compared(samples, n)
    data = yield from _compared(images_of(images, slice(n)), 2 * n)
    found: dict[str, Any] = {
        "step": opened.header.step,
        "digest": opened.header.digest,
        "n": n,
        "spread": relative_spread(own, data),
        "duplicates": float(are_duplicates(own, data).float().mean()),
        "classes": {},
        "accuracy": None,
        "score": None,
    }
    if judge is not None:
        assert images.labels is not None
        probabilities = _probabilities(judge, samples)
        k = len(judge.labels)
        shares = class_shares(probabilities.argmax(1).numpy(), k).tolist()
        of_data = class_shares(images.labels[images.train], k).tolist()
        found["classes"] = dict(zip(judge.labels, zip(shares, of_data, strict=True), strict=True))
        found |= {"accuracy": judge.accuracy, "score": inception_score(probabilities.double().numpy())}
    pairs = _pairs(own, are_duplicates(own, data))
    return found | {"pairs": tuple(opened.model.pictures(samples[list(pair)]) for pair in pairs)}


def keep(run: Path, found: dict[str, Any]) -> None:
    """Write the figures into the run's folder; what is no run has no place for them."""
    if (run / RECIPE).is_file():
        figures = {name: value for name, value in found.items() if name != "pairs"}
        write_file(run / CHECKS, json.dumps(figures, indent=1, ensure_ascii=False) + "\n")


def _compared(points: Tensor, before: int) -> Generator[Progress, object, Distances]:
    from latent_studio.metrics.spread import distances

    n = len(points)
    work = distances(points.flatten(1))
    while True:
        try:
            yield Progress(before + next(work), 3 * n, "pictures", text="comparing samples")
        except StopIteration as end:
            found: Distances = end.value
            return found


def _probabilities(judge: Judge, images: Tensor) -> Tensor:
    """(n, n_classes), on the CPU."""
    import torch

    with torch.inference_mode():
        return torch.cat([judge.model.classify(piece).softmax(1) for piece in images.split(100)])


def _pairs(found: Distances, is_duplicate: Tensor) -> list[tuple[int, int]]:
    """The nearest duplicates, each two once."""
    order = [index for index in found.nearest.argsort().tolist() if is_duplicate[index]]
    pairs = dict.fromkeys(tuple(sorted((index, int(found.partner[index])))) for index in order)
    return [(first, second) for first, second in pairs][:N_PAIRS]
