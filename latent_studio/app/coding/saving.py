"""The grid as a file: where a person wants it, and what is asked of the export."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from latent_studio.app.coding.settings import grid_of
from latent_studio.app.session import Session
from latent_studio.app.sheet_export import Exporting, Wish
from latent_studio.app.widgets.sheet_shape import SheetRow
from latent_studio.views.codes import ReferenceGrid, about_grid


class GridFiles(QObject):
    """Writes rows of the grid as they are shown now, decoded by the reference path."""

    def __init__(self, session: Session, exporting: Exporting, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._exporting, self._window = session, exporting, window

    def ask_where(self, rows: Sequence[SheetRow]) -> None:
        """Ask for a file and write it."""
        header = self._session.header
        if header is not None and rows:
            suggested = f"{header.name} codes.png"
            path, _ = QFileDialog.getSaveFileName(self._window, "Save the grid", suggested, "PNG (*.png)")
            if path:
                self.export(rows, Path(path))

    def export(self, rows: Sequence[SheetRow], path: Path) -> None:
        """Write these rows; the bar at the foot tells how far it is."""
        session = self._session
        header, model = session.header, session.document.model
        grid = None if header is None else grid_of(session.document, header)
        if header is None or model is None or grid is None:
            return
        values, names = tuple(int(row.name) for row in rows), tuple(row.title for row in rows)
        request = ReferenceGrid(model=model.key, grid=grid, values=values, names=names)
        path = path if path.suffix.lower() == ".png" else path.with_name(f"{path.name}.png")
        what, titles = f"{len(rows)} × {grid.across.n} pictures", grid.across.titles(header.space)
        about = {"name": header.name, "digest": header.digest, **about_grid(header.space, grid)}
        self._exporting.start(Wish(model, request, session.document.code, path, what, titles, about))
