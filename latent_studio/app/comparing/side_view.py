"""One side of a comparison: which model, which moment, which code, and the picture of that."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QWidget

from latent_studio.app.comparing.sides import Name
from latent_studio.app.widgets.buttons import Button, icon_button
from latent_studio.app.widgets.choice import Choice, Option
from latent_studio.app.widgets.elide import ElidedLabel, caption
from latent_studio.app.widgets.picture import Picture
from latent_studio.core.latent import LatentSpace

DROP = "Drop a picture here"
LETTER, ROW, GAP = 22, 28, 8  # px


class SideView(QWidget):
    """The choices stand over the picture, what is known of it below; `lay_out` gives each its place.

    Signals:
        model_chosen(str), moment_chosen(str), code_chosen(str): the key of the option.
        drawn(): another code is wanted.  clicked(): the picture.  menu_requested(QPoint).
        dropped_code(dict), dropped_image(array), dropped_files(list).
    """

    model_chosen = Signal(str)
    moment_chosen = Signal(str)
    code_chosen = Signal(str)
    drawn = Signal()
    clicked = Signal()
    menu_requested = Signal(QPoint)
    dropped_code = Signal(dict)
    dropped_image = Signal(object)
    dropped_files = Signal(list)

    def __init__(self, name: Name) -> None:
        super().__init__()
        self.letter = ElidedLabel(name.upper(), "title").keep_whole()
        self.letter.setParent(self)
        self.model = Choice(as_field=True, tooltip="The model of this side", parent=self)
        self.moment = Choice(as_field=True, tooltip="Which weights of the run", parent=self)
        self.code = Choice(as_field=True, tooltip="The code that this side shows", parent=self)
        self.draw = icon_button("dice-five", "Draw a code of its own from the prior", framed=True)
        self.draw.setParent(self)
        self.picture = Picture(self, accept_drops=True, empty_text=DROP)
        self.picture.setAccessibleName(f"Picture {name.upper()}")
        self.line = caption("", tabular=True)
        self.line.setParent(self)
        self.shows: LatentSpace | None = None  # the space of the model whose picture is shown
        self._side = 240
        self.model.chosen.connect(self.model_chosen)
        self.moment.chosen.connect(self.moment_chosen)
        self.code.chosen.connect(self.code_chosen)
        self.draw.clicked.connect(self.drawn)
        for signal in ("clicked", "menu_requested", "dropped_code", "dropped_image", "dropped_files"):
            getattr(self.picture, signal).connect(getattr(self, signal))

    def set_models(self, options: Sequence[Option], current: str) -> None:
        self.model.set_options(options)
        self.model.set_current(current)

    def set_moments(self, options: Sequence[Option], current: str) -> None:
        """The moments of a run; none hides the choice."""
        self.moment.set_options(options)
        self.moment.set_current(current)
        self.moment.setVisible(bool(options))
        self._arrange()

    def set_codes(self, options: Sequence[Option], current: str) -> None:
        self.code.set_options(options)
        self.code.set_current(current)

    def lay_out(self, side: int) -> None:
        """Two rows of choices, the picture `side` px wide and high below them, a line under it."""
        self._side = side
        self._arrange()

    def _arrange(self) -> None:
        width = self.width()
        self.letter.setGeometry(0, 0, LETTER, ROW)
        self.model.setGeometry(LETTER, 0, width - LETTER, ROW)
        top = ROW + GAP
        right = width - ROW
        has_moment = not self.moment.isHidden()
        middle = min(Button.sizeHint(self.moment).width(), round(0.5 * (right - GAP))) if has_moment else 0
        self.moment.setGeometry(0, top, middle, ROW)
        left = middle + GAP if has_moment else 0
        self.code.setGeometry(left, top, right - GAP - left, ROW)
        self.draw.setGeometry(right, top, ROW, ROW)
        top += ROW + 12
        self.picture.setGeometry(0, top, self._side, self._side)
        self.line.setGeometry(0, top + round(self.picture.picture_rect().height()) + 6, width, 18)
