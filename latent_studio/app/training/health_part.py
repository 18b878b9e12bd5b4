"""How healthy a run is, under its head: the gravest finding in a line, all of them with evidence and remedies below."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6 import QtGui
from PySide6.QtCore import QObject, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractButton, QBoxLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from latent_studio.app.icons import paint_icon
from latent_studio.app.theme import Role, TextRole, colour
from latent_studio.app.training.game_plots import titled
from latent_studio.app.widgets import paint
from latent_studio.app.widgets.buttons import Button
from latent_studio.app.widgets.curves import Curves, Kind
from latent_studio.app.widgets.elide import Hairline, caption, heading
from latent_studio.app.widgets.focus_mark import FocusMark
from latent_studio.app.widgets.link import Link
from latent_studio.studio.health import Finding, Level, SampleChecks
from latent_studio.studio.histories import STEPS, TEST, TRAIN, History
from latent_studio.studio.training import samples_text

_INK: dict[Level, Role] = {"good": "good", "warn": "warn", "bad": "bad"}
_ICON: dict[Level, str] = {"good": "check-circle", "warn": "warning", "bad": "warning-circle"}
_KINDS: dict[str, Kind] = {STEPS: "steps", TRAIN: "train", TEST: "test"}
_BRANCHES = "A new run goes on from here with this change; this one stays as it is"
_CHECKS = (
    "Draw samples by the newest weights and measure how varied they are, which nearly equal each other, and which "
    "classes of the data they miss"
)
_NOTHING = "Nothing stands out so far"
_ABREAST = 460  # px of remedies that find room beside each other in the smallest window
_LABEL = 180  # px, of a curve's name
_EVIDENCE = 148  # px, height of the curves that a finding rests on
_MARGIN = 24


class HealthLine(QAbstractButton):
    """A dot, the title of the gravest finding, and how many there are; a click opens the rest."""

    def __init__(self) -> None:
        super().__init__()
        self._role: Role = "faint"
        self._note = ""
        self._focus = FocusMark(self)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("What the numbers of this run say, with the evidence and what could be done about it")

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Say the gravest."""
        n = len(findings)
        self._role = _INK[findings[0].level] if n else "faint"
        self._note = f"{n} finding{'s' if n > 1 else ''}" if n else ""
        self.setText(findings[0].title if n else _NOTHING)
        self.setAccessibleName(f"Health: {self.text()}, {self._note}".removesuffix(", "))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, 32)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour(self._role))
        painter.drawEllipse(QRectF(_MARGIN, middle - 4, 8, 8))
        left = _MARGIN + 18.0
        fonts: tuple[TextRole, TextRole] = ("strong", "body")
        for text, font in zip(("Health", self.text()), fonts, strict=True):
            width = paint.text_width(text, font) + 1
            paint.draw_text(painter, QRectF(left, 0, width, self.height()), text, "text", font)
            left += width + 12
        tint = colour("text" if self.underMouse() else "muted")
        caret = QRectF(self.width() - _MARGIN - 12, middle - 6, 12, 12)
        paint_icon(painter, "caret-down" if self.isChecked() else "caret-right", caret, tint)
        note = QRectF(left, 1, caret.left() - 8 - left, self.height())
        paint.draw_text(painter, note, self._note, "muted", "caption", paint.RIGHT)
        if self._focus.visible:
            paint.focus_ring(painter, self.rect().adjusted(4, 2, -4, -2))


