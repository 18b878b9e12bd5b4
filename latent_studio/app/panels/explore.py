"""Explore: the picture of the current code, large, beside what it came from and two dimensions to wander in."""

from __future__ import annotations

import math
import time
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QStackedLayout, QWidget

from latent_studio.app.dock_parts import slider_columns
from latent_studio.app.exploring.data_picker import DataPicker
from latent_studio.app.exploring.encodings import Encodings
from latent_studio.app.exploring.picture_menus import PictureMenus
from latent_studio.app.exploring.stage import Stage
from latent_studio.app.keeping.restoring import Restoring
from latent_studio.app.panel import Panel, controls_row
from latent_studio.app.picture_actions import Shown
from latent_studio.app.session import Session
from latent_studio.app.widgets.buttons import Button, icon_button
from latent_studio.app.widgets.choice import Option
from latent_studio.app.widgets.elide import caption
from latent_studio.app.widgets.numbers import shown
from latent_studio.app.widgets.segmented import SegmentedControl
from latent_studio.core.events import Failed, Pixels
from latent_studio.core.header import Header
from latent_studio.core.request import Answer, Priority
from latent_studio.studio.document import Document
from latent_studio.views.preview import Preview, PreviewPicture

KEY = "explore"
PICTURE_ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm", ".pgm"})
CHOOSE_ONE, DROP_ONE = "Choose a picture from the data or drop one", "Drop a picture, or locate the data"


