"""Model keys and the models behind them, for the interactive lane."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import torch

from latent_studio.core.errors import StudioError
from latent_studio.core.header import Header
from latent_studio.core.model import GenerativeModel, channels_last
from latent_studio.core.request import OpenModel
from latent_studio.core.runs import newest_weights
from latent_studio.training.checkpoint import Weights, build, load_checkpoint
from latent_studio.training.snapshots import SnapshotStore

N_KEPT = 4

LOOK_EVERY_S = 0.1
"""A drag asks 60 times a second, and each look at the disk would hand the interpreter to whoever waits for it."""


class OpenModels:
    """A key is the path of a checkpoint or of a run folder; a run gives its newest weights, published or saved."""

    def __init__(
        self,
        snapshots: SnapshotStore,
        device: torch.device | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._snapshots, self._clock = snapshots, clock
        self._device = device or torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._looked: tuple[str, float, OpenModel] | None = None  # which file was looked at last, when, its model
        self._opened: OrderedDict[tuple[str, str], OpenModel] = OrderedDict()

    def __call__(self, key: str) -> OpenModel:
        """The newest model of that key, ready to be used."""
        published = self._snapshots.newest(key)
        if published is not None:
            self._snapshots.want(key)
            return self._keep(key, published.header.digest, lambda: (published.header, published.weights))
        if self._looked is not None and self._looked[0] == key and self._clock() - self._looked[1] < LOOK_EVERY_S:
            return self._looked[2]
        path = Path(key)
        if path.is_dir():
            found = newest_weights(path)
            if found is None:
                raise StudioError(f"{path.name} has saved nothing yet: wait for its first save, or start it again.")
            path = found
        try:
            stamp = f"{path} {path.stat().st_mtime_ns}"
        except FileNotFoundError:
            raise StudioError(f"{path} is not there: it was moved or deleted.") from None
        opened = self._keep(key, stamp, lambda: load_checkpoint(path))
        self._looked = (key, self._clock(), opened) if path == Path(key) else None
        return opened

    def _keep(self, key: str, stamp: str, make: Callable[[], tuple[Header, Weights | GenerativeModel]]) -> OpenModel:
        cached = self._opened.get((key, stamp))
        if cached is None:
            header, content = make()
            model = content if isinstance(content, GenerativeModel) else build(header, content)
            cached = OpenModel(key, header, channels_last(model.to(self._device)))
            self._opened[key, stamp] = cached
            while len(self._opened) > N_KEPT:
                self._opened.popitem(last=False)
        self._opened.move_to_end((key, stamp))
        return cached
