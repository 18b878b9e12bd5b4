"""Where a person left off: gathered from the window for the autosave, and taken up at the next start."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from latent_studio.app.autosave import Autosave, Kept
from latent_studio.app.panel import Panel
from latent_studio.studio.documents import ENDING
from latent_studio.studio.workspace import Workspace

if TYPE_CHECKING:
    from latent_studio.app.window import Window


class LeftOff(QObject):
    """`begin` opens what is to be seen first, and from then on everything is saved continuously."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._session = window, window.session
        self._panels: dict[str, dict[str, Any]] = {}  # of panels that are still to be made
        self._first: Path | None = None
        self.autosave = Autosave(window.session, self.gather)
        self.autosave.began.connect(self._on_began)
        self.autosave.told.connect(self._on_told)

    def begin(self, first: Path | None = None) -> None:
        """Take up the workspace of last time, or put it aside and open the model or document `first`."""
        self._first = first
        self.autosave.begin(restores=first is None)

    def end(self) -> None:
        """The window closes: what is not written yet is."""
        self.autosave.end()

    def gather(self) -> Workspace:
        """Everything that is to be saved, as it is now."""
        window = self._window
        panels = self._panels | {panel.key: panel.workspace() for panel in window.panels.made()}
        return Workspace(
            document=self._session.document,
            file=str(window.documents.file or ""),
            is_changed=window.documents.is_changed,
            panel=window.panel.key,
            panels={key: values for key, values in panels.items() if values},
            open_docks=tuple(sorted(window.dock_side.opened)),
        )

    def take_up(self, panel: Panel) -> None:
        """A panel was made: it goes on where it was left."""
        values = self._panels.pop(panel.key, None)
        if values:
            panel.restore(values)

    @Slot(object)
    def _on_began(self, kept: Kept | None) -> None:
        session, window = self._session, self._window
        if kept is not None:
            window.documents.workspace = kept.path
        if self._first is not None and self._first.suffix == ENDING:
            window.documents.open(self._first)
        elif self._first is not None:
            session.open_first(str(self._first))
        elif kept is None or kept.workspace is None or kept.ready is None:
            session.open_first(window.memory.settings.model)
        else:
            self._restore(kept)
        if kept is not None and kept.problem:
            session.tell("warn", kept.problem)

    def _restore(self, kept: Kept) -> None:
        session, window, workspace, ready = self._session, self._window, kept.workspace, kept.ready
        assert workspace is not None
        assert ready is not None
        if ready.header is not None and ready.document.model is not None:
            session.know(ready.document.model.key, ready.header)
        session.take_up(ready.document)
        window.documents.restore(workspace, ready.document)
        window.dock_side.opened = set(workspace.open_docks)
        self._panels = dict(workspace.panels)
        for panel in window.panels.made():
            self.take_up(panel)
        window.go_to(workspace.panel if workspace.panel in window.panels.kinds else window.panel.key)
        if ready.header is None:
            session.open_first("")

    @Slot(bool)
    def _on_told(self, is_saved: bool) -> None:
        self._window.status.set_saved("Saved" if is_saved else "Not saved", is_trouble=not is_saved)
