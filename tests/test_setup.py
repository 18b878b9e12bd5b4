"""What set-up promises: pinned versions, rooms that keep their walls, and tests that cannot leak unseen."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
ROOMS = sorted(folder.parent.name for folder in (ROOT / "latent_studio").glob("*/__init__.py"))


# ------------------------------------------------------------------------------------------------------------ versions


def pins() -> dict[str, str]:
    """constraints.txt as canonical name → version."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    parts = [line.partition("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, _, version in parts}


def installed_closure(distribution: str, extras: set[str]) -> dict[str, str]:
    """All that `distribution` brings on this machine, as canonical name → public version."""
    found: dict[str, str] = {}
    waiting = [(distribution, frozenset(extras))]
    seen = set(waiting)
    while waiting:
        name, wanted = waiting.pop()
        for line in metadata.requires(name) or []:
            requirement = Requirement(line)
            marker = requirement.marker
            if marker and not any(marker.evaluate({"extra": extra}) for extra in wanted or {""}):
                continue
            found[canonicalize_name(requirement.name)] = Version(metadata.version(requirement.name)).public
            following = (requirement.name, frozenset(requirement.extras))
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return found


def comes_with_a_cuda_torch(name: str) -> bool:
    return name.startswith(("nvidia-", "cuda-")) or name == "triton"


def test_every_package_that_make_installs_is_pinned_to_the_version_tested_here() -> None:
    installed = installed_closure("latent-studio", {"test", "check"})
    assert len(installed) > 40
    unpinned = {name: version for name, version in installed.items() if pins().get(name) != version}
    assert {name for name in unpinned if not comes_with_a_cuda_torch(name)} == set()


def test_pins_hold_on_every_platform() -> None:
    """A local tag such as +cpu exists in one index only, a CUDA package on one platform only."""
    for name, version in pins().items():
        assert "+" not in version
        assert not comes_with_a_cuda_torch(name)


def test_the_build_uses_the_setuptools_that_is_pinned() -> None:
    requires = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert requires == [f"setuptools=={pins()['setuptools']}"]


# --------------------------------------------------------------------------------------------------------------- rooms


BREACHES = {
    "Rooms import only rooms below them": ("core/breach.py", "import latent_studio.training"),
    "data imports only core": ("data/breach.py", "import latent_studio.nets"),
    "studio imports only core": ("studio/breach.py", "import latent_studio.data"),
    "The window reaches families only through the engine": ("app/breach.py", "import latent_studio.nets"),
    "The window and its state import no torch": ("app/panels/breach.py", "import torch"),
    "Only the window imports Qt": ("views/breach.py", "from PySide6 import QtCore"),
    "No family imports another": ("families/breach.py", "import latent_studio.families.other"),
}
ALLOWED = [
    ("app/fine.py", "import latent_studio.engine, latent_studio.studio, latent_studio.data, latent_studio.core"),
    ("cli/fine.py", "import latent_studio.app.fine, latent_studio.families"),
    ("engine/fine.py", "import torch, latent_studio.families.other, latent_studio.views.fine"),
    ("views/fine.py", "import latent_studio.data\n\ndef view():\n    import torch"),
    ("families/other.py", "import torch, latent_studio.nets, latent_studio.objectives, latent_studio.core"),
]


