"""The command line called in this process, and a run to call it on."""

from __future__ import annotations

from pathlib import Path

import pytest

from latent_studio.cli import main
from tests.cli.calls import DIGITS, Ran, Refused, Run


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command: `run("info", path)`."""

    def run(*arguments: object) -> Ran:
        capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        return Ran(code, *capfd.readouterr())

    return run


@pytest.fixture
def refused(run: Run) -> Refused:
    """Run a command that must be refused: exit code 2, nothing on stdout, one sentence on stderr. Returns it."""

    def refused(*arguments: object) -> str:
        ran = run(*arguments)
        told = [line for line in ran.err.splitlines() if "→" not in line]  # that line names the run
        assert (ran.code, ran.out, len(told)) == (2, "", 1), ran
        assert told[0][-1] in ".?", told
        assert "Traceback" not in ran.err
        return told[0]

    return refused


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """The small recipe as a file."""
    path = tmp_path / "digits.toml"
    path.write_text(DIGITS)
    return path


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of that recipe; whoever changes it copies it first."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "digits.toml").write_text(DIGITS)
    assert main(["train", str(folder / "digits.toml"), "--run", str(folder / "run"), "--json"]) == 0
    return folder / "run"


@pytest.fixture(scope="session")
def checkpoint(trained: Path) -> Path:
    """The averaged weights of that run."""
    return next(trained.glob("step-*")) / "ema.safetensors"
