"""A set of points in the form that everything else reads: they are learned as numbers and looked at as pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.family import POINT_SIDE, DataKind
from latent_studio.core.pictures import dots
from latent_studio.data.image_set import ImageSet
from latent_studio.data.pixel_store import Pixels


@dataclass(frozen=True, eq=False)
class PointSet(ImageSet):
    """Points in their own units; `pixels` holds a picture of each, for whoever looks at the set.

    points: float32 (n, d), rows as in `pixels`.
    """

    points: NDArray[np.float32] = field(kw_only=True)

    @staticmethod
    def of(points: NDArray[np.float32], n_train: int, **told: Any) -> PointSet:
        """The set of these points; `told` are the other fields of an ImageSet."""
        centre, spread = units(points[:n_train])
        pixels: Pixels = dots((points - centre) / spread, POINT_SIDE)[:, None]
        coordinates: Mapping[str, NDArray[Any]] = {
            name: column.astype(np.float64) for name, column in zip("xyzuvw", points.T, strict=False)
        }
        told["attributes"] = {**coordinates, **told.get("attributes", {})}
        return PointSet(pixels=pixels, points=points, n_train=n_train, **told)

    @property
    def kind(self) -> DataKind:
        return "points"

    @property
    def learned_shape(self) -> tuple[int, int, int]:
        return self.points.shape[1], 1, 1

    @cached_property
    def units(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(centre (d,), spread (d,)) of the training part."""
        return units(self.points[self.train])

    @cached_property
    def _digest(self) -> str:
        digest = hashlib.sha256(repr((self.points.shape, self.n_train)).encode())
        digest.update(np.ascontiguousarray(self.points, "<f4").data)
        digest.update(b"no labels" if self.labels is None else self.labels.astype("<i8").tobytes())
        return digest.hexdigest()

    def _rows(self, kept: NDArray[np.intp], n_train: int) -> ImageSet:
        fewer = super()._rows(kept, n_train)
        assert isinstance(fewer, PointSet)
        return replace(fewer, points=self.points[kept])


def units(points: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(mean (d,), standard deviation (d,)) of points (n, d); a coordinate that never varies has the spread 1."""
    spread = points.std(0)
    return points.mean(0), np.where(spread > 0, spread, 1).astype(np.float32)
