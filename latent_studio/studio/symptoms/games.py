"""What goes wrong between a generator and a discriminator."""

from __future__ import annotations

import numpy as np

from latent_studio.studio.findings import Evidence, Finding
from latent_studio.studio.histories import STEPS, Numbers
from latent_studio.studio.symptoms.case import Case, lately, percent, smoothed

APART = 0.97
"""With this share of the pairs in the right order the discriminator knows nearly every fake."""

BEHIND = 0.35
"""With no more than this share of the pairs in the right order it is misled. At rest it guesses: 0.5."""

VANISHED = 0.02
"""Of the largest gradient that the generator had over any tenth of the run: less moves nothing any more."""

GAINED = 0.05
"""A distance from the data that fell by less than this share over the last third no longer falls."""

FAR, NEAR = 0.3, 0.1
"""Of the distance at its largest: above the first there is much left to learn, below the second little."""

SWING, LITTLE_SWING, TURNS = 0.4, 0.25, 6
"""How far the smoothed lead of the discriminator goes up and down (from guessing to knowing all is 0.5) and how often
it turns within the last two thirds of a run. Healthy games wander by less than 0.2."""

JUMP, LITTLE_JUMP = 0.1, 0.04
"""Of the largest distance from the data: how much it changes from one measurement to the next. Healthy games: 0.01, but
for their beginning, so a little of it counts beside a little swing."""

DETOUR, FEWEST_CHANGES = 3.0, 5
"""How much longer all these changes are than what they came to; less than 2 while a game learns."""

COLLAPSED, NARROW = 0.5, 0.7
"""Mean distance of two samples in units of the data's; healthy games end between 0.85 and 1.1."""

RISING = 1.05
"""Samples whose distance grew by this factor within the second half of the run are about to spread."""


def overpowered(case: Case) -> Finding | None:
    """The discriminator knows every fake, and the generator learns nothing from it."""
    lead, gradient = case.steps("discriminator.accuracy"), case.steps("generator.gradient_norm")
    if not len(lead) or np.median(lately(lead)) < APART:
        return None
    share = float(np.median(lately(gradient)) / max(smoothed(gradient, 10).max(), 1e-300))
    left = _left_to_learn(case.measured("loss"))
    if share >= VANISHED and left < NEAR:
        return None
    why = (
        ", and the gradient that the generator learns from has vanished."
        if share < VANISHED
        else ", and the samples come no nearer to the data."
    )
    remedies = case.remedies
    return Finding(
        "overpowered",
        "bad" if share < VANISHED or left >= FAR else "warn",
        "Discriminator too strong",
        "The discriminator knows nearly every fake" + why,
        Evidence(
            f"{percent(np.median(lately(lead)))} of pairs in the right order; the generator's gradient is "
            f"{share:.2g} of its largest",
            ((STEPS, "discriminator.accuracy"), (STEPS, "generator.gradient_norm")),
        ),
        remedies.pick(
            remedies.living_gradient(),
            remedies.gradient_penalty(),
            remedies.r1(),
            remedies.fewer_updates(),
            remedies.slower_discriminator(),
        ),
    )


def outrun(case: Case) -> Finding | None:
    """The discriminator takes fakes for more real than data: it cannot follow the generator, which learns by chance."""
    lead = case.steps("discriminator.accuracy")
    if not len(lead) or np.median(lately(lead)) > BEHIND:
        return None
    remedies = case.remedies
    return Finding(
        "outrun",
        "warn",
        "Discriminator left behind",
        "The discriminator takes most fakes for more real than data: the generator moves faster than it can follow.",
        Evidence(
            f"{percent(np.median(lately(lead)))} of pairs in the right order; guessing would be 50 %",
            ((STEPS, "discriminator.real"), (STEPS, "discriminator.fake")),
        ),
        remedies.pick(remedies.slower_generator(), remedies.more_updates()),
    )


