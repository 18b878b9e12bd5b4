"""The main job without a person: the real window is driven by mouse events, and pictures of it are saved.

`python main.py --pictures DIR` does it, and so does the program by itself where there is no display.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QEvent, QLoggingCategory, QObject, QPointF, QRectF, Qt, QTimer, Slot
from PySide6.QtGui import QCursor, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from latent_studio.app.panels.explore import Explore
from latent_studio.app.panels.train import TrainPanel
from latent_studio.app.session import Places, Session
from latent_studio.app.settings import Settings
from latent_studio.app.theme import ThemeName, apply_theme
from latent_studio.app.widgets.slider_row import RowShape
from latent_studio.app.window import Window
from latent_studio.training.recipe import DataSection, OptimizerSection, Recipe, TrainingSection

SIZE = (1440, 900)
FAR_AWAY = (9999, 9999)
TRAIN_S = 20.0
PATIENCE_S = 120.0
DRAG_STEPS = 40
REST_S = 0.8  # strips, pads and pictures have come by then

Script = Iterator[Callable[[], bool]]
"""What is done, in steps: each gives what must be true before the next."""


def take_pictures(app: QApplication, folder: Path, theme: str, train_s: float = TRAIN_S) -> int:
    """Do the main job in the real window, save pictures of every panel in `folder` and say where; the exit status."""
    themes: tuple[ThemeName, ...] = ("dark", "light") if theme == "both" else ("light" if theme == "light" else "dark",)
    folder.mkdir(parents=True, exist_ok=True)
    if app.platformName() == "offscreen":
        QLoggingCategory.setFilterRules("default.warning=false")  # of popups: "does not support raise()"
    with tempfile.TemporaryDirectory(prefix="latent-studio-") as home:
        apply_theme(app, themes[0])
        window = Window(Session(Places(Places.usual().ready_made, Path(home))), Settings())
        window.resize(*SIZE)
        QCursor.setPos(*FAR_AWAY)  # nothing shall look as if a mouse were over it
        tour = Tour(window, folder.resolve(), themes, train_s)
        stage = Conductor(tour.script())
        window.show()
        app.exec()
        window.close()
    for path in tour.pictures:
        print(path)
    print(stage.problem or f"{len(tour.pictures)} pictures are in {folder.resolve()}")
    return 1 if stage.problem else 0


class Conductor(QObject):
    """Goes through a script inside the event loop and ends the loop with it."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self.problem = ""
        self._script = script
        self._is_due: Callable[[], bool] = lambda: True
        self._asked_at = time.monotonic()
        self._timer = QTimer(self, interval=8)
        self._timer.timeout.connect(self._go_on)
        self._timer.start()

    @Slot()
    def _go_on(self) -> None:
        if not self._is_due():
            if time.monotonic() - self._asked_at > PATIENCE_S:
                self._end(f"Nothing happened for {PATIENCE_S:.0f} s; the pictures so far are kept.")
            return
        self._asked_at = time.monotonic()
        try:
            self._is_due = next(self._script)
        except StopIteration:
            self._end("")

    def _end(self, problem: str) -> None:
        self.problem = problem
        self._timer.stop()
        QApplication.exit()


