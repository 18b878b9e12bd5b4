"""From the command to the window, and to the first picture in it, beside a bare `import torch`.

    python benchmarks/startup.py [--repeats 5]

Every figure is a fresh process, counted from just before it is started; the three kinds are interleaved and medians are
printed. The window is painted before torch is imported (asserted here, and by a test); torch comes behind it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from statistics import median

TORCH = "import time, json; import torch; print(json.dumps({'import torch': time.time()}))"

WINDOW = """
import json, os, sys, time
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from latent_studio.app import main
from latent_studio.app.window import Window
from latent_studio.app.session import Session
from PySide6.QtCore import QTimer

told = {}

class Watched(Window):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.first_painted.connect(self.note_window)
        self.panels["explore"].preview.painted.connect(self.note_picture)

    def note_window(self):
        assert "torch" not in sys.modules, "torch was imported before the window was painted"
        told["window painted"] = time.time()

    def note_picture(self, at):
        if "first picture" not in told and not self.panels["explore"].preview.image().isNull():
            told["first picture"] = time.time()
            print(json.dumps(told), flush=True)
            QTimer.singleShot(0, self.close)

main.Window = Watched
raise SystemExit(main.main([]))
"""


def stamps(code: str) -> dict[str, float]:
    """Seconds from the start of a fresh process to each moment it tells."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "LATENT_STUDIO_HOME": home}
        start = time.time()
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment, timeout=120
        )
    if done.returncode or not done.stdout:
        raise SystemExit(done.stderr)
    return {name: at - start for name, at in json.loads(done.stdout.splitlines()[-1]).items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    figures: dict[str, list[float]] = {}
    for _ in range(arguments.repeats):
        for code in (TORCH, WINDOW):
            for name, seconds in stamps(code).items():
                figures.setdefault(name, []).append(seconds)
    print("| moment | median s | min | max |")
    print("|---|---:|---:|---:|")
    for name, found in figures.items():
        print(f"| {name} | {median(found):.2f} | {min(found):.2f} | {max(found):.2f} |")


if __name__ == "__main__":
    main()
