"""The words in which a run's health is told: what was found, what it rests on, and what could be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["good", "warn", "bad"]


@dataclass(frozen=True)
class Remedy:
    """Something to try in a run that branches off from this one.

    changes: by path in the recipe (`model.penalty`); None leaves a field open, so that it is what is customary.
    """

    text: str
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class Evidence:
    """What a finding rests on. curves: (split, name) of the history, drawn together.  text: the figures in words."""

    text: str
    curves: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Finding:
    """kind: a word for tests and settings ("collapsed").  title: three or four words.  text: one plain sentence."""

    kind: str
    level: Level
    title: str
    text: str
    evidence: Evidence
    remedies: tuple[Remedy, ...] = ()


@dataclass(frozen=True)
class SampleChecks:
    """What was measured on samples of the model at a step.

    spread: mean distance between two samples, in units of that between two pictures of the data.
    duplicates: share of samples that nearly equal another one.
    classes: name → (share of the samples, share of the data) by a classifier; empty where there is none.
    n: how many samples.  accuracy: of the classifier.  score: exp of what a sample tells of its class, 1 to the number
    of classes (the inception score with the data's own classifier).  digest: of the weights.
    """

    step: int
    spread: float
    duplicates: float
    classes: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    n: int = 1000
    accuracy: float | None = None
    score: float | None = None
    digest: str = ""
