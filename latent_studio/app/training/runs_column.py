"""The right column of the Train panel: all runs, with how they stand and which are compared."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from latent_studio.app.widgets.elide import Hairline, caption, heading
from latent_studio.app.widgets.run_list import RunItem, RunList
from latent_studio.studio.library import size_text

WIDTH = 262  # px


class RunsColumn(QWidget):
    """The list of runs under its heading; what lies on the disk at its foot."""

    def __init__(self) -> None:
        super().__init__()
        self.list = RunList()
        self._count, self._size = caption(), caption(tabular=True)
        self._hint = caption("dots choose the curves to compare")
        head, foot = QHBoxLayout(), QVBoxLayout()
        head.setContentsMargins(16, 12, 16, 12)
        head.setSpacing(8)
        head.addWidget(heading("Runs"))
        head.addWidget(self._count)
        head.addStretch(1)
        head.addWidget(caption("test loss"))
        foot.setContentsMargins(16, 12, 16, 16)
        foot.setSpacing(2)
        foot.addWidget(self._size)
        foot.addWidget(self._hint)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(Hairline())
        column.addWidget(self.list, 1)
        column.addWidget(Hairline())
        column.addLayout(foot)
        self.setFixedWidth(WIDTH)

    def show_items(self, items: Sequence[RunItem], n_bytes: int) -> None:
        """The rows, and what they take on the disk."""
        self.list.set_items(items)
        n = len(items)
        self._count.setText(str(n) if n else "")
        self._count.updateGeometry()
        self._hint.setVisible(n > 1)
        self._size.setText(f"{n} run{'s' if n != 1 else ''}, {size_text(n_bytes)} on disk" if n else "")
