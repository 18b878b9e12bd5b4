"""Rows of pictures on their way into a file: decoded on one lane, written on another, cancelled at any time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from latent_studio.app.keeping.references import goes_on, keep_weights
from latent_studio.app.session import Session
from latent_studio.app.widgets.buttons import Button
from latent_studio.app.widgets.elide import Hairline, caption
from latent_studio.app.widgets.progress import ProgressLine
from latent_studio.core.events import Done, Failed, Progress
from latent_studio.core.request import Answer, ModelRequest
from latent_studio.studio.document import ModelRef
from latent_studio.studio.provenance import KEY as CODE_KEY
from latent_studio.studio.provenance import provenance_values
from latent_studio.views.animation import WriteTraversal
from latent_studio.views.traversal_sheet import SheetPictures

BAR_HEIGHT = 40  # px
DECODING_SHARE = 0.8
"""How much of the whole decoding is, by rule of thumb: pictures are decoded one by one, frames only put together."""


@dataclass(frozen=True)
class Wish:
    """What a person wants written.

    rows: asks for the pictures; it tells Progress, and gives SheetPictures in the end.  code: what the file restores
    when it is dropped back.  what: the pictures in words.  titles: what stands over the columns of a sheet.
    about: what the file tells beside its rows.
    """

    model: ModelRef
    rows: ModelRequest
    code: tuple[float, ...]
    path: Path
    what: str
    titles: tuple[str, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)
    is_animation: bool = False


class Exporting(QObject):
    """One export at a time; another one takes its place.

    Signals:
        progressed(float): the share that is done, in [0, 1].
        ended(str, str): level ("good", "bad" or "" where it was cancelled) and the sentence for the banner.
    """

    progressed = Signal(float)
    ended = Signal(str, str)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._wish: Wish | None = None
        self._asked: ModelRequest | WriteTraversal | None = None
        session.answered.connect(self._on_answered)

    @property
    def wish(self) -> Wish | None:
        """What is being written now."""
        return self._wish

    def start(self, wish: Wish) -> None:
        """Decode the rows by the reference path, then write the file."""
        self.cancel()
        self._wish, self._asked = wish, wish.rows
        self.progressed.emit(0.0)
        self._session.ask(wish.rows)

    def cancel(self) -> None:
        """Let it be; nothing is written."""
        if self._asked is None:
            return
        lane = self._session.views if isinstance(self._asked, ModelRequest) else self._session.jobs
        lane.engine.cancel(self._asked.slot)
        self._end("", "")

    def _end(self, level: str, text: str) -> None:
        self._wish = self._asked = None
        self.ended.emit(level, text)

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        value = answer.value
        if self._asked is None or answer.request is not self._asked or self._wish is None:
            return
        if isinstance(value, Progress):
            share = value.done / max(value.total, 1)
            is_decoding = isinstance(self._asked, ModelRequest)
            self.progressed.emit(DECODING_SHARE * share if is_decoding else DECODING_SHARE + 0.2 * share)
        elif isinstance(value, SheetPictures):
            self._write(self._wish, value)
        elif isinstance(value, Done):
            self._end("good", f"Saved {value.text}")
        elif isinstance(value, Failed):
            self._end("bad", value.text)

    def _write(self, wish: Wish, made: SheetPictures) -> None:
        model = wish.model.model_copy(update={"digest": made.header.digest})  # a run may have gone on meanwhile
        if goes_on(self._session, model.key):
            model = keep_weights(self._session, model, made)
        rows = [{"name": row.name, "kl": row.kl, "values": row.values} for row in made.rows]
        texts = {
            "Software": "Latent Studio",
            CODE_KEY: json.dumps(provenance_values(model, wish.code, made.header.space, self._session.document)),
            "latent_studio": json.dumps({**wish.about, "rows": rows}, ensure_ascii=False),
        }
        self._asked = WriteTraversal(
            path=wish.path, rows=made.rows, texts=texts, titles=wish.titles, is_animation=wish.is_animation
        )
        self._session.start_job(self._asked)


class ExportBar(QWidget):
    """The line at the foot of the panel while something is written: what, how far, and a way out (Esc)."""

    def __init__(self, exporting: Exporting) -> None:
        super().__init__()
        self.setFixedHeight(BAR_HEIGHT)
        self._exporting = exporting
        self._what, self._line = caption(), ProgressLine()
        self._line.setFixedWidth(240)
        self.stop = Button("Cancel", kind="quiet", key_hint="Esc", tooltip="Stop; nothing is written")
        self.stop.clicked.connect(exporting.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        line = QHBoxLayout()
        line.setContentsMargins(24, 0, 24, 0)
        line.setSpacing(12)
        column.addWidget(Hairline())
        column.addLayout(line, 1)
        for part, stretch in ((self._what, 1), (self._line, 0), (self.stop, 0)):
            line.addWidget(part, stretch)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.activated.connect(exporting.cancel)
        exporting.progressed.connect(self._on_progress)
        exporting.ended.connect(self.hide)
        self.hide()

    def _on_progress(self, share: float) -> None:
        wish = self._exporting.wish
        if wish is not None:
            self._what.setText(f"Writing {wish.path.name}: {wish.what}")
            self._line.set_progress(share)
            self.show()