class Tour:
    """What a first visitor does, and what is worth a picture. pictures: what was saved so far."""

    def __init__(self, window: Window, folder: Path, themes: tuple[ThemeName, ...], train_s: float) -> None:
        self.pictures: list[Path] = []
        self._window, self._folder, self._themes, self._train_s = window, folder, themes, train_s
        explore, train = window.panels["explore"], window.panels["train"]
        assert isinstance(explore, Explore)
        assert isinstance(train, TrainPanel)
        self._explore, self._train = explore, train

    def script(self) -> Script:
        """The whole visit."""
        session = self._window.session
        yield lambda: session.header is not None or not self._window.dock.isVisible()
        ready_made = session.document.model
        if ready_made is not None:
            yield lambda: not self._explore.preview.image().isNull()
            print(f"opened {ready_made.name}")
            yield from self.encode_a_picture()
            yield from self.drag_a_slider()
            yield from self.portraits("explore")
        yield from self.train_and_explore()
        yield from self.portraits("library")

    def encode_a_picture(self) -> Script:
        """Choose one of the data's pictures, where they are on this machine."""
        explore = self._explore
        yield after(REST_S)
        if explore.data_button.isEnabled() and explore.data_button.isVisible():
            click(explore.data_button, QRectF(explore.data_button.rect()).center())
            yield lambda: explore.picker.is_filled
            click(explore.picker.grid, explore.picker.grid.cell(4).center())
            yield lambda: explore.encodings.current() is not None
            print("encoded a picture from its data")

    def drag_a_slider(self) -> Script:
        """Take the first slider to and fro by mouse events."""
        rows = self._window.dock.rows
        yield lambda: bool(rows.visible_keys())
        key = rows.visible_keys()[0]
        row = next(row for row in rows.rows() if row.key == key)
        shape, top = RowShape(rows.viewport().width()), QPointF(rows.row_rect(key).topLeft())

        def point(value: float) -> QPointF:
            return top + QPointF(shape.x_of(row, value), shape.track.center().y())

        send(rows.viewport(), QEvent.Type.MouseButtonPress, point(row.value))
        reach = 0.4 * (row.high - row.low)
        for step in range(1, DRAG_STEPS + 1):
            share = math.sin(0.95 * math.pi * step / DRAG_STEPS)
            send(rows.viewport(), QEvent.Type.MouseMove, point(row.value - math.copysign(reach * share, row.value)))
            yield after(0.016)
        send(rows.viewport(), QEvent.Type.MouseButtonRelease, point(row.value))
        QApplication.sendEvent(rows, QEvent(QEvent.Type.Leave))
        print(f"dragged {row.name} through {DRAG_STEPS} pictures")

    def train_and_explore(self) -> Script:
        """Train a small VAE on the embedded digits, and explore it while it trains."""
        window, train, began = self._window, self._train, time.monotonic()
        window.go_to("train")
        train.set_recipe(digits_recipe())
        yield lambda: bool(train.form.data.found())
        click(train.start_bar.start, QRectF(train.start_bar.start.rect()).center())
        yield lambda: any(run.n_steps > 0 for run in train.runs.all())
        run = train.runs.all()[0]
        print(f"training {run.plan.name}")
        yield lambda: time.monotonic() - began > 0.4 * self._train_s
        window.session.open_model(run.key)
        window.go_to("explore")
        yield lambda: is_open(window.session, run.key)
        yield from self.encode_a_picture()
        yield from self.drag_a_slider()
        yield from self.portraits("explore", "explore-while-training")
        window.go_to("train")
        yield lambda: time.monotonic() - began > self._train_s
        yield from self.portraits("train")
        train.runs.stop(run.key)
        yield lambda: not train.runs.all()
        print(f"trained it for {run.step:,} steps, saved in its run")

    def portraits(self, panel: str, name: str = "") -> Script:
        """A picture of a panel in every theme."""
        for theme in self._themes:
            self._window.set_theme(theme)
            self._window.go_to(panel)
            yield after(REST_S)
            path = self._folder / f"{name or panel}-{theme}.png"
            self._window.grab().save(str(path))
            self.pictures.append(path)


def digits_recipe() -> Recipe:
    """A VAE that is worth looking at after some seconds on one core."""
    return Recipe(
        name="digits-vae-8",
        data=DataSection(source="digits"),
        model={"family": "vae", "n_latent": 8, "width": 256},
        training=TrainingSection(n_epochs=1500, ema_decay=0.99),
        optimizer=OptimizerSection(learning_rate=2e-3),
    )


def is_open(session: Session, key: str) -> bool:
    """Whether that model is the one that panels show."""
    model = session.document.model
    return model is not None and model.key == key and session.header is not None


def after(seconds: float) -> Callable[[], bool]:
    """True once so much time has passed."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def click(widget: QWidget, at: QPointF) -> None:
    """A click with the left button."""
    send(widget, QEvent.Type.MouseButtonPress, at)
    send(widget, QEvent.Type.MouseButtonRelease, at)


def send(widget: QWidget, kind: QEvent.Type, at: QPointF) -> None:
    """One event of the left button."""
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind == QEvent.Type.MouseMove else left
    held = none if kind == QEvent.Type.MouseButtonRelease else left
    where = QPointF(widget.mapToGlobal(at))
    QApplication.sendEvent(widget, QMouseEvent(kind, at, where, button, held, Qt.KeyboardModifier.NoModifier))
