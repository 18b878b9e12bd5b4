"""One adapter per kind of field, so that a form treats a switch and a number alike."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from latent_studio.app.widgets.choice import Choice, Option
from latent_studio.app.widgets.field import NumberField
from latent_studio.app.widgets.numbers import parsed, shortest
from latent_studio.app.widgets.schema import FieldSpec
from latent_studio.app.widgets.switch import Switch

_NONE = "\0none"  # the choice that stands for null


class FormField(QObject):
    """A widget, its value as plain data, and what is wrong with it.

    Signals:
        changed(): the person changed the value.
        problem_changed(str): one sentence, or empty.
    """

    changed = Signal()
    problem_changed = Signal(str)

    def __init__(self, spec: FieldSpec, widget: QWidget) -> None:
        super().__init__(widget)
        self.spec, self.widget = spec, widget
        self._problem = ""

    def value(self) -> Any:
        """The last good value."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show another value, without a signal."""
        raise NotImplementedError

    def problem(self) -> str:
        """What is wrong, empty where nothing is."""
        return self._problem

    def set_problem(self, sentence: str) -> None:
        """Say what is wrong."""
        if sentence != self._problem:
            self._problem = sentence
            self.widget.setProperty("invalid", bool(sentence))
            self.widget.style().unpolish(self.widget)
            self.widget.style().polish(self.widget)
            self.widget.setToolTip(sentence or self.spec.description)
            self.problem_changed.emit(sentence)


class _Number(FormField):
    def __init__(self, spec: FieldSpec) -> None:
        self._field = NumberField(
            spec.default,
            low=spec.low,
            high=spec.high,
            open_low=spec.open_low,
            open_high=spec.open_high,
            integer=spec.kind == "integer",
            optional=spec.optional,
            unit=spec.unit,
        )
        super().__init__(spec, self._field)
        self._field.value_changed.connect(self.changed)
        self._field.problem_changed.connect(self.problem_changed)

    def value(self) -> float | None:
        value = self._field.value()
        return value if value is None or self.spec.kind == "integer" else float(value)

    def set_value(self, value: Any) -> None:
        self._field.set_value(value)

    def problem(self) -> str:
        return self._field.problem()

    def set_problem(self, sentence: str) -> None:
        self._field.set_problem(sentence)


class _Switch(FormField):
    def __init__(self, spec: FieldSpec) -> None:
        self._switch = Switch(checked=bool(spec.default))
        super().__init__(spec, self._switch)
        self._switch.clicked.connect(self.changed)

    def value(self) -> bool:
        return self._switch.isChecked()

    def set_value(self, value: Any) -> None:
        self._switch.setChecked(bool(value))


class _Choice(FormField):
    def __init__(self, spec: FieldSpec) -> None:
        self._values = {str(value): value for value in spec.choices}
        options = [Option(_NONE, "auto")] if spec.optional else []
        self._choice = Choice(
            [*options, *(Option(key, spec.titles.get(key, key.replace("_", " "))) for key in self._values)],
            as_field=True,
        )
        super().__init__(spec, self._choice)
        if spec.has_default:
            self.set_value(spec.default)
        self._choice.chosen.connect(self.changed)

    def value(self) -> Any:
        return self._values.get(self._choice.current())

    def set_value(self, value: Any) -> None:
        self._choice.set_current(_NONE if value is None else str(value))


class _Text(FormField):
    """A line of text, or whatever can be written in one: a list of numbers, JSON."""

    def __init__(self, spec: FieldSpec) -> None:
        self._line = QLineEdit()
        super().__init__(spec, self._line)
        self._line.setFixedHeight(28)
        if spec.optional:
            self._line.setPlaceholderText("auto")
        self._value: Any = None
        self.set_value(spec.default if spec.has_default else "" if spec.kind == "string" else None)
        self._line.editingFinished.connect(self._on_typed)

    def value(self) -> Any:
        return self._value

    def set_value(self, value: Any) -> None:
        self._value = value
        self._line.setText(self._written(value))
        self._line.setCursorPosition(0)
        self.set_problem("")

    def _written(self, value: Any) -> str:
        if value is None:
            return ""
        if self.spec.kind == "string":
            return str(value)
        if self.spec.kind == "list":
            return ", ".join(shortest(number) for number in value)
        return json.dumps(value)

    def _read(self, text: str) -> Any:
        """The value of a text; ValueError with the sentence for the person."""
        if not text and self.spec.optional:
            return None
        if self.spec.kind == "string":
            return text
        if self.spec.kind == "list":
            numbers = [parsed(part) for part in text.replace(",", " ").split()]
            if None in numbers:
                raise ValueError("Give numbers with commas between, like 400, 200.")
            return [int(n) if n is not None and n == int(n) else n for n in numbers]
        try:
            return json.loads(text)
        except ValueError:
            raise ValueError('Give JSON, like 0.5, "auto" or [1, 2].') from None

    def _on_typed(self) -> None:
        text = self._line.text().strip()
        if text == self._written(self._value):
            self.set_problem("")
            return
        try:
            value = self._read(text)
        except ValueError as error:
            self.set_problem(str(error))
            return
        self.set_value(value)
        self.changed.emit()


def make_field(spec: FieldSpec) -> FormField:
    """The field for a specification."""
    if spec.kind in ("integer", "number"):
        return _Number(spec)
    if spec.kind == "boolean":
        return _Switch(spec)
    return _Choice(spec) if spec.kind == "choice" else _Text(spec)
