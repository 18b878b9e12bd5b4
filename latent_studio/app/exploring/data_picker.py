"""Pictures of the data that the open model was trained on, to choose one from."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from latent_studio.app.session import Session
from latent_studio.app.theme import colour
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.buttons import Button
from latent_studio.app.widgets.elide import ElidedLabel, caption
from latent_studio.app.widgets.menus import menu
from latent_studio.app.widgets.picture_grid import PictureGrid
from latent_studio.core.events import Failed
from latent_studio.core.request import Answer
from latent_studio.data.places import find
from latent_studio.engine.errands import DataPictures, Errand, PickPictures, Returned

N_ACROSS, N_PICTURES, SIDE = 6, 24, 56
THERE = "are the data there"


class DataPicker(QWidget):
    """A popup with pictures drawn from the test part; another draw is a click away.

    Signals:
        chosen(object, int): DataPictures, and which of them.
        missing_changed(bool): whether the model's data are not on this machine.
        failed(str): the data cannot be read; the sentence says why.
    """

    chosen = Signal(object, int)
    missing_changed = Signal(bool)
    failed = Signal(str)

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self._session = session
        self._pictures: DataPictures | None = None
        self._seed = 0
        self._located = ""
        self._title, self._note = ElidedLabel("", "strong"), caption()
        self._shuffle = Button("Shuffle", "shuffle", tooltip="Draw others")
        self._shuffle.clicked.connect(self._on_shuffle)
        self.grid = PictureGrid(N_ACROSS, side_px=SIDE)
        self.grid.setFixedWidth(N_ACROSS * (SIDE + 4) - 4)
        self.grid.clicked.connect(self._on_clicked)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(self._note, 1)
        head.addWidget(self._shuffle)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self.grid)
        session.answered.connect(self._on_answered)

    @property
    def is_filled(self) -> bool:
        """Whether there are pictures to choose from."""
        return self._pictures is not None

    def look(self) -> None:
        """Another model is open: are its data on this machine? `missing_changed` tells."""
        header = self._session.header
        self._pictures, self._located = None, ""
        self.grid.set_pictures([])
        if header is not None:
            path = self._session.located.get(header.data.name) or header.data.path
            self._session.errand(Errand(slot=THERE, work=lambda: not path or find(path).exists()))

    def open_at(self, at: QPoint) -> None:
        """Show the pictures at a place of the screen."""
        header = self._session.header
        if header is None:
            return
        self._title.setText(header.data.name)
        if self._pictures is None:
            self._note.setText("reading …")
            self._draw()
        height = 12 + 28 + 12 + (N_PICTURES // N_ACROSS) * (SIDE + 4) - 4 + 16
        self.setFixedSize(self.grid.width() + 32, height)
        self.move(at)
        self.show()
        self.grid.setFocus(Qt.FocusReason.PopupFocusReason)

    def locate(self, at: QPoint) -> None:
        """Ask where the data are: a file or a folder."""
        entries = menu(self)
        entries.addAction("Choose a folder …", self._locate_folder)
        entries.addAction("Choose a file …", self._locate_file)
        entries.aboutToHide.connect(entries.deleteLater)
        entries.popup(at)

    def take_place(self, path: str) -> None:
        """Look for the model's data at that path; they are remembered there once they could be read."""
        self._located = path
        self._draw()

    def _locate_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self.parentWidget(), "Where are the data?")
        if path:
            self.take_place(path)

    def _locate_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self.parentWidget(), "Where are the data?")
        if path:
            self.take_place(path)

    def _draw(self) -> None:
        header = self._session.header
        if header is not None:
            located = self._located or self._session.located.get(header.data.name, "")
            self._session.errand(
                PickPictures(spec=header.data, data=self._session.data, n=N_PICTURES, seed=self._seed, located=located)
            )

    def _on_shuffle(self) -> None:
        self._seed += 1
        self._draw()

    def _on_clicked(self, place: int) -> None:
        if self._pictures is not None:
            self.hide()
            self.chosen.emit(self._pictures, place)

    def _on_answered(self, answer: Answer) -> None:
        request, value, header = answer.request, answer.value, self._session.header
        if request.slot == THERE and isinstance(value, Returned):
            self.missing_changed.emit(value.value is False)
        elif isinstance(request, PickPictures) and header is not None and request.spec == header.data:
            if isinstance(value, DataPictures):
                self._take(value, request)
            elif isinstance(value, Failed):
                self.hide()
                self.missing_changed.emit(value.kind == "DataMissingError")
                self.failed.emit(value.text)

    def _take(self, pictures: DataPictures, request: PickPictures) -> None:
        was_located, self._located = self._located, ""
        if was_located:
            self._session.located[request.spec.name] = str(Path(was_located))
            self.missing_changed.emit(False)
        self._pictures = pictures
        self._note.setText(f"{len(pictures.pictures)} of {pictures.n:,} {pictures.split} pictures")
        labels = [f"{label}  ·  " if label else "" for label in pictures.labels]
        captions = [f"{label}{pictures.split} {index:,}" for label, index in zip(labels, pictures.indices, strict=True)]
        self.grid.set_pictures(pictures.pictures, captions)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint.fill_round(QPainter(self), self.rect(), colour("raised"), colour("line"))
