"""What a running job tells: small frozen records that can be pickled and hold no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from latent_studio.core.controls import Controls

Pixels = NDArray[np.uint8]
"""A picture for the screen: (h, w) grey or (h, w, 3) colour."""


@dataclass(frozen=True)
class Event:
    """Something a job reports. Every yield of a job is one of the records below."""


@dataclass(frozen=True)
class Progress(Event):
    """How far the job is. `total` 0 means that nobody knows."""

    done: int
    total: int
    unit: str = "steps"
    seconds_left: float | None = None
    text: str = ""


QUANTILES = "_quantiles"
"""Ends the name of the 17 quantiles (0, 1/16 … 1) that tell the spread of what is named before it."""


SKIPPED = "skipped"
"""The one number of a step that moved nothing, because its loss or gradient was not finite."""


@dataclass(frozen=True)
class Metrics(Event):
    """Numbers measured at a step; a vector (KL per dimension) is a tuple.

    split: "steps" for what single steps of training showed, "train" or "test" for a part of the data. Where a game has
    several players, a step's numbers begin with the player's name: `discriminator.loss`, `generator.gradient_norm`,
    `discriminator.real` and `discriminator.real_quantiles`.
    """

    step: int
    epoch: float
    split: str
    values: Mapping[str, float | tuple[float, ...]]


@dataclass(frozen=True)
class Pictures(Event):
    """Pictures at a step, by title: "samples", "originals", "reconstructions"."""

    step: int
    pictures: Mapping[str, tuple[Pixels, ...]]


@dataclass(frozen=True)
class Snapshot(Event):
    """Newer weights lie under `key` in the snapshot store that both engines share."""

    key: str
    step: int
    digest: str


@dataclass(frozen=True)
class Saved(Event):
    """The run's folder holds everything up to this step."""

    step: int
    path: str


@dataclass(frozen=True)
class Warned(Event):
    """Something a person should know; the job goes on."""

    text: str


@dataclass(frozen=True)
class Failed(Event):
    """The job ended early.

    text: the sentence for the person.  details: a traceback where it was a defect.  kind: the exception's class.
    """

    text: str
    details: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Done(Event):
    """The job ended as it should; `result` is plain data."""

    text: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Held(Event):
    """A person paused the job, or let it go on."""

    is_held: bool


@dataclass(frozen=True)
class Began(Event):
    """A run is taken up, and these rules are in force; a person may have changed some of them in a former sitting.

    recipe: its sections as plain values, with every field said.
    learning_rates: by player, before they fall along the recipe's cosine.  n_updates: of each player, per step.
    """

    recipe: Mapping[str, Any]
    learning_rates: Mapping[str, float]
    n_updates: Mapping[str, int]


@dataclass(frozen=True)
class Changed(Event):
    """What a person changed is in force from the step after `step` on; also told when it is replayed."""

    step: int
    controls: Controls
