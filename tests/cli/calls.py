"""What tests of the command line share: a small recipe, what a command answered, and commands as processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

DIGITS = """
name = "tiny digits"
[data]
source = "digits"
[model]
family = "vae"
n_latent = 3
width = 16
[training]
n_epochs = 1
batch_size = 64
n_threads = 1
"""
"""Trains in a second."""


@dataclass(frozen=True)
class Ran:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]
Refused = Callable[..., str]


HEARING_CTRL_C = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("latent_studio.cli", run_name="__main__", alter_sys=True)
"""
"""A shell that runs the tests in the background has its children ignore Ctrl-C; these are to hear it."""


def program(*arguments: object) -> subprocess.Popen[str]:
    """The command line as a process of its own."""
    command = [sys.executable, "-c", HEARING_CTRL_C, *map(str, arguments)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def ended(process: subprocess.Popen[str]) -> Ran:
    """Wait for the process's end."""
    out, err = process.communicate(timeout=120)
    return Ran(process.returncode, out, err)
