"""The latent space: named factors in order, and what can be done with a code without knowing its model.

A code is a row of `dim` float32 numbers. Everything here is numpy, so that the window can move, sample and lock codes
without torch; `core.model` has the one torch entry, sampling the prior on a device.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import cached_property
from math import erfc, log, pi, prod, sqrt
from statistics import NormalDist
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from latent_studio.core.errors import StudioError, did_you_mean

Floats = NDArray[np.float32]

_NORMAL = NormalDist()
inverse_normal_cdf = np.vectorize(_NORMAL.inv_cdf, otypes=[np.float64])  # Wichura's AS 241, about 1e-16
_erfc = np.vectorize(erfc, otypes=[np.float64])


def normal_cdf(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Φ(z), the share of a standard normal that lies below z; the tails keep their digits."""
    return np.asarray(0.5 * _erfc(-np.asarray(z) / sqrt(2.0)))


class _Factor(BaseModel, ABC):
    """A named block of a code: what its numbers mean and which values they may take."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    name: str
    shape: tuple[Annotated[int, Field(gt=0)], ...] = Field((1,), min_length=1)
    condition: bool = False
    """True for what a conditional model is told (a label) rather than draws."""

    @property
    def width(self) -> int:
        """How many columns of a code this factor takes."""
        return prod(self.shape)

    @property
    @abstractmethod
    def bounds(self) -> tuple[float, float]:
        """The range a slider offers; for unbounded factors the one that holds 99.7 % of the prior."""

    @abstractmethod
    def sample(self, n: int, rng: np.random.Generator, temperature: float) -> Floats:
        """(n, width) draws from the prior, shrunk towards neutral by `temperature`."""

    @abstractmethod
    def from_quantiles(self, quantiles: NDArray[np.float64]) -> Floats:
        """(n, width) quantiles in (0, 1) → (n, width) values."""

    @abstractmethod
    def neutral(self) -> Floats:
        """(width,) the most ordinary value: the prior's mean, or the first category."""

    @abstractmethod
    def nearest(self, block: Floats) -> Floats:
        """(n, width) anything → the closest valid values."""

    @abstractmethod
    def interpolate(self, start: Floats, end: Floats, t: Floats) -> Floats:
        """(width,), (width,), t (n,) in [0, 1] → (n, width) along the path natural to the factor."""

    @abstractmethod
    def log_prior(self, block: Floats) -> NDArray[np.float64]:
        """(n, width) → (n,) log prior density (or mass), nats."""

    def column_names(self) -> tuple[str, ...]:
        """One name per column: `z0 … z15`, or the factor's bare name where it is one number."""
        return (self.name,) if self.width == 1 else tuple(f"{self.name}{index}" for index in range(self.width))


class Normal(_Factor):
    """Independent standard normal numbers."""

    kind: Literal["normal"] = "normal"

    @property
    def bounds(self) -> tuple[float, float]:
        return (-3.0, 3.0)

    def sample(self, n: int, rng: np.random.Generator, temperature: float) -> Floats:
        draws = rng.standard_normal((n, self.width), dtype=np.float32)
        return np.asarray(draws * temperature, np.float32)

    def from_quantiles(self, quantiles: NDArray[np.float64]) -> Floats:
        return np.asarray(inverse_normal_cdf(quantiles), np.float32)

    def to_quantiles(self, block: Floats) -> NDArray[np.float64]:
        """(n, width) values → quantiles in (0, 1)."""
        return np.asarray(normal_cdf(block.astype(np.float64)))

    def neutral(self) -> Floats:
        return np.zeros(self.width, np.float32)

    def nearest(self, block: Floats) -> Floats:
        return np.asarray(np.nan_to_num(block), np.float32)

    def interpolate(self, start: Floats, end: Floats, t: Floats) -> Floats:
        """Spherical: the norm changes evenly and the path keeps to where the prior has its mass (White 2016)."""
        norms = np.linalg.norm(start), np.linalg.norm(end)
        cosine = float(start @ end) / max(float(norms[0] * norms[1]), 1e-12)
        angle = np.arccos(np.clip(cosine, -1.0, 1.0))
        t = t[:, None]
        if min(norms) < 1e-6 or angle < 1e-4 or angle > np.pi - 1e-4:
            return ((1 - t) * start + t * end).astype(np.float32)  # no arc is defined; the chord is
        unit = (np.sin((1 - t) * angle) * start / norms[0] + np.sin(t * angle) * end / norms[1]) / np.sin(angle)
        return np.asarray(unit * ((1 - t) * norms[0] + t * norms[1]), np.float32)

    def log_prior(self, block: Floats) -> NDArray[np.float64]:
        squares = (block.astype(np.float64) ** 2).sum(1)
        return np.asarray(-0.5 * squares - 0.5 * self.width * log(2 * pi))


