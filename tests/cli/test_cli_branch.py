"""`branch`: a run that goes on from another one with another setting."""

from __future__ import annotations

from pathlib import Path

from latent_studio.core.runs import read_origin, read_status
from tests.cli.calls import Refused, Run


def test_a_branch_goes_on_with_the_setting_that_was_changed(run: Run, trained: Path, tmp_path: Path) -> None:
    branch = tmp_path / "branch"
    told = run("branch", trained, "--set", "model.beta=0.5", "--run", branch, "--name", "softer", "--json").json
    assert told == {"folder": str(branch), "name": "softer", "step": 23, "anew": []}
    origin = read_origin(branch)
    assert origin is not None
    assert (origin.name, origin.changes) == ("tiny digits", {"model.beta": 0.5})
    assert run("train", branch, "--json").code == 0
    status = read_status(branch)
    assert status is not None
    assert (status.state, status.step) == ("finished", 46)


def test_a_person_is_told_how_to_go_on(run: Run, trained: Path, home: Path) -> None:
    ran = run("branch", trained, "--best", "--set", "optimizer.learning_rate=1e-4")
    assert "tiny digits, branched stands at step 23 of run" in ran.out
    assert "What did not fit starts anew: the autoencoder's optimiser." in ran.err
    assert f"latent-studio train {home / 'runs' / 'tiny-digits-branched'}" in ran.err


def test_what_cannot_be_branched_is_one_sentence(refused: Refused, trained: Path, tmp_path: Path) -> None:
    assert "give the folder of a run" in refused("branch", tmp_path)
    assert "another latent code" in refused("branch", trained, "--set", "model.n_latent=4", "--run", tmp_path / "x")
