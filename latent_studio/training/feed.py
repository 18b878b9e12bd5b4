"""The pictures as training reads them: one resident uint8 tensor, index batches, converted on the device."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy

import numpy as np
import torch
from torch import Tensor

from latent_studio.core.model import Batch
from latent_studio.core.objective import mix_seed
from latent_studio.data.image_set import ImageSet
from latent_studio.data.point_set import PointSet
from latent_studio.training.augmenting import augmented
from latent_studio.training.recipe import AugmentSection

_ORDER = 0x0DDE  # tells the seeds of the data's order from those of the steps


class Feed:
    """Batches of an ImageSet on a device; a set that is memory-mapped stays on the disk.

    The training batches of an epoch differ by at most one picture in size, so none is ever tiny. They alone are
    changed as `augment` says.
    """

    def __init__(
        self,
        images: ImageSet,
        device: torch.device,
        batch_size: int,
        seed: int,
        augment: AugmentSection | None = None,
    ) -> None:
        self.n_train, self.n_test = images.n_train, images.n_test
        self.n_batches = -(-images.n_train // batch_size)
        self._device, self._seed = device, seed
        self._augment = None if augment is None or augment.is_off else augment
        is_of_points = isinstance(images, PointSet)  # whose pictures nobody learns
        self._mapped = images.pixels if isinstance(images.pixels, np.memmap) else None
        is_resident = self._mapped is None and not is_of_points
        self._pixels = torch.from_numpy(images.pixels).to(device) if is_resident else None
        self._points = torch.from_numpy(images.points).to(device) if isinstance(images, PointSet) else None
        self._labels = None if images.labels is None else torch.from_numpy(images.labels).to(device)
        self._epoch = -1
        self._order = torch.empty(0, dtype=torch.int64)

    def with_batch_size(self, batch_size: int) -> Feed:
        """The same pictures, in memory once, in other portions."""
        feed = copy(self)
        feed.n_batches, feed._epoch = -(-self.n_train // batch_size), -1
        return feed

    def training_batch(self, draw: int) -> Batch:
        """The batch of that number since the start: a pure function of (seed, draw)."""
        epoch, index = divmod(draw, self.n_batches)
        if epoch != self._epoch:
            generator = torch.Generator().manual_seed(mix_seed(self._seed, _ORDER, epoch))
            self._order, self._epoch = torch.randperm(self.n_train, generator=generator), epoch
        start, end = (self.n_train * k // self.n_batches for k in (index, index + 1))
        batch = self.rows(self._order[start:end])
        if self._augment is not None and self._points is None:
            batch["image"] = augmented(batch["image"], self._augment, self._seed, draw)
        return batch

    def test_batches(self, split: str, batch_size: int, limit: int | None = None) -> Iterator[Batch]:
        """The pictures of "train" or "test" in order, for measuring; at most `limit` of them."""
        first, n = (0, self.n_train) if split == "train" else (self.n_train, self.n_test)
        n = n if limit is None else min(n, limit)
        for start in range(first, first + n, batch_size):
            yield self.rows(torch.arange(start, min(start + batch_size, first + n)))

    def rows(self, indices: Tensor) -> dict[str, Tensor]:
        """Those pictures (and labels): image float32 in [0, 1], label int64; points (n, d, 1, 1) keep their units."""
        batch = {"image": self._images(indices)}
        if self._labels is not None:
            batch["label"] = self._labels.index_select(0, indices.to(self._device))
        return batch

    def _images(self, indices: Tensor) -> Tensor:
        if self._points is not None:
            return self._points.index_select(0, indices.to(self._device))[:, :, None, None]
        if self._pixels is not None:
            levels = self._pixels.index_select(0, indices.to(self._device))
        else:
            assert self._mapped is not None
            levels = torch.from_numpy(self._mapped[indices.numpy()]).to(self._device)
        return levels.to(torch.float32).mul_(1 / 255)
