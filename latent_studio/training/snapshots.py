"""The newest weights of the runs in training, where both lanes find them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from latent_studio.core.header import Header

if TYPE_CHECKING:
    from torch import Tensor

    from latent_studio.core.model import GenerativeModel

MIN_INTERVAL_S = 0.1


@dataclass(frozen=True)
class PublishedWeights:
    """Weights that nobody changes any more, with the header they belong to; or a whole model that no family builds."""

    header: Header
    weights: dict[str, Tensor] | GenerativeModel


class SnapshotStore:
    """A key per run in training → its newest published weights.

    Training publishes on demand: a reader asks by reading, the trainer answers at a step boundary, at most ten times
    a second. So training alone pays nothing, and no lock is held over a step.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._newest: dict[str, PublishedWeights] = {}
        self._wanted: set[str] = set()
        self._published_at: dict[str, float] = {}
        self._clock = clock

    def want(self, key: str) -> None:
        """Have the trainer publish newer weights at its next step boundary."""
        with self._lock:
            self._wanted.add(key)

    def is_due(self, key: str) -> bool:
        """Whether the trainer should publish now: somebody asked, or nothing is there yet."""
        with self._lock:
            asked = key in self._wanted or key not in self._newest
            return asked and self._clock() - self._published_at.get(key, -1e9) >= MIN_INTERVAL_S

    def publish(self, key: str, published: PublishedWeights) -> None:
        """Replace the newest weights of the run."""
        with self._lock:
            self._newest[key] = published
            self._wanted.discard(key)
            self._published_at[key] = self._clock()

    def forget(self, key: str) -> None:
        """Nobody trains the run here any more: its newest weights are those it saved, whoever saves next."""
        with self._lock:
            self._newest.pop(key, None)
            self._wanted.discard(key)

    def newest(self, key: str) -> PublishedWeights | None:
        """The newest weights of the run, None where it is not in training here."""
        with self._lock:
            return self._newest.get(key)