class Uniform(_Factor):
    """Independent numbers, uniform on [low, high]."""

    kind: Literal["uniform"] = "uniform"
    low: float = -1.0
    high: float = 1.0

    @model_validator(mode="after")
    def _has_a_width(self) -> Uniform:
        if not self.low < self.high:
            raise ValueError(f"low ({self.low}) must be below high ({self.high})")
        return self

    @property
    def bounds(self) -> tuple[float, float]:
        return (self.low, self.high)

    def sample(self, n: int, rng: np.random.Generator, temperature: float) -> Floats:
        block = self.from_quantiles(rng.random((n, self.width)))
        middle = self.neutral()
        return self.nearest(np.asarray(middle + temperature * (block - middle), np.float32))

    def from_quantiles(self, quantiles: NDArray[np.float64]) -> Floats:
        return (self.low + (self.high - self.low) * quantiles).astype(np.float32)

    def neutral(self) -> Floats:
        return np.full(self.width, (self.low + self.high) / 2, np.float32)

    def nearest(self, block: Floats) -> Floats:
        return np.clip(np.nan_to_num(block, nan=(self.low + self.high) / 2), self.low, self.high).astype(np.float32)

    def interpolate(self, start: Floats, end: Floats, t: Floats) -> Floats:
        return ((1 - t[:, None]) * start + t[:, None] * end).astype(np.float32)

    def log_prior(self, block: Floats) -> NDArray[np.float64]:
        inside = ((block >= self.low) & (block <= self.high)).all(1)
        return np.where(inside, -self.width * log(self.high - self.low), -np.inf)


class Categorical(_Factor):
    """One of n values, as a one-hot block; the last axis of `shape` counts the values."""

    kind: Literal["categorical"] = "categorical"
    labels: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _labels_fit(self) -> Categorical:
        if self.labels and len(self.labels) != self.n_values:
            raise ValueError(f"{self.name} has {self.n_values} values and {len(self.labels)} labels")
        return self

    @property
    def n_values(self) -> int:
        return self.shape[-1]

    @property
    def bounds(self) -> tuple[float, float]:
        return (0.0, 1.0)

    @property
    def n_groups(self) -> int:
        """How many such values the factor holds side by side."""
        return self.width // self.n_values

    def group_names(self) -> tuple[str, ...]:
        """One name per group: `c0`, `c1`, or the factor's bare name where there is one."""
        return (self.name,) if self.n_groups == 1 else tuple(f"{self.name}{group}" for group in range(self.n_groups))

    def one_hot(self, values: NDArray[np.int64]) -> Floats:
        """(n, n_groups) value indices → (n, width)."""
        eye = np.eye(self.n_values, dtype=np.float32)
        return np.asarray(eye[values].reshape(len(values), self.width))

    def sample(self, n: int, rng: np.random.Generator, temperature: float) -> Floats:
        return self.one_hot(rng.integers(self.n_values, size=(n, self.n_groups)))

    def from_quantiles(self, quantiles: NDArray[np.float64]) -> Floats:
        groups = quantiles.reshape(-1, self.n_groups, self.n_values)[..., 0]
        return self.one_hot(np.minimum((groups * self.n_values).astype(np.int64), self.n_values - 1))

    def neutral(self) -> Floats:
        return self.one_hot(np.zeros((1, self.n_groups), np.int64)).reshape(-1)

    def nearest(self, block: Floats) -> Floats:
        groups = np.nan_to_num(block).reshape(-1, self.n_groups, self.n_values)
        return self.one_hot(groups.argmax(-1))

    def interpolate(self, start: Floats, end: Floats, t: Floats) -> Floats:
        return ((1 - t[:, None]) * start + t[:, None] * end).astype(np.float32)

    def log_prior(self, block: Floats) -> NDArray[np.float64]:
        return np.full(len(block), -self.n_groups * log(self.n_values))


