"""The document: what survives its file, and what bad text gets."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_studio.core.errors import StudioError
from latent_studio.core.latent import Categorical, LatentSpace, Normal, Uniform
from latent_studio.studio.document import (
    SCHEMA_VERSION,
    Document,
    Favourite,
    ModelRef,
    PictureSource,
    code_from_json,
    code_json,
    document_text,
    first_code,
    opened,
    parse_document,
    randomised,
    reset,
    with_category,
    with_column,
    with_lock,
)
from tests.core.spaces import spaces

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
CODES = st.lists(NUMBERS, max_size=5).map(tuple)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MODELS = st.builds(ModelRef, key=st.text(), name=st.text(), digest=st.text())
DOCUMENTS = st.builds(
    Document,
    model=st.none() | MODELS,
    code=CODES,
    locked=st.frozensets(st.integers(0, 511), max_size=20),
    temperature=NUMBERS,
    source=st.none()
    | st.builds(PictureSource, caption=st.text(), code=CODES, index=st.integers(-1, 10**6), path=st.text()),
    favourites=st.lists(
        st.builds(Favourite, name=st.text(), model=MODELS, code=CODES, picture=st.text(), made=NUMBERS), max_size=3
    ).map(tuple),
    panels=st.dictionaries(st.text(), st.dictionaries(st.text(), JSON, max_size=3), max_size=3),
)
SPACE = LatentSpace(
    factors=(
        Normal(name="z", shape=(2,)),
        Uniform(name="tilt", low=-1, high=1),
        Categorical(name="digit", shape=(3,), condition=True),
    )
)
MODEL = ModelRef(key="models/a", name="A", digest="d1")


def a_document() -> Document:
    """A model open at its neutral code."""
    return reset(opened(Document(), MODEL, SPACE), SPACE)


# ------- its file


@given(DOCUMENTS)
def test_a_document_survives_its_file(document: Document) -> None:
    assert parse_document(document_text(document)) == document
    assert parse_document(document_text(document).encode()) == document


@given(DOCUMENTS)
def test_equal_documents_give_equal_files(document: Document) -> None:
    again = Document(**{**document.__dict__, "locked": frozenset(sorted(document.locked, reverse=True))})
    assert document_text(again) == document_text(document)


@given(st.text() | st.binary())
def test_whatever_a_file_holds_the_answer_is_a_document_or_a_sentence(text: str | bytes) -> None:
    with pytest.raises(StudioError, match=r"letter\.txt is damaged or no Latent Studio document: open another"):
        parse_document(text, "letter.txt")


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "5", "null", '{"schema_version": 1, "code": "abc"}', "[" * 100_000, '{"code": [1]}']
)
def test_json_of_something_else_is_refused(text: str) -> None:
    with pytest.raises(StudioError, match="damaged or no Latent Studio document"):
        parse_document(text)


def test_a_newer_document_is_told_apart_from_a_damaged_one() -> None:
    newer = {"schema_version": SCHEMA_VERSION + 1, "code": {"what is this": "then"}}
    with pytest.raises(StudioError, match="made by a newer version of Latent Studio: update the program"):
        parse_document(json.dumps(newer))


# ------- the clipboard


@given(st.data())
def test_a_copied_code_is_pasted_exactly(data: st.DataObject) -> None:
    space = data.draw(spaces(min_factors=1))
    code = space.sample(1, np.random.default_rng(data.draw(st.integers(0, 1000))))[0]
    document = Document(model=MODEL, code=tuple(float(v) for v in code))
    assert code_from_json(code_json(document, space), space) == document.code


def test_a_plain_list_of_numbers_is_a_code_too() -> None:
    assert code_from_json("[0.5, -2, 3, 0, 1, 0]", SPACE) == (0.5, -2.0, 1.0, 0.0, 1.0, 0.0)  # a tilt of 3 is too far


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "5",
        '"123456"',
        "null",
        "{}",
        '{"latent_studio_code": 5}',
        '{"latent_studio_code": {"factors": {"z": [1, 2]}}}',
        '{"latent_studio_code": {"factors": {"z": [1, 2], "tilt": 5, "digit": [1, 0, 0]}}}',
        '["1", "2", "3", "4", "5", "6"]',
        "[true, 1, 1, 1, 1, 1]",
        "[NaN, 1, 1, 1, 1, 1]",
        "[Infinity, 1, 1, 1, 1, 1]",
        "[1e300, 1, 1, 1, 1, 1]",
        f"[{'9' * 400}, 1, 1, 1, 1, 1]",
        f"[{'9' * 9000}, 1, 1, 1, 1, 1]",
        "[[1], 1, 1, 1, 1, 1]",
        "[" * 100_000,
    ],
)
def test_what_is_no_code_is_told_how_to_get_one(text: str) -> None:
    with pytest.raises(StudioError, match="The clipboard holds no code: copy one with the copy button first"):
        code_from_json(text, SPACE)


def test_a_code_of_another_size_names_both() -> None:
    with pytest.raises(StudioError, match="That code has 2 numbers and this model takes 6"):
        code_from_json("[1, 2]", SPACE)


@given(st.text())
def test_any_text_on_the_clipboard_is_a_code_or_a_sentence(text: str) -> None:
    with pytest.raises(StudioError):
        code_from_json(text, SPACE)


# ------- edits


def test_a_model_opens_at_a_probable_code_that_is_the_same_each_time_and_resets_to_neutral() -> None:
    document = opened(Document(), MODEL, SPACE)
    assert document.code == opened(Document(), ModelRef(key="models/b", name="B"), SPACE).code
    assert document.code[:2] != (0.0, 0.0)
    assert SPACE.log_prior(np.array([document.code], np.float32))[0] > -20
    assert reset(document, SPACE).code == (0.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def test_newer_weights_of_the_open_model_keep_the_code_and_another_model_does_not() -> None:
    document = with_lock(with_column(a_document(), 0, 2.5), 1, True)
    newer = opened(document, MODEL.model_copy(update={"digest": "d2"}), SPACE)
    assert (newer.code, newer.locked) == (document.code, document.locked)
    other = opened(document, ModelRef(key="models/b", name="B"), SPACE)
    assert (other.code, other.locked) == (first_code(SPACE), frozenset())


def test_a_model_that_was_trained_anew_with_another_space_opens_as_a_new_one() -> None:
    grown = LatentSpace(factors=(Normal(name="z", shape=(9,)),))
    assert opened(a_document(), MODEL, grown).code == first_code(grown)


def test_randomising_leaves_locked_columns_unless_all_are_meant() -> None:
    document = with_lock(with_column(a_document(), 1, 2.5), 1, True)
    kept = randomised(document, SPACE, np.random.default_rng(0))
    assert kept.code[1] == 2.5
    assert kept.code[0] != 0.0
    assert randomised(document, SPACE, np.random.default_rng(0), keep_locked=False).code[1] != 2.5
    both = randomised(document, SPACE, np.random.default_rng(0), held=frozenset({0})).code
    assert (both[:2], both[2] != 0.0) == (document.code[:2], True)


def test_at_temperature_zero_the_draw_is_neutral() -> None:
    cold = randomised(a_document().replace(temperature=0.0), SPACE, np.random.default_rng(0))
    assert cold.code[:3] == (0.0, 0.0, 0.0)


def test_reset_leaves_locked_columns() -> None:
    document = with_lock(with_column(with_column(a_document(), 0, 1.5), 1, 2.5), 1, True)
    assert reset(document, SPACE).code == (0.0, 2.5, 0.0, 1.0, 0.0, 0.0)


def test_a_category_is_one_of_its_values() -> None:
    assert with_category(a_document(), (3, 6), 2).code[3:] == (0.0, 0.0, 1.0)


def test_a_setting_of_a_panel_leaves_the_others() -> None:
    document = Document().with_setting("explore", across=1).with_setting("explore", up=2).with_setting("train", x=3)
    assert document.setting("explore", "across", None) == 1
    assert document.setting("explore", "up", None) == 2
    assert document.setting("explore", "none", "default") == "default"
    assert math.isclose(document.temperature, 1.0)
