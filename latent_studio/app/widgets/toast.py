"""A few words in the corner of the window that come by themselves, can be clicked, and go by themselves."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QWidget

from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import colour
from latent_studio.app.widgets.buttons import icon_button
from latent_studio.app.widgets.elide import ElidedLabel
from latent_studio.app.widgets.link import Link
from latent_studio.app.widgets.paint import fill_round

STAYS_MS = 8000  # while somebody can see it
_HEIGHT, _WIDEST, _AWAY = 44, 480, 16  # px


class Toast(QWidget):
    """Lies over its parent, `above_px` from its lower edge; takes no focus from anybody. It stays until the window has
    been looked at for some seconds.

    Signals:
        action_requested(): the link was clicked.
    """

    action_requested = Signal()

    def __init__(self, parent: QWidget, above_px: int = 0) -> None:
        super().__init__(parent)
        self._above = above_px + _AWAY
        self._sentence = ElidedLabel()
        self.action, self.close_button = Link(""), icon_button("x", "Close")
        line = self._line = QHBoxLayout(self)
        line.setContentsMargins(40, 0, 8, 0)
        line.setSpacing(12)
        line.addWidget(self._sentence, 1)
        line.addWidget(self.action)
        line.addWidget(self.close_button)
        self._going = QTimer(self, singleShot=True, interval=STAYS_MS)
        self._going.timeout.connect(self._go)
        self.action.clicked.connect(self._on_action)
        self.close_button.clicked.connect(self.hide)
        parent.installEventFilter(self)
        self.hide()

    def show_message(self, sentence: str, action: str) -> None:
        """Say a sentence, with a link beside it; it takes the place of what was said before."""
        self._sentence.setText(sentence)
        self._sentence.updateGeometry()
        self.action.setText(action)
        self.action.updateGeometry()
        self.setAccessibleName(sentence)
        self._place()
        self.show()
        self.raise_()
        self._going.start()

    def message(self) -> str:
        """What is said; empty while it is hidden."""
        return "" if self.isHidden() else self._sentence.text()

    def sizeHint(self) -> QSize:
        return QSize(min(self._line.sizeHint().width(), _WIDEST), _HEIGHT)

    @Slot()
    def _go(self) -> None:
        if self.window().isActiveWindow():
            self.hide()
        else:
            self._going.start()

    @Slot()
    def _on_action(self) -> None:
        self.hide()
        self.action_requested.emit()

    def _place(self) -> None:
        parent, size = self.parentWidget(), self.sizeHint()
        if parent is not None:
            corner = parent.rect().bottomRight()
            self.setGeometry(
                QRect(corner.x() - _AWAY - size.width(), corner.y() - self._above - _HEIGHT, size.width(), _HEIGHT)
            )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def enterEvent(self, event: QtGui.QEnterEvent) -> None:
        self._going.stop()

    def leaveEvent(self, event: QEvent) -> None:
        self._going.start()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill_round(painter, self.rect(), colour("raised"), colour("line"))
        paint_icon(painter, "check-circle", QRect(14, (_HEIGHT - 17) // 2, 17, 17), colour("good"))

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        event.accept()  # what lies under it is not meant

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)
