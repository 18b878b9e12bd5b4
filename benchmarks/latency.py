"""Slider to picture, in the real window, on a 64-px colour model, while another model trains.

    python benchmarks/latency.py [--moves 400] [--visible]

The window is opened off-screen (or on the display), a slider of the Code dock is dragged by real mouse events at 60 Hz,
and for every frame painted the time is taken from just before the mouse event that set its code (so `valueChanged`,
the edit, the request, the decode and the way back are all inside) to the end of the paint event. The event loop's own
stalls are the gaps of a 4-ms timer beyond its interval. The bare decode is measured on the same lane of the same
process, at rest, at the same pace. The model has fresh weights: the time does not depend on them.

Bounds: p95 at most 3 times the bare decode plus 4 ms; stalls p99 at most 16 ms, never above 50 ms; closing within 2 s.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "10000")
os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from latent_studio.app.main import SWITCH_INTERVAL_S
from latent_studio.app.panels.explore import Explore
from latent_studio.app.session import Places, Session
from latent_studio.app.settings import Settings
from latent_studio.app.theme import apply_theme
from latent_studio.app.window import Window
from latent_studio.core.events import Done, Failed, Progress
from latent_studio.core.request import Answer, ModelRequest, OpenModel
from latent_studio.engine.jobs import TrainJob
from latent_studio.studio.naming import folder_name
from latent_studio.training.recipe import DataSection, Recipe, TrainingSection
from latent_studio.views.preview import PreviewPicture
from latent_studio.views.traversal import Strip

FRAME_MS, BEAT_MS = 16, 4
N_LATENT, SIZE = 32, 64
TRAININGS = {
    "FC VAE 784-400-20": ({"family": "vae", "network": "mlp", "n_latent": 20, "width": 400}, 28, 128),
    "convolutional VAE, 64 px": ({"family": "vae", "network": "conv", "n_latent": 32}, 64, 128),
    "DCGAN, 64 px": ({"family": "gan", "network": "conv", "channels": 64, "n_latent": 100}, 64, 64),
}


@dataclass(frozen=True, kw_only=True)
class BareDecode(ModelRequest):
    """Times nothing but `model.decode` of one code, `n` times at the pace of a drag."""

    n: int
    slot: str = "bare decode"

    def answer(self, opened: OpenModel) -> Iterator[tuple[float, ...] | None]:
        import torch

        from latent_studio.core.model import Decodes

        model = opened.model
        assert isinstance(model, Decodes)

        def once() -> float:
            code = torch.randn(1, N_LATENT)
            with torch.inference_mode():
                start = time.perf_counter()
                model.decode(code)
                return time.perf_counter() - start

        seconds = []
        for _ in range(self.n):
            time.sleep(FRAME_MS / 1000)
            seconds.append(once())
            yield None
        yield tuple(seconds)


@dataclass
class Watch:
    """Collects latencies, stalls and what else arrives meanwhile."""

    sent: dict[float, float] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    stalls: list[float] = field(default_factory=list)
    n_strips: int = 0
    n_steps: int = 0
    newest: float = 0.0
    bare: tuple[float, ...] = ()
    is_warm: bool = False
    failure: str = ""
    ended: set[str] = field(default_factory=set)

    def clear(self) -> None:
        self.sent.clear()
        self.latencies.clear()
        self.stalls.clear()
        self.n_strips = 0


class Bench:
    """The window with a stop-watch at its two ends."""

    def __init__(self, places: Places, key: str) -> None:
        self.session = Session(places)
        self.window = Window(self.session, Settings(model=key))
        self.key = key
        self.watch = Watch()
        self.began = 0.0
        explore = self.window.panels["explore"]
        assert isinstance(explore, Explore)
        self.session.previewed.connect(self._on_previewed)
        self.session.answered.connect(self._on_answered)
        explore.preview.painted.connect(self._on_painted)
        self._last_beat = time.perf_counter()
        self._beat = QTimer(self.window, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._beat.timeout.connect(self._on_beat)
        self.window.resize(1440, 900)
        self.window.show()

    def _on_previewed(self, answer: Answer) -> None:
        if isinstance(answer.value, PreviewPicture):
            self.watch.newest = answer.value.asked_at

    def _on_answered(self, answer: Answer) -> None:
        value = answer.value
        if isinstance(value, Strip):
            self.watch.n_strips += 1
        elif isinstance(value, Progress) and isinstance(answer.request, TrainJob):
            self.watch.n_steps = max(self.watch.n_steps, value.done)
        elif isinstance(value, Failed):
            self.watch.failure = value.text
        elif value is None and answer.is_last:
            self.watch.ended.add(answer.request.slot)
        elif isinstance(value, Done) and value.text == "warm":
            self.watch.is_warm = True
        elif answer.request.slot == "bare decode" and isinstance(value, tuple):
            self.watch.bare = value

    def _on_painted(self, at: float) -> None:
        # a request is made within the mouse event: its sender is the newest event before it
        moments = [moment for moment in self.watch.sent if moment <= self.watch.newest]
        if moments and (moment := max(moments)) in self.watch.sent:
            self.watch.latencies.append(at - self.watch.sent.pop(moment))

    def _on_beat(self) -> None:
        now = time.perf_counter()
        self.watch.stalls.append(max(0.0, now - self._last_beat - BEAT_MS / 1000))
        self._last_beat = now

    def wait(self, seconds: float, until: Callable[[], bool] | None = None) -> None:
        """Run the event loop as the program does: asleep between events."""
        loop = QEventLoop()
        end = QTimer(loop, interval=int(seconds * 1000), singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        end.timeout.connect(loop.quit)
        end.start()
        if until is not None:
            poll = QTimer(loop, interval=20)
            poll.timeout.connect(lambda: loop.quit() if until() else None)
            poll.start()
        loop.exec()

    def train(self, name: str, folder: Path) -> str:
        """Start that training in a folder of its own, and wait until it makes steps; its slot."""
        model, size, batch_size = TRAININGS[name]
        data = DataSection(source="moons", size=size, options={"n": 8000, "tilt": True, "vary_size": True})
        training = TrainingSection(n_epochs=1000, batch_size=batch_size)
        run = folder / folder_name(name)
        job = TrainJob(
            slot=str(run),
            recipe=Recipe(name="bench", model=model, data=data, training=training),
            folder=run,
            data=self.session.data,
            snapshots=self.session.snapshots,
        )
        self.watch.n_steps = 0
        self.session.start_job(job)
        self.wait(90, lambda: self.watch.n_steps > 2 or bool(self.watch.failure))
        return job.slot

    def check_it_trains(self, name: str) -> None:
        """A row beside a training that does nothing would be worth nothing."""
        before = self.watch.n_steps
        self.wait(30, lambda: self.watch.n_steps > before or bool(self.watch.failure))
        if self.watch.n_steps <= before:
            raise SystemExit(f"{name} makes no steps: {self.watch.failure or 'nothing was told'}")

    def stop(self, slot: str) -> float:
        """End that training; how long it took, in seconds."""
        start = time.perf_counter()
        self.session.stop_job(slot)
        self.wait(30, lambda: slot in self.watch.ended)
        return time.perf_counter() - start

    def start_beat(self) -> None:
        self._last_beat = time.perf_counter()
        self._beat.start()

    def stop_beat(self) -> None:
        self._beat.stop()

    def drag(self, n_moves: int, burst: int = 0) -> None:
        """Drag a slider to and fro; with `burst`, rest 0.4 s after that many moves so that strips begin to refine."""
        rows = self.window.dock.rows
        key = rows.visible_keys()[1]
        rect = rows.row_rect(key)
        start, end = rect.left() + 150, rect.left() + 290  # along the slider under the strip
        y = rect.bottom() - 8
        self.send(QEvent.Type.MouseButtonPress, QPointF(start, y))
        for move in range(n_moves):
            phase = (move % 60) / 60
            x = start + (end - start) * (0.5 - 0.5 * np.cos(2 * np.pi * phase)) + (move % 3)
            self.send(QEvent.Type.MouseMove, QPointF(x, y))
            self.wait(FRAME_MS / 1000)
            if burst and move % burst == burst - 1:
                self.wait(0.4)
        self.send(QEvent.Type.MouseButtonRelease, QPointF(start, y))
        self.wait(0.5)

    def send(self, kind: QEvent.Type, at: QPointF) -> None:
        viewport = self.window.dock.rows.viewport()
        pressed = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        event = QMouseEvent(
            kind, at, QPointF(viewport.mapToGlobal(at)), button, pressed, Qt.KeyboardModifier.NoModifier
        )
        now = time.perf_counter()
        self.watch.sent[now] = now
        QApplication.sendEvent(viewport, event)


def percentiles(seconds: list[float]) -> str:
    """p50, p95 and max in milliseconds, as three cells."""
    values = np.asarray(seconds) * 1e3
    return f"{np.percentile(values, 50):.1f} | {np.percentile(values, 95):.1f} | {values.max():.1f}"


def model_file(folder: Path) -> Path:
    """A convolutional colour VAE of default width with fresh weights."""
    from latent_studio.core.family import DataSpec, family
    from latent_studio.core.header import Header
    from latent_studio.training.checkpoint import save_checkpoint, weights_of

    data, vae = DataSpec(name="none", image_shape=(3, SIZE, SIZE)), family("vae")
    config = vae.config.model_validate({"n_latent": N_LATENT, "network": "conv"})
    model = vae.build(config, data)
    header = Header(
        name="bench-64", family="vae", family_title="VAE", config=config.model_dump(), space=model.space, data=data,
        capabilities=("Decodes", "Encodes", "Likelihood"),
    )  # fmt: skip
    path = folder / "bench-64.safetensors"
    save_checkpoint(path, weights_of(model), header)
    return path


def row(name: str, bench: Bench, bound_ms: float) -> str:
    watch = bench.watch
    stalls = np.asarray(watch.stalls) * 1e3
    return (
        f"| {name} | {len(watch.latencies)} | {percentiles(watch.latencies)} | {bound_ms:.1f} "
        f"| {np.percentile(stalls, 99):.1f} | {stalls.max():.1f} | {watch.n_strips} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moves", type=int, default=400)
    parser.add_argument("--only", nargs="*", default=list(TRAININGS), choices=list(TRAININGS))
    parser.add_argument("--visible", action="store_true", help="use the display instead of drawing off-screen")
    arguments = parser.parse_args()
    if not arguments.visible:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    app = QApplication([])
    apply_theme(app, "dark")
    with tempfile.TemporaryDirectory() as folder:
        key = str(model_file(Path(folder)))
        bench = Bench(Places(Path(folder), Path(folder)), key)
        bench.start_beat()
        bench.wait(60, lambda: bench.watch.is_warm)
        bench.wait(1.5)
        bench.session.ask(BareDecode(model=key, n=200))
        bench.wait(30, lambda: bool(bench.watch.bare))
        bare = np.asarray(bench.watch.bare) * 1e3
        bound = 3 * float(np.median(bare)) + 4
        p50, p95 = np.percentile(bare, [50, 95])
        print(f"bare decode on the lane, at rest: median {p50:.2f} ms, p95 {p95:.2f} ms\n")
        print("| while | frames | p50 ms | p95 ms | max ms | bound p95 | stall p99 ms | stall max ms | strips |")
        print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
        bench.watch.clear()
        bench.drag(arguments.moves)
        print(row("nothing else runs", bench, bound), flush=True)
        for name in arguments.only:
            slot = bench.train(name, Path(folder))
            for what, burst in (("", 0), (", strips refining", 12)):
                bench.watch.clear()
                bench.drag(arguments.moves, burst)
                print(row(name + what, bench, bound), flush=True)
                bench.check_it_trains(name)
            if name != arguments.only[-1]:
                print(f"(stopping it: {bench.stop(slot):.2f} s)", flush=True)
        bench.stop_beat()
        start = time.perf_counter()
        bench.window.close()
        print(f"\nclosing while it trains: {time.perf_counter() - start:.2f} s")
        bench.window.deleteLater()
        app.processEvents()


if __name__ == "__main__":
    main()
