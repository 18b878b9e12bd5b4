"""The right side of the window: the Code dock, or the rail that it folds to."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QHBoxLayout

from latent_studio.app.dock import CodeDock
from latent_studio.app.panel import Panel
from latent_studio.app.session import Session
from latent_studio.app.widgets.elide import Hairline
from latent_studio.app.widgets.rail import Rail


class DockSide(QObject):
    """Open beside panels that the dock serves, folded beside the others unless a person opened it there.

    opened: keys of those others.  has_model: without one there is nothing to show.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.opened: set[str] = set()
        self.has_model = True
        self.dock, self.rail = CodeDock(session), Rail("Code", "Open the Code dock")
        self._edge = Hairline(vertical=True)
        self._panel = ""
        self._folds = False
        self.rail.clicked.connect(self._on_rail)
        self.dock.fold_requested.connect(self._on_fold)

    def add_to(self, line: QHBoxLayout) -> None:
        """Take a place at the end of the line."""
        for part in (self._edge, self.dock, self.rail):
            line.addWidget(part)

    def show_beside(self, panel: Panel) -> None:
        """That panel is in the middle now."""
        self._panel, self._folds = panel.key, panel.folds_dock
        self._show()

    def set_has_model(self, has_model: bool) -> None:
        """Whether a model is open."""
        self.has_model = has_model
        self._show()

    def _show(self) -> None:
        is_open = (not self._folds or self._panel in self.opened) and self.has_model
        self.dock.set_foldable(self._folds)
        for part in (self.dock, self._edge):
            part.setVisible(is_open)
        self.rail.setVisible(not is_open and self.has_model)

    @Slot()
    def _on_rail(self) -> None:
        self.opened.add(self._panel)
        self._show()
        self.dock.rows.setFocus()

    @Slot()
    def _on_fold(self) -> None:
        self.opened.discard(self._panel)
        self._show()
