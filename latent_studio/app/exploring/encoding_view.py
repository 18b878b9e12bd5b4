"""An encoded picture beside what the model makes of its code."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QStackedLayout, QWidget

from latent_studio.app.widgets.elide import ElidedLabel, caption
from latent_studio.app.widgets.picture import Picture
from latent_studio.studio.document import PictureSource
from latent_studio.views.encoding import Encoded

SIDE = 168  # px
GAP = 16


class EncodingView(QWidget):
    """Original and reconstruction with what is known of them; a sentence where the model cannot encode.

    Signals:
        chosen(): one of the two was clicked: its code is wanted.
    """

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.original = Picture(side_px=SIDE, accept_drops=True)
        self.reconstruction = Picture(side_px=SIDE, empty_text="What the model makes of its code")
        self._over = caption("Original"), caption("Reconstruction")
        self._under = ElidedLabel("", "caption"), ElidedLabel("", "caption")
        self._under[1].setToolTip(
            "Negative evidence lower bound of this picture, nats; mean squared error per pixel, pixels in [0, 1]"
        )
        both = QWidget()
        grid = QGridLayout(both)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(6)
        for column, picture in enumerate((self.original, self.reconstruction)):
            picture.setFixedSize(SIDE, SIDE)
            picture.clicked.connect(self.chosen)
            grid.addWidget(self._over[column], 0, column)
            grid.addWidget(picture, 1, column)
            grid.addWidget(self._under[column], 2, column)
        grid.setColumnStretch(2, 1)
        self._refusal = QLabel()
        self._refusal.setWordWrap(True)
        self._refusal.setProperty("role", "muted")
        self._refusal.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(both)
        self._pages.addWidget(self._refusal)

    def set_size(self, size: QSize) -> None:
        """Pictures of another size, px; a whole multiple of the model's looks best."""
        for picture in (self.original, self.reconstruction):
            picture.setFixedSize(size)

    def refuse(self, reason: str) -> None:
        """Say why nothing can be encoded; "" takes it back."""
        self._refusal.setText(reason)
        self._pages.setCurrentIndex(1 if reason else 0)

    def set_payload(self, code: dict[str, object] | None) -> None:
        """The code that travels with the pictures when they are dragged away."""
        for picture in (self.original, self.reconstruction):
            picture.set_payload(code)

    def show_encoding(self, source: PictureSource | None, encoded: Encoded | None) -> None:
        """The picture that was encoded last, or none."""
        self.original.set_image(None if encoded is None else encoded.original)
        self.reconstruction.set_image(None if encoded is None else encoded.reconstruction)
        self._over[0].setText(f"Original · {source.caption}" if source else "Original")
        self._under[0].setText(f"labelled {source.label}" if source and source.label else "")
        self._under[1].setText("" if encoded is None else error_text(encoded))


def error_text(encoded: Encoded) -> str:
    """`63.6 nats · MSE 0.0072`."""
    nats = "" if encoded.nats is None else f"{encoded.nats:.1f} nats · "
    return f"{nats}MSE {encoded.mse:.4f}"
