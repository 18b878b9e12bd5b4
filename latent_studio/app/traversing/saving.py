"""Where a person wants a sheet or an animation: menus, file dialogues, and what is asked of the export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QFileDialog, QWidget

from latent_studio.app.session import Session
from latent_studio.app.sheet_export import Exporting, Wish
from latent_studio.app.widgets.menus import menu
from latent_studio.views.animation import ENDINGS, N_FRAMES
from latent_studio.views.traversal_sheet import ReferenceRows, Span

MOVING = "WebP (*.webp);;Animated PNG (*.png);;GIF (*.gif)"
State = Callable[[], tuple[tuple[float, ...], Span]]


class SheetFiles(QObject):
    """Writes rows of the sheet as they are swept now: around `state()[0]`, over `state()[1]`."""

    def __init__(self, session: Session, exporting: Exporting, state: State, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._exporting, self._state, self._window = session, exporting, state, window

    def open_row_menu(self, name: str, at: QPoint) -> None:
        """What can be done with one row."""
        entries = menu(self._window)
        entries.addAction(f"Save {name} as a picture …", lambda: self.ask_where([name]))
        entries.addAction(f"Save {name} as an animation …", lambda: self.ask_where([name], is_animation=True))
        entries.aboutToHide.connect(entries.deleteLater)
        entries.popup(at)

    def open_animate_menu(self, names: Sequence[str], visible: Sequence[str], at: QPoint) -> None:
        """All rows at once, or one of those that can be seen."""
        entries, n = menu(self._window), len(names)
        title = f"All {n} rows at once …" if n > 1 else "The row …"
        entries.addAction(title, lambda: self.ask_where(names, is_animation=True))
        if n > 1:
            entries.addSeparator()
            for name in visible:
                entries.addAction(f"{name} alone …", partial(self.ask_where, [name], is_animation=True))
        entries.aboutToHide.connect(entries.deleteLater)
        entries.popup(at)

    def ask_where(self, names: Sequence[str], *, is_animation: bool = False) -> None:
        """Ask for a file and write it."""
        header = self._session.header
        if header is None or not names:
            return
        what = names[0] if len(names) == 1 else "traversals"
        suggested = f"{header.name} {what}{'.webp' if is_animation else '.png'}"
        title = "Save the animation" if is_animation else "Save the sheet"
        kinds = MOVING if is_animation else "PNG (*.png)"
        path, _ = QFileDialog.getSaveFileName(self._window, title, suggested, kinds)
        if path:
            self.export(names, Path(path), is_animation=is_animation)

    def export(self, names: Sequence[str], path: Path, *, is_animation: bool = False) -> None:
        """Write these rows, decoded by the reference path; the bar at the foot tells how far it is."""
        model = self._session.document.model
        if path.suffix.lower() not in (ENDINGS if is_animation else (".png",)):
            path = path.with_name(path.name + (".webp" if is_animation else ".png"))
        if model is None or not names:
            return
        code, span = self._state()
        swept = replace(span, n=N_FRAMES) if is_animation else span
        rows = ReferenceRows(model=model.key, code=code, names=tuple(names), span=swept)
        what = names[0] if len(names) == 1 else f"{len(names)} rows"
        self._exporting.start(
            Wish(model, rows, code, path, what, span.titles(), {"range": span.reach}, is_animation=is_animation)
        )
