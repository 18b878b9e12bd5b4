"""`kill -9` of the window while somebody drags: the next window goes on with what was there a moment before.

benchmarks/window_faults.py does the same many times.
"""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from benchmarks.window_faults import LEAST_EDITS, MOST_LOST_S, Assassin

N_KILLS = 5


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no kill -9")
def test_a_window_killed_in_the_middle_of_a_drag_loses_at_most_a_second(tmp_path: Path, models: Path) -> None:
    losses = Assassin(tmp_path, models, seed=3).kill(N_KILLS)
    assert losses.n_edits >= (LEAST_EDITS - 1) * N_KILLS
    assert losses.strange == 0, "a document was restored that had never been there"
    assert len(losses.seconds) == N_KILLS
    assert max(losses.seconds) <= MOST_LOST_S
