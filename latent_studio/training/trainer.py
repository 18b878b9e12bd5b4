"""`train`: a generator that plays a recipe and yields what happens, at step boundaries only.

To pause is not to ask for the next event; to stop is to close the generator, which saves. An exception never writes
over a good state. What a person changes is sent into the generator as `Controls`, at any of its events.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from latent_studio.core.events import Progress
from latent_studio.data import load
from latent_studio.data.image_set import ImageSet
from latent_studio.training.device import use_threads
from latent_studio.training.recipe import DataSection, Recipe
from latent_studio.training.runs import Run
from latent_studio.training.session import Session, Training
from latent_studio.training.setting_up import prepare
from latent_studio.training.snapshots import SnapshotStore


def train(
    recipe: Recipe,
    folder: Path,
    images: ImageSet | Callable[[DataSection], ImageSet] | None = None,
    snapshots: SnapshotStore | None = None,
    n_threads: int = 0,
) -> Training:
    """Train a recipe in a run folder; a folder with saved steps goes on where it stopped.

    images: the pictures, or who reads them.  snapshots: where newer weights are published for the exploring lane.
    n_threads: what 0 in the recipe means here (0: all cores).
    Raises StudioError for what a person can mend: a bad recipe, missing data, a full disk, a loss that is not finite,
    a batch that does not fit in memory.
    """
    run = Run(folder)
    controls = None
    if not isinstance(images, ImageSet):
        controls = yield Progress(0, 0, text=f"reading {recipe.data.source}")
        images = (images or read)(recipe.data)
    setup = prepare(recipe, images, n_threads)
    former = run.open(setup.recipe)
    use_threads(setup.recipe.training.n_threads)
    session = Session(setup, run, snapshots)
    try:
        session.resume(former)
        try:
            yield from session.play(controls)
        except GeneratorExit:
            session.stop()
            raise
    except Exception as error:
        session.fail(error)
        raise


def read(section: DataSection) -> ImageSet:
    """The pictures that a recipe's [data] names, before `train_fraction` is applied."""
    return load(section.source, section.path or None, section.size, **section.options)