def collapsed(case: Case) -> Finding | None:
    """The samples are alike, by what was measured while it trained. A generator that never began to learn, because the
    discriminator was too strong, has not collapsed."""
    spread = case.measured("spread")
    if not len(spread) or (spread.max() < COLLAPSED and overpowered(case) is not None):
        return None
    before, now = (float(np.median(part)) for part in np.array_split(spread[len(spread) // 2 :], 2))
    if now >= NARROW or now > RISING * before:
        return None
    is_bad = now < COLLAPSED
    remedies = case.remedies
    return Finding(
        "collapsed" if is_bad else "narrow",
        "bad" if is_bad else "warn",
        "Generator collapsed" if is_bad else "Samples vary little",
        f"Two samples differ by {percent(now)} of what two pictures of the data do"
        + (": the generator makes few different ones." if is_bad else ", and it grows no more."),
        Evidence(f"spread {now:.2f}; 1 is as varied as the data", ((case.split, "spread"),)),
        remedies.pick(remedies.sees_batch(), remedies.in_pairs(), remedies.r1(), remedies.slower_generator()),
    )


def oscillating(case: Case) -> Finding | None:
    """The players take turns in undoing what the other one learned."""
    swing, n_turns = _swing(case.steps("discriminator.accuracy"))
    jump, detour = _jumps(case.measured("loss"))
    swing, jump = swing if n_turns >= TURNS else 0.0, jump if detour >= DETOUR else 0.0
    is_both = swing >= LITTLE_SWING and jump >= LITTLE_JUMP
    if not is_both and swing < SWING and jump < JUMP:
        return None
    remedies = case.remedies
    return Finding(
        "oscillating",
        "bad" if is_both and (swing >= SWING or jump >= JUMP) else "warn",
        "Players go in circles",
        "The game swings to and fro instead of settling: each player undoes what the other one learned.",
        Evidence(
            f"the discriminator's lead swings by {swing:.2f} and turned {n_turns} times; the distance from the data "
            f"changes by {percent(jump)} of its largest from one measurement to the next",
            ((STEPS, "discriminator.accuracy"), (case.split, "loss")),
        ),
        remedies.pick(remedies.no_momentum(), remedies.gradient_penalty(), remedies.r1(), remedies.slower_players()),
    )


def is_spread_out(case: Case) -> bool:
    """Whether the samples are known to vary; while they still spread, nothing good can be said either."""
    spread = case.measured("spread")
    return not len(spread) or float(np.median(lately(spread))) >= NARROW


def _left_to_learn(distance: Numbers) -> float:
    """The distance from the data as a share of its largest, where it no longer falls; 0 where it does."""
    last = lately(distance)
    before = distance[: len(distance) - len(last)]
    if not len(before) or last.min() <= (1 - GAINED) * before.min():
        return 0.0
    return float(np.median(last) / distance.max())


def _swing(lead: Numbers) -> tuple[float, int]:
    """(how far the smoothed curve goes up and down around its trend, how often it crosses it), after the beginning."""
    later = lead[len(lead) // 3 :]
    if len(later) < 4 * TURNS:
        return 0.0, 0
    curve = smoothed(later, min(40, len(later) // 4))  # single rows are noise
    t = np.arange(len(curve))
    around = curve - np.polyval(np.polyfit(t, curve, 1), t)
    low, high = np.percentile(around, [5, 95])
    return float(high - low), int(np.sum(np.diff(np.sign(around)) != 0))


def _jumps(distance: Numbers) -> tuple[float, float]:
    """(the usual change from one measurement to the next, as a share of the largest distance; how much longer the way
    is than what was gained by it), in the second half."""
    later = distance[len(distance) // 2 :]
    changes = np.diff(later)
    if len(changes) < FEWEST_CHANGES:
        return 0.0, 0.0
    gained = max(abs(later[-1] - later[0]), 1e-300)
    return float(np.median(np.abs(changes)) / max(np.abs(distance).max(), 1e-300)), float(
        np.abs(changes).sum() / gained
    )
