"""Two dimensions at once: the pad, the choice of its axes, and the pictures behind it."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from latent_studio.app.dock_parts import slider_columns
from latent_studio.app.pad_axes import Axes, Axis, chosen_axes, default_axes, is_normal, pad_range, with_axis
from latent_studio.app.session import Session
from latent_studio.app.widgets.choice import Choice, Option
from latent_studio.app.widgets.elide import caption, heading
from latent_studio.app.widgets.pad import Pad
from latent_studio.core.header import Header
from latent_studio.core.request import Answer
from latent_studio.studio.document import Document, with_column
from latent_studio.views.pad import PadPlane, PadSheet

ASK_AFTER_MS = 120
HEAD_HEIGHT, GAP = 28, 8  # px, over the pad


class PlaneView(QWidget):
    """The pad moves two columns of the code; the plane behind it shows what the others, held, make of them."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._axes: Axes | None = None
        self._default: Axes | None = None
        self._knows_kl = False
        self._made_of: tuple[object, ...] = ()
        self._across, self._up = Choice(tooltip="Dimension across"), Choice(tooltip="Dimension up")
        self._across.chosen.connect(self._on_across)
        self._up.chosen.connect(self._on_up)
        self.pad = Pad()
        self.pad.setToolTip("Drag, or use the arrow keys; the square marks the encoded picture")
        self.pad.moved.connect(self._on_moved)
        self.pad.released.connect(session.seal)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(heading("Pad"))
        head.addStretch(1)
        for name, choice in (("across", self._across), ("up", self._up)):
            head.addWidget(caption(name))
            head.addWidget(choice)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(head)
        column.addWidget(self.pad)
        self._ask = QTimer(self, singleShot=True, interval=ASK_AFTER_MS)
        self._ask.timeout.connect(self._ask_plane)

    # --- what it shows

    def show_model(self, header: Header) -> None:
        """Another model is open."""
        self._axes, self._made_of = None, ()
        self._decide(header)
        names = header.space.column_names
        options = [Option(str(column), names[column]) for column in slider_columns(header)]
        for choice in (self._across, self._up):
            choice.set_options(options)
        self.pad.set_background(None)
        self.show_document(header, self._session.document)

    def show_document(self, header: Header, document: Document) -> None:
        """The code moved, or the axes did."""
        axes = chosen_axes(document, header) or self._default
        if axes is None:
            return
        across, up = axes
        if axes != self._axes:
            self._axes = axes
            self._across.set_current(str(across))
            self._up.set_current(str(up))
            self.pad.set_ranges(pad_range(header, across), pad_range(header, up))
            self.pad.set_sigma(is_normal(header, across) and is_normal(header, up))
        self.pad.set_position(document.code[across], document.code[up])
        if self._stamp(document) != self._made_of:
            self._ask.start()

    def _decide(self, header: Header) -> None:
        """Which axes to show where nobody chose any. Decided once: they must not change places under a hand."""
        self._default, self._knows_kl = default_axes(header), bool(header.statistics.get("kl"))

    def note_statistics(self, header: Header) -> None:
        """More is known of the open model: a run in training has measured its dimensions for the first time."""
        if not self._knows_kl:
            self._decide(header)
            self.show_document(header, self._session.document)

    def show_marker(self, code: tuple[float, ...] | None) -> None:
        """Where the encoded picture lies."""
        self.pad.set_marker(None if code is None or self._axes is None else (code[self._axes[0]], code[self._axes[1]]))

    def refresh(self) -> None:
        """The weights are others now."""
        self._made_of = ()
        self._ask.start()

    def _stamp(self, document: Document) -> tuple[object, ...]:
        """All that the plane depends on: the two columns that it sweeps are left out."""
        assert self._axes is not None
        held = tuple(value for column, value in enumerate(document.code) if column not in self._axes)
        return document.model.key if document.model else "", self._axes, held

    def _ask_plane(self) -> None:
        document, header = self._session.document, self._session.header
        if header is None or document.model is None or self._axes is None or not self.isVisible():
            return
        self._made_of = self._stamp(document)
        across, up = self._axes
        self._session.ask(
            PadPlane(
                model=document.model.key,
                code=document.code,
                across=across,
                up=up,
                x_range=pad_range(header, across),
                y_range=pad_range(header, up),
            )
        )

    def take(self, answer: Answer) -> None:
        """An answer came; the plane takes its own."""
        request, model = answer.request, self._session.document.model
        if not isinstance(answer.value, PadSheet) or not isinstance(request, PadPlane) or model is None:
            return
        if request.model == model.key and (request.across, request.up) == self._axes:
            self.pad.set_background(answer.value.sheet)

    # --- the hand

    def _on_moved(self, x: float, y: float) -> None:
        if self._axes is not None:
            across, up = self._axes
            self._session.edit(lambda document: with_column(with_column(document, across, x), up, y), merge="pad")

    def _on_across(self, key: str) -> None:
        self._choose("across", int(key))

    def _on_up(self, key: str) -> None:
        self._choose("up", int(key))

    def _choose(self, axis: Axis, column: int) -> None:
        header = self._session.header
        if header is not None:
            self._session.edit(lambda document: with_axis(document, header, axis, column, self._axes))
