"""What categories that a model found by itself mean in its data: how often each goes with which label."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import thread_time

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.errors import StudioError
from latent_studio.core.header import Header
from latent_studio.core.request import ModelRequest, OpenModel, Priority
from latent_studio.data.browsing import label_names
from latent_studio.data.image_set import ImageSet
from latent_studio.views.codes import CategoryGroup
from latent_studio.views.decoding import PIECE_S
from latent_studio.views.embedding import MAX_CHUNK, DataRows, encoder_input

N_COUNTED = 10_000
"""Of ten categories each share then has a standard error of at most 1.6 %, and of 5 % one of 0.7 %."""


@dataclass(frozen=True, eq=False)
class CategoryCounts:
    """counts: (n_values, n_labels), pictures by category and label.  labels: what these are called.

    n_labelled: pictures of all labels.
    """

    counts: NDArray[np.int64]
    labels: tuple[str, ...]
    is_last: bool

    @property
    def n(self) -> int:
        return int(self.counts.sum())


def reason_against(header: Header, group: CategoryGroup) -> str:
    """Why it cannot be found out for a model, "" where it can."""
    if group.is_told:
        return f"The values of {group.name} are the data's own"
    if "Encodes" not in header.capabilities:
        return f"{header.name} has no encoder: nothing tells the category of a picture"
    if not header.data.source:
        return f"{header.name} does not say which data it was trained on"
    return "" if "label" in header.data.fields else f"{header.data.name} has no labels"


@dataclass(frozen=True, kw_only=True, eq=False)
class CountCategories(ModelRequest):
    """Encode the first `limit` pictures of a part (None: all) and count the category that the model sees in each, in
    pieces of some 8 ms that stand back behind everything else on the lane.

    code: the current one, for conditioned factors. What is counted so far is given each time that it has doubled.
    """

    rows: DataRows = field(repr=False)
    group: CategoryGroup
    code: tuple[float, ...]
    limit: int | None = N_COUNTED
    slot: str = "meaning"
    priority: Priority = Priority.BACKGROUND

    def answer(self, opened: OpenModel) -> Iterator[CategoryCounts | None]:
        images, (start, stop) = self.rows.images, self.group.columns
        if images.labels is None:
            raise StudioError(f"{images.name} has no labels: its categories can only be looked at.")
        labels = tuple(label_names(images))
        counts = np.zeros((stop - start, len(labels)), np.int64)
        n, done, chunk, due = min(self.rows.n, self.limit or self.rows.n), 0, 32, 256
        while done < n:
            began, first = thread_time(), self.rows.rows.start + done
            rows = slice(first, first + min(chunk, n - done))
            categories = categories_of(opened, images, rows, self.group, self.code)
            np.add.at(counts, (categories, images.labels[rows]), 1)
            took, done = thread_time() - began, done + len(categories)
            chunk = max(1, min(MAX_CHUNK, int(len(categories) * min(2.0, PIECE_S / max(took, 1e-6)))))
            if due <= done < n:
                due = 2 * done
                yield CategoryCounts(counts.copy(), labels, is_last=False)
            elif done < n:
                yield None
        yield CategoryCounts(counts, labels, is_last=True)


def categories_of(
    opened: OpenModel, images: ImageSet, rows: slice, group: CategoryGroup, code: tuple[float, ...]
) -> NDArray[np.int64]:
    """(n,): the most probable value of a category in each of those pictures; one batch."""
    import torch

    from latent_studio.core.model import Encodes

    model, name = opened.model, opened.header.name
    if not isinstance(model, Encodes):
        raise StudioError(f"{name} has no encoder: train a model that finds its categories in pictures, too.")
    with torch.inference_mode():
        posterior = model.encode(*encoder_input(opened, images, rows, code)).get(group.factor)
        if posterior is None:
            raise StudioError(f"{name} cannot see {group.factor} in a picture: train a model that finds it there.")
        first = opened.header.space.columns(group.factor).start
        block = posterior.point()[:, group.columns[0] - first : group.columns[1] - first]
        return np.asarray(block.argmax(1).cpu().numpy(), np.int64)
