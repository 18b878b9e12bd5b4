"""`kill -9` of the window while a person drags: how much of what was done is lost at the next start?

    python benchmarks/window_faults.py --kills 50 --results docs/results.md

A window of its own process is driven by mouse events and writes down each document with its time. It is killed at a
random moment; the next one takes up the workspace, says which document that is, and goes on.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PRELOADED = ("torch", "latent_studio.app.main", "latent_studio.app.touring.hand", "latent_studio.engine.models")
PATIENCE_S = 120.0
EDIT_EVERY_MS = 8
N_MOVES = 60
LEAST_EDITS, LIFE_S = 5, 2.5
"""A window is killed within this time of its first edits."""
MOST_LOST_S = 1.0


@dataclass(frozen=True)
class Edit:
    """A document as text, and when it became the current one (seconds since 1970)."""

    at: float
    document: str


@dataclass
class Losses:
    """What each kill cost: seconds from the last moment at which the document of the next start was current.

    strange: kills after which the next start showed a document that had never been current.
    """

    n_edits: int = 0
    seconds: list[float] = field(default_factory=list)
    strange: int = 0


class Assassin:
    """Lets windows live for a while."""

    def __init__(self, folder: Path, ready_made: Path, seed: int) -> None:
        self.folder, self.ready_made, self.rng = folder, ready_made, random.Random(seed)
        # forked from a process that has imported torch: a window is there in a fraction of the usual time
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(list(PRELOADED))

    def kill(self, n_kills: int) -> Losses:
        """Kill so many windows in the same home, each of which takes up what the one before left."""
        losses, before, killed_at = Losses(), list[Edit](), 0.0
        for number in range(n_kills + 1):
            log = self.folder / f"window-{number}.log"
            process = self._open(log)
            first = self._wait_for(process, log, 1)[0]
            if number:
                _compare(first, before, killed_at, losses)
            if number < n_kills:
                self._wait_for(process, log, LEAST_EDITS)
                time.sleep(self.rng.uniform(0.0, LIFE_S))
            killed_at = time.time()
            os.kill(process.pid, signal.SIGKILL)
            process.join()
            before = read_log(log)
            losses.n_edits += len(before) - 1
        return losses

    def _open(self, log: Path) -> Any:
        arguments = (str(self.folder / "home"), str(self.ready_made), str(log))
        process = self.context.Process(target=live, args=arguments)
        process.start()
        return process

    def _wait_for(self, process: Any, log: Path, n: int) -> list[Edit]:
        """What the window wrote down, once that is as much."""
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE_S and process.is_alive():
            edits = read_log(log)
            if len(edits) >= n:
                return edits
            time.sleep(0.01)
        raise RuntimeError(f"No window came, exit code {process.exitcode}")


def _compare(first: Edit, before: list[Edit], killed_at: float, losses: Losses) -> None:
    """Note how long before the kill the restored document was current for the last time."""
    places = [index for index, edit in enumerate(before) if edit.document == first.document]
    if not places:
        losses.strange += 1
        return
    last = places[-1]
    is_newest = last == len(before) - 1
    losses.seconds.append(0.0 if is_newest else killed_at - before[last + 1].at)


def read_log(log: Path) -> list[Edit]:
    """What a window wrote down so far, without a line that the kill cut."""
    try:
        lines = log.read_text(encoding="utf-8").split("\n")[:-1]
    except FileNotFoundError:
        return []
    return [Edit(float(at), document) for at, _, document in (line.partition(" ") for line in lines)]


def live(home: str, ready_made: str, log: str) -> None:
    """The body of the process that is killed: the window, and a hand that never rests."""
    os.environ.update(QT_QPA_PLATFORM="offscreen", LATENT_STUDIO_HOME=home)
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from latent_studio.app.main import SWITCH_INTERVAL_S
    from latent_studio.app.session import Places, Session
    from latent_studio.app.settings import Settings
    from latent_studio.app.theme import apply_theme
    from latent_studio.app.window import Window
    from latent_studio.studio.document import document_text

    sys.setswitchinterval(SWITCH_INTERVAL_S)
    app = QApplication([])
    apply_theme(app, "dark")
    window = Window(Session(Places(Path(ready_made), Path(home))), Settings())
    window.resize(1280, 800)
    book = Path(log).open("ab", buffering=0)  # noqa: SIM115 (it is open until the kill)
    session, rows = window.session, window.dock.rows

    def note() -> None:
        book.write(f"{time.time():.6f} {document_text(session.document)}\n".encode())

    moves = drags(window)

    def go_on() -> None:
        if book.tell():
            next(moves)
        elif session.header is not None and rows.visible_keys() and window.left_off.autosave.path is not None:
            note()
            session.document_changed.connect(note)

    hand = QTimer(interval=EDIT_EVERY_MS)
    hand.timeout.connect(go_on)
    hand.start()
    window.show()
    app.exec()


def drags(window: Any) -> Iterator[None]:
    """One mouse event after another: every slider is taken to and fro in turn, for ever."""
    from PySide6.QtCore import QPointF

    from latent_studio.app.touring.hand import move, press, release
    from latent_studio.app.widgets.slider_row import RowShape

    rows = window.dock.rows
    for number in itertools.count():
        while not rows.visible_keys():
            yield
        key = rows.visible_keys()[number % len(rows.visible_keys())]
        row = next(row for row in rows.rows() if row.key == key)
        shape, top = RowShape(rows.viewport().width()), QPointF(rows.row_rect(key).topLeft())
        y = shape.track.center().y()
        values = [row.value + (row.high - row.low) * step / (4 * N_MOVES) * (-1) ** number for step in range(N_MOVES)]
        points = [top + QPointF(shape.x_of(row, min(max(value, row.low), row.high)), y) for value in values]
        press(rows.viewport(), points[0])
        for point in points:
            move(rows.viewport(), point)
            yield
        release(rows.viewport(), points[-1])
        yield


def table(losses: Losses) -> str:
    """The results as Markdown."""
    seconds = sorted(losses.seconds)
    rows = (
        ("kills (SIGKILL) of a window in use", f"{len(seconds) + losses.strange}"),
        ("edits in all", f"{losses.n_edits:,}"),
        ("lost, median", f"{seconds[len(seconds) // 2]:.2f} s" if seconds else "–"),
        ("lost, at most", f"{seconds[-1]:.2f} s" if seconds else "–"),
        ("restored documents that had never been there", f"{losses.strange}"),
    )
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--results", type=Path, help="a Markdown file to append the table to")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        losses = Assassin(Path(folder), Path("checkpoints").resolve(), chosen.seed).kill(chosen.kills)
    told = table(losses)
    print(told)
    if chosen.results:
        with chosen.results.open("a", encoding="utf-8") as file:
            command = f"python benchmarks/window_faults.py --kills {chosen.kills}"
            file.write(
                f"\n## A killed window\n\n`{command}`: a window killed while its sliders are dragged.\n\n{told}\n"
            )
    if losses.strange or max(losses.seconds) > MOST_LOST_S:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
