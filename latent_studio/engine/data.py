"""The image sets in memory, shared by the job lane (training) and the disk lane (pictures to look at and to encode)."""

from __future__ import annotations

import threading
from pathlib import Path

from latent_studio.core.events import Progress
from latent_studio.data import loading
from latent_studio.data.image_set import ImageSet
from latent_studio.data.pixel_store import at_once
from latent_studio.data.source import Loading
from latent_studio.training.recipe import DataSection

N_KEPT = 3


class OpenData:
    """Loads each set once; the last three stay."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sets: dict[str, ImageSet] = {}
        self._begun: dict[str, _Begun] = {}

    def __call__(self, section: DataSection) -> ImageSet:
        """The set a recipe's [data] names, before `train_fraction` is applied."""
        return at_once(self.loading(section))

    def loading(self, section: DataSection) -> Loading:
        """The same, telling the progress. Two that want a set at once read it together, each doing some pieces: a
        paused or cancelled one never holds the other up."""
        key = section.model_dump_json(exclude={"digest", "train_fraction"})
        with self._lock:
            if (found := self._taken(key)) is not None:
                return found
            begun = self._begun.setdefault(key, _Begun(section))
            begun.n_waiting += 1
        try:
            while (images := begun.result()) is None:
                if (progress := begun.advance()) is not None:
                    yield progress
            with self._lock:
                return self._keep(key, images)
        finally:
            with self._lock:
                begun.n_waiting -= 1
                if begun.n_waiting == 0:
                    self._begun.pop(key, None)
                    begun.close()

    def _taken(self, key: str) -> ImageSet | None:
        """A set in memory, which is now the one used last."""
        found = self._sets.get(key)
        return None if found is None else self._keep(key, found)

    def _keep(self, key: str, images: ImageSet) -> ImageSet:
        self._sets.pop(key, None)
        self._sets[key] = images
        for old in list(self._sets)[:-N_KEPT]:
            del self._sets[old]
        return images


class _Begun:
    """A set that is being read by whoever waits for it. n_waiting: how many do."""

    def __init__(self, section: DataSection) -> None:
        path = Path(section.path) if section.path else None
        self._lock = threading.Lock()
        self._pieces = loading(section.source, path, section.size, **section.options)
        self._images: ImageSet | None = None
        self._error: BaseException | None = None
        self.n_waiting = 0

    def result(self) -> ImageSet | None:
        if self._error is not None:
            raise self._error
        return self._images

    def advance(self) -> Progress | None:
        """One piece, unless somebody else has just done the last one."""
        with self._lock:
            if self._images is not None or self._error is not None:
                return None
            try:
                return next(self._pieces)
            except StopIteration as end:
                self._images = end.value
            except BaseException as error:
                self._error = error
            return None

    def close(self) -> None:
        """Nobody waits any more."""
        self._pieces.close()