Factor = Annotated[Normal | Uniform | Categorical, Field(discriminator="kind")]


class LatentSpace(BaseModel):
    """The factors of a code, in the order of its columns. `dim` 0 is a model without a code (PixelCNN, CycleGAN)."""

    model_config = ConfigDict(frozen=True)

    factors: tuple[Factor, ...] = ()

    @model_validator(mode="after")
    def _names_differ(self) -> LatentSpace:
        if len({factor.name for factor in self.factors}) != len(self.factors):
            raise ValueError("two factors of a latent space have the same name")
        return self

    @cached_property
    def dim(self) -> int:
        return sum(factor.width for factor in self.factors)

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        return tuple(name for factor in self.factors for name in factor.column_names())

    def columns(self, name: str) -> slice:
        """The columns of the factor of that name."""
        start = 0
        for factor in self.factors:
            if factor.name == name:
                return slice(start, start + factor.width)
            start += factor.width
        raise StudioError(f'No factor is named "{name}": {did_you_mean(name, (f.name for f in self.factors))}')

    def blocks(self) -> Iterable[tuple[Factor, slice]]:
        """Each factor with its columns."""
        start = 0
        for factor in self.factors:
            yield factor, slice(start, start + factor.width)
            start += factor.width

    def sample(self, n: int, rng: np.random.Generator, temperature: float = 1.0) -> Floats:
        """(n, dim) draws from the prior; temperature below 1 keeps them nearer to neutral."""
        return self._join([factor.sample(n, rng, temperature) for factor in self.factors], n)

    def from_quantiles(self, quantiles: NDArray[np.float64]) -> Floats:
        """(n, dim) quantiles of the prior in (0, 1) → codes."""
        quantiles = np.asarray(quantiles, np.float64)
        blocks = [factor.from_quantiles(quantiles[:, columns]) for factor, columns in self.blocks()]
        return self._join(blocks, len(quantiles))

    def neutral(self) -> Floats:
        """(dim,) the most ordinary code."""
        return np.asarray(self._join([factor.neutral()[None] for factor in self.factors], 1)[0])

    def nearest(self, codes: Floats) -> Floats:
        """(n, dim) anything → the closest valid codes (bounds kept, one-hot, finite)."""
        return self._join([factor.nearest(codes[:, columns]) for factor, columns in self.blocks()], len(codes))

    def interpolate(self, start: Floats, end: Floats, t: Floats) -> Floats:
        """(dim,), (dim,), t (n,) in [0, 1] → (n, dim); spherical for normal factors, straight for the others."""
        t = np.asarray(t, np.float32)
        return self._join([f.interpolate(start[c], end[c], t) for f, c in self.blocks()], len(t))

    def log_prior(self, codes: Floats) -> NDArray[np.float64]:
        """(n, dim) → (n,) log prior of the unconditioned factors, nats."""
        terms = [factor.log_prior(codes[:, columns]) for factor, columns in self.blocks() if not factor.condition]
        return np.sum(terms, axis=0) if terms else np.zeros(len(codes))

    def _join(self, blocks: list[Floats], n: int) -> Floats:
        return np.concatenate(blocks, axis=1) if blocks else np.zeros((n, 0), np.float32)
