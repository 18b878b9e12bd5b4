"""A form made from a JSON schema: labels at the left, fields with their units at the right, rare ones under "More"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from latent_studio.app.theme import theme
from latent_studio.app.widgets.field import FieldLabel
from latent_studio.app.widgets.fold import Fold
from latent_studio.app.widgets.form_fields import FormField, make_field
from latent_studio.app.widgets.schema import FieldSpec, fields_of

_ROW_GAP = 6  # 28 px of field and this make a row of 34
_FIELD_WIDTH = 124


class _Group(QWidget):
    """The rows of one group."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 12)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(_ROW_GAP)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnMinimumWidth(1, _FIELD_WIDTH)

    def add(self, label: FieldLabel, field: QWidget, error: QLabel) -> None:
        """Put a label and its field under the rows that are there, and room for what is wrong with it."""
        row = self._grid.rowCount()
        self._grid.addWidget(label, row, 0)
        if field.sizePolicy().horizontalPolicy() == QSizePolicy.Policy.Expanding:  # a switch keeps its own width
            field.setFixedWidth(_FIELD_WIDTH)
        self._grid.addWidget(field, row, 1)
        self._grid.addWidget(error, row + 1, 0, 1, 2)


class SchemaForm(QWidget):
    """The form for one configuration, as pydantic describes it (`Model.model_json_schema()`).

    Understood: integer, number, string, boolean, enumerations and literals, lists of numbers, `anyOf` with null, nested
    models (`$ref`), bounds, defaults, titles, descriptions (as tooltips), and the keys `unit`, `group`, `advanced`,
    `titles` (of choices) and `hidden` (carried along, not shown). Whatever else there is gets a line of JSON.

    Signals:
        changed(dict): all values, after each accepted change.
    """

    changed = Signal(dict)

    def __init__(
        self, schema: Mapping[str, Any], values: Mapping[str, Any] | None = None, parent: QWidget | None = None
    ) -> None:
        """A form for `schema`, filled with its defaults and then with `values`."""
        super().__init__(parent)
        self._specs: dict[str, FieldSpec] = {spec.path: spec for spec in fields_of(schema)}
        self._hidden: dict[str, Any] = {s.path: s.default for s in self._specs.values() if s.hidden and s.has_default}
        self._fields: dict[str, FormField] = {}
        self._labels: dict[str, FieldLabel] = {}
        self._errors: dict[str, QLabel] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        groups: dict[str, list[FieldSpec]] = {}
        for spec in (spec for spec in self._specs.values() if not spec.hidden):
            groups.setdefault("More" if spec.advanced else spec.group, []).append(spec)
        more = groups.pop("More", [])
        for name, specs in groups.items():
            self._add_group(name, specs)
        if more:
            self._add_group("More", more)
        self._layout.addStretch()
        if values is not None:
            self.set_values(values)

    # --- values

    def values(self) -> dict[str, Any]:
        """All values, nested as in the schema; what cannot be taken is there with its last good value."""
        nested: dict[str, Any] = {}
        shown = {path: field.value() for path, field in self._fields.items()}
        for path, value in (shown | self._hidden).items():
            *parents, name = path.split(".")
            inner = nested
            for parent in parents:
                inner = inner.setdefault(parent, {})
            inner[name] = value
        return nested

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Show other values, without a signal. Keys that the schema does not know raise KeyError."""
        for path, value in _flat(values, self._specs):
            if self._specs[path].hidden:
                self._hidden[path] = value
            else:
                self._fields[path].set_value(value)
                self._mark(path)

    def changes(self) -> dict[str, Any]:
        """The values that differ from their defaults, by path (`model.beta`)."""
        return {path: field.value() for path, field in self._fields.items() if self._labels[path].is_changed()}

    def problems(self) -> dict[str, str]:
        """What is wrong, by path: what was typed and cannot be taken, and what `set_errors` said."""
        return {path: field.problem() for path, field in self._fields.items() if field.problem()}

    def set_errors(self, errors: Mapping[str, str]) -> None:
        """Put a sentence under each field named by its path; fields that are not named are well."""
        for path, field in self._fields.items():
            field.set_problem(errors.get(path, ""))

    def field(self, path: str) -> QWidget:
        """The widget of one field."""
        return self._fields[path].widget

    # --- building

    def _add_group(self, name: str, specs: Sequence[FieldSpec]) -> None:
        group = _Group()
        for spec in specs:
            field = make_field(spec)
            label, error = FieldLabel(spec.title, tooltip=spec.description), _error_label()
            field.widget.setAccessibleName(spec.title)
            field.widget.setToolTip(spec.description)
            field.widget.installEventFilter(self)
            self._fields[spec.path], self._labels[spec.path], self._errors[spec.path] = field, label, error
            field.changed.connect(self._on_changed)
            field.problem_changed.connect(self._on_problem)
            label.reset_requested.connect(self._on_reset)
            group.add(label, field.widget, error)
        if name == "More":
            caption = ", ".join(_uncapitalised(spec.title) for spec in specs[:4])
            self._layout.addWidget(Fold("More", group, caption=caption, is_open=False))
        elif name:
            self._layout.addWidget(Fold(name, group))
        else:
            self._layout.addWidget(group)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A wheel over a field that has no focus scrolls the form instead of changing the field."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False

    def _path_of(self, sender: QObject | None) -> str:
        return next(p for p, f in self._fields.items() if sender in (f, self._labels[p]))

    def _on_changed(self) -> None:
        path = self._path_of(self.sender())
        self._mark(path)
        self.changed.emit(self.values())

    def _on_problem(self, sentence: str) -> None:
        error = self._errors[self._path_of(self.sender())]
        error.setText(sentence)
        error.setVisible(bool(sentence))

    def _on_reset(self) -> None:
        path = self._path_of(self.sender())
        self._fields[path].set_value(self._specs[path].default)
        self._mark(path)
        self.changed.emit(self.values())

    def _mark(self, path: str) -> None:
        spec = self._specs[path]
        self._labels[path].set_changed(spec.has_default and self._fields[path].value() != spec.default)


def _uncapitalised(title: str) -> str:
    """`Optimiser` inside a line; `EMA` and `β₁` stay as they are."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def _error_label() -> QLabel:
    label = QLabel(wordWrap=True)
    label.setFont(theme().font("caption"))
    label.setProperty("role", "bad")
    label.hide()
    return label


def _flat(values: Mapping[str, Any], specs: Mapping[str, FieldSpec], prefix: str = "") -> list[tuple[str, Any]]:
    """Nested values by path; a mapping that is itself a field's value stays whole."""
    pairs: list[tuple[str, Any]] = []
    for name, value in values.items():
        path = f"{prefix}{name}"
        if path not in specs and isinstance(value, Mapping):
            pairs += _flat(value, specs, f"{path}.")
        elif path in specs:
            pairs.append((path, value))
        else:
            raise KeyError(path)
    return pairs
