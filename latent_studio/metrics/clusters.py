"""Groups that were found without labels, held against labels: matched one to one, and how often they err then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.integer]
"""(n_categories, n_labels): how many pictures of each category have each label."""

Labels = tuple[int | None, ...]
"""For each category the label that it stands for; None for one that is left over."""


@dataclass(frozen=True)
class Matching:
    """What categories mean: each label belongs to one category at most, so that as few pictures as possible err.

    order: the categories, by their label; those that are left over come last.
    purity: for each category the share of its pictures that have its label, in [0, 1]; 0 where it has none of either.
    error: the share of all pictures that err, see `error_rate`.
    """

    order: tuple[int, ...]
    label_of: Labels
    purity: tuple[float, ...]
    error: float

    def title(self, category: int, labels: Sequence[str]) -> str:
        """`7 · 93 %`: what a category stands for and how purely, by the labels' names; "" for one that is left over."""
        label = self.label_of[category]
        return "" if label is None else f"{labels[label]} · {100 * self.purity[category]:.0f} %"


def matched(counts: Counts) -> Matching:
    """Categories matched one to one with labels, by the Hungarian method.

    Args: counts: (n_categories, n_labels). The two numbers may differ; then some of one side are left over.
    Source: Kuhn 1955; as a measure of clusters Xie, Girshick & Farhadi 2016, equation 10; Chen et al. 2016 (InfoGAN),
    section 7.2, match the categories of MNIST so.
    """
    from scipy.optimize import linear_sum_assignment  # a third of a second, the first time

    rows, columns = linear_sum_assignment(counts, maximize=True)
    found = dict(zip(rows.tolist(), columns.tolist(), strict=True))
    label_of: Labels = tuple(found.get(category) for category in range(len(counts)))
    n_labels = counts.shape[1]

    def place(category: int) -> tuple[int, int]:
        label = label_of[category]
        return (n_labels if label is None else label, category)

    right, sizes = _right(label_of, counts), counts.sum(axis=1)
    purity = right / np.maximum(sizes, 1)
    order = tuple(sorted(range(len(counts)), key=place))
    return Matching(order, label_of, tuple(purity.tolist()), error_rate(label_of, counts))


def error_rate(label_of: Sequence[int | None], counts: Counts) -> float:
    """The share of pictures whose category stands for another label than theirs, in [0, 1]; nan without pictures.

    The counts may be of other pictures than those that `label_of` was found on: matched on the training part, it errs
    on so many of the test part.
    """
    n = int(counts.sum())
    return (n - int(_right(label_of, counts).sum())) / n if n else float("nan")


def _right(label_of: Sequence[int | None], counts: Counts) -> NDArray[np.int64]:
    """(n_categories,): how many pictures of each have the label that it stands for."""
    right = [0 if label is None else counts[category, label] for category, label in enumerate(label_of)]
    return np.asarray(right, np.int64)
