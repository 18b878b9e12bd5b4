"""The moments of a run that can be looked at again: its best weights, and the steps that it saved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from latent_studio.core.runs import BEST, EMA, STEP


@dataclass(frozen=True)
class Moment:
    """path: of its weights, within the run's folder; "" for the newest."""

    path: str
    title: str


def moments_of(run: Path) -> tuple[Moment, ...]:
    """The newest, the best and the saved steps, latest first; nothing for what is no run. Reads the folder."""
    if not run.is_dir():
        return ()
    found = [Moment("", "newest")]
    if (run / BEST).is_file():
        found.append(Moment(BEST, "best"))
    for step in sorted(run.glob(f"{STEP}*"), reverse=True):
        number = step.name.removeprefix(STEP)
        if number.isdecimal() and (step / EMA).is_file():
            found.append(Moment(f"{step.name}/{EMA}", f"step {int(number):,}"))
    return tuple(found)
