"""The column at the right of the Data panel: one picture, then what the whole set holds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6 import QtGui
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from latent_studio.app.browsing.counts import CountRow, Counts
from latent_studio.app.browsing.histogram import Histogram
from latent_studio.app.theme import theme
from latent_studio.app.widgets.buttons import Button
from latent_studio.app.widgets.elide import ElidedLabel, caption
from latent_studio.app.widgets.fold import Fold
from latent_studio.app.widgets.overlay_bar import OverlayBar
from latent_studio.app.widgets.picture import Picture
from latent_studio.data.browsing import AttributeFacts, DataFacts, Split
from latent_studio.engine.errands import DataPage
from latent_studio.studio.library import size_text

WIDTH, _PAD = 300, 20  # px
_SIDE, _LINES = 128, 5  # px of the picture; attributes told beside it
_N_OPEN = 2
"""So many attributes are unfolded at first."""


class PictureFacts(QWidget):
    """One picture of the set, large, with what is known of it.

    Signals:
        encode_requested(): show it in Explore.
    """

    encode_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.picture = Picture(side_px=_SIDE, empty_text="point at a picture")
        self.picture.setFixedSize(_SIDE, _SIDE)
        self._title = ElidedLabel("", "strong")
        self._lines = [caption(tabular=True) for _ in range(1 + _LINES)]
        self.encode = Button("Encode in Explore", "sliders-horizontal")
        self.encode.clicked.connect(self.encode_requested)
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addWidget(self._title)
        for line in self._lines:
            words.addWidget(line)
        words.addStretch(1)
        upper = QHBoxLayout()
        upper.setSpacing(12)
        upper.addWidget(self.picture)
        upper.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(upper)
        column.addWidget(self.encode)
        self.show_picture(None, 0, 0)

    def show_picture(self, page: DataPage | None, at: int, n_train: int) -> None:
        """Show a picture of a page; None empties the place."""
        self.encode.setEnabled(page is not None)
        texts = [""] * (2 + _LINES)
        if page is not None:
            index, (height, width) = page.indices[at], page.pictures[at].shape[:2]
            place = f"test {index - n_train:,}" if index >= n_train else f"train {index:,}"
            known = [f"{name} {value}" for name, value in page.attributes[at].items()]
            texts = [page.labels[at] or place, f"{place} · {width} × {height}", *known]
            self._title.setToolTip("\n".join(known))
        self.picture.set_image(None if page is None else page.pictures[at])
        for label, text in zip((self._title, *self._lines), (*texts, *[""] * len(self._lines)), strict=False):
            label.setText(text)

    def title(self) -> str:
        """What the picture is."""
        return self._title.text()


class FactsColumn(QScrollArea):
    """Signals:
    chosen(str, list[str]): only pictures of that label or attribute with one of these values; [] for all.
    encode_requested().
    """

    chosen = Signal(str, list)
    encode_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.picture = PictureFacts()
        self.counts: dict[str, Counts] = {}
        self.histograms: dict[str, Histogram] = {}
        self._facts: DataFacts | None = None
        self._parts = QVBoxLayout()
        self._parts.setSpacing(12)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(_PAD, 16, _PAD, 16)
        column.setSpacing(16)
        column.addWidget(self.picture)
        column.addLayout(self._parts)
        column.addStretch(1)
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFixedWidth(WIDTH)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        OverlayBar(self)
        self.picture.encode_requested.connect(self.encode_requested)

    def show_facts(self, facts: DataFacts | None, split: Split) -> None:
        """Another set, or another part of it."""
        if facts is not self._facts:
            self._facts = facts
            self._rebuild()
        if facts is not None and "label" in self.counts:
            self.counts["label"].set_rows(label_rows(facts.counts, split))

    def set_wanted(self, name: str, values: list[str]) -> None:
        """Which pictures are shown."""
        for other, counts in self.counts.items():
            counts.set_wanted(values if other == name else [])

    def _rebuild(self) -> None:
        while (item := self._parts.takeAt(0)) is not None:
            if (former := item.widget()) is not None:
                former.hide()
                former.deleteLater()
        self.counts, self.histograms = {}, {}
        facts = self._facts
        if facts is None:
            return
        if facts.counts:
            self._add("label", "Labels", f"{len(facts.counts)}", self._counts("label"), is_open=True)
        for i, (name, found) in enumerate(facts.attributes.items()):
            self._add(name, name, _note(found), self._attribute(name, found), is_open=i < _N_OPEN)
        self._parts.addWidget(Fold("About", _about(facts), caption=size_text(facts.n_bytes)))

    def _add(self, name: str, title: str, note: str, content: QWidget, *, is_open: bool) -> None:
        self._parts.addWidget(Fold(title, content, caption=note, is_open=is_open))

    def _counts(self, name: str) -> Counts:
        counts = self.counts[name] = Counts(name)
        counts.chosen.connect(partial(self.chosen.emit, name))
        return counts

    def _attribute(self, name: str, found: AttributeFacts) -> QWidget:
        if found.kind == "number":
            histogram = self.histograms[name] = Histogram(found)
            return histogram
        rows = [CountRow(value, n) for value, n in zip(found.names, found.counts, strict=True)]
        counts = self._counts(name)
        counts.set_rows([*rows, CountRow("", found.n_missing)] if found.n_missing else rows)
        return counts


def label_rows(counts: Mapping[str, tuple[int, int]], split: Split) -> list[CountRow]:
    """The labels of a part of the set, in the order of their codes."""
    n_of = {"train": lambda n: n[0], "test": lambda n: n[1], "all": sum}[split]
    return [CountRow(name, n_of(n), category) for category, (name, n) in enumerate(counts.items())]


def _note(found: AttributeFacts) -> str:
    missing = f"{found.n_missing:,} without" if found.n_missing else ""
    return missing if found.kind == "number" else f"{len(found.names)}"


def _about(facts: DataFacts) -> QLabel:
    """Licence, citation, and what was left out."""
    lines = [
        f"{facts.n_skipped:,} pictures could not be read and are left out." if facts.n_skipped else "",
        f"Licence: {facts.licence}" if facts.licence else "Its files say nothing of a licence.",
        facts.citation,
    ]
    label = QLabel("\n\n".join(line for line in lines if line), wordWrap=True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(theme().font("caption"))
    label.setProperty("role", "muted")
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setCursor(QtGui.QCursor(Qt.CursorShape.IBeamCursor))
    return label
