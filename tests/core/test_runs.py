"""The run folder as a reader finds it: who is alive, what was measured, what is newest."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_studio.core.events import Metrics
from latent_studio.core.runs import (
    METRICS,
    STALE_AFTER_S,
    STATUS,
    RunStatus,
    metrics_from,
    metrics_line,
    newest_weights,
    process_exists,
    read_metrics,
    read_status,
)

NUMBERS = st.floats(allow_nan=False)
ROWS = st.builds(
    Metrics,
    step=st.integers(0, 10**9),
    epoch=st.floats(0, 1e6),
    split=st.sampled_from(["steps", "train", "test"]),
    values=st.dictionaries(st.text(), NUMBERS | st.lists(NUMBERS, max_size=4).map(tuple), max_size=4),
)


@given(ROWS)
def test_a_measurement_survives_its_line(row: Metrics) -> None:
    line = metrics_line(row)
    assert line.count("\n") == 1
    assert metrics_from(line.encode()) == row


@given(st.lists(ROWS, max_size=5), st.data())
def test_however_the_log_is_read_every_row_is_read_once(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Metrics], data: st.DataObject
) -> None:
    """A reader that looks at moments when the log is partly written, in the middle of a line or of a letter."""
    run = tmp_path_factory.getbasetemp()
    text = "".join(metrics_line(row) for row in rows).encode()
    lengths = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    seen: list[Metrics] = []
    offset = 0
    for length in [*lengths, len(text)]:
        (run / METRICS).write_bytes(text[:length])
        found, offset = read_metrics(run, offset)
        seen += found
    assert seen == rows
    assert offset == len(text)


def test_a_log_that_became_shorter_is_read_from_its_start(tmp_path: Path) -> None:
    rows = [Metrics(step, 0.0, "steps", {"loss": 1.0}) for step in range(5)]
    log = tmp_path / METRICS
    log.write_text("".join(metrics_line(row) for row in rows))
    _, offset = read_metrics(tmp_path)
    log.write_text("".join(metrics_line(row) for row in rows[:2]))
    assert read_metrics(tmp_path, offset)[0] == rows[:2]


@pytest.mark.parametrize("damage", [b"\0" * 40, b"{", b"[1]", b'{"step": 1}', b"\xff", b""])
def test_a_line_that_a_power_cut_damaged_is_passed_over(tmp_path: Path, damage: bytes) -> None:
    rows = [Metrics(step, 0.0, "steps", {"loss": 1.0}) for step in range(2)]
    lines = [metrics_line(row).encode() for row in rows]
    (tmp_path / METRICS).write_bytes(lines[0] + damage + b"\n" + lines[1])
    assert read_metrics(tmp_path)[0] == rows


def test_a_run_without_a_log_has_no_measurements(tmp_path: Path) -> None:
    assert read_metrics(tmp_path) == ([], 0)


# ----------------------------------------------------------------------------------------------------------- who writes


def a_status(**changes: object) -> RunStatus:
    values = {"name": "r", "host": socket.gethostname(), "pid": os.getpid(), "heartbeat": time.time(), **changes}
    return RunStatus.model_validate(values)


def ended_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_run_whose_process_lives_is_running_however_long_it_was_paused() -> None:
    assert a_status().seen_at(time.time() + 100_000).state == "running"


def test_a_run_whose_process_is_gone_was_interrupted() -> None:
    seen = a_status(pid=ended_process(), step=1234).seen_at(time.time())
    assert (seen.state, seen.message) == ("interrupted", "interrupted at step 1,234")


def test_a_killed_process_that_nobody_waited_for_does_not_live() -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        assert process_exists(process.pid)
        process.kill()
        deadline = time.monotonic() + 10
        while process_exists(process.pid) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not process_exists(process.pid)


def test_a_process_that_began_after_the_last_heartbeat_is_another_one_with_the_same_number() -> None:
    """Process numbers are given again, after a restart of the machine in the same order."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        try:
            assert a_status(pid=process.pid, heartbeat=time.time() + 5).seen_at(time.time()).state == "running"
            assert a_status(pid=process.pid, heartbeat=time.time() - 60).seen_at(time.time()).state == "interrupted"
        finally:
            process.kill()


@pytest.mark.parametrize(("age_s", "state"), [(1.0, "running"), (STALE_AFTER_S + 1, "interrupted")])
def test_a_run_on_another_machine_is_known_by_its_heartbeat(age_s: float, state: str) -> None:
    now = time.time()
    assert a_status(host="elsewhere", pid=1, heartbeat=now - age_s).seen_at(now).state == state


@pytest.mark.parametrize("state", ["finished", "stopped", "failed"])
def test_a_run_that_ended_stays_as_it_said(state: str) -> None:
    status = a_status(state=state, pid=ended_process())
    assert status.seen_at(time.time()) == status


def test_no_process_has_a_number_below_one() -> None:
    assert not process_exists(0)
    assert not process_exists(-1)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"name": 5}', b"\xff\xfe"])
def test_a_status_that_cannot_be_read_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / STATUS).write_bytes(content)
    assert read_status(tmp_path) is None
    assert read_status(tmp_path / "gone") is None


def test_the_newest_weights_are_those_the_manifest_names(tmp_path: Path) -> None:
    assert newest_weights(tmp_path) is None
    (tmp_path / "latest").write_text("step-00000007\n")
    assert newest_weights(tmp_path) is None
    (tmp_path / "step-00000007").mkdir()
    (tmp_path / "step-00000007" / "ema.safetensors").touch()
    assert newest_weights(tmp_path) == tmp_path / "step-00000007" / "ema.safetensors"
