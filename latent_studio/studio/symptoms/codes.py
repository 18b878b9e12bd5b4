"""What goes wrong with the code of a variational autoencoder."""

from __future__ import annotations

import numpy as np

from latent_studio.studio.findings import Evidence, Finding
from latent_studio.studio.histories import Numbers
from latent_studio.studio.symptoms.case import Case

DEAD_NATS = 0.01
"""A dimension with less KL than this says nothing of the picture, as `evaluate` counts them."""

ALL_DEAD, MANY_DEAD = 0.9, 0.25
"""Shares of dead dimensions: with the first the decoder does without the code, the second is worth to be told."""


def posterior_collapse(case: Case) -> Finding | None:
    """The decoder does without the code: what is coded of any picture is the prior."""
    kl = _kl(case)
    if not len(kl) or np.mean(kl < DEAD_NATS) < ALL_DEAD or kl.sum() > 1:
        return None
    remedies = case.remedies
    return Finding(
        "posterior_collapse",
        "bad",
        "Posterior collapse",
        "The code says nothing of the pictures: whatever is dragged, they stay as they are.",
        Evidence(
            f"{kl.sum():.2g} nat in all {len(kl)} dimensions together",
            ((case.split, "kl"), (case.split, "reconstruction")),
        ),
        remedies.pick(remedies.smaller_beta(), remedies.free_bits()),
    )


def dead_dimensions(case: Case) -> Finding | None:
    """Dimensions that do nothing, beside others that do."""
    kl = _kl(case)
    n_dead = int(np.sum(kl < DEAD_NATS))
    if not n_dead or n_dead < MANY_DEAD * len(kl) or posterior_collapse(case) is not None:
        return None
    remedies = case.remedies
    return Finding(
        "dead_dimensions",
        "warn",
        "Dimensions unused",
        f"{n_dead} of {len(kl)} dimensions say nothing of the picture: dragging them changes nothing.",
        Evidence(f"less than {DEAD_NATS} nat each; the others {kl[kl >= DEAD_NATS].mean():.2f} on average"),
        remedies.pick(remedies.free_bits(), remedies.smaller_beta()),
    )


def _kl(case: Case) -> Numbers:
    """(d,) nats per dimension, as measured last."""
    return np.asarray(case.history.vectors.get("kl_per_dim", ()), np.float64)
