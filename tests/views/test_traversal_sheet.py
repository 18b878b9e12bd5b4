"""Rows of a traversal sheet, over every kind of factor."""

from __future__ import annotations

import numpy as np
import pytest

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Pixels
from latent_studio.core.latent import LatentSpace
from latent_studio.views.traversal_sheet import Span, chosen_rows, row_names, traversal_rows
from tests.views.factor_models import SPACE, CodeAsPicture, Mute, opened

CODE = np.array([1.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.5], np.float32)


def code_in(picture: Pixels) -> list[float]:
    """The code that a picture shows, to the grey level."""
    return [round(float(level) / 255 * 8 - 4, 1) for level in picture[0]]


def test_a_categorical_factor_is_one_row_and_other_columns_are_one_each() -> None:
    assert row_names(SPACE) == ["z0", "z1", "digit", "tilt"]


def test_only_the_swept_number_changes() -> None:
    (row,) = traversal_rows(opened(CodeAsPicture()), CODE, ["z1"], Span(n=3, sigma=2.0))
    shown = [code_in(picture) for picture in row.pictures]
    assert [code[1] for code in shown] == [-2.0, 0.0, 2.0]
    assert all(code[:1] + code[2:] == [1.0, 0.0, 1.0, 0.0, 0.0, 0.5] for code in shown)
    assert row.values == ("−2", "0", "+2")


def test_a_category_is_shown_in_each_of_its_values_by_name() -> None:
    (row,) = traversal_rows(opened(CodeAsPicture()), CODE, ["digit"], Span(n=9))
    assert row.values == ("a", "b", "c", "d")
    assert [code_in(picture)[2:6] for picture in row.pictures] == np.eye(4).tolist()
    assert all(code_in(picture)[:2] == [1.0, -1.0] for picture in row.pictures)


def test_a_bounded_factor_is_swept_from_end_to_end_whatever_the_reach() -> None:
    (row,) = traversal_rows(opened(CodeAsPicture()), CODE, ["tilt"], Span(n=3, sigma=100.0))
    assert row.values == ("0", "+1", "+2")
    assert [code_in(picture)[6] for picture in row.pictures] == [0.0, 1.0, 2.0]


def test_rows_go_by_kl_and_by_index_where_it_is_unknown() -> None:
    kl = (0.5, 2.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    header = opened(CodeAsPicture(), kl=kl).header
    assert chosen_rows(header, "", "importance") == ["z1", "tilt", "z0", "digit"]
    assert chosen_rows(header, "", "index") == row_names(SPACE)
    assert chosen_rows(opened(CodeAsPicture()).header, "", "importance") == row_names(SPACE)


def test_rows_are_named_or_counted() -> None:
    header = opened(CodeAsPicture()).header
    assert chosen_rows(header, "digit, 0,z1", "importance") == ["digit", "z0", "z1"]


@pytest.mark.parametrize(("text", "remedy"), [("4", "has 4, counted from 0"), ("tlt", 'did you mean "tilt"?')])
def test_an_unknown_row_is_refused_with_the_remedy(text: str, remedy: str) -> None:
    with pytest.raises(StudioError, match=remedy.replace("?", r"\?")):
        chosen_rows(opened(CodeAsPicture()).header, text, "index")


def test_a_model_without_a_code_has_nothing_to_sweep() -> None:
    assert Mute().space == LatentSpace()
    with pytest.raises(StudioError, match="no latent code"):
        chosen_rows(opened(Mute()).header, "", "index")
