"""`kill -9` at any moment: the run goes on where it was last whole, and ends as if nothing had happened.

benchmarks/faults.py does the same 200 times.
"""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from benchmarks.faults import Saboteur, cut_save, newest_step
from latent_studio.core.files import TEMPORARY

N_KILLS = 10


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no kill -9")
def test_a_run_killed_ten_times_at_random_moments_ends_bit_for_bit_like_an_undisturbed_one(tmp_path: Path) -> None:
    count = Saboteur(tmp_path, seed=1, share_aimed=0.8).sabotage(N_KILLS)
    assert count.n_kills == N_KILLS
    assert count.n_in_save >= 1, "no kill came between a save's first write and its rename: nothing was tested"
    assert count.n_lost_steps == 0
    assert count.n_equal == count.n_runs


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no kill -9")
def test_a_killed_run_sees_the_very_same_changed_pictures_when_it_goes_on(tmp_path: Path) -> None:
    changes = {"mirror": True, "shift": 0.1, "colour": 0.2}
    count = Saboteur(tmp_path, seed=2, share_aimed=0.5, augment=changes).sabotage(3)
    assert count.n_kills == 3
    assert count.n_equal == count.n_runs


def test_a_cut_save_is_told_from_an_old_step_that_was_being_deleted(tmp_path: Path) -> None:
    for step in (7, 8):
        (tmp_path / f"step-{step:08d}").mkdir()
    old, new = (tmp_path / f"{TEMPORARY}step-{step:08d}" for step in (5, 9))
    old.mkdir()
    (old / "model.safetensors").touch()
    assert newest_step(tmp_path) == 8
    assert cut_save(tmp_path) is None
    new.mkdir()
    assert cut_save(tmp_path) is None  # not a byte of it was written
    (new / "model.safetensors").touch()
    assert cut_save(tmp_path) == new
