"""The window as a person drives it: models to open, and a hand for mouse and keyboard."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from latent_studio.app.panels.explore import Explore
from latent_studio.app.session import Places, Session
from latent_studio.app.settings import Settings
from latent_studio.app.widgets.pixels import to_array
from latent_studio.app.widgets.slider_row import RowShape
from latent_studio.app.window import Window
from latent_studio.core.request import Answer
from latent_studio.core.runs import newest_weights
from latent_studio.training.recipe import DataSection, OptimizerSection, Recipe, TrainingSection
from latent_studio.views.preview import Preview, PreviewPicture

LEFT = Qt.MouseButton.LeftButton
NOTHING = Qt.KeyboardModifier.NoModifier
PATIENCE_MS = 30_000  # no test waits so long on a machine that does little else


def digits_recipe(name: str, n_latent: int, n_epochs: int = 3) -> Recipe:
    """A tiny VAE on the embedded digits; an epoch takes some milliseconds."""
    return Recipe(
        name=name,
        data=DataSection(source="digits"),
        model={"family": "vae", "n_latent": n_latent, "width": 64},
        training=TrainingSection(n_epochs=n_epochs, n_threads=1, ema_decay=0.9),
        optimizer=OptimizerSection(learning_rate=3e-3),
    )


def trained(recipe: Recipe, folder: Path, target: Path) -> Path:
    """Train a recipe to the end and put its checkpoint at `target`."""
    from latent_studio.training.trainer import train

    for _ in train(recipe, folder):
        pass
    weights = newest_weights(folder)
    assert weights is not None
    return Path(shutil.copy(weights, target))


class Driver:
    """An open window, and what a person does with it."""

    def __init__(
        self,
        qtbot: QtBot,
        places: Places,
        model: str = "",
        settings: Settings | None = None,
        first: Path | None = None,
    ) -> None:
        self.qtbot, self._is_closed = qtbot, False
        self.session = Session(places)
        self.window = Window(self.session, settings or Settings(model=model), first)
        self._shown: tuple[str, tuple[float, ...]] = ("", ())
        self.session.previewed.connect(self._on_previewed)
        self.window.resize(1280, 800)
        self.window.show()
        self.dock, self.rows = self.window.dock, self.window.dock.rows
        explore = self.window.panels["explore"]
        assert isinstance(explore, Explore)
        self.explore = explore

    def wait_for_picture(self) -> Driver:
        self.until(lambda: not self.explore.preview.image().isNull())
        self.until(lambda: bool(self.rows.visible_keys()))
        return self

    def until(self, condition: object) -> None:
        self.qtbot.waitUntil(condition, timeout=PATIENCE_MS)  # type: ignore[arg-type]

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        self.window.close()
        self.window.deleteLater()
        self.session.deleteLater()
        QApplication.processEvents()

    @property
    def code(self) -> tuple[float, ...]:
        return self.session.document.code

    def picture(self) -> NDArray[np.uint8]:
        """What the preview shows, (h, w, 3); empty where it shows nothing."""
        image = self.explore.preview.image()
        return np.zeros((0, 0, 3), np.uint8) if image.isNull() else to_array(image)

    def settled_picture(self) -> NDArray[np.uint8]:
        """What the preview shows once it is the open model's picture of the current code."""
        self.until(lambda: self._shown == (self._open_key(), self.code))
        return self.picture()

    def _open_key(self) -> str:
        model = self.session.document.model
        return "" if model is None else model.key

    def _on_previewed(self, answer: Answer) -> None:
        request = answer.request
        if isinstance(request, Preview) and isinstance(answer.value, PreviewPicture):
            self._shown = request.model, request.code

    def handle(self, column: int, value: float) -> QPoint:
        """Where the handle of a slider stands for a value, in the list's viewport."""
        shape, row = RowShape(self.rows.viewport().width()), next(r for r in self.rows.rows() if r.key == column)
        at = QPointF(shape.x_of(row, value), shape.track.center().y())
        return self.rows.row_rect(column).topLeft() + at.toPoint()

    def drag_slider(self, column: int, *values: float) -> None:
        """Take a slider's handle from where it stands over the values, and let go."""
        viewport = self.rows.viewport()
        QTest.mousePress(viewport, LEFT, NOTHING, self.handle(column, self.code[column]))
        for value in values:
            QTest.mouseMove(viewport, self.handle(column, value))
            self.qtbot.wait(20)
        QTest.mouseRelease(viewport, LEFT, NOTHING, self.handle(column, values[-1]))

    def click(self, widget: QWidget) -> None:
        QTest.mouseClick(widget, LEFT, NOTHING, widget.rect().center())

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NOTHING) -> None:
        QTest.keyClick(self.window, key, modifier)

    def drop_files(self, target: QWidget, *paths: Path) -> None:
        """Drop files from the desktop onto a widget."""
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        drop(target, mime)


def drop(target: QWidget, mime: QMimeData, at: QPoint | None = None) -> None:
    """What Qt sends when something is dragged onto a widget (its middle, or a point in it) and let go."""
    action, where = Qt.DropAction.CopyAction, target.rect().center() if at is None else at
    enter = QDragEnterEvent(where, action, mime, LEFT, NOTHING)
    QApplication.sendEvent(target, enter)
    assert enter.isAccepted(), "nothing may be dropped here"
    QApplication.sendEvent(target, QDropEvent(QPointF(where), action, mime, LEFT, NOTHING))
