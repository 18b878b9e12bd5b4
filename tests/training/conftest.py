"""The toy families are there for every test of training."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.training.toys import TOYS, families_in


@pytest.fixture(autouse=True)
def _toy_families() -> Iterator[None]:
    with families_in(TOYS):
        yield
