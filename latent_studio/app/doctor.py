"""Looks for what Latent Studio needs and pip cannot bring: a Python that is new enough, and the libraries under Qt.

`make` runs it by path with whatever Python the machine has, so it imports nothing but the standard library and keeps to
syntax that an old Python 3 can read. It says everything that is missing at once; `--install` brings it where that is
possible without asking (root, on a system with apt-get).
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping

OLDEST_PYTHON = (3, 11)

# What the libraries and platform plugins of PySide6 6.11 name in their ELF headers beyond the C and C++ runtimes, each
# with the Debian package that has it.
FOR_QT = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libX11.so.6": "libx11-6",  # Qt's off-screen platform links it too
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
}
FOR_X11 = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
FOR_WAYLAND = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}


def needed_libraries(platform: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The libraries (soname → Debian package) that Qt opens; on macOS and Windows its wheels bring them all."""
    if not platform.startswith("linux"):
        return {}
    needed = dict(FOR_QT)
    if environment.get("DISPLAY"):
        needed.update(FOR_X11)
    if environment.get("WAYLAND_DISPLAY"):
        needed.update(FOR_WAYLAND)
    return needed


def missing_libraries(needed: Mapping[str, str], load: Callable[[str], object] = ctypes.CDLL) -> dict[str, str]:
    """Those of `needed` that the dynamic linker does not find."""
    missing = {}
    for soname, package in needed.items():
        try:
            load(soname)
        except OSError:
            missing[soname] = package
    return missing


def missing_venv(version: tuple[int, int], executable: str) -> dict[str, str]:
    """ensurepip, without which no virtual environment gets its pip, and which Debian splits off its own Python."""
    importlib.invalidate_caches()
    if importlib.util.find_spec("ensurepip") is not None or not executable.startswith("/usr/bin/"):
        return {}
    return {"Python's ensurepip": "python{}.{}-venv".format(*version)}


def python_complaint(version: tuple[int, int], executable: str) -> str | None:
    """One sentence if this Python is too old for Latent Studio, else None."""
    if version >= OLDEST_PYTHON:
        return None
    return "Latent Studio needs Python {}.{} or newer and {} is {}.{}: install one and name it, as in {}.".format(
        *OLDEST_PYTHON, executable, *version, "`make run PYTHON=python3.11`"
    )


def complaint_about(missing: Mapping[str, str]) -> str:
    """One sentence that names all that is missing and the one line that brings it."""
    names = ", ".join(missing)
    line = install_line(list(missing.values()))
    return f"This system lacks what Latent Studio stands on ({names}). On Debian and Ubuntu: `{line}`."


def install_line(packages: list[str]) -> str:
    return " ".join(["sudo apt-get install -y", *packages])


def install(packages: list[str]) -> bool:
    """Lets apt-get bring the packages without asking; a fresh container has no package lists, so they come first."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages])
    return all(subprocess.run(["apt-get", *command], env=environment).returncode == 0 for command in commands)


def can_install() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def find_missing() -> dict[str, str]:
    """What this machine lacks, with the Debian package that has it."""
    libraries = missing_libraries(needed_libraries(sys.platform, os.environ))
    return {**missing_venv(sys.version_info[:2], sys.executable), **libraries}


def main(arguments: list[str]) -> int:
    """Exit code: 0 where nothing is missing, 1 otherwise. `--install`: bring what is missing first, where allowed."""
    complaint = python_complaint(sys.version_info[:2], sys.executable)
    if complaint:
        print(complaint, file=sys.stderr)
        return 1
    missing = find_missing()
    if missing and "--install" in arguments and can_install():
        print("Installing what Latent Studio stands on: " + " ".join(missing.values()), flush=True)
        if install(list(missing.values())):
            missing = find_missing()
    if missing:
        print(complaint_about(missing), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
