"""Samples: what the model draws from its prior, as many as one likes, and whether they were copied."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QWidget

from latent_studio.app.actions import Action, Gesture
from latent_studio.app.exploring.data_picker import DataPicker
from latent_studio.app.panel import Panel
from latent_studio.app.picture_actions import PictureActions, Shown
from latent_studio.app.sampling.controls import SampleControls
from latent_studio.app.sampling.nearest_side import NearestSide
from latent_studio.app.sampling.settings import KEY, draw_of, keeps_locked
from latent_studio.app.sampling.sheet import SampleSheet
from latent_studio.app.sampling.taking import Payloads, SampleFiles
from latent_studio.app.session import Session
from latent_studio.app.widgets.carry import Code
from latent_studio.app.widgets.elide import Hairline
from latent_studio.app.widgets.picture_grid import PictureGrid
from latent_studio.app.widgets.picture_scroll import PictureScroll
from latent_studio.studio.document import Document, with_code

GROUP = "Samples"
LATE_MS = 400


class SamplesPanel(Panel):
    """Number, seed, temperature and whether locks are kept are settings of the document; the rest is workspace."""

    key, title, icon, order = KEY, "Samples", "squares-four", 40
    tooltip = "Pictures drawn from the prior"
    needs = frozenset({"Decodes or Samples"})
    gestures = (
        Gesture("Click", "Adopt the sample's code", GROUP),
        Gesture("Ctrl-click, Shift-click, drag beside", "Select several samples", GROUP),
        Gesture("Ctrl-drag", "Select with a rubber band from anywhere", GROUP),
        Gesture("Drag", "Carry the selected samples anywhere", GROUP),
    )

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.controls = SampleControls()
        self.sheet = SampleSheet(session, self)
        self.grid = PictureGrid(selectable=True)
        self.view = PictureScroll(self.grid)
        self.menus = PictureActions(session, self)
        self.files = SampleFiles(session, self)
        self.picker = DataPicker(session, self)
        self.side = NearestSide(session, self.menus, self)
        self._is_stale = False  # newer weights came while nobody looked
        self._shown_key = ""
        self._late = QTimer(self, singleShot=True, interval=LATE_MS)
        self._late.timeout.connect(self._on_late)
        self._empty = self.without_model("squares-four")
        self._fill()
        self._connect()
        self._on_model_changed()

    def _fill(self) -> None:
        both, body = QWidget(), QWidget()
        line = QHBoxLayout(both)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        self._edge = Hairline(vertical=True)
        for part in (self._edge, self.side.card):
            part.hide()
        line.addWidget(self.view, 1)
        line.addWidget(self._edge)
        line.addWidget(self.side.card)
        self._pages = QStackedLayout(body)
        self._pages.addWidget(both)
        self._pages.addWidget(self._empty)
        self.set_content(body, self.controls.row)
        self.grid.setAccessibleName("Samples")
        self.grid.set_codes(Payloads(self._payload, self.grid.n_pictures))
        self.grid.set_files(self._write_carried)

    def _connect(self) -> None:
        session, sheet = self.session, self.sheet
        session.model_changed.connect(self._on_model_changed)
        session.nothing_to_open.connect(self._on_nothing_to_open)
        session.document_changed.connect(self._on_document_changed)
        session.weights_settled.connect(self._on_weights)
        sheet.drawn.connect(self._on_drawn)
        sheet.arrived.connect(self._on_arrived)
        sheet.progressed.connect(self.caption_changed)
        sheet.failed.connect(lambda text, details: self.tell("bad", text, details))
        self.view.moved.connect(self._on_moved)
        self.grid.clicked.connect(self._on_clicked)
        self.grid.menu_requested.connect(self._on_menu)
        self.grid.selection_changed.connect(self.caption_changed)
        self.controls.changed.connect(self._on_setting)
        self.controls.scale_chosen.connect(self.view.set_scale)
        self.controls.nearest_toggled.connect(self._show_nearest)
        self.controls.save_requested.connect(self.files.ask_where_to_save)
        self.files.progressed.connect(self._on_save_progress)
        self.banner.action_requested.connect(self._on_cancel)
        self.side.card.closed.connect(partial(self._show_nearest, False))
        self.side.card.locate_requested.connect(self.picker.locate)
        self.picker.missing_changed.connect(self._on_missing)
        self.picker.failed.connect(lambda text: self.tell("warn", text))

    # --- what it shows

    def caption(self) -> str:
        """How far the sheet is, or what is selected of it."""
        n, n_selected = self.grid.n_pictures(), len(self.grid.selection())
        if self.session.header is None or not n:
            return super().caption()
        if n_selected > 1:
            return f"{n_selected:,} of {n:,} selected"
        if self.sheet.n_done < n:
            return f"{self.sheet.n_done:,} of {n:,} samples"
        return f"{n:,} samples in {self.sheet.seconds:.2f} s"

    def shown(self, about: str = "") -> None:
        self._show_draw()
        self.sheet.set_active(True)
        if self._is_stale:
            self._is_stale = False
            self.sheet.refresh()

    def hidden(self) -> None:
        self.sheet.set_active(False)

    def _on_nothing_to_open(self) -> None:
        self._pages.setCurrentWidget(self._empty)
        self.controls.row.hide()

    def _on_model_changed(self) -> None:
        header = self.session.header
        if header is None:
            if self.session.has_nothing and self.session.document.model is None:
                self._on_nothing_to_open()
            return
        self._pages.setCurrentIndex(0)
        self.controls.row.show()
        self.view.set_picture_size(max(header.data.shown_shape[1:]))
        self._show_scales()
        self.side.show_model()
        self._show_draw()

    def _on_document_changed(self, new: Document, old: Document) -> None:
        if not self.is_shown:
            return
        if new.panels.get(KEY) != old.panels.get(KEY) or new.locked != old.locked or new.code != old.code:
            self._show_draw()

    def _show_draw(self) -> None:
        document, header = self.session.document, self.session.header
        if header is None or document.model is None or len(document.code) != header.space.dim:
            return
        draw = draw_of(document)
        self.controls.show_draw(
            draw, has_codes=header.space.dim > 0, n_locked=len(document.locked), keeps_locked=keeps_locked(document)
        )
        if self.is_shown:
            self.sheet.show(document.model.key, draw)

    def _on_drawn(self, n: int) -> None:
        """Other samples: the former pictures stay for a moment, so that nothing flickers while the new ones come."""
        self.grid.set_selection(())
        if n != self.grid.n_pictures() or self.sheet.model_key != self._shown_key:
            self._shown_key = self.sheet.model_key
            self.grid.set_pictures([None] * n, [f"sample {place + 1:,}" for place in range(n)])
            self.view.arrange()
        else:
            self._late.start()
        self._on_moved()
        self.side.clear()
        self.caption_changed.emit()

    def _on_late(self) -> None:
        """What has not come by now must not be taken for the sample that it will be."""
        places = self.sheet.awaited()
        self.grid.put(places, [None] * len(places))

    def _on_arrived(self, places: Any, pictures: Any) -> None:
        self.grid.put(places.tolist(), pictures)
        if self.grid.current() in places:
            self._show_subject()

    def _on_moved(self) -> None:
        first, end = self.view.in_view()
        self.sheet.look_at(first, end)

    def _on_weights(self) -> None:
        if self.is_shown:
            self.sheet.refresh()
        else:
            self._is_stale = True

    # --- the hand

    def _on_setting(self, name: str, value: object) -> None:
        merge = f"{KEY} {name}" if name in ("n", "temperature") else None
        self.session.edit(lambda document: document.with_setting(KEY, **{name: value}), merge)

    def _on_clicked(self, place: int) -> None:
        code = self.sheet.code(place)
        if code is not None:
            self.session.edit(lambda document: with_code(document, code))
        self._show_subject()

    def _shown_at(self, place: int) -> Shown | None:
        picture = self.grid.picture(place)
        return None if picture is None else Shown(picture, self.sheet.code(place), f"sample {place + 1:,}")

    def _payload(self, place: int) -> Code | None:
        shown = self._shown_at(place)
        return None if shown is None else self.menus.payload(shown)

    def _on_menu(self, place: int, at: QPoint) -> None:
        """Of the selected ones where it is asked for on one of them."""
        places = self.grid.selection()
        several = [shown for p in (places if place in places else [place]) if (shown := self._shown_at(p))]
        if several:
            more = [("Nearest training pictures\tN", partial(self._find_nearest, place))]
            self.menus.open_menu(several if len(several) > 1 else several[0], at, more)

    def own_actions(self) -> Sequence[Action]:
        return (
            Action("samples-nearest", "Nearest training pictures", self._toggle_nearest, ("N",), "intersect", GROUP),
            Action("samples-roll", "Draw other samples", self.controls.roll, ("D",), "dice-five", GROUP),
            Action("samples-save", "Save a contact sheet", self.files.ask_where_to_save, (), "floppy-disk", GROUP),
        )

    # --- the nearest training pictures

    def _toggle_nearest(self) -> None:
        self._show_nearest(self.side.card.isHidden())

    def _show_nearest(self, is_open: bool) -> None:
        self.controls.nearest.setChecked(is_open)
        for part in (self._edge, self.side.card):
            part.setVisible(is_open)
        if is_open:
            self._show_subject()
        else:
            self.side.stop()

    def _find_nearest(self, place: int) -> None:
        self.grid.set_current(place)
        self._show_nearest(True)

    def _show_subject(self) -> None:
        shown = self._shown_at(self.grid.current()) if self.grid.n_pictures() else None
        if shown is not None and not self.side.card.isHidden():
            self.side.show_sample(shown)

    def _on_missing(self, is_missing: bool) -> None:
        if not is_missing:
            self.side.try_again()

    # --- files

    def _write_carried(self, places: list[int]) -> list[str]:
        header = self.session.header
        name = "" if header is None else header.name
        shown = [one for place in places if (one := self._shown_at(place)) is not None]
        names = [f"{name} seed {self.sheet.draw.seed} {one.caption}" for one in shown]
        codes = [one.code for one in shown if one.code is not None]
        if len(codes) == len(shown):
            return self.files.write_carried(codes, names)
        return self.files.write_drawn([one.picture for one in shown], names)

    def _on_save_progress(self, done: int, total: int) -> None:
        if total > 1000:
            self.tell("info", f"Decoding {done:,} of {total:,} samples for the contact sheet …", action="Cancel")

    def _on_cancel(self) -> None:
        self.files.cancel()
        self.banner.clear()

    # --- workspace

    def _show_scales(self) -> None:
        self.controls.show_scales(self.view.scales(), self.view.scale())

    def workspace(self) -> dict[str, Any]:
        return {**self.view.workspace(), "nearest": not self.side.card.isHidden()}

    def restore(self, values: dict[str, Any]) -> None:
        self._show_nearest(values.get("nearest") is True)
        self.view.restore(values)
        self._show_scales()
