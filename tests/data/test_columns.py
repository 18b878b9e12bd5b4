"""Labels and attributes out of columns of text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_studio.data.columns import MOST_CATEGORIES, as_attribute, as_labels, read_attributes


@given(st.lists(st.text(alphabet="abc", max_size=2) | st.integers(0, 9).map(str), min_size=1))
def test_labels_and_their_names_give_the_column_back(column: list[str]) -> None:
    codes, names = as_labels(np.array(column))
    assert [names[code] for code in codes] == column
    assert list(names) == sorted(set(column))


def test_words_as_bytes_are_words() -> None:
    assert as_labels(np.array([b"fig", b"pear"]))[1] == ("fig", "pear")


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["1", "2", "3"], [1, 2, 3]),
        (["1.5", "", "-2e1"], [1.5, np.nan, -20]),
        (["b", "", "a", "b"], [1, -1, 0, 1]),
        (["1", "two"], [0, 1]),
    ],
)
def test_text_is_taken_as_numbers_where_it_can_be(column: list[str], expected: list[float]) -> None:
    attribute = as_attribute(np.array(column))
    assert attribute is not None
    assert np.array_equal(attribute.values, expected, equal_nan=True)


@given(st.lists(st.sampled_from(["", "apple", "Fig", "plum 2", "ü"]), min_size=1).filter(any))
def test_words_and_their_names_give_the_column_back(column: list[str]) -> None:
    attribute = as_attribute(np.array(column))
    assert attribute is not None
    assert [(*attribute.names, "")[code] for code in attribute.values] == column
    assert list(attribute.names) == sorted(set(column) - {""})


def test_numbers_have_no_names() -> None:
    attribute = as_attribute(np.array(["1", "2"]))
    assert attribute is not None
    assert attribute.names == ()


def test_a_column_of_names_is_no_attribute() -> None:
    assert as_attribute(np.array([f"file {i}" for i in range(MOST_CATEGORIES + 1)])) is None
    assert as_attribute(np.array([f"file {i}" for i in range(MOST_CATEGORIES)])) is not None
    assert as_attribute(np.zeros(3, complex)) is None


def test_the_key_column_is_found_by_its_title_else_it_is_the_first() -> None:
    assert list(read_attributes("n,file\n7,a.png\n", ["x/a.png"], "t")["n"].values) == [7]
    assert list(read_attributes("id\tn\na\t7\n", ["x/a.png"], "t")["n"].values) == [7]


def test_rows_of_uneven_length_and_windows_paths_are_understood() -> None:
    table = "path,n,m\r\nx\\a.png,7\r\n\r\nx\\b.png,8,9,10\r\n"
    columns = read_attributes(table, ["x/b.png", "x/a.png"], "t")
    assert np.array_equal(columns["n"].values, [8, 7])
    assert np.array_equal(columns["m"].values, [9, np.nan], equal_nan=True)


@given(st.text(max_size=60))
def test_any_text_gives_columns_or_a_sentence(attempt: Callable[..., Any], text: str) -> None:
    result = attempt(lambda: read_attributes(text, ["a.png", "b.png"], "attributes.csv"))
    if isinstance(result, str):
        assert result.endswith(".")
    else:
        assert all(column.values.shape == (2,) for column in result.values())
