"""What the numbers of a run say of its health, in plain words with the evidence, and what could be done about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from latent_studio.core.runs import CHECKS
from latent_studio.studio.histories import History

Level = Literal["good", "warn", "bad"]


@dataclass(frozen=True)
class Remedy:
    """Something to try in a run that branches off from this one. changes: by path in the recipe (`model.penalty`)."""

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


def sample_checks(told: Mapping[str, Any]) -> SampleChecks:
    """From the result of the job that measured, or what it wrote."""
    known = {item.name: told[item.name] for item in fields(SampleChecks) if item.name in told}
    classes = {name: (float(own), float(data)) for name, (own, data) in told.get("classes", {}).items()}
    return SampleChecks(**{**known, "classes": classes})


def read_checks(run: Path) -> SampleChecks | None:
    """What was measured last on samples of a run; None where nothing was, or it cannot be read. For the disk lane."""
    try:
        return sample_checks(json.loads((run / CHECKS).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def diagnose(
    history: History, recipe: Mapping[str, Any] | None = None, samples: SampleChecks | None = None
) -> tuple[Finding, ...]:
    """All findings of a run, the worst first; empty while there is too little to tell. Pure.

    recipe: the run's recipe as plain sections, so that remedies start from what it says.
    """
    return ()
