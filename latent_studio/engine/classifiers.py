"""The classifier of a data set: trained once, kept with its accuracy, found again by the content of the data.

<home>/classifiers/<digest>.safetensors        and while it is trained, a run folder of the same name beside it
"""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Event, Progress
from latent_studio.core.files import home, write_file
from latent_studio.core.header import read_header
from latent_studio.core.runs import BEST, newest_weights
from latent_studio.data.image_set import ImageSet
from latent_studio.training.recipe import DataSection, Recipe, TrainingSection

if TYPE_CHECKING:
    from latent_studio.core.model import Classifies


N_STEPS = 2_400
"""About so many steps of training, whatever the number of pictures: a minute or two for small ones."""


@dataclass(frozen=True, eq=False)
class Judge:
    """A trained classifier.  accuracy: share of the test pictures that it labels rightly, None where there are none."""

    model: Classifies
    accuracy: float | None
    labels: tuple[str, ...]


def classifier_path(digest: str) -> Path:
    """Where the classifier of the data with that content is kept."""
    return home() / "classifiers" / f"{digest[:16]}.safetensors"


def classifier_for(
    images: ImageSet, section: DataSection, n_threads: int = 0
) -> Generator[Event | None, object, Judge | None]:
    """The classifier of these pictures, found or trained first; None where they have no two labels.

    section: how a recipe names them.  Yields the progress of the training, which goes on where it was broken off.
    """
    images = images.subset(section.train_fraction)
    if images.labels is None or len(images.label_names) < 2:
        return None
    path = classifier_path(images.content_digest())
    if not is_whole(path):
        yield from _trained(images, section, path, n_threads)
    from latent_studio.core.model import Classifies
    from latent_studio.training.checkpoint import load_checkpoint

    header, model = load_checkpoint(path)
    assert isinstance(model, Classifies)
    error = header.metrics.get("error")
    return Judge(model, None if error is None else 1 - error, header.data.label_names)


def is_whole(path: Path) -> bool:
    """Whether a checkpoint lies there; what is damaged is trained anew."""
    try:
        read_header(path)
    except StudioError:
        return False
    return True


def classifier_recipe(images: ImageSet, section: DataSection) -> Recipe:
    """What the family means by itself, for about as many steps as suit any set."""
    batch_size = TrainingSection().batch_size
    n_epochs = max(1, round(N_STEPS * batch_size / images.n_train))
    return Recipe(
        name=f"{images.name} classifier",
        data=section.model_copy(update={"train_fraction": 1.0, "digest": ""}),
        model={"family": "classifier"},
        training=TrainingSection(n_epochs=n_epochs),
    )


def _trained(
    images: ImageSet, section: DataSection, path: Path, n_threads: int
) -> Generator[Event | None, object, None]:
    """Train it in a run folder beside `path`, keep its best moment there, and the folder no longer."""
    from latent_studio.training.trainer import train

    folder, text = path.with_suffix(""), f"training a classifier of {images.name}, once"
    with closing(train(classifier_recipe(images, section), folder, images, n_threads=n_threads)) as events:
        for event in events:
            if isinstance(event, Progress):
                yield Progress(event.done, event.total, event.unit, event.seconds_left, text)
            else:
                yield None
    best = folder / BEST if (folder / BEST).is_file() else newest_weights(folder)
    assert best is not None, "a finished run has saved"
    write_file(path, best.read_bytes())
    shutil.rmtree(folder, ignore_errors=True)
