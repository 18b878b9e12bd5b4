"""A scroll bar that lies over what it scrolls, so that the width of the content does not depend on its height."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractScrollArea, QScrollBar

_WIDTH = 8  # px


class OverlayBar(QScrollBar):
    """Stands in for the vertical scroll bar of `area`, at its right edge; hidden where everything can be seen."""

    def __init__(self, area: QAbstractScrollArea) -> None:
        super().__init__(Qt.Orientation.Vertical, area)
        self._area = area
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.installEventFilter(self)
        real = area.verticalScrollBar()
        real.rangeChanged.connect(self._fit)
        real.valueChanged.connect(self.setValue)
        self.valueChanged.connect(real.setValue)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._area and event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._fit()
        return False

    def _fit(self) -> None:
        real = self._area.verticalScrollBar()
        self.setPageStep(real.pageStep())
        self.setSingleStep(real.singleStep())
        self.setRange(real.minimum(), real.maximum())
        self.setGeometry(self._area.width() - _WIDTH, 0, _WIDTH, self._area.height())
        self.setVisible(real.maximum() > real.minimum())
        self.raise_()
