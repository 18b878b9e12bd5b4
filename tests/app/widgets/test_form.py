"""A form is its schema: every pydantic model comes back from it as it went in, and refusals are said in a sentence."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from latent_studio.app.widgets.choice import Choice
from latent_studio.app.widgets.field import FieldLabel, NumberField
from latent_studio.app.widgets.fold import Fold
from latent_studio.app.widgets.form import SchemaForm
from latent_studio.app.widgets.schema import fields_of
from latent_studio.app.widgets.switch import Switch


class Training(BaseModel):
    n_epochs: int = Field(10, ge=1, le=1000, title="Length", json_schema_extra={"unit": "epochs"})
    learning_rate: float = Field(1e-3, gt=0.0, le=10.0, description="Size of a step.")
    max_hours: float | None = Field(None, gt=0.0, json_schema_extra={"unit": "h", "advanced": True})


class Settings(BaseModel):
    name: str = "untitled"
    family: Literal["vae", "autoencoder"] = Field("vae", json_schema_extra={"group": "Model"})
    likelihood: Literal["bernoulli", "gaussian"] | None = Field(None, json_schema_extra={"group": "Model"})
    hidden_widths: list[int] = Field([400], json_schema_extra={"group": "Model"})
    is_conditional: bool = False
    scale: float | Literal["auto"] = "auto"
    digest: str = Field("", json_schema_extra={"hidden": True})
    training: Training = Training(n_epochs=12)


SETTINGS = st.builds(
    Settings,
    name=st.text("abc xyz", min_size=0, max_size=8).map(str.strip),
    family=st.sampled_from(["vae", "autoencoder"]),
    likelihood=st.sampled_from(["bernoulli", "gaussian", None]),
    hidden_widths=st.lists(st.integers(1, 4096), min_size=1, max_size=4),
    is_conditional=st.booleans(),
    scale=st.just("auto") | st.floats(0.01, 100.0),
    digest=st.text("0123456789abcdef", max_size=8),
    training=st.builds(
        Training,
        n_epochs=st.integers(1, 1000),
        learning_rate=st.floats(1e-8, 10.0),
        max_hours=st.none() | st.floats(0.01, 100.0),
    ),
)


@pytest.fixture
def form(qtbot: QtBot) -> SchemaForm:
    form = SchemaForm(Settings.model_json_schema())
    qtbot.addWidget(form)
    form.resize(300, 700)
    form.show()
    qtbot.waitExposed(form)
    return form


def typed(field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def number(form: SchemaForm, path: str) -> NumberField:
    field = form.field(path)
    assert isinstance(field, NumberField)
    return field


def label_of(form: SchemaForm, title: str) -> FieldLabel:
    return next(label for label in form.findChildren(FieldLabel) if label._text == title)


def test_an_untouched_form_holds_the_defaults(form: SchemaForm) -> None:
    assert form.values() == Settings().model_dump()
    assert form.changes() == {}
    assert not any(label.is_changed() for label in form.findChildren(FieldLabel))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SETTINGS)
def test_every_model_comes_back_as_it_went_in(form: SchemaForm, model: Settings) -> None:
    form.set_values(model.model_dump())
    assert Settings.model_validate(form.values()) == model


def test_a_key_that_the_schema_does_not_know_is_refused(form: SchemaForm) -> None:
    with pytest.raises(KeyError, match="n_epoch"):
        form.set_values({"training": {"n_epoch": 3}})


def test_typing_a_number_changes_one_value_and_puts_the_dot(form: SchemaForm, qtbot: QtBot) -> None:
    with qtbot.waitSignal(form.changed) as changed:
        typed(number(form, "training.n_epochs"), "20")
    assert changed.args is not None
    assert changed.args[0] == Settings(training=Training(n_epochs=20)).model_dump()
    assert form.changes() == {"training.n_epochs": 20}
    assert label_of(form, "Length").is_changed()


def test_a_double_click_on_the_label_brings_the_default_back(form: SchemaForm) -> None:
    typed(number(form, "training.n_epochs"), "20")
    QTest.mouseDClick(label_of(form, "Length"), Qt.MouseButton.LeftButton)
    assert form.values() == Settings().model_dump()
    assert not label_of(form, "Length").is_changed()


def test_a_value_outside_the_bounds_is_refused_in_a_sentence(form: SchemaForm) -> None:
    typed(number(form, "training.learning_rate"), "0")
    assert form.problems() == {"training.learning_rate": "Give a number above 0.0 and of at most 10.0."}
    visible = [label.text() for label in form.findChildren(QLabel) if label.isVisible() and label.text()]
    assert visible == ["Give a number above 0.0 and of at most 10.0."]
    assert form.values()["training"]["learning_rate"] == 1e-3
    typed(number(form, "training.learning_rate"), "0.01")
    assert form.problems() == {}


def test_errors_from_elsewhere_stand_under_their_field_until_they_are_taken_back(form: SchemaForm) -> None:
    form.set_errors({"training.n_epochs": "Too long for this machine; give at most 5."})
    assert form.problems() == {"training.n_epochs": "Too long for this machine; give at most 5."}
    form.set_errors({})
    assert form.problems() == {}


def test_lists_and_free_values_are_typed_too(form: SchemaForm) -> None:
    widths, scale = form.field("hidden_widths"), form.field("scale")
    assert isinstance(widths, QLineEdit)
    assert isinstance(scale, QLineEdit)
    typed(widths, "400, 200")
    typed(scale, "0.5")
    assert (form.values()["hidden_widths"], form.values()["scale"]) == ([400, 200], 0.5)
    typed(widths, "400, wide")
    assert form.problems() == {"hidden_widths": "Give numbers with commas between, like 400, 200."}
    assert form.values()["hidden_widths"] == [400, 200]


def test_switches_and_choices_change_the_form(form: SchemaForm) -> None:
    switch, family = form.field("is_conditional"), form.field("family")
    assert isinstance(switch, Switch)
    assert isinstance(family, Choice)
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton)
    family.setFocus()
    QTest.keyClick(family, Qt.Key.Key_Down)
    assert form.changes() == {"is_conditional": True, "family": "autoencoder"}


def test_rare_fields_fold_under_more(form: SchemaForm) -> None:
    assert not form.field("training.max_hours").isVisible()
    more = form.findChildren(Fold)[-1]
    more.set_open(True)
    assert form.field("training.max_hours").isVisible()


def test_hidden_fields_are_carried_along(form: SchemaForm) -> None:
    form.set_values({"digest": "abc"})
    assert form.values()["digest"] == "abc"
    with pytest.raises(KeyError):
        form.field("digest")


def test_the_wheel_over_a_field_without_focus_changes_nothing(form: SchemaForm) -> None:
    field = number(form, "training.n_epochs")
    field.clearFocus()
    middle = QPointF(field.rect().center())
    event = QWheelEvent(
        middle, field.mapToGlobal(middle), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(field, event)
    assert field.value() == 12


def test_a_schema_says_titles_units_and_bounds() -> None:
    specs = {spec.path: spec for spec in fields_of(Settings.model_json_schema())}
    length: Any = specs["training.n_epochs"]
    assert (length.title, length.unit, length.low, length.high) == ("Length", "epochs", 1, 1000)
    assert (length.group, length.default) == ("Training", 12)
    assert specs["training.learning_rate"].title == "Learning rate"
    assert specs["training.learning_rate"].open_low
    assert specs["likelihood"].optional
    assert specs["likelihood"].choices == ("bernoulli", "gaussian")
