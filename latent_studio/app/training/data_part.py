"""The part of the Train form that says which pictures: a source, where it reads, and what was found there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from latent_studio.app.icons import icon
from latent_studio.app.training.rows import WIDE_FIELD, error_label, field_grid
from latent_studio.app.widgets.choice import Choice, Option
from latent_studio.app.widgets.elide import ElidedLabel
from latent_studio.app.widgets.field import FieldLabel
from latent_studio.app.widgets.menus import menu
from latent_studio.data.source import SourceInfo


class DataPart(QWidget):
    """Source and path, and how many pictures that gives. The source's own options are in another form.

    Signals:
        source_chosen(str), path_chosen(str): by the person.
    """

    source_chosen = Signal(str)
    path_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.source = Choice(as_field=True)
        self.path = QLineEdit(placeholderText="file or folder")
        self.path.setFixedHeight(28)
        choose = self.path.addAction(icon("folder-open", "muted"), QLineEdit.ActionPosition.TrailingPosition)
        choose.setToolTip("Choose a file or a folder")
        self._path_label = FieldLabel("Path", tooltip="The file or folder to read; drop one here.")
        self._found = ElidedLabel("", "number", "muted")
        self._found.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._error = error_label()
        grid = field_grid(self)
        source_label = FieldLabel("Source", tooltip="Where the pictures come from.")
        found_label = FieldLabel("Pictures", tooltip="Those to train on, and those kept apart to test with.")
        rows = ((source_label, self.source), (self._path_label, self.path), (found_label, self._found))
        for row, (label, field) in enumerate(rows):
            grid.addWidget(label, 2 * row, 0)
            grid.addWidget(field, 2 * row, 1)
            field.setFixedWidth(WIDE_FIELD)
        grid.addWidget(self._error, 3, 0, 1, 2)
        self._needing_path: frozenset[str] = frozenset()
        self.source.chosen.connect(self.source_chosen)
        self.path.editingFinished.connect(self._on_path)
        choose.triggered.connect(self._open_menu)
        self._shown_path = ""

    def set_sources(self, sources: Sequence[SourceInfo]) -> None:
        """What there is to choose from."""
        self._needing_path = frozenset(source.name for source in sources if source.needs_path)
        current = self.source.current()
        self.source.set_options([Option(source.name, source.title, source.summary) for source in sources])
        self.source.set_current(current)

    def set_values(self, source: str, path: str) -> None:
        """Show a source and where it reads, without a signal."""
        self.source.set_current(source)
        self._shown_path = path
        self.path.setText(path)
        self.path.setToolTip(path)
        needs_path = source in self._needing_path or bool(path)
        self.path.setVisible(needs_path)
        self._path_label.setVisible(needs_path)

    def set_found(self, text: str) -> None:
        """How many pictures there are: `60,000 + 10,000 test`."""
        self._found.setText(text)

    def found(self) -> str:
        """What `set_found` said."""
        return self._found.text()

    def set_problem(self, sentence: str) -> None:
        """Say what is wrong with the data; nothing when all is well."""
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))
        self.path.setProperty("invalid", bool(sentence))
        self.path.style().unpolish(self.path)
        self.path.style().polish(self.path)

    def problem(self) -> str:
        """What is wrong, empty where nothing is."""
        return "" if self._error.isHidden() else self._error.text()

    @Slot()
    def _on_path(self) -> None:
        path = self.path.text().strip()
        if path != self._shown_path:
            self._shown_path = path
            self.path_chosen.emit(path)

    @Slot()
    def _open_menu(self) -> None:
        """The system's choosers take either files or folders, so one is asked for."""
        entries = menu(self)
        entries.addAction("Choose a file …").triggered.connect(self._choose_file)
        entries.addAction("Choose a folder …").triggered.connect(self._choose_folder)
        entries.aboutToHide.connect(entries.deleteLater)
        entries.popup(self.path.mapToGlobal(QPoint(0, self.path.height() + 4)))

    @Slot()
    def _choose_file(self) -> None:
        self._chosen(QFileDialog.getOpenFileName(self, "Pictures to train on", str(Path(self._shown_path).parent))[0])

    @Slot()
    def _choose_folder(self) -> None:
        self._chosen(QFileDialog.getExistingDirectory(self, "Pictures to train on", self._shown_path))

    def _chosen(self, path: str) -> None:
        if path:
            self.path.setText(path)
            self._on_path()
