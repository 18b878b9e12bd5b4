"""What the numbers of a run say of its health, in plain words with the evidence, and what could be done about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from latent_studio.core.runs import CHECKS
from latent_studio.studio.findings import Evidence, Finding, Level, Remedy, SampleChecks
from latent_studio.studio.histories import History
from latent_studio.studio.remedies import Remedies
from latent_studio.studio.symptoms.case import Case
from latent_studio.studio.symptoms.codes import dead_dimensions, posterior_collapse
from latent_studio.studio.symptoms.games import collapsed, is_spread_out, oscillating, outrun, overpowered
from latent_studio.studio.symptoms.numbers import not_finite
from latent_studio.studio.symptoms.samples import copies, modes_missed

__all__ = ["Evidence", "Finding", "Level", "Remedy", "SampleChecks", "diagnose", "read_checks", "sample_checks"]

Rule = Callable[[Case], Finding | None]

OF_ANY_RUN: tuple[Rule, ...] = (not_finite,)
OF_GAMES: tuple[Rule, ...] = (overpowered, outrun, collapsed, oscillating)
OF_CODES: tuple[Rule, ...] = (posterior_collapse, dead_dimensions)
OF_SAMPLES: tuple[Rule, ...] = (copies, modes_missed)

EXPLAINS = {"collapsed": "copies", "oscillating": "narrow"}
"""Where the first is found the second is the same thing seen again, or comes and goes with it."""


def diagnose(
    history: History, recipe: Mapping[str, Any] | None = None, samples: SampleChecks | None = None
) -> tuple[Finding, ...]:
    """All findings of a run, the worst first; empty while there is too little to tell. Pure.

    recipe: the run's recipe as plain sections (`Recipe.said`), so that remedies start from what it says.
    """
    case = Case(history, Remedies(recipe), (recipe or {}).get("model", {}), samples)
    rules = OF_ANY_RUN
    if case.is_old_enough:
        rules += (OF_GAMES if case.is_game else OF_CODES) + OF_SAMPLES
    found = [finding for rule in rules if (finding := rule(case)) is not None]
    explained = {EXPLAINS[finding.kind] for finding in found if finding.kind in EXPLAINS}
    found = [finding for finding in found if finding.kind not in explained]
    if found or not case.is_old_enough or not is_spread_out(case):
        return tuple(sorted(found, key=lambda finding: finding.level != "bad"))
    return (healthy(case),)


def healthy(case: Case) -> Finding:
    """Nothing is wrong, as far as these numbers tell."""
    loss = (case.split, "loss")
    if not case.is_game:
        return Finding(
            "healthy", "good", "Nothing wrong", "The loss is finite and the code is in use.", Evidence("", (loss,))
        )
    spread = case.measured("spread")
    told = f"spread {spread[-1]:.2f}; " if len(spread) else ""
    return Finding(
        "healthy",
        "good",
        "Nothing wrong",
        "Neither player has run away, and the samples are about as varied as the data.",
        Evidence(f"{told}distance from the data {case.measured('loss')[-1]:.3g}", (loss, (case.split, "spread"))),
    )


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
