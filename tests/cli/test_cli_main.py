"""The program as a whole: help, the window, exit codes, and that nothing heavy is loaded for light work."""

from __future__ import annotations

import os
import subprocess
import sys
import types
from pathlib import Path

import pytest
from typer.testing import CliRunner

from latent_studio.app.main import main as open_window
from latent_studio.cli import main
from latent_studio.cli.commands import app
from tests.cli.calls import Run, ended, program

COMMANDS = ("train", "estimate", "sample", "evaluate", "info", "export", "render", "data")


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)


def test_help_names_every_command_with_what_it_does() -> None:
    told = CliRunner().invoke(app, ["--help"])
    assert told.exit_code == 0
    for command in COMMANDS:
        assert f"│ {command} " in told.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["data", "list"], ["data", "show", "digits"]])
def test_light_commands_load_neither_torch_nor_the_window(arguments: list[str]) -> None:
    told = python(
        "import sys\n"
        "from latent_studio.cli import main\n"
        f"code = main({arguments!r})\n"
        "heavy = {'torch', 'PySide6', 'sklearn', 'safetensors'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else code)"
    )
    assert told.returncode == 0, told.stderr


def test_without_a_command_the_window_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[list[str]] = []
    window = types.ModuleType("latent_studio.app.main")

    def open_window(argv: list[str]) -> int:
        opened.append(argv)
        return 7

    vars(window)["main"] = open_window
    monkeypatch.setitem(sys.modules, "latent_studio.app.main", window)
    assert main([]) == 7
    assert opened == [[]]


def test_a_mistyped_command_is_refused_with_the_nearest_one(run: Run) -> None:
    ran = run("evalute", "x")
    assert ran.code == 2
    assert "Did you mean 'evaluate'" in ran.err  # "health" is not far either


def test_a_value_out_of_range_is_refused(run: Run) -> None:
    ran = run("sample", "x.safetensors", "--out", "x.png", "--n", "0")
    assert ran.code == 2
    assert "greater than or equal to 1" in ran.err
    assert "Traceback" not in ran.err


def test_a_mistake_ends_the_process_with_code_2_and_one_sentence() -> None:
    ran = ended(program("info", "nowhere.safetensors"))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "nowhere.safetensors is not there: it was moved or deleted.\n"


def test_a_defect_ends_with_code_1_and_its_traceback() -> None:
    told = python(
        "import sys\n"
        "from latent_studio.cli import data, main\n"
        "data.all_sources = lambda: 1 // 0\n"
        "sys.exit(main(['data', 'list']))"
    )
    assert told.returncode == 1
    assert "Traceback" in told.stderr
    assert "ZeroDivisionError" in told.stderr


def test_the_console_script_is_the_same_program() -> None:
    script = Path(sys.executable).with_name("latent-studio")
    if not script.exists():
        pytest.skip("the package is not installed beside this interpreter")
    told = subprocess.run([script, "data", "list", "--json"], capture_output=True, text=True, timeout=120)
    assert told.returncode == 0
    assert '"digits"' in told.stdout


def test_training_alone_lets_openmp_wait_as_it_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that spin for long are a third faster alone; only the window must tell them not to."""
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    main(["data", "list"])
    assert "GOMP_SPINCOUNT" not in os.environ


def test_the_window_tells_threads_not_to_spin_and_paints_without_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    monkeypatch.delenv("QT_NO_GUI_THREADPOOL", raising=False)
    assert open_window(["missing.safetensors"]) == 2  # it ends before a window is made
    assert os.environ["GOMP_SPINCOUNT"] == "10000"
    assert os.environ["QT_NO_GUI_THREADPOOL"] == "1"
