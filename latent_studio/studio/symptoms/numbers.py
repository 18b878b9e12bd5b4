"""Numbers that are none."""

from __future__ import annotations

import numpy as np

from latent_studio.core.events import SKIPPED
from latent_studio.studio.findings import Evidence, Finding
from latent_studio.studio.histories import STEPS, Numbers, Table
from latent_studio.studio.symptoms.case import Case


def not_finite(case: Case) -> Finding | None:
    """Steps that were skipped because their loss or gradient was not finite, or a measurement that is no number."""
    skipped = _skipped(case.history.tables.get(STEPS))
    is_broken = _ends_broken(case.history.tables.get(case.split))
    if not len(skipped) and not is_broken:
        return None
    n = len(skipped)
    if is_broken:
        text = "What the model makes of the data is no finite number any more."
    else:
        text = f"{'A step was' if n == 1 else f'{n} steps were'} skipped, for the loss or its gradient was not finite."
    names = [name for name in case.history.names(STEPS) if name.split(".")[-1] == "loss"]
    evidence = f"{n:,} of the steps that were looked at" + (f", the last one at {skipped[-1]:,.0f}" if n else "")
    return Finding(
        "not_finite",
        "bad",
        "Values not finite",
        text,
        Evidence(evidence, tuple((STEPS, name) for name in names)),
        case.remedies.pick(case.remedies.slower(), case.remedies.full_precision()),
    )


def _skipped(table: Table | None) -> Numbers:
    """The steps that moved nothing."""
    marks = None if table is None else table.values.get(SKIPPED)
    if table is None or marks is None:
        return np.empty(0)
    return table.steps[np.nan_to_num(marks) > 0]


def _ends_broken(table: Table | None) -> bool:
    return table is not None and "loss" in table.values and not np.isfinite(table.values["loss"][-1])
