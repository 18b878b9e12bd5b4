"""`latent-studio health`: what the numbers of a run say of it, in plain words; with --samples also what samples say."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from latent_studio.cli.output import AsJson, console, print_json
from latent_studio.core.errors import StudioError
from latent_studio.core.events import Done, Progress
from latent_studio.core.runs import RECIPE
from latent_studio.studio.health import Finding, SampleChecks, diagnose, read_checks, sample_checks
from latent_studio.studio.histories import Log
from latent_studio.training.recipe import read_recipe

MARKS = {"good": "✓", "warn": "!", "bad": "✗"}


def health(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.", show_default=False)],
    samples: Annotated[
        bool, typer.Option("--samples", help="Draw samples first: how varied they are, and which classes they miss.")
    ] = False,
    n: Annotated[int, typer.Option("--n", min=2, help="How many samples.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """Say how a run is, what that rests on, and what could be tried in a branch of it.

    Classes are counted by a classifier, which is trained once per data set.
    """
    if not (run / RECIPE).is_file():
        raise StudioError(f"{run} is no run folder: give the folder of a run.")
    checks = checked(run, n) if samples else read_checks(run)
    found = diagnose(Log().read_on(run).history, read_recipe(run / RECIPE).said(), checks)
    if as_json:
        print_json({"findings": found, "samples": checks})
        return
    if not found:
        print("There is too little to tell yet.")
    for finding in found:
        show(finding, run)
    if checks is not None:
        print(f"\n{samples_text(checks)}")


def checked(run: Path, n: int) -> SampleChecks:
    """Draw and measure samples of the newest saved step; a line on the screen tells how far it is."""
    from latent_studio.engine.checks import CheckSamples
    from latent_studio.engine.data import OpenData
    from latent_studio.training.snapshots import SnapshotStore

    job = CheckSamples(key=str(run), data=OpenData(), snapshots=SnapshotStore(), n=n, n_threads=0)
    with console(stderr=True).status("reading") as status, closing(job.run()) as events:
        for event in events:
            if isinstance(event, Progress):
                share = f" · {100 * event.done // event.total} %" if event.total else ""
                status.update(f"{event.text}{share}")
            elif isinstance(event, Done):
                return sample_checks(event.result)
    raise AssertionError("the job ended without a result")


def show(finding: Finding, run: Path) -> None:
    """A finding with its evidence, and its remedies as commands."""
    print(f"{MARKS[finding.level]} {finding.title}. {finding.text}")
    if finding.evidence.text:
        print(f"    {finding.evidence.text}")
    for remedy in finding.remedies:
        settings = " ".join(f"--set {path}={_written(value)}" for path, value in remedy.changes.items())
        print(f"    → {remedy.text}: latent-studio branch {run} {settings}")


def samples_text(checks: SampleChecks) -> str:
    """What was measured on samples, in a line, and the shares of the classes."""
    parts = [f"spread {checks.spread:.2f}", f"nearly equal {100 * checks.duplicates:.0f} %"]
    if checks.score is not None:
        parts.append(f"classes told for certain and evenly {checks.score:.2f} of {len(checks.classes)}")
    text = f"{checks.n:,} samples at step {checks.step:,}: " + ", ".join(parts)
    shares = [f"{name} {100 * own:.1f} % ({100 * data:.1f})" for name, (own, data) in checks.classes.items()]
    return f"{text}\nclasses (data): {', '.join(shares)}" if shares else text


def _written(value: object) -> object:
    """As TOML writes it; nothing leaves a field open."""
    return str(value).lower() if isinstance(value, bool) else "" if value is None else value
