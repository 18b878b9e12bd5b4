"""The line over a panel: its title, the open model, one line about it, undo, redo, and the way to everything else."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6 import QtGui
from PySide6.QtCore import QRect, QRectF, QSize, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.buttons import HEIGHT as BUTTON_HEIGHT
from latent_studio.app.widgets.buttons import Button, icon_button
from latent_studio.app.widgets.choice import Choice, Option
from latent_studio.app.widgets.elide import caption, title
from latent_studio.app.widgets.key_hint import hint_width, paint_hint

HEIGHT = 56
_FIND_WIDTH, _MODEL_WIDTH = 148, 260  # px; the longest names give way


class _Find(Button):
    """A field that is a button: it opens the palette."""

    def __init__(self) -> None:
        super().__init__("Find", "magnifying-glass", key_hint="Ctrl K", tooltip="Find any panel, model or action")

    def sizeHint(self) -> QSize:
        return QSize(_FIND_WIDTH, BUTTON_HEIGHT)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(self.rect())
        hot = self.underMouse() or self._focus.visible
        paint.fill_round(painter, area, colour("raised") if hot else None, colour("faint" if hot else "line"))
        paint_icon(painter, "magnifying-glass", QRectF(10, 6, 16, 16), colour("muted"))
        key = "Ctrl K"
        paint_hint(painter, area.right() - hint_width(key) - 8, area.center().y(), key)
        paint.draw_text(painter, area.adjusted(32, 0, -60, 0), "Find", "muted")
        if self._focus.visible:
            paint.focus_ring(painter, area)


class HeaderBar(QWidget):
    """The 56 px over every panel.

    Signals:
        model_chosen(str): the key of a model from the list.
        undo_requested(), redo_requested(), find_requested().
    """

    model_chosen = Signal(str)
    undo_requested = Signal()
    redo_requested = Signal()
    find_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._caption = title(), caption()
        self._model = Choice(icon="stack", tooltip="The open model")
        self._model.setMaximumWidth(_MODEL_WIDTH)
        self._model.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._undo = icon_button("arrow-u-up-left", "Undo (Ctrl+Z)")
        self._redo = icon_button("arrow-u-up-right", "Redo (Ctrl+Y)")
        self._model.chosen.connect(self.model_chosen)
        self._undo.clicked.connect(self.undo_requested)
        self._redo.clicked.connect(self.redo_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(24, 0, 24, 0)
        layout.setSpacing(4)
        layout.addWidget(self._title)
        layout.addSpacing(12)
        layout.addWidget(self._model)
        layout.addSpacing(12)
        layout.addWidget(self._caption, 1)
        layout.addSpacing(12)
        layout.addWidget(self._undo)
        layout.addWidget(self._redo)
        find = _Find()
        find.clicked.connect(self.find_requested)
        layout.addSpacing(12)
        layout.addWidget(find)
        self.setFixedHeight(HEIGHT)
        self.set_models([])
        self.set_undo("")
        self.set_redo("")

    def set_title(self, text: str) -> None:
        """The panel's name."""
        self._title.setText(text)
        self._title.updateGeometry()

    def set_caption(self, text: str) -> None:
        """One line about the model or the panel."""
        self._caption.setText(text)

    def set_models(self, models: Sequence[Option], current: str = "") -> None:
        """The models to choose from; without any the chooser hides."""
        self._model.set_options(models)
        if current:
            self._model.set_current(current)
        self._model.setVisible(bool(models))

    def set_model(self, key: str) -> None:
        """Show which model is open."""
        self._model.set_current(key)

    def set_model_visible(self, visible: bool) -> None:
        """Panels that are about no one model (Library, Train) do without the chooser."""
        self._model.setVisible(visible)

    def set_undo(self, what: str) -> None:
        """What undo takes back; empty greys it."""
        _offer(self._undo, "Undo", what, "Ctrl+Z")

    def set_redo(self, what: str) -> None:
        """What redo does again; empty greys it."""
        _offer(self._redo, "Redo", what, "Ctrl+Y")

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        QPainter(self).fillRect(QRect(0, self.height() - 1, self.width(), 1), colour("line"))


def _offer(button: QWidget, deed: str, what: str, key: str) -> None:
    tip = f"{deed}: {what} ({key})" if what else f"{deed} ({key})"
    if (bool(what), tip) != (button.isEnabled(), button.toolTip()):  # this is asked at every step of a drag
        button.setEnabled(bool(what))
        button.setToolTip(tip)
