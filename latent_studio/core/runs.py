"""The run folder as a protocol: what any reader, without torch, finds in it.

    recipe.toml  metrics.jsonl  controls.jsonl  status.json  samples/  step-NNNNNNNN/  latest  best.safetensors
    checks.json  origin.json

A run started by another window, from the command line or on another machine over a shared disk is followed by reading
these files; `metrics.jsonl` may end in half a line.
"""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from latent_studio.core.controls import Controls
from latent_studio.core.events import Metrics
from latent_studio.core.files import write_file
from latent_studio.core.header import Header, read_header

RECIPE, METRICS, CONTROLS, STATUS, LATEST = "recipe.toml", "metrics.jsonl", "controls.jsonl", "status.json", "latest"
CHECKS = "checks.json"
"""What was measured last on samples of the run, and at which step. Whoever measured writes it, whole, the run's writer
or not: nothing that trains reads it."""
ORIGIN = "origin.json"
"""Where a run that branched off another one comes from."""
BEST, MODEL, EMA, STATE = "best.safetensors", "model.safetensors", "ema.safetensors", "state.safetensors"
SAMPLES, STEP = "samples", "step-"

STALE_AFTER_S = 30.0
"""A running run whose heartbeat is older was interrupted."""

_CLOCK_SLACK_S = 10.0
"""How far the clock may be set forward between a process's start and its heartbeat."""

RunState = Literal["running", "paused", "finished", "stopped", "failed", "interrupted"]


class RunStatus(BaseModel):
    """How a run stands, as its writer last said. `heartbeat` is seconds since 1970."""

    model_config = ConfigDict(frozen=True)

    name: str
    family: str = ""
    data: str = ""
    state: RunState = "running"
    step: int = 0
    n_steps: int = 0
    epoch: float = 0.0
    n_epochs: int = 0
    seconds_left: float | None = None
    loss: float | None = None
    best_loss: float | None = None
    message: str = ""
    heartbeat: float = 0.0
    host: str = ""
    pid: int = 0
    disk_bytes: int = 0

    def seen_at(self, now: float) -> RunStatus:
        """The status as a reader must take it: a running run without a living writer was interrupted."""
        if self.state not in ("running", "paused") or self.is_alive(now):
            return self
        return self.model_copy(update={"state": "interrupted", "message": f"interrupted at step {self.step:,}"})

    def is_alive(self, now: float) -> bool:
        """Whether the writer still writes: by its process on this host, by its heartbeat on another."""
        if self.host == socket.gethostname() and os.name != "nt":  # Windows has no harmless signal to ask with
            return process_exists(self.pid) and not began_after(self.pid, self.heartbeat)
        return now - self.heartbeat < STALE_AFTER_S


class Origin(BaseModel):
    """Where a branch comes from: a run, the step it stood at, the changes of its recipe by path, and what was not
    carried over."""

    model_config = ConfigDict(frozen=True)

    name: str
    step: int
    moment: Literal["newest", "best"] = "newest"
    changes: dict[str, Any] = {}
    anew: tuple[str, ...] = ()


def read_origin(run: Path) -> Origin | None:
    """Where a run branched off; None for one that began from nothing."""
    try:
        return Origin.model_validate_json((run / ORIGIN).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None


def read_status(run: Path) -> RunStatus | None:
    """The status of a run folder, None where there is none (yet) to read."""
    try:
        status = RunStatus.model_validate_json((run / STATUS).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None
    return status.seen_at(time.time())


def mark_held(run: Path, is_held: bool) -> None:
    """Have every reader see that the run is paused, or goes on. Only its writer calls this, between two steps."""
    status = read_status(run)
    if status is not None and status.state in ("running", "paused"):
        told = status.model_copy(update={"state": "paused" if is_held else "running", "heartbeat": time.time()})
        write_file(run / STATUS, told.model_dump_json(), sync=False)


def read_metrics(run: Path, offset: int = 0) -> tuple[list[Metrics], int]:
    """The measurements from a byte offset on, and the offset to go on from; half a line waits for its other half."""
    try:
        with (run / METRICS).open("rb") as file:
            if file.seek(0, os.SEEK_END) < offset:
                offset = 0  # the run went back to an earlier step: read again from the start
            file.seek(offset)
            text = file.read()
    except FileNotFoundError:
        return [], 0
    whole = text.rfind(b"\n") + 1
    rows = [metrics_from(line) for line in text[:whole].splitlines()]
    return [row for row in rows if row is not None], offset + whole


def read_controls(run: Path) -> list[tuple[int, Controls]]:
    """What a person changed while the run was in training, each with the step it was in force after."""
    try:
        text = (run / CONTROLS).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    rows = [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]
    return [(row.pop("step"), Controls(**row)) for row in rows]


def metrics_line(metrics: Metrics) -> str:
    """One line of metrics.jsonl."""
    values = {"step": metrics.step, "epoch": metrics.epoch, "split": metrics.split, "values": dict(metrics.values)}
    return json.dumps(values, separators=(",", ":")) + "\n"


def metrics_from(line: bytes) -> Metrics | None:
    """What `metrics_line` wrote; None for a line that a power cut damaged."""
    try:
        row = json.loads(line)
        values = {name: tuple(v) if isinstance(v, list) else v for name, v in row["values"].items()}
        return Metrics(row["step"], row["epoch"], row["split"], values)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def newest_weights(run: Path) -> Path | None:
    """The EMA checkpoint of the newest saved step, None before the first save."""
    try:
        path = run / (run / LATEST).read_text().strip() / EMA
    except (FileNotFoundError, NotADirectoryError):
        return None
    return path if path.is_file() else None


IN_MEMORY = "module:"
"""What the key of a model begins with that lies in no file: somebody's own module, shown from a script."""


def header_of(key: str) -> Header | None:
    """The header of the model of that key, a checkpoint or a run's newest saved step; None where no file has it: of a
    run that saved nothing yet, of a model in memory.

    StudioError where the file is missing or damaged.
    """
    if key.startswith(IN_MEMORY):
        return None
    path = Path(key)
    if not path.is_dir():
        return read_header(path)
    weights, status = newest_weights(path), read_status(path)
    if weights is None:
        return None
    header = read_header(weights)  # of a run that was renamed since it was saved, its status knows the name
    return header if status is None else header.model_copy(update={"name": status.name})


def process_exists(pid: int) -> bool:
    """Whether a process of that number lives on this machine."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:  # a killed child that nobody has waited for yet is no writer any more
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return True


def began_after(pid: int, moment: float) -> bool:
    """Whether the process is younger than `moment` (seconds since 1970): another one that was given the same number.

    False where the system does not tell.
    """
    try:
        ticks = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except OSError:
        return False
    age_s = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return time.time() - age_s > moment + _CLOCK_SLACK_S
