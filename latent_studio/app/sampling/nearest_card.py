"""The side card with the training pictures nearest to a sample, and what that says of copying."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from latent_studio.app.sampling.nearest import Nearest
from latent_studio.app.widgets.buttons import icon_button
from latent_studio.app.widgets.choice import Option
from latent_studio.app.widgets.elide import ElidedLabel, caption, heading
from latent_studio.app.widgets.link import Link
from latent_studio.app.widgets.overlay_bar import OverlayBar
from latent_studio.app.widgets.picture import Picture
from latent_studio.app.widgets.pixels import fitted
from latent_studio.app.widgets.progress import ProgressLine
from latent_studio.app.widgets.segmented import SegmentedControl
from latent_studio.core.events import Pixels
from latent_studio.views.neighbours import N_NEAREST, By, verdict

WIDTH = 248  # px
_MARGIN, _SIDE, _GAP, _ACROSS = 20, 98, 12, 2
HINT = "Click a sample to see the training pictures nearest to it."
WHAT = {
    "pixels": "Euclidean distance over all pixels, in [0, 1]. Blurry pictures lie near many; a copy lies near one.",
    "codes": "Euclidean distance between the codes: what the model itself holds to be alike.",
}


class NearestCard(QWidget):
    """Says what is told; it asks for nothing itself.

    Signals:
        by_chosen(str): compare "pixels" or "codes".
        closed(), locate_requested(QPoint)
        picture_clicked(int), menu_requested(int, QPoint): which of the nearest.
    """

    by_chosen = Signal(str)
    closed = Signal()
    locate_requested = Signal(QPoint)
    picture_clicked = Signal(int)
    menu_requested = Signal(int, QPoint)

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(WIDTH)
        close = icon_button("x", "Close (N)")
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.addWidget(heading("Nearest training pictures"), 1)
        head.addWidget(close)
        self.by = SegmentedControl(
            [
                Option("pixels", "Pixels", tooltip=WHAT["pixels"]),
                Option("codes", "Latent space", tooltip=WHAT["codes"]),
            ],
            "pixels",
            stretch=True,
        )
        self.by.chosen.connect(self.by_chosen)
        self.sample = Picture(side_px=_SIDE)
        self.sample.setAccessibleName("The sample")
        self._name, self._verdict = ElidedLabel("", "strong"), _sentence()
        self.progress, self._doing = ProgressLine(), caption()
        self.locate = Link("Locate the data …")
        self.locate.clicked.connect(self._on_locate)
        self._cells = [_Cell(self, place) for place in range(N_NEAREST)]
        self._layout(head)
        self.clear()

    def _layout(self, head: QHBoxLayout) -> None:
        subject = QHBoxLayout()
        subject.setSpacing(_GAP)
        subject.addWidget(self.sample, 0, Qt.AlignmentFlag.AlignTop)
        said = QVBoxLayout()
        said.setSpacing(4)
        said.addWidget(self._name)
        said.addWidget(self._verdict)
        said.addStretch(1)
        subject.addLayout(said, 1)
        self._grid = QWidget()
        cells = QGridLayout(self._grid)
        cells.setContentsMargins(0, 0, 0, 0)
        cells.setHorizontalSpacing(_GAP)
        cells.setVerticalSpacing(_GAP)
        for place, cell in enumerate(self._cells):
            cells.addWidget(cell, *divmod(place, _ACROSS))
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(_MARGIN, 14, _MARGIN, 20)
        column.setSpacing(12)
        column.addLayout(head)
        column.addLayout(subject)
        column.addWidget(self.by)
        for part in (self.progress, self._doing, self.locate, self._grid):
            column.addWidget(part)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        OverlayBar(area)
        outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, 0)
        outside.addWidget(area)

    # --- what it shows

    def set_by(self, by: By, can_encode: bool) -> None:
        """What is compared; a model without an encoder has pixels only."""
        self.by.setVisible(can_encode)
        self.by.set_current(by)

    def clear(self) -> None:
        """Nothing is chosen."""
        self.sample.hide()
        self._name.setText("")
        self.show_message(HINT)

    def show_sample(self, name: str, picture: Pixels, code: dict[str, object] | None) -> None:
        """The sample that is searched for; what was found for another goes when something is found for this one."""
        self.show_picture(picture)
        self.sample.set_payload(code)
        self.sample.show()
        self._name.setText(name)
        self._verdict.setText("")
        self.locate.hide()
        for cell in self._cells:
            cell.fade()

    def show_picture(self, picture: Pixels) -> None:
        """The same sample by newer weights."""
        h, w = picture.shape[:2]
        self.sample.setFixedSize(fitted(QSize(w, h), QSize(_SIDE, _SIDE)))
        self.sample.set_image(picture)

    def show_progress(self, share: float, doing: str) -> None:
        """How far the search is; "" when it is done."""
        for part in (self.progress, self._doing):
            part.setVisible(bool(doing))
        self.progress.set_progress(share)
        self._doing.setText(doing)

    def show_nearest(self, nearest: Nearest, by: By) -> None:
        """What was found."""
        self._verdict.setText(verdict(nearest.distances[0], nearest.yardstick, by) if nearest.distances else "")
        self._verdict.setToolTip(WHAT[by])
        self._grid.show()
        for place, cell in enumerate(self._cells):
            cell.setVisible(place < len(nearest.rows))
            if place < len(nearest.rows):
                cell.show_picture(nearest, place)

    def show_message(self, sentence: str, *, can_locate: bool = False) -> None:
        """Why there is nothing to see."""
        self._verdict.setText(sentence)
        self._grid.hide()
        self.show_progress(0.0, "")
        self.locate.setVisible(can_locate)

    def _on_locate(self) -> None:
        self.locate_requested.emit(self.locate.mapToGlobal(QPoint(0, self.locate.height() + 4)))


class _Cell(QWidget):
    """One of the nearest: the picture, its distance, and which it is."""

    def __init__(self, card: NearestCard, place: int) -> None:
        super().__init__()
        self.picture = Picture(side_px=_SIDE)
        self._distance, self._which = ElidedLabel("", "number"), caption(tabular=True)
        self.picture.clicked.connect(lambda: card.picture_clicked.emit(place))
        self.picture.menu_requested.connect(lambda at: card.menu_requested.emit(place, at))
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self._distance.keep_whole())
        line.addWidget(self._which, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.picture)
        column.addLayout(line)

    def fade(self) -> None:
        """What stands here is of another sample."""
        self._distance.setText("–")
        self._which.setText("")

    def show_picture(self, nearest: Nearest, place: int) -> None:
        picture, label = nearest.pictures[place], nearest.labels[place]
        h, w = picture.shape[:2]
        self.picture.setFixedSize(fitted(QSize(w, h), QSize(_SIDE, _SIDE)))
        self.picture.set_image(picture)
        self._distance.setText(f"{nearest.distances[place]:.2f}")
        self._which.setText(label or f"train {nearest.rows[place]:,}")
        self.setToolTip(f"train {nearest.rows[place]:,}" + (f", labelled {label}" if label else ""))


def _sentence() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setProperty("role", "muted")
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    return label