class FindingRow(QWidget):
    """One finding: what it is, what it rests on, what could be done about it.

    Signals:
        branch_requested(object): the Remedy that was clicked.
    """

    branch_requested = Signal(object)

    def __init__(self, finding: Finding) -> None:
        super().__init__()
        self.finding = finding
        self._history = History()
        self._mark, self._title = _Mark(finding.level), heading().keep_whole()
        self._text = QLabel(wordWrap=True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self.evidence = Link("Evidence", font="caption", tooltip="The numbers that this rests on")
        self.remedies: list[Button] = []
        for i, remedy in enumerate(finding.remedies):
            button = Button(remedy.text, "git-branch", tooltip=_BRANCHES)
            button.clicked.connect(partial(self._on_remedy, i))
            self.remedies.append(button)
        self._figures = caption(tabular=True)
        self.curves = Curves("", label_px=_LABEL) if finding.evidence.curves else None
        self._lay_out()
        self.evidence.clicked.connect(self._on_evidence)

    def _lay_out(self) -> None:
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._mark)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self.evidence)
        foot.setSpacing(8)
        if sum(button.sizeHint().width() for button in self.remedies) > _ABREAST:
            foot.setDirection(QBoxLayout.Direction.TopToBottom)
        for button in self.remedies:
            foot.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        foot.addStretch(1)
        self._shown = QWidget()
        shown = QVBoxLayout(self._shown)
        shown.setContentsMargins(0, 0, 0, 0)
        shown.setSpacing(4)
        shown.addWidget(self._figures)
        if self.curves is not None:
            self.curves.setFixedHeight(_EVIDENCE)
            shown.addWidget(self.curves)
        self._shown.hide()
        inside = QVBoxLayout()
        inside.setContentsMargins(24, 0, 0, 0)
        inside.setSpacing(8)
        inside.addWidget(self._text)
        inside.addWidget(self._shown)
        inside.addLayout(foot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 12)
        column.setSpacing(4)
        column.addLayout(head)
        column.addLayout(inside)

    def tell(self, finding: Finding, history: History) -> None:
        """The same finding with other figures."""
        self.finding, self._history = finding, history
        self._title.setText(finding.title)
        self._title.updateGeometry()
        self._text.setText(finding.text)
        self._figures.setText(finding.evidence.text)
        self._draw()

    def _draw(self) -> None:
        if self.curves is None or self._shown.isHidden():
            return
        names = self.finding.evidence.curves
        if not self.curves.keys():
            is_one_name = len(names) > 1 and len({name for _, name in names}) == 1
            for category, (split, name) in enumerate(names):
                words = split if is_one_name else titled(name.replace(".", " "))
                self.curves.set_series(f"{split} {name}", words, category, _KINDS.get(split, "test"))
        for split, name in names:
            self.curves.set_data(f"{split} {name}", *self._history.curve(split, name))

    @Slot()
    def _on_remedy(self, index: int) -> None:
        self.branch_requested.emit(self.finding.remedies[index])

    @Slot()
    def _on_evidence(self) -> None:
        self._shown.setVisible(self._shown.isHidden())
        self.evidence.setText("Less" if not self._shown.isHidden() else "Evidence")
        self.evidence.updateGeometry()
        self._draw()


class CheckLine(QWidget):
    """What samples of the run are like, as far as they were measured, and the button that has them measured.

    Signals:
        check_requested().
    """

    check_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._told = caption(tabular=True)
        self.button = Button("Check the samples", "magnifying-glass", tooltip=_CHECKS)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 12, 0, 12)
        line.setSpacing(12)
        line.addWidget(self.button)
        line.addWidget(self._told, 1)
        self.button.clicked.connect(self.check_requested)

    def show_samples(self, samples: SampleChecks | None) -> None:
        """Say what was measured last."""
        self._told.setText("" if samples is None else samples_text(samples))

    def show_progress(self, text: str) -> None:
        """How far the check is; "" where none is under way."""
        self.button.setEnabled(not text)
        if text:
            self._told.setText(text)

    def text(self) -> str:
        """What stands there."""
        return self._told.text()


class HealthPart(QObject):
    """`line` stands under the head of the run, `below` over its plots. A game always has them, for its samples can be
    checked; any other run, where something was found.

    Signals:
        branch_requested(object): the Remedy that is to be tried in a branch of the shown run.
    """

    branch_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.line, self.below, self.check = HealthLine(), QWidget(), CheckLine()
        self.rows: list[FindingRow] = []
        self._is_there = False
        self._column = QVBoxLayout()
        self._column.setSpacing(0)
        around = QVBoxLayout(self.below)
        around.setContentsMargins(0, 0, 0, 0)
        around.setSpacing(0)
        around.addLayout(self._column)
        around.addWidget(self.check)
        around.addWidget(Hairline())
        self.line.hide()
        self.below.hide()
        self.line.toggled.connect(self._show)

    def show_findings(self, findings: Sequence[Finding], history: History) -> None:
        """Say what was found; where it is the same as before but for the figures, what is open stays open."""
        if [_kind(finding) for finding in findings] != [_kind(row.finding) for row in self.rows]:
            self._make(findings)
        for row, finding in zip(self.rows, findings, strict=True):
            row.tell(finding, history)
        self.line.show_findings(findings)
        self._is_there = bool(findings or history.players())
        self._show()

    @Slot()
    def _show(self) -> None:
        self.line.setVisible(self._is_there)
        self.below.setVisible(self._is_there and self.line.isChecked())

    def _make(self, findings: Sequence[Finding]) -> None:
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.rows = [FindingRow(finding) for finding in findings]
        for row in self.rows:
            self._column.addWidget(row)
            self._column.addWidget(Hairline())
            row.branch_requested.connect(self.branch_requested)


def _kind(finding: Finding) -> object:
    """What a row is made for; the rest of a finding may change while it is shown."""
    return finding.kind, finding.level, tuple(remedy.text for remedy in finding.remedies), finding.evidence.curves


class _Mark(QWidget):
    def __init__(self, level: Level) -> None:
        super().__init__()
        self._level: Level = level
        self.setFixedSize(16, 16)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        paint_icon(QPainter(self), _ICON[self._level], self.rect(), colour(_INK[self._level]))
