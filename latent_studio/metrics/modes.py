"""Which classes samples fall into, by a classifier, and how evenly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def class_shares(labels: NDArray[np.integer], n_classes: int) -> Floats:
    """(n,) labels → (n_classes,) the share of each."""
    counts = np.bincount(labels, minlength=n_classes)
    return np.asarray(counts / max(1, len(labels)), np.float64)


def inception_score(probabilities: Floats) -> float:
    """exp E[KL(p(y | x) ‖ p(y))] of probabilities (n, n_classes): from 1 to n_classes, large for samples that are each
    of a certain class and all together of all. With the data's own classifier in the place of Inception.

    Source: Salimans et al. 2016, section 4.
    """
    marginal = probabilities.mean(0)
    tiny = np.finfo(np.float64).tiny  # p log p is 0 at 0
    logs = np.log(np.maximum(probabilities, tiny)) - np.log(np.maximum(marginal, tiny))
    return float(np.exp((probabilities * logs).sum(1).mean()))
