"""The window: activity bar, header, panel, Code dock, status bar, and what is common to all panels."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout

from latent_studio.app.actions import Action, add_shortcuts
from latent_studio.app.disk_work import DiskWork
from latent_studio.app.dock_side import DockSide
from latent_studio.app.documents import Documents
from latent_studio.app.incoming import Incoming
from latent_studio.app.key_sheet import key_groups
from latent_studio.app.left_off import LeftOff
from latent_studio.app.machine_line import MachineLine
from latent_studio.app.memory import Memory
from latent_studio.app.model_list import ModelList
from latent_studio.app.notices import Notices
from latent_studio.app.palette import Palette
from latent_studio.app.panel import Panel, reason_against
from latent_studio.app.panel_set import Panels
from latent_studio.app.recent_files import RecentFiles
from latent_studio.app.session import Session
from latent_studio.app.settings import Settings
from latent_studio.app.settings_menu import open_settings
from latent_studio.app.tab_order import Pages, TabbedWindow
from latent_studio.app.theme import ThemeName, apply_theme
from latent_studio.app.widgets.activity_bar import ActivityBar, ActivityItem
from latent_studio.app.widgets.banner import Level
from latent_studio.app.widgets.carry import files_of
from latent_studio.app.widgets.empty import EmptyState
from latent_studio.app.widgets.header import HeaderBar
from latent_studio.app.widgets.key_sheet_view import KeySheetView
from latent_studio.app.widgets.status_bar import StatusBar
from latent_studio.app.window_actions import GESTURES, window_actions
from latent_studio.core.request import Answer
from latent_studio.views.preview import PreviewPicture

FIRST_PANEL = "explore"
KEYS, SETTINGS = "keys", "settings"
FOOT = (
    ActivityItem(KEYS, "Keys", "question", "?", at_bottom=True),
    ActivityItem(SETTINGS, "Settings", "gear-six", at_bottom=True),
)
SMALLEST = (1080, 640)  # px
WARM_UP_AFTER_MS = 100  # after the first picture's answer: it is on the screen by then
PAUSE_MS = 20  # between two panels that are made in idle time


class Window(TabbedWindow):
    """Made before torch is imported; the session starts when the window was painted for the first time. It takes up
    the workspace of last time, unless `first` says which model or document to open.

    Signals:
        first_painted(): the window is on the screen.
    """

    first_painted = Signal()

    def __init__(self, session: Session, settings: Settings, first: Path | None = None) -> None:
        super().__init__()
        self.session, self._first = session, first
        self.memory, self.documents = Memory(session, settings), Documents(session, self)
        self._was_painted = self._is_warm = False
        self._model = ""  # the key of the one that was open last
        self.setMinimumSize(*SMALLEST)
        self.setAcceptDrops(True)
        self._pages = Pages()
        self.incoming, self.left_off = Incoming(self), LeftOff(self)
        self.panels = Panels(session, self._on_panel_made)
        self.panel = self.panels[FIRST_PANEL]
        self.activity = ActivityBar([*self._items(), *FOOT])
        self.header = HeaderBar()
        self.dock_side = DockSide(session)
        self.dock, self.rail = self.dock_side.dock, self.dock_side.rail
        self.status = StatusBar()
        self._models = ModelList(session, self.header)
        self._recent = RecentFiles(self, self._models)
        self._machine = MachineLine(session, self.status)
        self.notices = Notices(session, self, partial(self.go_to, "train"))
        self._refusal = EmptyState("prohibit", "", "Train a model")
        self.deeds = window_actions(self)
        self._palette: Palette | None = None
        self._key_sheet: KeySheetView | None = None
        self._disk = DiskWork(session, "window", self)
        self._making = QTimer(self, interval=PAUSE_MS)
        self._making.timeout.connect(self._make_next)
        self._lay_out()
        self._connect()
        self.memory.place(self)
        self.go_to(FIRST_PANEL)

    def _items(self) -> list[ActivityItem]:
        return [
            ActivityItem(kind.key, kind.title, kind.icon, f"Ctrl+{number}" if number < 10 else "")
            for number, kind in enumerate(self.panels.kinds.values(), 1)
        ]

    def _lay_out(self) -> None:
        self._pages.addWidget(self._refusal)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.header)
        middle.addWidget(self._pages, 1)
        upper = QHBoxLayout()
        upper.setSpacing(0)
        upper.addWidget(self.activity)
        upper.addLayout(middle, 1)
        self.dock_side.add_to(upper)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(upper, 1)
        column.addWidget(self.status)

    def _connect(self) -> None:
        session = self.session
        session.told.connect(self._on_told)
        session.model_changed.connect(self._on_model_changed)
        session.document_changed.connect(self._show_history)
        session.nothing_to_open.connect(self._on_nothing_to_open)
        session.previewed.connect(self._on_previewed)
        self.activity.chosen.connect(self._on_activity)
        self.header.undo_requested.connect(session.undo)
        self.header.redo_requested.connect(session.redo)
        self.status.job_clicked.connect(partial(self.go_to, "train"))
        self._refusal.action_requested.connect(partial(self.go_to, "train"))
        self.header.find_requested.connect(self.open_palette)
        self._models.file_wanted.connect(self.incoming.open_file)
        add_shortcuts(self, self.deeds)

    def _on_panel_made(self, panel: Panel) -> None:
        self._pages.addWidget(panel)
        panel.panel_wanted.connect(self.go_to)
        panel.caption_changed.connect(self._show_caption)
        panel.files_dropped.connect(self.incoming.take_files)
        add_shortcuts(panel, panel.own_actions())
        self.incoming.watch(panel)
        self.left_off.take_up(panel)

    # --- the start

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self._start)  # when this picture of the window is on the screen

    @Slot()
    def _start(self) -> None:
        self.first_painted.emit()
        self.session.start()
        self._machine.start()
        self.left_off.begin(self._first)

    def _on_previewed(self, answer: Answer) -> None:
        if isinstance(answer.value, PreviewPicture):
            self.session.previewed.disconnect(self._on_previewed)
            QTimer.singleShot(WARM_UP_AFTER_MS, self._warm_up)

    @Slot()
    def _warm_up(self) -> None:
        if not self._is_warm:
            self._is_warm = True
            self._disk.ask(self.panels.prepare, lambda _: self._making.start())

    @Slot()
    def _make_next(self) -> None:
        """Make the panels that nobody has asked for yet, so that the first visit is as quick as the second."""
        if QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton and not self.panels.make_next():
            self._making.stop()
            self.session.warm_up()  # only now: its imports would hold the panels up, and they the window

    # --- panels

    def go_to(self, key: str, about: str = "") -> None:
        """Show the panel of that key; where the open model cannot serve it, say why in its place."""
        self._set_shown(False)
        if self._pages.isAncestorOf(self.focusWidget()):
            self.setFocus()  # else Qt would give the keyboard to the next panel's first field, and that eats keys
        self.panel = self.panels[key]
        self.activity.set_current(key)
        if reason := reason_against(type(self.panel), self.session.header):
            self._refusal.set_message(f"{self.panel.title} {reason}.", "Train a model")
            self._pages.turn_to(self._refusal)
        else:
            self._pages.turn_to(self.panel)
            self._set_shown(True, about)
        self.header.set_title(self.panel.title)
        self.header.setToolTip(self.panel.tooltip)
        self._models.set_visible(self.panel.shows_model)
        self._show_caption()
        self.dock_side.show_beside(self.panel)

    def _set_shown(self, is_shown: bool, about: str = "") -> None:
        panel = self.panel
        if panel.is_shown and not is_shown:
            panel.is_shown = False
            panel.hidden()
        elif is_shown and not panel.is_shown:
            panel.is_shown = True
            panel.shown(about)

    def _show_caption(self) -> None:
        self.header.set_caption(self.panel.caption())

    def _on_activity(self, key: str) -> None:
        if key == SETTINGS:
            open_settings(self, self.activity)
        elif key == KEYS:
            self.show_keys()
        else:
            self.go_to(key)

    # --- what the session tells

    def _on_told(self, level: str, text: str, details: str) -> None:
        levels: dict[str, Level] = {"info": "info", "good": "good", "warn": "warn"}
        self.panel.tell(levels.get(level, "bad"), text, details)

    def _on_model_changed(self) -> None:
        header, model = self.session.header, self.session.document.model
        for kind in self.panels.kinds.values():
            self.activity.set_reason(kind.key, reason_against(kind, header))
        if bool(reason_against(type(self.panel), header)) == self.panel.is_shown:
            self.go_to(self.panel.key)
        self.dock_side.set_has_model(True)
        if model is not None and model.key != self._model:
            if self._model:
                self.panel.banner.clear()  # what was said is of the model before
            self._model = model.key
            self._recent.note_model(model.key)
        self._show_caption()
        self._show_history()

    def _on_nothing_to_open(self) -> None:
        self.dock_side.set_has_model(False)
        self._warm_up()

    def _show_history(self) -> None:
        history = self.session.history
        self.header.set_undo("the last change" if history.can_undo else "")
        self.header.set_redo("what was undone" if history.can_redo else "")

    # --- the way to everything

    @Slot()
    def open_palette(self) -> None:
        """Find anything by typing."""
        if self._palette is None:
            self._palette = Palette(self)
        self._palette.open()

    @Slot()
    def show_keys(self) -> None:
        """Open the sheet of keys, of this panel's first."""
        if self._key_sheet is None:
            self._key_sheet = KeySheetView(self)
        self._key_sheet.show_groups(key_groups([*self.actions_here(), *self.panel.gestures, *self.deeds, *GESTURES]))

    def actions_here(self) -> Sequence[Action]:
        """What the shown panel offers, and the dock beside it."""
        owners = [owner for owner in (self.panel, self.dock) if owner.isVisible()]
        return [action for owner in owners for action in owner.own_actions()]

    # --- settings

    def set_theme(self, choice: ThemeName) -> None:
        """Dress the application otherwise, from now on and the next time."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, choice)
        self.memory.note(theme=choice)

    # --- files

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if files_of(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.incoming.take_files(files_of(event.mimeData()))
        event.acceptProposedAction()

    # --- the end

    def closeEvent(self, event: QCloseEvent) -> None:
        """Be gone at once; then have what runs saved, which takes a moment."""
        self.hide()
        self._making.stop()
        self.left_off.end()
        self.memory.note_end(self)
        self.session.close()
        self.left_off.autosave.release()
        event.accept()
