"""The run folder as its writer keeps it: one writer, the newest steps and the marked ones, nothing half-written."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Metrics, Pictures
from latent_studio.core.pictures import picture_from_png
from latent_studio.core.runs import LATEST, STATUS, RunStatus, read_status
from latent_studio.training.runs import Run
from latent_studio.training.trainer import train
from tests.training.toys import assert_same_state, digits, of_kind, play, recipe, state

SAVING = recipe("fragile", save_every_s=0.0)


def steps(run: Path) -> list[int]:
    return [int(folder.name[-8:]) for folder in Run(run).saved_steps()]


def test_the_three_newest_steps_are_kept(tmp_path: Path) -> None:
    play(SAVING, tmp_path)
    assert steps(tmp_path) == [10, 11, 12]
    assert (tmp_path / LATEST).read_text() == "step-00000012"


def test_a_marked_step_is_kept_and_does_not_count(tmp_path: Path) -> None:
    play(SAVING, tmp_path, until_step=4)
    (tmp_path / "step-00000002" / "keep").touch()
    play(SAVING, tmp_path)
    assert steps(tmp_path) == [2, 10, 11, 12]


def test_leftovers_of_a_crash_are_cleared_away(tmp_path: Path) -> None:
    play(SAVING, tmp_path, until_step=4)
    half = tmp_path / ".tmp-step-00000005"
    half.mkdir()
    (half / "model.safetensors").write_bytes(b"half")
    (tmp_path / ".tmp-123-status.json").write_text("{")
    play(SAVING, tmp_path)
    assert not list(tmp_path.glob(".tmp-*"))


def test_a_folder_without_its_last_file_is_no_saved_step(tmp_path: Path) -> None:
    play(SAVING, tmp_path, until_step=4)
    (tmp_path / "step-00000004" / "counters.json").unlink()
    assert steps(tmp_path) == [2, 3]


def test_the_writers_heartbeat_says_how_the_run_stands(tmp_path: Path) -> None:
    training = train(recipe("fragile"), tmp_path, digits())
    next(training)
    status = read_status(tmp_path)
    assert status is not None
    assert (status.state, status.step, status.n_steps, status.n_epochs) == ("running", 0, 12, 3)
    assert (status.pid, status.host) == (os.getpid(), socket.gethostname())
    assert abs(status.heartbeat - time.time()) < 60
    training.close()
    play(recipe("fragile"), tmp_path)
    status = read_status(tmp_path)
    assert status is not None
    assert (status.state, status.step, status.epoch, status.seconds_left) == ("finished", 12, 3.0, None)
    assert status.loss is not None
    assert status.loss == status.best_loss
    assert status.disk_bytes > 10_000


@pytest.mark.parametrize("state_said", ["running", "paused"])
def test_a_run_that_another_process_writes_is_left_to_it(tmp_path: Path, state_said: str) -> None:
    play(recipe("fragile"), tmp_path, until_step=3)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.name != STATUS}
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as other:
        say(tmp_path, state_said, other.pid)
        with pytest.raises(StudioError, match=f"is being trained by process {other.pid} .* or stop it there first"):
            play(recipe("fragile"), tmp_path)
        other.kill()
    assert before == {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file() and p.name != STATUS}
    play(recipe("fragile"), tmp_path)  # the other one is gone


def say(run: Path, state_said: str, pid: int, host: str = "") -> None:
    status = RunStatus.model_validate(
        {"name": "r", "state": state_said, "pid": pid, "host": host or socket.gethostname(), "heartbeat": time.time()}
    )
    (run / STATUS).write_text(status.model_dump_json())


def test_a_run_that_another_machine_writes_is_left_to_it_while_its_heart_beats(tmp_path: Path) -> None:
    play(recipe("fragile"), tmp_path, until_step=3)
    say(tmp_path, "running", pid=1, host="the-other-machine")
    with pytest.raises(StudioError, match="is being trained by process 1 on the-other-machine"):
        play(recipe("fragile"), tmp_path)


def test_the_same_number_on_another_machine_is_another_process(tmp_path: Path) -> None:
    """Two containers on a shared disk number their processes alike."""
    play(recipe("fragile"), tmp_path, until_step=3)
    say(tmp_path, "running", pid=os.getpid(), host="the-other-machine")
    with pytest.raises(StudioError, match="on the-other-machine"):
        play(recipe("fragile"), tmp_path)


@pytest.mark.parametrize("is_stopped", [True, False])
def test_who_finds_that_another_took_the_run_over_writes_nothing_more(tmp_path: Path, is_stopped: bool) -> None:
    """It was paused for long on a shared disk, and another machine took it for interrupted."""
    training = train(SAVING, tmp_path, digits())
    for event in training:
        if isinstance(event, Metrics) and event.step == 5:
            break
    say(tmp_path, "running", pid=1, host="the-other-machine")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.suffix in (".safetensors", ".json")}
    with pytest.raises(StudioError, match="is being trained by process 1 on the-other-machine"):
        training.close() if is_stopped else list(training)
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.suffix in (".safetensors", ".json")}
    assert after == before


def test_pictures_are_kept_beside_the_run(tmp_path: Path) -> None:
    events = play(recipe("vae", {"n_latent": 2, "width": 8, "network": "mlp"}, n_epochs=1), tmp_path)
    names = {path.name for path in (tmp_path / "samples").iterdir()}
    assert names == {
        "originals-00000000.png",
        *(f"{title}-{step:08d}.png" for title in ("samples", "reconstructions") for step in (0, 4)),
    }
    sheet = picture_from_png((tmp_path / "samples" / "samples-00000004.png").read_bytes())
    shown = of_kind(Pictures, events)[-1].pictures["samples"]
    assert sheet.shape == (4 * 8, 6 * 8)
    assert (sheet[:8, :8] == shown[0]).all()
    assert (sheet[8:16, 16:24] == shown[8]).all()


def test_a_log_with_a_damaged_line_does_not_keep_a_run_from_going_on(tmp_path: Path) -> None:
    """After a power cut the end of a log may be zeros; what follows the damage is measured again."""
    play(recipe("fragile"), tmp_path / "whole")
    play(recipe("fragile"), tmp_path / "cut", until_step=7)
    log = tmp_path / "cut" / "metrics.jsonl"
    whole = log.read_bytes()
    log.write_bytes(whole + b"\0" * 40 + b"\n")
    play(recipe("fragile"), tmp_path / "cut")
    assert log.read_bytes() == (tmp_path / "whole" / "metrics.jsonl").read_bytes()
    assert_same_state(state(tmp_path / "whole"), state(tmp_path / "cut"))


def test_rewinding_keeps_what_was_measured_up_to_a_step(tmp_path: Path) -> None:
    run = Run(tmp_path)
    rows = [Metrics(step, step / 4, "steps", {"loss": 1.0}) for step in range(6)]
    run.log(rows)
    assert run.rewind(3) == rows[:4]
    assert run.rewind(3) == rows[:4]
    assert Run(tmp_path / "none").rewind(3) == []
