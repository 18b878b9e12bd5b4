"""`train`: a generator that plays a recipe and yields what happens, at step boundaries only.

To pause is not to ask for the next event; to stop is to close the generator, which saves. An exception never writes
over a good state. What a person changes is sent into the generator as `Controls`, at any of its events.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

from latent_studio.core.controls import Controls
from latent_studio.core.events import Progress
from latent_studio.data import load
from latent_studio.data.image_set import ImageSet
from latent_studio.data.source import Loading
from latent_studio.training.device import use_threads
from latent_studio.training.recipe import DataSection, Recipe
from latent_studio.training.runs import Run
from latent_studio.training.session import Session, Training
from latent_studio.training.setting_up import prepare
from latent_studio.training.snapshots import SnapshotStore


def train(
    recipe: Recipe,
    folder: Path,
    images: ImageSet | Callable[[DataSection], ImageSet | Loading] | None = None,
    snapshots: SnapshotStore | None = None,
    n_threads: int = 0,
) -> Training:
    """Train a recipe in a run folder; a folder with saved steps goes on where it stopped.

    images: the pictures, or who reads them, at once or piece by piece.
    snapshots: where newer weights are published for the exploring lane.
    n_threads: what 0 in the recipe means here (0: all cores).
    Raises StudioError for what a person can mend: a bad recipe, missing data, a full disk, a loss that is not finite,
    a batch that does not fit in memory.
    """
    run = Run(folder)
    sent: list[Controls] = []
    if not isinstance(images, ImageSet):
        images = yield from _reading(recipe.data, images or read, sent)
    setup = prepare(recipe, images, n_threads)
    former = run.open(setup.recipe)
    use_threads(setup.recipe.training.n_threads)
    session = Session(setup, run, snapshots)
    try:
        session.resume(former)
        try:
            for controls in sent[:-1]:
                session.take(controls)
            yield from session.play(sent[-1] if sent else None)
        except GeneratorExit:
            session.stop()
            raise
    except Exception as error:
        session.fail(error)
        raise


def _reading(
    section: DataSection, read: Callable[[DataSection], ImageSet | Loading], sent: list[Controls]
) -> Generator[Progress, Controls | None, ImageSet]:
    """The pictures; a large set takes minutes, in which a lane has other work, too. Its Progress has no total, for
    nothing is trained yet. sent: what a person changes meanwhile is added to it."""
    text = f"reading {section.source}"
    if (controls := (yield Progress(0, 0, text=text))) is not None:
        sent.append(controls)
    begun = read(section)
    if isinstance(begun, ImageSet):
        return begun
    with closing(begun):
        while True:
            try:
                told = next(begun)
            except StopIteration as end:
                images: ImageSet = end.value
                return images
            share = f", {100 * told.done // told.total} %" if told.total else ""
            if (controls := (yield Progress(0, 0, text=text + share))) is not None:
                sent.append(controls)


def read(section: DataSection) -> ImageSet:
    """The pictures that a recipe's [data] names, before `train_fraction` is applied."""
    return load(section.source, section.path or None, section.size, **section.options)
