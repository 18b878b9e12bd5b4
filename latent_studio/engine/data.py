"""The image sets in memory, shared by the job lane (training) and the disk lane (pictures to encode)."""

from __future__ import annotations

import threading
from pathlib import Path

from latent_studio.data import load
from latent_studio.data.image_set import ImageSet
from latent_studio.training.recipe import DataSection

N_KEPT = 3


class OpenData:
    """Loads each set once; the last three stay."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sets: dict[str, ImageSet] = {}

    def __call__(self, section: DataSection) -> ImageSet:
        """The set a recipe's [data] names, before `train_fraction` is applied."""
        key = section.model_dump_json(exclude={"digest", "train_fraction"})
        with self._lock:
            found = self._sets.pop(key, None)
            if found is None:
                path = Path(section.path) if section.path else None
                found = load(section.source, path, section.size, **section.options)
            self._sets[key] = found
            for old in list(self._sets)[:-N_KEPT]:
                del self._sets[old]
            return found
