"""What a person changes while a run is in training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Controls:
    """Sent into the training generator, taken over before its next step and logged with that step.

    learning_rate: of every player, where not None.  learning_rates, n_updates: of single players, by phase.
    only: the next step is this player's alone, the others sit it out.
    save_now: write the step at once; it changes nothing and is not logged.
    """

    learning_rates: Mapping[str, float] = field(default_factory=dict)
    n_updates: Mapping[str, int] = field(default_factory=dict)
    save_now: bool = False
    learning_rate: float | None = None
    only: str = ""

    @property
    def changes_the_game(self) -> bool:
        """Whether what comes after depends on it."""
        return bool(self.learning_rates or self.n_updates or self.learning_rate is not None or self.only)
