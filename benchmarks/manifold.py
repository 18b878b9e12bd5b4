"""The map: how soon its pictures come, how smoothly it moves, how much memory it keeps, and whether it is true.

    LATENT_STUDIO_DATA=… python benchmarks/manifold.py [--pans 10000] [--out manifold.png]

1. 20 × 20 pictures of a 64-px colour model: from the moment the view is asked for to the paint after the 25 coarse
   pictures and after all of them, in the window's event loop with its lane, beside the best chunked decode of the same
   codes on the same lane (one thread; every chunk size in float32 and in bfloat16).
2. Panning a cached view of 1280 × 800 px with pictures of 40 px: from the mouse event to the end of the paint.
3. Memory over random pans and zooms, with decoding: the slope of the resident set after a third of them.
4. Whether pictures and data agree on mnist-vae-2d: the class of a picture is that of its nearest training picture, in
   pixels; the class of a place that of its nearest encodings.

What 60,000 encodings over the map cost is measured by benchmarks/scatter.py.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "10000")
os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from benchmarks.latency import model_file
from latent_studio.app.main import SWITCH_INTERVAL_S
from latent_studio.app.mapping.feeding import TileFeed
from latent_studio.app.mapping.map_view import MapView
from latent_studio.app.session import Places, Session
from latent_studio.app.theme import apply_theme
from latent_studio.core.header import Header
from latent_studio.core.latent import Floats
from latent_studio.core.request import Answer, ModelRequest, OpenModel
from latent_studio.studio.viewport import Viewport
from latent_studio.views.manifold import Tiles
from latent_studio.views.plane import over_columns

ROOT = Path(__file__).parents[1]
N, SIDE_PX = 20, 40
VIEW_PX = N * SIDE_PX
SCREEN = (1280, 800)
CHUNKS = (8, 25, 50)
N_FRAMES = 300


@dataclass(frozen=True, kw_only=True)
class BestDecode(ModelRequest):
    """Median seconds for decoding codes (n, dim) in chunks of each size, in float32 and bfloat16, and nothing else."""

    codes: tuple[tuple[float, ...], ...]
    repeats: int = 3
    slot: str = "best decode"

    def answer(self, opened: OpenModel) -> Iterator[dict[tuple[str, int], float] | None]:
        import copy

        import torch

        from latent_studio.core.model import Decodes, channels_last

        codes, best = torch.tensor(self.codes), dict[tuple[str, int], float]()
        for dtype in (torch.float32, torch.bfloat16):
            model = channels_last(copy.deepcopy(opened.model).to(dtype))
            assert isinstance(model, Decodes)
            for chunk in CHUNKS:
                times = []
                for _ in range(self.repeats):
                    with torch.inference_mode():
                        start = time.perf_counter()
                        for part in codes.to(dtype).split(chunk):
                            model.decode(part)
                        times.append(time.perf_counter() - start)
                    yield None
                best[str(dtype).removeprefix("torch."), chunk] = float(np.median(times))
        yield best


class Bench:
    """A map in a bare window, on a session of its own."""

    def __init__(self, key: str, size: tuple[int, int], home: Path) -> None:
        self.session = Session(Places(home, home))
        self.window = QWidget()
        self.view = MapView(self.window)
        self.feed = TileFeed(self.session, self.view)
        self.answers: list[tuple[float, Answer]] = []
        self.keeps_answers = True
        self.session.answered.connect(self._on_answered)
        self.window.resize(*size)
        self.view.resize(*size)
        self.window.show()
        self.session.start()
        self.session.open_model(key)
        self.wait(lambda: self.session.header is not None)
        self.key = key

    def _on_answered(self, answer: Answer) -> None:
        if self.keeps_answers:
            self.answers.append((time.perf_counter(), answer))

    @property
    def header(self) -> Header:
        assert self.session.header is not None
        return self.session.header

    def show_plane(self, held: float = 0.0, side_px: int = SIDE_PX) -> None:
        """z0 × z1 with the others held at a value, linear, with pictures of so many px, N of them from −N/2 on."""
        code = np.full(self.header.space.dim, held)
        plane = over_columns(self.header.space, code.tolist(), 0, 1, "linear")
        self.view.set_plane(plane, self.header.digest)
        self.view.set_viewport(Viewport((-1 / 16, 1 / 16), side_px * 8.0, (self.view.width(), self.view.height())))
        self.feed.show(self.key, self.header.digest, plane)

    def wait(self, until: Callable[[], bool], seconds: float = 300.0) -> None:
        loop, end = QEventLoop(), time.monotonic() + seconds
        poll = QTimer(loop, interval=1, timerType=Qt.TimerType.PreciseTimer)
        poll.timeout.connect(lambda: loop.quit() if until() or time.monotonic() > end else None)
        poll.start()
        loop.exec()

    def rest(self, seconds: float) -> None:
        self.wait(lambda: False, seconds)

    def is_done(self, request: ModelRequest) -> bool:
        return any(answer.request is request and answer.is_last for _, answer in self.answers)

    def fill(self) -> None:
        """Wait until everything in view, and the margin around it, has come."""
        self.wait(lambda: not self.view.canvas.missing(1))

    def close(self) -> None:
        self.session.close()
        self.window.close()
        self.window.deleteLater()
        QCoreApplication.processEvents()


def mouse(view: MapView, kind: QEvent.Type, at: QPointF) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind == QEvent.Type.MouseMove else left
    held = none if kind == QEvent.Type.MouseButtonRelease else left
    where = QPointF(view.mapToGlobal(at))
    QApplication.sendEvent(view, QMouseEvent(kind, at, where, button, held, Qt.KeyboardModifier.NoModifier))


def wheel(view: MapView, at: QPointF, notches: float) -> None:
    from PySide6.QtCore import QPoint

    event = QWheelEvent(
        at, QPointF(view.mapToGlobal(at)), QPoint(), QPoint(0, round(120 * notches)), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


def p(seconds: list[float]) -> str:
    """Median, p95 and largest in ms, as three cells."""
    values = np.asarray(seconds) * 1e3
    return f"{np.median(values):.1f} | {np.percentile(values, 95):.1f} | {values.max():.1f}"


# --- 1: how soon


def measure_tiles(key: str, home: Path, repeats: int = 5) -> None:
    bench = Bench(key, (VIEW_PX, VIEW_PX), home)
    bench.feed.set_active(True)
    bench.show_plane()
    bench.fill()  # the first view warms torch, and the pace of this model is known
    bench.rest(0.5)
    coarse, whole, lane = list[float](), list[float](), list[float]()
    n_coarse, asked = 0, None
    for repeat in range(repeats):
        bench.answers.clear()
        began = time.perf_counter()
        bench.show_plane(held=0.1 * (repeat + 1))
        asked = bench.feed.asked
        assert asked is not None
        cells = np.asarray(asked.cells)
        n_coarse = int((cells % 4 == 0).all(1).sum())
        assert len(cells) == N * N, len(cells)
        bench.wait(partial(bench.is_done, asked))
        n = 0
        for at, answer in bench.answers:
            if isinstance(answer.value, Tiles) and answer.request is asked:
                n += len(answer.value.cells)
                if n >= n_coarse and len(coarse) <= repeat:
                    coarse.append(at - began)
                if n == N * N:
                    whole.append(at - began)
                    lane.append(answer.seconds)
        bench.rest(0.3)
    assert asked is not None
    bench.answers.clear()
    bench.session.ask(BestDecode(model=key, codes=tuple(map(tuple, asked.codes().tolist()))))
    bench.wait(lambda: any(isinstance(a.value, dict) for _, a in bench.answers))
    best = next(a.value for _, a in bench.answers if isinstance(a.value, dict))
    bench.close()
    print(f"\n1. {N} × {N} pictures of {bench.header.name}, medians of {repeats}\n")
    print("| what | ms | bound ms |\n|---|---:|---:|")
    floors = {name: min(s for (n, _), s in best.items() if n == name) * 1e3 for name, _ in best}
    for name, floor in floors.items():
        chunk = min((s, c) for (n, c), s in best.items() if n == name)[1]
        print(f"| best chunked decode, {name} ({chunk} at once) | {floor:.0f} | |")
    print(f"| every fourth each way ({n_coarse}) | {np.median(coarse) * 1e3:.0f} | 50 |")
    bound = 1.5 * min(floors.values())
    print(f"| all {N * N}, in the window | {np.median(whole) * 1e3:.0f} | {bound:.0f} |")
    print(f"| of that on the lane | {np.median(lane) * 1e3:.0f} | |", flush=True)


# --- 2: how smoothly


def frame(view: MapView, act: Callable[[], None]) -> float:
    """Seconds from an event to the end of the paint that shows it."""
    start = time.perf_counter()
    act()
    view.repaint()
    return time.perf_counter() - start


def pan_frames(view: MapView, n: int = N_FRAMES) -> list[float]:
    """Pan in circles of 200 px across, over what is cached."""
    middle = QPointF(view.width() / 2, view.height() / 2)
    mouse(view, QEvent.Type.MouseButtonPress, middle)
    times = []
    for k in range(n):
        angle = 2 * np.pi * k / 60
        at = middle + QPointF(100 * (np.cos(angle) - 1), 100 * np.sin(angle))
        times.append(frame(view, partial(mouse, view, QEvent.Type.MouseMove, at)))
    mouse(view, QEvent.Type.MouseButtonRelease, middle)
    return times


def zoom_frames(view: MapView, n: int = N_FRAMES) -> list[float]:
    """Zoom in and out by the wheel in small steps."""
    middle = QPointF(view.width() / 3, view.height() / 3)
    steps = [0.25 if k % 24 < 12 else -0.25 for k in range(n)]
    return [frame(view, partial(wheel, view, middle, step)) for step in steps]


def measure_frames(models: dict[str, str], home: Path) -> None:
    print(f"\n2. Frames of a cached view of {SCREEN[0]} × {SCREEN[1]}, pictures of {SIDE_PX} px\n")
    print("| model | what | p50 ms | p95 ms | max ms | bound p95 |\n|---|---|---:|---:|---:|---:|")
    for name, key in models.items():
        bench = Bench(key, SCREEN, home)
        bench.feed.set_active(True)
        bench.show_plane()
        bench.fill()
        for dx, dy in ((240, 240), (-480, 0), (0, -480), (480, 0), (-240, 240)):  # all that the hand will uncover
            bench.view.pan_by(dx, dy)
            bench.fill()
        bench.rest(0.3)
        print(f"| {name} | pan | {p(pan_frames(bench.view))} | 16 |")
        bench.rest(0.3)
        print(f"| {name} | zoom | {p(zoom_frames(bench.view))} | |", flush=True)
        bench.close()


# --- 3: how much memory


def rss_mib() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def measure_memory(key: str, home: Path, n_pans: int) -> None:
    bench, rng = Bench(key, SCREEN, home), np.random.default_rng(0)
    bench.keeps_answers = False
    bench.feed.set_active(True)
    bench.show_plane()
    bench.fill()
    marks: list[tuple[int, float]] = []
    for k in range(n_pans):
        if rng.random() < 0.2:
            wheel(bench.view, QPointF(*(rng.random(2) * SCREEN)), float(rng.choice([-3, -1, 1, 3])))
        else:
            bench.view.pan_by(*(rng.standard_normal(2) * 150))
        bench.view.repaint()
        for _ in range(3):
            QCoreApplication.processEvents()
        if k % max(1, n_pans // 60) == 0:
            bench.rest(0.05)
            marks.append((k, rss_mib()))
    canvas = bench.view.canvas
    at, mib = np.array(marks).T
    late = at >= n_pans / 3
    slope = np.polyfit(at[late], mib[late], 1)[0] * 1000
    print(f"\n3. Memory over {n_pans:,} random pans and zooms\n")
    print("| what | MiB |\n|---|---:|")
    print(f"| resident at the start | {mib[0]:.0f} |")
    print(f"| after a third | {mib[late][0]:.0f} |")
    print(f"| in the end | {mib[-1]:.0f} |")
    print(f"| slope per 1,000 after a third | {slope:+.2f} |")
    print(
        f"| tiles kept ({len(canvas.tiles):,}) | {canvas.tiles.n_bytes / 2**20:.0f} of {canvas.tiles.max_bytes >> 20} |"
    )
    sys.stdout.flush()
    bench.close()


# --- 4: whether it is true


def measure_agreement(key: str, out: Path) -> None:
    from latent_studio.cli.opening import DataChoice, open_model, pictures_for
    from latent_studio.core.files import write_file
    from latent_studio.core.pictures import contact_sheet, png_bytes
    from latent_studio.views.decoding import decode
    from latent_studio.views.embedding import encode_rows

    opened = open_model(Path(key))
    images = pictures_for(Path(key), opened.header, DataChoice("", "", None))
    assert images.labels is not None
    train, labels = images.pixels[images.train].reshape(images.n_train, -1), images.labels[images.train]
    neutral = tuple(opened.header.space.neutral().tolist())
    codes = np.concatenate(
        [
            encode_rows(opened, images, slice(k, min(k + 1000, images.n_train)), neutral)
            for k in range(0, images.n_train, 1000)
        ]
    )
    places = (np.arange(N) + 0.5) / N
    points = np.stack(np.meshgrid(places, places[::-1]), axis=-1).reshape(-1, 2)
    grid = over_columns(opened.header.space, neutral, 0, 1).codes(points)
    tiles = decode(opened, grid)
    write_file(out, png_bytes(contact_sheet(tiles, N)))
    seen = labels[
        nearest(np.stack(tiles).reshape(len(tiles), -1).astype(np.float32), train.astype(np.float32), 1)[:, 0]
    ]
    around = labels[nearest(grid, codes, 15)]
    print(
        f"\n4. Do pictures and data agree? {N} × {N} pictures of {opened.header.name}, {images.n_train:,} encodings\n"
    )
    print("| class of a place | agrees with the nearest training picture |\n|---|---:|")
    for k in (1, 5, 15):
        vote = np.array([np.bincount(row[:k], minlength=10).argmax() for row in around])
        name = "its nearest encoding" if k == 1 else f"the vote of its {k} nearest encodings"
        print(f"| {name} | {(vote == seen).mean():.1%} |")
    print(f"\nclasses seen in the pictures: {', '.join(map(str, np.unique(seen)))}; the map is in {out}", flush=True)


def nearest(x: Floats, among: Floats, k: int) -> NDArray[np.intp]:
    """(n, k) rows of `among` (m, d) nearest to each of x (n, d), the nearest first."""
    squares = (among**2).sum(1)[None] - 2 * x @ among.T  # without |x|², which ranks nothing
    found = np.argpartition(squares, k - 1, axis=1)[:, :k]
    order = np.take_along_axis(squares, found, axis=1).argsort(axis=1)
    return np.take_along_axis(found, order, axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pans", type=int, default=10_000)
    parser.add_argument("--out", type=Path, default=Path("manifold.png"), help="where the looked-at map goes")
    parser.add_argument("--only", default="1234", help="which of the four to measure")
    parser.add_argument("--visible", action="store_true", help="use the display instead of drawing off-screen")
    arguments = parser.parse_args()
    if not arguments.visible:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    app = QApplication([])
    apply_theme(app, "dark")
    digits, digits_16 = (str(ROOT / "checkpoints" / f"mnist-vae-{n}d.safetensors") for n in (2, 16))
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        colour = str(model_file(home))
        if "1" in arguments.only:
            measure_tiles(colour, home)
        if "2" in arguments.only:
            measure_frames({"28 px grey": digits_16, "64 px colour": colour}, home)
        if "3" in arguments.only:
            measure_memory(colour, home, arguments.pans)
        if "4" in arguments.only:
            measure_agreement(digits, arguments.out)


if __name__ == "__main__":
    main()
