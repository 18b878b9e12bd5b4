"""Library: the ready-made models, the runs, the own copies and the trash, as cards."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer, QUrl, Slot
from PySide6.QtGui import QAction, QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QStackedWidget

from latent_studio.app.live_runs import LiveRuns
from latent_studio.app.panel import Panel
from latent_studio.app.session import Session
from latent_studio.app.shelf import Shelf
from latent_studio.app.shelving.cards import SHOW, can_go_on, card_of, sections
from latent_studio.app.shelving.controls import LibraryControls
from latent_studio.app.widgets.card_grid import CardGrid
from latent_studio.app.widgets.empty import EmptyState
from latent_studio.app.widgets.menus import menu
from latent_studio.studio.library import Entry, size_text

_SHOW_EVERY_MS = 400
"""Cards of runs in training are made anew so often; the words on them change once a second or so."""


class LibraryPanel(Panel):
    """Cards of everything that can be opened, and what can be done with each."""

    key = "library"
    title = "Library"
    icon = "books"
    order = 10
    tooltip = "Models and runs: open, name, copy, delete, continue"
    folds_dock = True
    shows_model = False

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.shelf, self.runs = Shelf.of(session), LiveRuns.of(session)
        self.controls, self.cards = LibraryControls(), CardGrid()
        self._empty = EmptyState("books", "")
        self._views = QStackedWidget()
        self._views.addWidget(self.cards)
        self._views.addWidget(self._empty)
        self.set_content(self._views, self.controls)
        self._remedy: Callable[[], None] | None = None
        self._empty_remedy: Callable[[], None] | None = None
        self._showing = QTimer(self, singleShot=True, interval=_SHOW_EVERY_MS)
        self._connect()

    def _connect(self) -> None:
        self._showing.timeout.connect(self._show)
        self.shelf.changed.connect(self._on_changed)
        self.shelf.thrown.connect(self._on_thrown)
        self.runs.changed.connect(self._on_run_changed)
        self.session.document_changed.connect(self._on_document)
        self.controls.changed.connect(self._show)
        self.controls.open_requested.connect(self._choose_file)
        self.controls.train_requested.connect(self._train)
        self.controls.empty_requested.connect(self._ask_to_empty)
        self.cards.opened.connect(self._open)
        self.cards.renamed.connect(self._rename)
        self.cards.action.connect(self._act)
        self.cards.menu_requested.connect(self._show_menu)
        self.banner.action_requested.connect(self._on_remedy)
        self._empty.action_requested.connect(self._on_empty_remedy)

    # --- what it shows

    def caption(self) -> str:
        n_ready = sum(entry.kind == "ready-made" for entry in self.shelf.entries)
        n_runs, n_own = len(self.shelf.runs()), sum(entry.kind == "file" for entry in self.shelf.entries)
        counts = [(n_ready, "ready-made model"), (n_runs, "run"), (n_own, "own model")]
        return ", ".join(f"{n} {what}{'s' if n != 1 else ''}" for n, what in counts if n)

    def shown(self, about: str = "") -> None:
        self.shelf.watch(self, True)
        self._show()

    def hidden(self) -> None:
        self.shelf.watch(self, False)

    @Slot()
    def _on_changed(self) -> None:
        self.caption_changed.emit()
        self._show()

    @Slot(str)
    def _on_run_changed(self, key: str) -> None:
        if self.is_shown and not self._showing.isActive():
            self._showing.start()

    @Slot(object, object)
    def _on_document(self, new: object, old: object) -> None:
        if self.is_shown:
            self._show()

    @Slot()
    def _show(self) -> None:
        if not self.shelf.has_looked:
            return
        model = self.session.document.model
        made = sections(self.shelf.entries, self.controls.choices(), self.runs.get, model.key if model else "")
        self.cards.set_sections(made)
        self.controls.set_can_empty(any(entry.kind == "trash" for entry in self.shelf.entries))
        if not made:
            self._show_nothing()
        self._views.setCurrentWidget(self.cards if made else self._empty)

    def _show_nothing(self) -> None:
        choices = self.controls.choices()
        if choices.words:
            sentence, action, remedy = f"Nothing here matches “{choices.words}”.", "Show all", self.controls.show_all
        elif choices.shown == "trash":
            sentence, action, remedy = "The trash is empty.", "", self.controls.show_all
        else:
            sentence = "No models here yet: train one, or open a checkpoint file."
            action, remedy = "Train a new one", self._train
        self._empty.set_message(sentence, action)
        self._empty_remedy = remedy

    # --- what a person does

    @Slot(str)
    def _open(self, key: str) -> None:
        entry = self.shelf.entry(key)
        if entry is None:
            return
        if entry.kind == "trash":
            self.shelf.restore(entry)
        elif entry.problem:
            self.tell("bad", entry.problem)
        elif not entry.can_open and self.runs.get(key) is None:
            self.tell("warn", f"{entry.name} has saved nothing yet: wait for its first save.")
        else:
            self.session.open_model(key)
            self.panel_wanted.emit("explore", key)

    @Slot(str, str)
    def _rename(self, key: str, name: str) -> None:
        entry = self.shelf.entry(key)
        if entry is not None:
            self.shelf.rename(entry, name)

    @Slot(str, str)
    def _act(self, key: str, action: str) -> None:
        entry = self.shelf.entry(key)
        if entry is None:
            return
        match action:
            case "duplicate":
                self.shelf.duplicate(entry)
            case "delete":
                self.shelf.throw_away(entry)
            case "remedy" if self._card_remedy(entry) == SHOW:
                self.panel_wanted.emit("train", key)
            case "remedy":
                self.runs.go_on(key)

    def _card_remedy(self, entry: Entry) -> str:
        return card_of(entry, self.runs.get(entry.key), is_open=False).remedy

    @Slot(str, QPoint)
    def _show_menu(self, key: str, at: QPoint) -> None:
        entry = self.shelf.entry(key)
        if entry is not None:
            entries = menu(self)
            for text, work in self._offers(entry):
                action = QAction(text, entries)
                action.triggered.connect(work)
                entries.addAction(action)
            entries.aboutToHide.connect(entries.deleteLater)
            entries.popup(at)

    def _offers(self, entry: Entry) -> list[tuple[str, Callable[[], None]]]:
        """Everything that can be done with an entry now, in the order of the menu."""
        key, live = entry.key, self.runs.get(entry.key)
        actions = card_of(entry, live, is_open=False).actions
        offers: list[tuple[str, Callable[[], None]]] = []
        offers.append(("Restore" if entry.kind == "trash" else "Open", partial(self._open, key)))
        if entry.kind == "run":
            offers.append(("Show in Train", partial(self.panel_wanted.emit, "train", key)))
        if live is not None:
            is_held = live.stage == "paused"
            offers.append(("Go on" if is_held else "Pause", partial(self.runs.pause, key, not is_held)))
            offers.append(("Stop", partial(self.runs.stop, key)))
        elif entry.kind == "run" and can_go_on(entry, live):
            offers.append(("Continue", partial(self.runs.go_on, key)))
        if "rename" in actions:
            offers.append(("Rename", partial(self.cards.begin_rename, key)))
        words = {"duplicate": "Duplicate", "delete": "Move to the trash"}
        offers += [(text, partial(self._act, key, action)) for action, text in words.items() if action in actions]
        offers.append(("Show its folder", partial(self._show_folder, key)))
        offers.append(("Copy its path", partial(QGuiApplication.clipboard().setText, key)))
        return offers

    def _show_folder(self, key: str) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(Path(key).parent)))

    @Slot()
    def _choose_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Open a checkpoint", "", "Checkpoints (*.safetensors)")
        if chosen:
            self.session.open_model(chosen)
            self.panel_wanted.emit("explore", chosen)

    @Slot()
    def _train(self) -> None:
        self.panel_wanted.emit("train", "")

    # --- the trash

    @Slot(object, object)
    def _on_thrown(self, entry: Entry, place: Path) -> None:
        if self.is_shown:
            self._remedy = partial(self.shelf.put_back, entry, place)
            self.tell("info", f"{entry.name} lies in the trash.", action="Undo")

    @Slot()
    def _ask_to_empty(self) -> None:
        thrown = [entry for entry in self.shelf.entries if entry.kind == "trash"]
        size = size_text(sum(entry.bytes for entry in thrown))
        self._remedy = self.shelf.empty_trash
        what = thrown[0].name if len(thrown) == 1 else f"{len(thrown)} things"
        self.tell("warn", f"{what} ({size}) will be gone for good.", action="Empty the trash")

    @Slot()
    def _on_remedy(self) -> None:
        self.banner.clear()
        if self._remedy is not None:
            self._remedy()
        self._remedy = None

    @Slot()
    def _on_empty_remedy(self) -> None:
        if self._empty_remedy is not None:
            self._empty_remedy()
