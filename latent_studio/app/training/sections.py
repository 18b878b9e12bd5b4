"""The parts of the Train form that are made from schemas: made anew for another family or source, filled by a draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6 import QtGui
from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from latent_studio.app.widgets.form import SchemaForm
from latent_studio.studio.drafts import Draft, Properties, Schema, defaults, flat, schema_of


class Section(QWidget):
    """A form for some fields of a recipe, by their paths.

    Making the fields takes a millisecond each, so they are made when the section is first seen, in a turn of the event
    loop of its own, or when code asks for one of them.

    Signals:
        changed(dict): the values that the person's change gave, by path; None for one that is back at its default.
    """

    changed = Signal(dict)

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._fields: Properties = {}
        self._origins: tuple[Schema, ...] = ()
        self._draft = Draft()
        self._form: SchemaForm | None = None
        self._said: dict[str, str] = {}
        self._making = QTimer(self, singleShot=True, interval=0)
        self._making.timeout.connect(self._make)

    def set_fields(self, fields: Properties, draft: Draft, *origins: Schema) -> None:
        """Ask for other fields."""
        if fields == self._fields:
            self.fill(draft)
            return
        if self._form is not None:
            self._layout.removeWidget(self._form)
            self._form.hide()
            self._form.deleteLater()
        self._fields, self._origins, self._draft = fields, origins, draft
        self._form, self._said = None, {}
        if self.isVisible():
            self._making.start()

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        if self._form is None:
            self._making.start()

    @Slot()
    def _make(self) -> None:
        if self._form is None and self._fields:
            form = self._form = SchemaForm(schema_of(self._fields, *self._origins))
            form.changed.connect(self._on_changed)
            self._layout.addWidget(form)
            self.fill(self._draft)
            form.set_errors(self._said)

    def fill(self, draft: Draft) -> None:
        """Show what the draft says; where it says nothing, the default."""
        self._draft = draft
        if self._form is not None:
            values = {path: draft.get(path, default) for path, default in defaults(self._fields).items()}
            self._form.set_values(values)

    def paths(self) -> tuple[str, ...]:
        """The fields that it shows."""
        return tuple(self._fields)

    def default(self, path: str) -> Any:
        """What a field holds at first."""
        return self._fields[path].get("default")

    def field(self, path: str) -> QWidget:
        """The widget of a field."""
        self._make()
        assert self._form is not None, "no fields yet"
        return self._form.field(path)

    def problems(self) -> dict[str, str]:
        """What is wrong, by path."""
        return self._form.problems() if self._form is not None else dict(self._said)

    def set_errors(self, errors: Mapping[str, str]) -> None:
        """Say what a check found; what was typed and cannot be taken stays said."""
        said = {path: text for path, text in errors.items() if path in self._fields}
        if self._form is not None:
            typed = {path: text for path, text in self._form.problems().items() if self._said.get(path) != text}
            self._form.set_errors({**typed, **said})
        self._said = said

    @Slot(dict)
    def _on_changed(self, values: dict[str, Any]) -> None:
        now = flat(values, self._fields)
        told = {path: None if value == self._fields[path].get("default") else value for path, value in now.items()}
        self.changed.emit(told)
