"""Three places over the map for the pictures that span it, and where these lie on it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from latent_studio.app.mapping.map_frame import Card
from latent_studio.app.mapping.plane_choice import N_ANCHORS
from latent_studio.app.theme import theme
from latent_studio.app.widgets.buttons import icon_button
from latent_studio.app.widgets.elide import caption
from latent_studio.app.widgets.picture import Picture
from latent_studio.core.events import Pixels
from latent_studio.studio.viewport import Points, Viewport

WELL_PX = 72
NAMES = "ABC"
MARK_PX = 20


class AnchorMarks:
    """A layer with the letters of the pictures that span the plane, where they lie."""

    def __init__(self) -> None:
        self.points: Points = np.zeros((0, 2))

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme().font("strong"))
        for letter, (x, y) in zip(NAMES, viewport.to_px(self.points), strict=False):
            disc = QRectF(x - MARK_PX / 2, y - MARK_PX / 2, MARK_PX, MARK_PX)
            painter.setPen(QPen(QColor(255, 255, 255), 1.5))
            painter.setBrush(QColor(0, 0, 0, 200))
            painter.drawEllipse(disc)
            painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, letter)

    def hover(self, px: QPointF, viewport: Viewport) -> bool:
        return False

    def click(self, px: QPointF, viewport: Viewport) -> bool:
        return False

    def leave(self) -> None:
        """It shows no card."""


class AnchorCard(Card):
    """Wells A, B and C. From A to B goes across, C lies above.

    Signals:
        put(int, object): a code (plain JSON data) into a place; None: the current code.
        emptied(int).  closed(): back to a plane of dimensions.
    """

    put = Signal(int, object)
    emptied = Signal(int)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.wells = [Picture(side_px=WELL_PX, empty_text="drop or click", accept_drops=True) for k in range(N_ANCHORS)]
        wells = QGridLayout()
        wells.setHorizontalSpacing(8)
        wells.setVerticalSpacing(4)
        for place, well in enumerate(self.wells):
            well.setFixedSize(WELL_PX, WELL_PX)
            well.setToolTip(
                f"{NAMES[place]}: drop a picture with a code, or click for the current code; right-click empties it"
            )
            well.clicked.connect(lambda place=place: self.put.emit(place, None))
            well.dropped_code.connect(lambda code, place=place: self.put.emit(place, code))
            well.menu_requested.connect(lambda _, place=place: self.emptied.emit(place))
            wells.addWidget(well, 0, place)
            wells.addWidget(caption(NAMES[place]), 1, place, Qt.AlignmentFlag.AlignHCenter)
        close = icon_button("x", "Back to two dimensions")
        close.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 12, 8, 8)
        row.setSpacing(8)
        row.addLayout(wells)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_picture(self, place: int, picture: Pixels | None) -> None:
        """What lies in a place; None: nothing."""
        self.wells[place].set_image(picture)