class Explore(Panel):
    """The preview is asked for at every step of a drag, with nothing else done on the way."""

    key, title, icon, order = KEY, "Explore", "sliders-horizontal", 20
    tooltip = "Move through the latent space and see its pictures"
    needs = frozenset({"Decodes"})

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._shown_document: Document | None = None
        self._log_prior = 0.0
        self.encodings = Encodings.of(session)
        self.stage = Stage(session)
        self.preview = self.stage.preview
        self.menus, self._restoring = PictureMenus(session, self.encodings, self), Restoring(session, self)
        self._empty = self.without_model("cube")
        body = QWidget()
        self._pages = QStackedLayout(body)
        self._pages.addWidget(self.stage)
        self._pages.addWidget(self._empty)
        self._controls = self._make_controls()
        self.picker = DataPicker(session, self)
        self.set_content(body, self._controls)
        self._connect()
        self._on_model_changed()

    def _make_controls(self) -> QWidget:
        row, line = controls_row()
        self.data_button = Button("Picture from data", "image", chevron=True, tooltip="Encode a picture of the data")
        self.data_button.clicked.connect(self._open_picker)
        self.locate_button = Button("Locate the data …", "folder-open")
        self.locate_button.setToolTip("They are not where they were when this model was trained")
        self.locate_button.clicked.connect(self._open_locate)
        self.locate_button.hide()
        self._hint = caption("or drop one to encode it")
        self._mode = SegmentedControl(
            [
                Option("pixels", "Pixels", tooltip="Pixels as they are"),
                Option("smooth", "Smooth", tooltip="Pixels blended into each other"),
            ]
        )
        self._mode.chosen.connect(self._on_mode)
        self.favour = icon_button("heart", "Add the code to the favourites (F)")
        self.favour.clicked.connect(self.menus.favour)
        self.copy = icon_button("copy", "Copy the picture")
        self.copy.clicked.connect(self.menus.copy)
        self.save = icon_button("floppy-disk", "Save the picture as PNG, with its model and code inside")
        self.save.clicked.connect(self.menus.save)
        self._more = icon_button("dots-three", "More")
        self._more.clicked.connect(self._open_more)
        line.addWidget(self.data_button)
        line.addWidget(self.locate_button)
        line.addSpacing(8)
        line.addWidget(self._hint)
        line.addStretch(1)
        line.addWidget(self._mode)
        line.addSpacing(8)
        for button in (self.favour, self.copy, self.save, self._more):
            line.addWidget(button)
        return row

    def _connect(self) -> None:
        session, stage = self.session, self.stage
        session.model_changed.connect(self._on_model_changed)
        session.nothing_to_open.connect(self._on_nothing_to_open)
        session.document_changed.connect(self._on_document_changed)
        session.weights_changed.connect(self._on_weights)
        session.weights_settled.connect(self._on_weights_settled)
        session.previewed.connect(self._on_previewed)
        session.answered.connect(self._on_answered)
        self.encodings.changed.connect(self._show_encoding)
        self.encodings.failed.connect(self._on_encoding_failed)
        self.picker.chosen.connect(self.encodings.encode_data)
        self.picker.missing_changed.connect(self._on_missing)
        self.picker.failed.connect(self._on_encoding_failed)
        stage.back.clicked.connect(self.menus.adopt_encoding)
        stage.encoding.chosen.connect(self.menus.adopt_encoding)
        stage.encoding.original.menu_requested.connect(self.menus.open_original)
        stage.encoding.reconstruction.menu_requested.connect(self.menus.open_reconstruction)
        self.preview.menu_requested.connect(self.menus.open_current)
        self.preview.dropped_code.connect(self._restoring.adopt)
        for drops in (self.preview, stage.encoding.original):
            drops.dropped_files.connect(self.files_dropped)
            drops.dropped_image.connect(self.encodings.encode_picture)

    # --- what it shows

    def shown(self, about: str = "") -> None:
        self._ask_preview()
        self._on_weights_settled()

    def _on_nothing_to_open(self) -> None:
        self._pages.setCurrentWidget(self._empty)
        self._controls.hide()

    def _on_model_changed(self) -> None:
        header, document = self.session.header, self.session.document
        former, self._shown_document = self._shown_document, document
        if header is None or document.model is None:
            return
        self._pages.setCurrentWidget(self.stage)
        self._controls.show()
        self.caption_changed.emit()
        if former is not None and former.model is not None and former.model.key == document.model.key:
            self.stage.plane.note_statistics(header)
            return  # the same model, newer weights: weights_changed sees to the rest
        self._show_model(header)

    def _show_model(self, header: Header) -> None:
        """Another model is open."""
        stage = self.stage
        _, height, width = header.data.shown_shape
        stage.set_image_size(width, height)  # the former model's picture stays until the first one of this comes
        n_sliders = len(slider_columns(header))
        stage.show_sweep(n_sliders == 1, has_any=n_sliders > 0)
        (stage.sweep if n_sliders == 1 else stage.plane).show_model(header)
        can_encode = self.encodings.can_encode()
        reason = f"{header.name} ({header.family_title}) has no encoder: it finds no code for a picture."
        stage.encoding.refuse("" if can_encode else reason)
        self.data_button.setEnabled(can_encode)
        self._hint.setVisible(can_encode)
        self._on_missing(False)
        if can_encode:
            self.picker.look()
        self._show_encoding()
        self._show_mode(self.session.document)
        self._ask_preview()

    def _on_document_changed(self, new: Document, old: Document) -> None:
        header = self.session.header
        if header is None or len(new.code) != header.space.dim:
            return
        self._shown_document = new
        if new.code != old.code or new.model != old.model:
            self._ask_preview()
        if len(slider_columns(header)) == 1:
            self.stage.sweep.show_document(header, new)
        else:
            self.stage.plane.show_document(header, new)
        if new.source != old.source or new.panels != old.panels:
            self._show_encoding()
            self._show_mode(new)

    def _ask_preview(self, priority: Priority = Priority.PREVIEW) -> None:
        document = self.session.document
        if self.is_shown and document.model is not None and self.session.header is not None:
            asked_at = time.perf_counter()
            self.session.ask(
                Preview(model=document.model.key, code=document.code, asked_at=asked_at, priority=priority)
            )

    def _on_weights(self) -> None:
        # nobody drags just now: with a preview's own priority every new snapshot would make the strips wait
        self._ask_preview(Priority.STRIP)

    def _on_weights_settled(self) -> None:
        if self.is_shown and self.session.header is not None:
            is_single = len(slider_columns(self.session.header)) == 1
            (self.stage.sweep if is_single else self.stage.plane).refresh()

    def _on_previewed(self, answer: Answer) -> None:
        value, request, model = answer.value, answer.request, self.session.document.model
        if isinstance(value, PreviewPicture) and isinstance(request, Preview):
            if model is not None and request.model == model.key:
                self.preview.set_image(value.picture)
                self.menus.shown = Shown(value.picture, request.code)
                self.preview.set_payload(self.menus.actions.payload(self.menus.shown))
                self._log_prior = value.log_prior
                self._show_line()
        elif isinstance(value, Failed):
            self.preview.set_image(None)  # the session tells why

    def _on_answered(self, answer: Answer) -> None:
        if answer.value is not None:
            self.stage.plane.take(answer)
            self.stage.sweep.take(answer)

    def _show_line(self) -> None:
        """Where the current code lies: under the prior, and from the encoding."""
        current, document, header = self.encodings.current(), self.session.document, self.session.header
        parts = []
        if current is not None and len(current[1].code) == len(document.code):
            distance = math.dist(current[1].code, document.code)
            parts.append(f"{shown(distance)} from the encoding")
            self.stage.back.setEnabled(distance > 0)
        if header is not None and header.space.dim:
            parts.append(f"log p(z) {shown(self._log_prior, 1)} nats")
        self.stage.code_line.set_text(" · ".join(parts))

    def _show_encoding(self) -> None:
        source, current = self.session.document.source, self.encodings.current()
        self.stage.encoding.show_encoding(source, None if current is None else current[1])
        made = None if current is None else Shown(current[1].reconstruction, current[1].code)
        self.stage.encoding.set_payload(None if made is None else self.menus.actions.payload(made))
        self.stage.plane.show_marker(None if current is None else current[1].code)
        self.stage.back.setVisible(current is not None)
        self._show_line()

    def _show_mode(self, document: Document) -> None:
        mode = "smooth" if document.setting(KEY, "mode", "pixels") == "smooth" else "pixels"
        self._mode.set_current(mode)
        for picture in (self.preview, self.stage.encoding.original, self.stage.encoding.reconstruction):
            picture.set_mode("smooth" if mode == "smooth" else "pixels")

    # --- the hand

    def _on_mode(self, mode: str) -> None:
        self.session.edit(lambda document: document.with_setting(KEY, mode=mode))

    def _open_picker(self) -> None:
        self.picker.open_at(self._below(self.data_button))

    def _open_locate(self) -> None:
        self.picker.locate(self._below(self.locate_button))

    def _on_missing(self, is_missing: bool) -> None:
        can_encode = self.encodings.can_encode()
        self.locate_button.setVisible(is_missing and can_encode)
        self.data_button.setVisible(not is_missing or not can_encode)
        self.stage.encoding.original.set_empty_text(DROP_ONE if is_missing else CHOOSE_ONE)

    def _on_encoding_failed(self, text: str) -> None:
        self.tell("warn", text)

    def take_picture(self, picture: Pixels) -> bool:
        """Encode a pasted picture."""
        if self.session.header is None:
            return False
        self.encodings.encode_picture(picture)
        return True

    def take_files(self, paths: list[Path]) -> bool:
        """Encode the first picture among dropped files."""
        if self.session.header is None:
            return False
        for path in paths:
            if path.suffix.lower() in PICTURE_ENDINGS:
                self.encodings.encode_file(path)
                return True
        return False

    def _open_more(self) -> None:
        self.menus.open_current(self._below(self._more))

    @staticmethod
    def _below(widget: QWidget) -> QPoint:
        return widget.mapToGlobal(QPoint(0, widget.height() + 4))
