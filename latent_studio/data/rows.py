"""Random numbers and orders of rows that stay the same for ever: numpy promises the bits of a bit generator across
versions, not what its distributions make of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ONE_IN = 10
"""Where a set brings no split of its own, one picture in ten is for testing."""


def uniform(n: int, seed: int) -> NDArray[np.float64]:
    """(n,) numbers in [0, 1)."""
    bits = np.random.PCG64(seed).random_raw(n)
    return np.asarray(bits >> np.uint64(11), np.float64) * 2.0**-53


def shuffled(n: int, seed: int = 0) -> NDArray[np.intp]:
    """A permutation of 0 … n-1."""
    return np.argsort(np.random.PCG64(seed).random_raw(n), kind="stable")


def n_train_of(n: int, one_in: int = ONE_IN) -> int:
    """How many of n rows train when one in `one_in` (rounded up) tests; a lone row trains."""
    return n if n < 2 else n - -(-n // one_in)
