"""How every run is put into words: where it stands, how long it will take, what a person changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from latent_studio.core.controls import Controls
from latent_studio.core.runs import RunStatus
from latent_studio.studio.captions import figures
from latent_studio.studio.health import SampleChecks
from latent_studio.studio.histories import TEST
from latent_studio.studio.live_run import LiveRun

_IS_THERE = 0.1
Tone = Literal["accent", "muted", "warn", "bad"]


@dataclass(frozen=True)
class Standing:
    """How a run stands, in words and as a share.

    brief: the same where there is little room.  tone: what colour says it.
    share: of a run under way, 0 to 1, else None.
    remedy: what a link beside the words offers: "Continue", "Continue with a smaller learning rate" or nothing.
    """

    text: str
    tone: Tone = "muted"
    share: float | None = None
    remedy: str = ""
    brief: str = ""


def standing_of(live: LiveRun) -> Standing:
    """Of a run that this window trains."""
    share = live.share
    match live.stage:
        case "waiting":
            return _said(live.text or "waiting for its turn", "accent", share)
        case "paused":
            return _said(f"paused at {_where(live.epoch, live.plan.n_epochs, live.step)}", "warn", share)
        case "stopping":
            return _said("saving and stopping", "accent", share)
        case _:
            left = live.seconds_left
            return Standing(training_text(share, left), "accent", share, brief=training_text(None, left))


def standing(status: RunStatus | None, here: str = "") -> Standing:
    """Of a run as its folder tells. here: this machine's name; a run elsewhere is said to be there."""
    if status is None:
        return _said("nothing saved yet", "muted")
    share = status.step / status.n_steps if status.n_steps else None
    place = _where(status.epoch, status.n_epochs, status.step)
    is_elsewhere = bool(here and status.host and status.host != here)
    there = f"on {status.host} · " if is_elsewhere else ""
    match status.state:
        case "running":
            text = there + training_text(share, status.seconds_left)
            near = training_text(None, status.seconds_left)
            return Standing(text, "accent", share, brief=f"{there}{_percent(share)}" if is_elsewhere else near)
        case "paused":
            brief = f"{there}paused" if is_elsewhere else f"paused at {place}"
            return Standing(f"{there}paused at {place}", "warn", share, brief=brief)
        case "finished":
            return _said(f"finished · {epochs_text(status.n_epochs)}", "muted")
        case "stopped":
            return _said(f"stopped at {place}", "warn", remedy=CONTINUE)
        case "failed":
            brief = "stopped: loss not finite" if "not finite" in status.message else "failed"
            return Standing(status.message or "failed", "bad", remedy=remedy_for(status.message), brief=brief)
        case "interrupted":
            return _said(f"interrupted at step {status.step:,}", "warn", remedy=CONTINUE)


def _said(text: str, tone: Tone, share: float | None = None, remedy: str = "") -> Standing:
    """What is short enough everywhere."""
    return Standing(text, tone, share, remedy, brief=text)


CONTINUE, SMALLER_STEPS = "Continue", "Continue with a smaller learning rate"


def remedy_for(message: str) -> str:
    """What to offer beside the sentence of a run that failed."""
    return SMALLER_STEPS if "smaller learning rate" in message else CONTINUE


def training_text(share: float | None, seconds_left: float | None) -> str:
    """`training · 61 % · 2 min left`, as far as it is known."""
    parts = ["training"]
    if share is not None:
        parts.append(_percent(share))
    if seconds_left is not None:
        parts.append(f"{duration_text(seconds_left)} left")
    return " · ".join(parts)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{int(100 * share)} %"


def epochs_text(n: int) -> str:
    return f"{n:,} epoch{'s' if n != 1 else ''}"


def duration_text(seconds: float) -> str:
    """A time to wait, coarsely: `24 s`, `2 min`, `1 h 5 min`."""
    if seconds < 59.5:
        return f"{max(1, round(seconds))} s"
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def estimate_text(seconds: float) -> str:
    """How long a recipe will take: `about 1 min 10 s`, to two figures, for that is how well it is known."""
    if seconds < 60:
        return f"about {max(1, round(seconds))} s"
    if seconds < 600:
        tens = round(seconds / 10) * 10
        return f"about {tens // 60} min" + (f" {tens % 60} s" if tens % 60 else "")
    return f"about {duration_text(seconds)}"


def _where(epoch: float, n_epochs: int, step: int) -> str:
    return f"epoch {min(int(epoch) + 1, n_epochs)}" if n_epochs else f"step {step:,}"


def ended_text(run: LiveRun) -> str:
    """A run that ended by itself, in one line: `digits-gan-16 is trained · 60 epochs · test loss 0.412`."""
    if run.failure is not None:
        return f"{run.plan.name}: {run.failure.text}"
    if not run.is_done:
        return ""
    loss = run.history().last(TEST)
    measured = [] if loss is None else [f"test loss {figures(loss)}"]
    return " · ".join([f"{run.plan.name} is trained", epochs_text(run.plan.n_epochs), *measured])


def samples_text(samples: SampleChecks) -> str:
    """What was measured on samples, in one line; a class counts as there with a tenth of its share in the data."""
    parts = [f"{samples.n:,} samples at step {samples.step:,}", f"spread {samples.spread:.2f}"]
    parts.append(f"{samples.duplicates:.0%} nearly equal")
    if samples.classes:
        n_there = sum(own >= _IS_THERE * data for own, data in samples.classes.values())
        parts.append(f"{n_there} of {len(samples.classes)} classes")
    return " · ".join(parts)


def head_parts(live: LiveRun | None, status: RunStatus | None) -> tuple[str, ...]:
    """What is told beside a run's name, the most telling first: `epoch 8 of 12`, `10,400 pictures/s`, `step 3,752`."""
    if live is not None:
        if not live.n_steps:
            return (standing_of(live).text,)
        speed = live.pictures_per_s
        parts = [_epoch_of(live.epoch, live.plan.n_epochs), f"{_rounded(speed)} pictures/s" if speed else ""]
        return tuple(part for part in (*parts, f"step {live.step:,}") if part)
    if status is None:
        return ()
    return (_epoch_of(status.epoch, status.n_epochs), f"step {status.step:,}") if status.n_epochs else ()


def _epoch_of(epoch: float, n_epochs: int) -> str:
    return f"epoch {min(int(epoch) + 1, n_epochs):,} of {n_epochs:,}"


def _rounded(speed: float) -> str:
    """To three figures, for the last ones dance."""
    return f"{float(f'{speed:.3g}'):,.0f}" if speed >= 10 else f"{speed:.1f}"


def change_text(step: int | None, controls: Controls) -> str:
    """`step 1,200: discriminator's learning rate 0.0001`; without a step it is still to come: `next step: …`."""
    parts = [] if controls.learning_rate is None else [f"learning rate {rate_text(controls.learning_rate)}"]
    parts += [f"{player}'s learning rate {rate_text(rate)}" for player, rate in controls.learning_rates.items()]
    parts += [f"{updates_text(n)} of {player}" for player, n in controls.n_updates.items()]
    parts += [f"{controls.only} alone"] if controls.only else []
    where = "next step" if step is None else f"step {step:,}"
    return f"{where}: {', '.join(parts)}"


def rate_text(rate: float) -> str:
    """A learning rate to three figures: `0.001`, `5e-5`."""
    return f"{rate:.3g}".replace("e-0", "e-")


def updates_text(n: int) -> str:
    """How often a player moves in a step."""
    return f"{n} update{'s' if n != 1 else ''}"
