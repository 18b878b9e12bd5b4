"""Data: look into any set of pictures, fetch others, and take one to Train or a picture of it to Explore."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from latent_studio.app.browsing.controls import SIDES, DataControls
from latent_studio.app.browsing.download_page import DownloadPage
from latent_studio.app.browsing.downloads import Downloads
from latent_studio.app.browsing.facts_column import FactsColumn
from latent_studio.app.browsing.own_files import OwnFiles
from latent_studio.app.browsing.picture_hand import PictureHand
from latent_studio.app.browsing.picture_wall import PictureWall
from latent_studio.app.browsing.set_list import DOWNLOAD, SetList
from latent_studio.app.browsing.set_reader import KEY, Listing, SetReader, only_of
from latent_studio.app.browsing.source_list import SourceList
from latent_studio.app.panel import Panel
from latent_studio.app.session import Session
from latent_studio.app.widgets.elide import Hairline
from latent_studio.app.widgets.empty import EmptyState
from latent_studio.core.events import Progress
from latent_studio.data.browsing import DataFacts
from latent_studio.studio.data_list import DataRef, key_of, set_caption, set_line, train_about
from latent_studio.studio.document import Document


class DataPanel(Panel):
    """The sets at the left, pictures in the middle, what is known of them at the right. What is shown is the
    document's, so that undo brings it back; which sets were opened is the workspace's."""

    key, title, icon, order = KEY, "Data", "database", 15
    tooltip = "Look into sets of pictures, download others, bring your own"
    folds_dock = True
    shows_model = False

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.sets, self.files = SetList(session), OwnFiles(session, self)
        self.reader = SetReader(session)
        self.list, self.wall, self.facts = SourceList(), PictureWall(SIDES["m"]), FactsColumn()
        self.controls, self.remote = DataControls(), DownloadPage(Downloads.of(session))
        self.hand = PictureHand(session, self.wall, self)
        self.empty = EmptyState("database", "")
        self._known: DataFacts | None = None
        self._shown: Listing | None = None
        self._left_at = 0  # the picture at the top when the window was closed
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self._pages = QStackedWidget()
        for page in (self.wall, self.remote, self.empty):
            self._pages.addWidget(page)
        self._edge = Hairline(vertical=True)
        body = QWidget()
        line = QHBoxLayout(body)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        for part in (self.list, Hairline(vertical=True)):
            line.addWidget(part)
        line.addWidget(self._pages, 1)
        line.addWidget(self._edge)
        line.addWidget(self.facts)
        self.set_content(body, self.controls)

    def _connect(self) -> None:
        self.sets.changed.connect(self._show_list)
        self.list.chosen.connect(self._on_row)
        self.reader.described.connect(self._on_facts)
        self.reader.counted.connect(self._on_counted)
        self.reader.page_came.connect(self.wall.put)
        self.reader.progressed.connect(self._on_progress)
        self.reader.failed.connect(self._on_failed)
        self.wall.needed.connect(self.reader.need)
        self.wall.pointed.connect(self._on_pointed)
        self.wall.clicked.connect(self._on_pointed)
        self.hand.encoded.connect(self._on_encoded)
        self.hand.refused.connect(partial(self.tell, "warn"))
        self.facts.chosen.connect(self._on_only)
        self.facts.encode_requested.connect(self.hand.encode_selected)
        self.controls.split_chosen.connect(partial(self._set, "split"))
        self.controls.sort_chosen.connect(partial(self._set, "sort"))
        self.controls.side_chosen.connect(partial(self._set, "side"))
        self.controls.all_requested.connect(partial(self._on_only, "", []))
        self.controls.open_requested.connect(self._open_files)
        self.controls.train_requested.connect(self._train)
        self.empty.action_requested.connect(self._open_files)
        self.files.found.connect(self._on_opened)
        self.files.refused.connect(self._on_refused)
        self.remote.came.connect(self._on_came)
        self.remote.told.connect(self._on_told)
        self.session.document_changed.connect(self._on_document)

    # --- the panel

    def caption(self) -> str:
        facts = self._known
        if facts is None or self.remote.name:
            return ""
        return set_caption(facts.name, facts.n_train, facts.n_test, facts.image_shape)

    def shown(self, about: str = "") -> None:
        self.sets.look()
        self._show()

    def workspace(self) -> dict[str, Any]:
        return {
            "recent": [ref.values() for ref in self.sets.recent],
            "place": self._left_at or self.wall.first_in_view(),
        }

    def restore(self, values: dict[str, Any]) -> None:
        recent = values.get("recent", [])
        found = [DataRef.of(value) for value in recent] if isinstance(recent, list) else []
        self.sets.recent = tuple(ref for ref in found if ref is not None)
        place = values.get("place", 0)
        self._left_at = place if isinstance(place, int) else 0

    def take_files(self, paths: list[Path]) -> bool:
        return self.files.take(paths)

    # --- what the document says

    def _set(self, name: str, value: object) -> None:
        self.session.edit(lambda document: document.with_setting(self.key, **{name: value}))

    def open_set(self, ref: DataRef) -> None:
        """Show a set from its beginning."""
        self.remote.look_at("")
        fresh = {"set": ref.values(), "only": {}, "sort": "", "split": "train"}
        self.session.edit(lambda document: document.with_setting(self.key, **fresh))
        self._show()

    @Slot(object, object)
    def _on_document(self, new: Document, old: Document) -> None:
        if self.is_shown and new.panels.get(self.key) != old.panels.get(self.key):
            if new.setting(self.key, "set", None) != old.setting(self.key, "set", None):
                self.remote.look_at("")
            self._show()

    def _show(self) -> None:
        """Bring everything to what the document says."""
        document, listing = self.session.document, Listing.of(self.session.document)
        side = str(document.setting(self.key, "side", "m"))
        self.wall.set_side(SIDES.get(side, SIDES["m"]))
        self.controls.show_choices(listing.split, listing.sort, side if side in SIDES else "m")
        self.facts.set_wanted(*only_of(document))
        if listing != self._shown and not self.remote.name:
            self._read(listing)
        self._show_list()
        self._show_page()

    def _read(self, listing: Listing) -> None:
        if self._shown is None or self._shown.ref != listing.ref:
            self._known = None
            self.facts.show_facts(None, "all")
            self.controls.show_facts(None)
            self.banner.clear()
        self._shown = listing
        self._show_facts()
        self.controls.set_only("")
        self.facts.picture.show_picture(None, 0, 0)
        self.wall.set_count(0)
        self._on_progress(Progress(0, 0))
        self._pages.setCurrentWidget(self.empty if self._known is None else self.wall)
        self.reader.show(listing)

    def _show_facts(self) -> None:
        if self._known is not None and self._shown is not None:
            self.facts.show_facts(self._known, self._shown.split)
            self.caption_changed.emit()

    def _show_page(self) -> None:
        is_remote = bool(self.remote.name)
        for part in (self._edge, self.facts):
            part.setVisible(not is_remote and self._known is not None)
        self.controls.show_facts(None if is_remote else self._known)
        if is_remote:
            self.controls.set_only("")
            self._pages.setCurrentWidget(self.remote)
        elif self._known is not None:
            self._pages.setCurrentWidget(self.wall)
        self.caption_changed.emit()

    @Slot()
    def _show_list(self) -> None:
        listing = Listing.of(self.session.document)
        self.list.set_rows(self.sets.rows())
        self.list.set_current(
            DOWNLOAD + self.remote.name if self.remote.name else key_of(listing.ref.source, listing.ref.path)
        )

    # --- what the lanes bring

    @Slot(object)
    def _on_facts(self, facts: DataFacts) -> None:
        self._known = self.hand.facts = facts
        self._show_facts()
        self._show()
        if self._shown is not None:
            self.sets.note(self._shown.ref, set_line(facts.n_train + facts.n_test, facts.image_shape))
        if facts.n_skipped:
            self.tell("warn", f"{facts.n_skipped:,} pictures of {facts.name} could not be read and are left out.")

    @Slot(int)
    def _on_counted(self, n: int) -> None:
        self.wall.set_count(n)
        if self._left_at:
            self.wall.show_place(self._left_at)
            self._left_at = 0
        name, values = only_of(self.session.document)
        words = ", ".join(value or "without" for value in values)
        words = words if name == "label" else f"{name} {words}"
        self.controls.set_only(f"{words} · {n:,}" if values else "")
        if n == 0:
            self.empty.set_message("There is no such picture in this part of the set.", "")
            self._pages.setCurrentWidget(self.empty)
        elif self._known is not None and not self.remote.name:
            self._pages.setCurrentWidget(self.wall)

    @Slot(object)
    def _on_progress(self, progress: Progress) -> None:
        ref = Listing.of(self.session.document).ref
        far = f"\n{progress.done:,} of {progress.total:,}" if progress.total else ""
        self.empty.set_message(f"Reading {Path(ref.path).name or ref.source} …{far}", "")

    @Slot(str, str)
    def _on_told(self, level: str, text: str) -> None:
        self.session.tell(level, text)

    @Slot(str, str)
    def _on_failed(self, text: str, details: str) -> None:
        self._known = self._shown = None
        self._show_page()
        self.empty.set_message(text, "Open other pictures")
        self._pages.setCurrentWidget(self.empty)
        if details:
            self.tell("bad", text, details)

    # --- the sets

    @Slot(str)
    def _on_row(self, key: str) -> None:
        row = next((row for row in self.sets.rows() if row.key == key), None)
        if row is None:
            return
        if row.ref is not None:
            self.open_set(row.ref)
        else:
            self.remote.look_at(key.removeprefix(DOWNLOAD))
            self._show()

    @Slot(object)
    def _on_opened(self, ref: DataRef) -> None:
        self.banner.clear()
        self.open_set(ref)

    @Slot(str, str)
    def _on_refused(self, text: str, details: str) -> None:
        self.tell("bad", text, details)

    @Slot()
    def _open_files(self) -> None:
        self.files.open_menu(self.controls.open.mapToGlobal(QPoint(0, self.controls.open.height() + 4)))

    @Slot(str, str)
    def _on_came(self, source: str, path: str) -> None:
        self.sets.look()
        self.files.open(Path(path), source)

    # --- the pictures

    @Slot(int)
    def _on_pointed(self, place: int) -> None:
        """The picture under the pointer, else the one that was clicked last."""
        chosen = self.wall.selection()
        found = self.wall.page(place if place >= 0 else chosen[-1] if chosen else -1)
        if found is not None and self._known is not None:
            self.facts.picture.show_picture(*found, self._known.n_train)

    @Slot(str, list)
    def _on_only(self, name: str, values: list[str]) -> None:
        self._set("only", {"name": name, "values": values} if values else {})

    @Slot()
    def _on_encoded(self) -> None:
        self.panel_wanted.emit("explore", "")

    @Slot()
    def _train(self) -> None:
        listing = Listing.of(self.session.document)
        options = {**listing.ref.options, **({"only": listing.only} if listing.only else {})}
        self.panel_wanted.emit("train", train_about(DataRef(listing.ref.source, listing.ref.path, options)))
