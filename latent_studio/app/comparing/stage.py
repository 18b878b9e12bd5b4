"""Where the parts of a comparison lie: A, what is between them, B; under them the way from one to the other."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from latent_studio.app.comparing.mix_view import MixView
from latent_studio.app.comparing.side_view import GAP, ROW, SideView
from latent_studio.app.comparing.sides import Name
from latent_studio.app.widgets.choice import Option
from latent_studio.app.widgets.elide import ElidedLabel, caption, heading
from latent_studio.app.widgets.numbers import shown
from latent_studio.app.widgets.picture_grid import GAP as FILM_GAP
from latent_studio.app.widgets.picture_grid import PictureGrid
from latent_studio.app.widgets.pixels import fitted
from latent_studio.app.widgets.segmented import SegmentedControl
from latent_studio.views.comparing import SidePicture, alike, difference

MARGIN, TOP, BELOW = 24, 20, 24  # px
LEAST_BETWEEN, MOST_BETWEEN = 10, 36  # px: between two columns
NARROWEST = 208  # px; the lists over a smaller picture are still so wide
MAX_SIDE, MIN_SIDE = 560, 96  # px
HEADS, LINE = 2 * ROW + GAP + 12, 30  # px: over the pictures, under them
N_FILM, FILM_SIDE, LEAST_FILM = 11, 128, 48
FILM_HEAD = 28  # px


class CompareStage(QWidget):
    """Lays its parts out by hand: three pictures of the same size, as large as the room allows."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = SideView("a"), SideView("b")
        self.mix = MixView()
        self.view = SegmentedControl(
            [
                Option("difference", "|A − B|", tooltip="The difference, pixel by pixel"),
                Option("wipe", "Wipe", tooltip="A left of the divider, B right of it"),
                Option("onion", "Onion", tooltip="B over A, as through thin paper"),
            ],
            stretch=True,
        )
        self.number = ElidedLabel("", "number")
        self.number.setToolTip("Mean of |A − B| over pixels and channels: 0 is equal, 1 is black against white")
        self.line = caption("", tabular=True)
        self.title, self.note = heading(), caption()
        self.film = PictureGrid(N_FILM, side_px=FILM_SIDE)
        for part in (self.a, self.b, self.mix, self.view, self.number, self.line, self.title, self.note, self.film):
            part.setParent(self)
        self.number.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._image_size = QSize(1, 1)
        self._n_rows = 1

    def _set_image_size(self, width: int, height: int) -> None:
        """What size the pictures have, pixels; the larger one of both sides'."""
        if QSize(width, height) != self._image_size:
            self._image_size = QSize(width, height)
            self._arrange()

    def set_film_rows(self, n_rows: int) -> None:
        """How many rows of pictures lie under the sides."""
        if n_rows != self._n_rows:
            self._n_rows = n_rows
            self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        room_x = self.width() - 2 * MARGIN
        across = min(FILM_SIDE, (room_x + FILM_GAP) // N_FILM - FILM_GAP, max(LEAST_FILM, self.height() // 9))
        film = self._n_rows * (across + FILM_GAP)
        below = BELOW + FILM_HEAD + 8 + film + TOP
        most = (room_x - 2 * LEAST_BETWEEN) // 3
        side = max(MIN_SIDE, min(most, self.height() - TOP - HEADS - LINE - below, MAX_SIDE))
        picture = fitted(self._image_size, QSize(side, side))
        side = max(picture.width(), picture.height())
        column = max(side, min(most, NARROWEST))
        step = column + min(MOST_BETWEEN, (room_x - 3 * column) // 2)
        for place, view in ((0, self.a), (2, self.b)):
            view.setGeometry(MARGIN + place * step, TOP, column, HEADS + side + LINE)
            view.lay_out(side)
        x = MARGIN + step
        self.view.setGeometry(x, TOP, column, ROW)
        self.number.setGeometry(x, TOP + ROW + GAP, column, ROW)
        self.mix.setGeometry(x, TOP + HEADS, side, side)
        self.line.setGeometry(x, TOP + HEADS + picture.height() + 6, column, 18)
        top = TOP + HEADS + picture.height() + LINE + BELOW
        width = self.title.sizeHint().width() if self.title.text() else 0
        self.title.setGeometry(MARGIN, top, width, FILM_HEAD)
        self.note.setGeometry(MARGIN + width + (10 if width else 0), top, room_x - width - 10, FILM_HEAD)
        self.film.setGeometry(MARGIN, top + FILM_HEAD + 8, N_FILM * (across + FILM_GAP) - FILM_GAP, film)

    def set_titles(self, title: str, note: str) -> None:
        """What the film is, and what a click does."""
        if (title, note) != (self.title.text(), self.note.text()):
            self.title.setText(title)
            self.note.setText(note)
            self._arrange()

    def show_pair(self, a: SidePicture | None, b: SidePicture | None, runs: Sequence[Name]) -> None:
        """What is known of each side, how far apart the codes lie and how far the pictures differ.

        runs: the sides that show a run, whose step is told.
        """
        sides: tuple[tuple[Name, SidePicture | None], ...] = (("a", a), ("b", b))
        for name, value in sides:
            parts = [f"step {value.header.step:,}"] if value is not None and name in runs else []
            if value is not None and value.header.space.dim:
                parts.append(f"log p(z) {shown(value.log_prior, 1)} nats")
            (self.a if name == "a" else self.b).line.setText(" · ".join(parts))
        shapes = [value.picture.shape for _, value in sides if value is not None]
        if shapes:
            self._set_image_size(max(shape[1] for shape in shapes), max(shape[0] for shape in shapes))
        found, sentence, apart = None, "", 0.0
        if a is not None and b is not None:
            apart = math.dist(a.code, b.code) if alike(a.header.space, b.header.space) else 0.0
            found = difference(a.picture, b.picture)
            if found is None:
                sizes = " and ".join(f"{x.shape[1]} × {x.shape[0]}" for x in (a.picture, b.picture))
                sentence = f"Pictures of {sizes} pixels cannot be subtracted: wipe or fade them."
        self.line.setText(f"codes {shown(apart)} apart" if apart else "")
        self.number.setText(f"mean |A − B|  {shown(found.mean, 4)}" if found else "")
        self.mix.set_pictures(
            a.picture if a else None, b.picture if b else None, found.picture if found else None, sentence
        )
