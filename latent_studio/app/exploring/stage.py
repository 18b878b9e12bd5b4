"""Where the parts of Explore lie: the large picture left, what it is made of and from right."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from latent_studio.app.exploring.code_line import CodeLine
from latent_studio.app.exploring.encoding_view import GAP, EncodingView
from latent_studio.app.exploring.plane_view import PlaneView
from latent_studio.app.exploring.sweep_view import SweepView
from latent_studio.app.session import Session
from latent_studio.app.widgets.buttons import Button
from latent_studio.app.widgets.pad import SIDE as PAD_SIDE
from latent_studio.app.widgets.picture import Picture
from latent_studio.app.widgets.pixels import fitted

MARGIN, TOP, BETWEEN = 24, 20, 27  # px
PREVIEW, MAX_PREVIEW = 560, 1120  # px: at 1440 × 900, and on the largest screens
RIGHT, MAX_RIGHT = 352, 640  # px
LINE_HEIGHT = 44  # px
PAD_LABELS = 44  # px at the pad's right
WIDE_LINE = 500  # px; a narrower line has no room for the button's words


class Stage(QWidget):
    """Lays its parts out by hand: the picture is shown at a whole multiple of its pixels, and all else hugs it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.preview = Picture(self, side_px=PREVIEW, accept_drops=True)
        self.preview.setAccessibleName("Picture of the current code")
        self.preview.set_alignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.code_line = CodeLine()
        self.back = Button("", "arrow-counter-clockwise", "quiet")
        self.back.setToolTip("Back to the encoding: take the code of the encoded picture again")
        self._line = QWidget(self)
        line = QHBoxLayout(self._line)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.code_line, 1)
        line.addWidget(self.back)
        self.encoding = EncodingView()
        self.plane, self.sweep = PlaneView(session), SweepView(session)
        for part in (self.encoding, self.plane, self.sweep):
            part.setParent(self)
        self._image_size = QSize(1, 1)

    def set_image_size(self, width: int, height: int) -> None:
        """What size the model's pictures have, pixels."""
        self._image_size = QSize(width, height)
        self._arrange()

    def show_sweep(self, is_shown: bool, has_any: bool = True) -> None:
        """The sweep instead of the pad; `has_any`: either of them."""
        self.sweep.setVisible(is_shown and has_any)
        self.plane.setVisible(not is_shown and has_any)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        room_x = self.width() - 2 * MARGIN - BETWEEN
        room_y = self.height() - 2 * TOP
        side = max(48, min(room_x - RIGHT, room_y - LINE_HEIGHT, MAX_PREVIEW))
        picture = fitted(self._image_size, QSize(side, side))
        right = max(RIGHT, min(room_x - picture.width(), MAX_RIGHT))
        self.preview.setGeometry(MARGIN, TOP, picture.width(), picture.height())
        self.back.set_text("Back to the encoding" if picture.width() >= WIDE_LINE else "")
        self._line.setGeometry(MARGIN, TOP + picture.height() + 4, picture.width(), LINE_HEIGHT - 8)
        x = MARGIN + picture.width() + BETWEEN
        small = (right - GAP) // 2
        self.encoding.set_size(fitted(self._image_size, QSize(small, small)))
        height = self.encoding.sizeHint().height()
        self.encoding.setGeometry(x, TOP - 2, right, height)
        top = TOP - 2 + height + BETWEEN
        left_over = room_y + TOP - top
        pad = max(120, min(right - PAD_LABELS, left_over - 36, max(PAD_SIDE, right - PAD_LABELS)))
        self.plane.pad.setFixedSize(pad + PAD_LABELS, pad)
        self.plane.setGeometry(x, top, right, 36 + pad)
        self.sweep.setGeometry(x, top, right, left_over)
