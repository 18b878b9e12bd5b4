"""A short film of the map: pan, zoom, adopt a digit, drag the cross-hair, while the dock's sliders follow."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from latent_studio.app.panels.explore import Explore
from latent_studio.app.panels.manifold import ManifoldPanel
from latent_studio.app.touring.conductor import Script, after, soon
from latent_studio.app.touring.hand import move, press, release, turn_wheel
from latent_studio.app.touring.scenes import explore
from latent_studio.app.touring.scenes.manifold import has_pictures, place
from latent_studio.app.touring.visit import Visit
from latent_studio.app.widgets.pixels import to_array

SIZE = QSize(960, 600)  # px of the film
WINDOW = QSize(1280, 800)  # px: so that words can still be read in it
FRAME_MS = 80
QUALITY = 58  # of 100: where the pictures of the map still look as they do in the window
NOTCH = 40  # eighths of a degree: a finely turned wheel
ARROW = ((0, 0), (0, 17), (4, 13), (7, 19.5), (9.6, 18.4), (6.7, 12), (12, 12))
"""The pointer, px: a window that is painted into a picture has none."""


class Film:
    """Frames of the window, with the pointer where the hand is. One step of the script is one frame."""

    def __init__(self, visit: Visit, panel: ManifoldPanel) -> None:
        self._visit, self._view = visit, panel.view
        self._at, self._is_held = place(panel.view, 0.62, 0.9), False
        self.frames: list[QImage] = []

    def shoot(self, n: int = 1) -> Script:
        """So many frames, each at its time."""
        for _ in range(n):
            yield after(FRAME_MS / 1000)
            self.frames.append(self._seen())

    def go(self, x: float, y: float, n: int) -> Script:
        """The pointer goes there in n frames; the place is in shares of the map."""
        yield from self._go_to(place(self._view, x, y), n)

    def go_to_code(self, n: int) -> Script:
        """The pointer goes to the cross-hair."""
        yield from self._go_to(self._view.cross_hair.px(self._view.viewport) or self._at, n)

    def _go_to(self, end: QPointF, n: int) -> Script:
        """Slowly at both ends."""
        start = self._at
        for step in range(1, n + 1):
            self._at = start + (end - start) * (0.5 - 0.5 * math.cos(math.pi * step / n))
            move(self._view, self._at, is_held=self._is_held)
            yield from self.shoot()

    def press(self) -> None:
        self._is_held = True
        press(self._view, self._at)

    def release(self) -> None:
        self._is_held = False
        release(self._view, self._at)

    def zoom(self, eighths: int, n: int) -> Script:
        """Turn the wheel in n frames."""
        for _ in range(n):
            turn_wheel(self._view, self._at, eighths)
            yield from self.shoot()

    def _seen(self) -> QImage:
        window = self._visit.window
        seen = window.grab().toImage()
        painter = QPainter(seen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(self._view.mapTo(window, self._at))
        arrow = QPainterPath(QPointF(*ARROW[0]))
        for corner in ARROW[1:]:
            arrow.lineTo(QPointF(*corner))
        arrow.closeSubpath()
        painter.setPen(QPen(QColor(0, 0, 0, 200), 1.4))
        painter.setBrush(QColor("#5b9dff" if self._is_held else "#ffffff"))
        painter.drawPath(arrow)
        painter.end()
        keep, smooth = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        return seen.scaled(SIZE, keep, smooth)


def record(visit: Visit, path: Path) -> Script:
    """The whole film, written as an animated WebP."""
    visit.window.resize(WINDOW)
    yield from visit.open_model("mnist-vae-2d")
    yield lambda: not visit.panel(Explore).preview.image().isNull()
    yield from explore.drag_a_slider(visit)  # so that the status bar tells what a picture takes, not the first one
    yield from visit.go_to("manifold")
    panel = visit.panel(ManifoldPanel)
    yield soon(lambda: has_pictures(panel), 30.0)
    yield visit.rests()
    film = Film(visit, panel)
    yield from scenes(film, visit)
    write_film(film.frames, path)
    visit.pictures.append(path)


def scenes(film: Film, visit: Visit) -> Script:
    """What is seen, in about eight seconds."""
    yield from film.shoot(4)
    yield from film.go(0.62, 0.60, 6)
    film.press()
    yield from film.go(0.50, 0.50, 12)  # pan
    film.release()
    yield from film.go(0.36, 0.36, 5)
    yield from film.zoom(NOTCH, 9)
    yield from film.shoot(4)
    film.press()
    film.release()  # adopt what lies here
    yield from film.shoot(5)
    visit.press("F")
    yield from film.go_to_code(4)
    film.press()
    for x, y, n in ((0.66, 0.34, 13), (0.58, 0.80, 13), (0.22, 0.72, 13)):
        yield from film.go(x, y, n)  # the cross-hair, and the sliders with it
    film.release()
    yield from film.shoot(2)
    visit.press("F")
    yield from film.shoot(9)


def write_film(frames: list[QImage], path: Path) -> None:
    """Write frames as an animation without end."""
    from PIL import Image

    def pictures() -> Iterator[Image.Image]:
        for frame in frames:
            yield Image.fromarray(to_array(frame))

    first, *rest = pictures()
    first.save(path, save_all=True, append_images=rest, duration=FRAME_MS, loop=0, quality=QUALITY, method=4)