@pytest.fixture
def empty_rooms(tmp_path: Path) -> Path:
    """A house with this project's rules and rooms and nothing in them but what is allowed."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for folder in ["", *ROOMS, "app/panels"]:
        (tmp_path / "latent_studio" / folder).mkdir(exist_ok=True)
        (tmp_path / "latent_studio" / folder / "__init__.py").touch()
    for file, line in ALLOWED:
        (tmp_path / "latent_studio" / file).write_text(line + "\n")
    return tmp_path


def broken_contracts(house: Path) -> set[str]:
    lint = Path(sys.executable).parent / "lint-imports"
    environment = {**os.environ, "PYTHONPATH": str(house)}
    run = subprocess.run([lint, "--no-cache"], cwd=house, env=environment, capture_output=True, text=True, check=False)
    assert "Contracts: " in run.stdout, run.stdout + run.stderr
    return {line.removesuffix(" BROKEN") for line in run.stdout.splitlines() if line.endswith(" BROKEN")}


def test_imports_that_the_design_allows_break_no_contract(empty_rooms: Path) -> None:
    assert broken_contracts(empty_rooms) == set()


@pytest.mark.parametrize("contract", BREACHES)
def test_an_import_that_the_design_forbids_breaks_its_contract(empty_rooms: Path, contract: str) -> None:
    file, line = BREACHES[contract]
    (empty_rooms / "latent_studio" / file).write_text(line + "\n")
    assert contract in broken_contracts(empty_rooms)


def test_a_new_room_must_be_given_its_place(empty_rooms: Path) -> None:
    (empty_rooms / "latent_studio" / "attic").mkdir()
    (empty_rooms / "latent_studio" / "attic" / "__init__.py").touch()
    assert broken_contracts(empty_rooms) == {"Rooms import only rooms below them"}


def test_the_window_its_state_and_its_requests_load_without_torch() -> None:
    """import-linter cannot tell an import inside a function from one at the top; a fresh Python can."""
    probe = """
import importlib, pkgutil, sys
for room in ("app", "studio", "views"):
    package = importlib.import_module(f"latent_studio.{room}")
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
        assert "torch" not in sys.modules, f"{module.name} imports torch"
"""
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


# ------------------------------------------------------------------------------------------------------------ starting


def test_without_its_packages_the_program_says_to_make_run() -> None:
    command = [sys.executable, "-S", str(ROOT / "main.py")]  # -S: a Python with no packages installed
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr.endswith("is not installed here: start with `make run`.\n")
    assert run.stderr.count("\n") == 1


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_without_a_python_says_to_install_one(tmp_path: Path) -> None:
    for file in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / file, tmp_path)
    command = ["make", "run", "PYTHON=python-that-is-not-here"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert "There is no python-that-is-not-here here: install Python 3.11 or newer" in run.stderr


# -------------------------------------------------------------------------------------------- the tests' own guards


GUARDED = """
from PySide6.QtCore import qWarning
from PySide6.QtWidgets import QApplication, QWidget

kept = []

def test_closes_its_window(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()

def test_leaves_a_window_behind(qapp):
    kept.append(QWidget())

def test_does_not_answer_for_an_earlier_leak(qapp):
    assert QApplication.topLevelWidgets()

def test_makes_qt_warn(qapp):
    qWarning("QPainter::begin: Paint device returned engine == 0")

def test_shows_what_the_off_screen_platform_always_says(qapp):
    qWarning("This plugin does not support propagateSizeHints()")

def test_python_warns():
    import warnings
    warnings.warn("old", DeprecationWarning)
"""


def test_a_leaked_window_or_a_warning_fails_the_test_that_made_it(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "tests")
    (tmp_path / "tests" / "test_guarded.py").write_text(GUARDED)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--color=no"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    summary = [line.partition(" - ")[0] for line in run.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    assert sorted(summary) == [
        "ERROR tests/test_guarded.py::test_leaves_a_window_behind",
        "FAILED tests/test_guarded.py::test_makes_qt_warn",
        "FAILED tests/test_guarded.py::test_python_warns",
    ], run.stdout + run.stderr


def test_a_test_writes_to_a_home_of_its_own(home: Path, tmp_path: Path) -> None:
    assert Path(os.environ["LATENT_STUDIO_HOME"]) == home
    assert home.is_relative_to(tmp_path)


@given(st.integers())
def test_the_guards_leave_hypothesis_alone(n: int) -> None:
    """Its health check refuses fixtures that are made once per test and shared by all examples, unless automatic."""
    assert n == int(str(n))
