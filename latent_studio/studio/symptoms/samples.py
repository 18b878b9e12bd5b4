"""What samples say that were measured by themselves."""

from __future__ import annotations

import math

from latent_studio.studio.findings import Evidence, Finding, SampleChecks
from latent_studio.studio.symptoms.case import Case, percent
from latent_studio.studio.symptoms.games import COLLAPSED

ALIKE, MANY_DIMENSIONS = 0.2, 8
"""Share of samples that nearly equal another one. Among samples of few random numbers so many lie near each other by
chance, so it counts from that many on."""

MISSED = 1 / 3
"""A class with less than this share of what it has among the data is missed; more may be the classifier's errors."""

SURE = 4.0  # standard deviations of a count, so that a rare class is not missed by chance


def copies(case: Case) -> Finding | None:
    """Samples that are alike, where the run itself has not measured how varied they are, or did not see it."""
    checks = case.samples
    if checks is None or not case.is_game:
        return None
    is_alike = checks.duplicates >= ALIKE and int(case.model.get("n_latent", 0)) >= MANY_DIMENSIONS
    if not is_alike and checks.spread >= COLLAPSED:
        return None
    remedies = case.remedies
    return Finding(
        "copies",
        "bad",
        "Generator repeats itself",
        f"{percent(checks.duplicates)} of {checks.n:,} samples nearly equal another one."
        if is_alike
        else f"Two samples differ by {percent(checks.spread)} of what two pictures of the data do.",
        Evidence(f"at step {checks.step:,}: spread {checks.spread:.2f}, duplicates {percent(checks.duplicates)}"),
        remedies.pick(remedies.sees_batch(), remedies.in_pairs(), remedies.r1(), remedies.slower_generator()),
    )


def modes_missed(case: Case) -> Finding | None:
    """Classes of the data that the samples lack."""
    checks = case.samples
    missed = missed_classes(checks) if checks is not None else ()
    if checks is None or not missed:
        return None
    n, named = len(missed), ", ".join(missed[:6]) + (", …" if len(missed) > 6 else "")
    figures = ", ".join(
        f"{name} {percent(checks.classes[name][0], 1)} of {percent(checks.classes[name][1], 1)}" for name in missed[:6]
    )
    how = (
        ""
        if checks.accuracy is None
        else f", by a classifier that is right on {percent(checks.accuracy, 1)} of the test part"
    )
    remedies = case.remedies
    return Finding(
        "modes_missed",
        "bad" if n >= len(checks.classes) / 2 else "warn",
        "A class is missing" if n == 1 else f"{n} classes are missing",
        f"Hardly any of {checks.n:,} samples {'is' if n == 1 else 'are'} {named}.",
        Evidence(f"at step {checks.step:,}: {figures}{how}"),
        remedies.pick(remedies.sees_batch(), remedies.in_pairs(), remedies.r1(), remedies.smaller_beta())
        if case.is_game
        else (),
    )


def missed_classes(checks: SampleChecks) -> tuple[str, ...]:
    """The classes with less than a third of their share of the data, beyond chance."""
    return tuple(
        name
        for name, (own, data) in checks.classes.items()
        if own < MISSED * data and (data - own) * checks.n > SURE * math.sqrt(data * (1 - data) * checks.n)
    )
