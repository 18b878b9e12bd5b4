"""The doctor names all that is missing at once, and what it looks for is what Qt opens."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from latent_studio.app import doctor

ON_A_DISPLAY = {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}


def linker_without(*absent: str) -> Callable[[str], None]:
    """Stands for the dynamic linker of a machine that lacks `absent`."""

    def load(soname: str) -> None:
        if soname in absent:
            raise OSError(f"{soname}: cannot open shared object file: No such file or directory")

    return load


def test_one_sentence_names_every_missing_library_and_one_line_brings_them() -> None:
    needed = doctor.needed_libraries("linux", {"DISPLAY": ":0"})
    missing = doctor.missing_libraries(needed, linker_without("libEGL.so.1", "libxcb-cursor.so.0"))
    complaint = doctor.complaint_about(missing)
    assert "libEGL.so.1, libxcb-cursor.so.0" in complaint
    assert "`sudo apt-get install -y libegl1 libxcb-cursor0`" in complaint
    assert "\n" not in complaint


def test_display_libraries_are_asked_for_only_where_there_is_a_display() -> None:
    without = doctor.needed_libraries("linux", {"DISPLAY": ""})
    assert "libxcb-cursor.so.0" not in without
    assert doctor.needed_libraries("linux", {"DISPLAY": ":0"}).keys() - without.keys() == doctor.FOR_X11.keys()
    assert (
        doctor.needed_libraries("linux", {"WAYLAND_DISPLAY": "w"}).keys() - without.keys() == doctor.FOR_WAYLAND.keys()
    )


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_macos_and_windows_need_no_system_libraries(platform: str) -> None:
    assert doctor.needed_libraries(platform, ON_A_DISPLAY) == {}


def test_the_real_linker_is_asked() -> None:
    absent = {"libno-such-thing.so.9": "libno-such-thing9"}
    assert doctor.missing_libraries(absent) == absent


def test_an_old_python_is_told_how_to_name_a_newer_one() -> None:
    complaint = doctor.python_complaint((3, 9), "/usr/bin/python3")
    assert complaint is not None
    assert "needs Python 3.11 or newer" in complaint
    assert "/usr/bin/python3 is 3.9" in complaint
    assert "make run PYTHON=python3.11" in complaint


@pytest.mark.parametrize("version", [(3, 11), (3, 14), (4, 0)])
def test_a_new_enough_python_hears_nothing(version: tuple[int, int]) -> None:
    assert doctor.python_complaint(version, "/usr/bin/python3") is None


def test_debians_python_without_venv_gets_the_package_of_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert list(doctor.missing_venv((3, 12), "/usr/bin/python3").values()) == ["python3.12-venv"]
    assert doctor.missing_venv((3, 12), "/opt/python/bin/python3") == {}, "Debian's package would not help it"


def test_a_python_with_venv_needs_no_package() -> None:
    assert doctor.missing_venv((3, 11), "/usr/bin/python3") == {}


def test_root_on_debian_gets_the_missing_libraries_installed_and_checked_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here: set[str] = set()

    def bring(packages: list[str]) -> bool:
        here.update(packages)
        return True

    monkeypatch.setattr(doctor, "can_install", lambda: True)
    monkeypatch.setattr(doctor, "find_missing", lambda: {s: p for s, p in doctor.FOR_QT.items() if p not in here})
    monkeypatch.setattr(doctor, "install", bring)
    assert doctor.main(["--install"]) == 0
    assert here == set(doctor.FOR_QT.values())
    assert capsys.readouterr().err == ""


def test_nobody_gets_anything_installed_without_asking_for_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "can_install", lambda: True)
    monkeypatch.setattr(doctor, "find_missing", lambda: {"libGL.so.1": "libgl1"})
    monkeypatch.setattr(doctor, "install", lambda packages: pytest.fail("installed without --install"))
    assert doctor.main([]) == 1
    assert "sudo apt-get install -y libgl1" in capsys.readouterr().err


def test_packages_lists_are_fetched_before_the_install(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []

    def record(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        calls.append(command)
        return subprocess.CompletedProcess(command, returncode=0)

    monkeypatch.setattr(subprocess, "run", record)
    assert doctor.install(["libgl1", "libegl1"])
    assert [call[:2] for call in calls] == [["apt-get", "update"], ["apt-get", "install"]]
    assert calls[1][-2:] == ["libgl1", "libegl1"]


QT_AFTER_THE_DOCTOR = """
import ctypes, os, sys
from pathlib import Path
from latent_studio.app import doctor

def mapped():
    fields = (line.split(maxsplit=5) for line in Path("/proc/self/maps").read_text().splitlines())
    return {Path(f[5].strip()).resolve() for f in fields if len(f) == 6 and ".so" in f[5]}

needed = doctor.needed_libraries(sys.platform, os.environ)
absent = doctor.missing_libraries(needed)
if absent:
    sys.exit("absent: " + " ".join(absent))
before = mapped()
import PySide6
from PySide6 import QtSvg, QtTest, QtWidgets
packages = Path(PySide6.__file__).resolve().parent.parent
ctypes.CDLL(str(packages / "PySide6" / "Qt" / "plugins" / "platforms" / sys.argv[1]))
for library in sorted(mapped() - before):
    if packages not in library.parents and "lib-dynload" not in library.parts:
        print(library.name.partition(".so")[0])
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux leaves Qt's libraries to the system")
@pytest.mark.parametrize(
    ("plugin", "display"),
    [("libqoffscreen.so", {}), ("libqxcb.so", {"DISPLAY": ":0"}), ("libqwayland.so", {"WAYLAND_DISPLAY": "wayland-0"})],
)
def test_the_doctor_looks_for_every_library_that_qt_opens(plugin: str, display: dict[str, str]) -> None:
    """With the doctor's libraries mapped (and theirs), Qt and its platform plugin map no more from the system."""
    environment = {name: value for name, value in os.environ.items() if name not in ON_A_DISPLAY} | display
    command = [sys.executable, "-c", QT_AFTER_THE_DOCTOR, plugin]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if run.stderr.startswith("absent: "):
        pytest.skip(f"this machine lacks libraries that Qt needs there ({run.stderr.strip()})")
    assert run.returncode == 0, run.stderr
    in_every_base_system = {"libdl", "libpthread", "librt", "libstdc++", "libgcc_s", "libz", "libzstd"}
    with_glib = {"libgthread-2.0"}
    assert set(run.stdout.split()) <= in_every_base_system | with_glib
