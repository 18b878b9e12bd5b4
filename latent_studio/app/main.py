"""Opens the window. What is imported here decides when it is seen: torch comes after the first paint."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from latent_studio.app.session import Places, Session
from latent_studio.app.settings import read_settings
from latent_studio.app.theme import apply_theme
from latent_studio.app.window import Window
from latent_studio.core.errors import StudioError
from latent_studio.core.header import read_header
from latent_studio.studio.document import parse_document
from latent_studio.studio.documents import ENDING

SWITCH_INTERVAL_S = 0.001
"""How long a thread may keep the interpreter when the window wants it; measured by benchmarks/latency.py."""


def main(argv: list[str]) -> int:
    """Run the window until it is closed; the exit status."""
    arguments = _parser().parse_args(argv)
    # read once, when torch loads OpenMP: threads that spin for long starve the other lane (docs/architecture.md)
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")
    # read when Qt first paints: it would share out the painting of a large picture, and hold the interpreter until the
    # last of its threads had its turn beside a training
    os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")
    pictures: Path | None = arguments.pictures
    if pictures is None and not has_display():
        print("There is no display here: the main job is done off-screen, its pictures go to ./pictures.")
        pictures = Path("pictures")
    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        first: Path | None = arguments.file
        if first is not None and first.suffix == ENDING:
            parse_document(first.read_bytes(), first.name)
        elif first is not None:
            read_header(first)
    except (StudioError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Latent Studio")
    app.setDesktopFileName("latent-studio")
    if pictures is not None:
        from latent_studio.app.pictures import take_pictures

        return take_pictures(app, pictures, arguments.theme, arguments.seconds, is_film=arguments.animation)
    places = Places.usual()
    settings = read_settings(places.home)
    apply_theme(app, settings.theme)
    session = Session(places)
    window = Window(session, settings, None if first is None else first.resolve())
    window.showMaximized() if settings.is_maximized else window.show()
    return app.exec()


def has_display() -> bool:
    """Whether a window can be seen: on Linux X or Wayland must be there, or a platform chosen by hand."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform != "linux" or any(os.environ.get(name) for name in names)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="main.py", description="Latent Studio: live in a model's latent space.")
    parser.add_argument("file", nargs="?", type=Path, help=f"a model (.safetensors) or document ({ENDING}) to open")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="do the main job alone and save pictures of it")
    parser.add_argument("--animation", action="store_true", help="instead of these, a drag across the map as WebP")
    parser.add_argument("--theme", choices=["dark", "light", "both"], default="both", help="of those pictures")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long to train for them")
    return parser
