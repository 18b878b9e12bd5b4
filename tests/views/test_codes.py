"""Grids of codes: a row per value of a category, a number or draws across."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Pixels, Progress
from latent_studio.core.latent import Categorical, LatentSpace, Normal, Uniform
from latent_studio.views.codes import (
    CodeGrid,
    CodeRows,
    Drawn,
    ReferenceGrid,
    RoughRow,
    about_grid,
    category_groups,
    chosen_group,
    drawn_grid,
    swept_columns,
    swept_grid,
    usual_column,
)
from latent_studio.views.traversal_sheet import SheetPictures, Span, TraversalRow, traversal_rows
from tests.views.factor_models import SPACE, CodeAsPicture, Mute, opened

CODE = (1.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.5)
DIGIT, TILT = (2, 6), 6
INFOGAN = LatentSpace(
    factors=(Normal(name="noise", shape=(62,)), Categorical(name="c", shape=(10,)), Uniform(name="u", shape=(2,)))
)
PAIRS = LatentSpace(factors=(Normal(name="z"), Categorical(name="c", shape=(2, 3)), Categorical(name="k", shape=(2,))))


def code_in(picture: Pixels) -> list[float]:
    """The code that a picture shows, to the grey level."""
    return [round(float(level) / 255 * 8 - 4, 1) for level in picture[0]]


def grid(column: int = TILT, n: int = 3, code: tuple[float, ...] = CODE) -> CodeGrid:
    return swept_grid(chosen_group(opened(CodeAsPicture()).header), code, column, Span(n=n, sigma=2.0))


def rows_of(request: CodeRows) -> list[TraversalRow]:
    return [row for row in request.answer(opened(CodeAsPicture())) if isinstance(row, TraversalRow)]


# --- rows


def test_each_group_of_a_factor_is_a_choice_of_its_own() -> None:
    found = category_groups(PAIRS)
    assert [(group.name, group.factor, group.columns) for group in found] == [
        ("c0", "c", (1, 4)),
        ("c1", "c", (4, 7)),
        ("k", "k", (7, 9)),
    ]
    assert found[0].labels == ("0", "1", "2")
    assert category_groups(SPACE)[0].labels == ("a", "b", "c", "d")
    assert category_groups(LatentSpace()) == ()


def test_what_a_person_tells_is_known_from_what_a_model_found() -> None:
    told = LatentSpace(factors=(Categorical(name="label", shape=(3,), condition=True), Normal(name="z")))
    assert [group.is_told for group in category_groups(told)] == [True]
    assert [group.is_told for group in category_groups(INFOGAN)] == [False]


def test_a_category_that_is_not_there_is_refused_with_the_remedy() -> None:
    header = opened(CodeAsPicture()).header
    assert chosen_group(header) == chosen_group(header, "digit")
    with pytest.raises(StudioError, match='No category is named "digt": did you mean "digit"'):
        chosen_group(header, "digt")
    with pytest.raises(StudioError, match="has no categories: open or train a model"):
        chosen_group(opened(Mute()).header)


# --- columns


def test_what_is_swept_unless_chosen_is_the_narrowest_factor_s_most_telling_number() -> None:
    assert swept_columns(INFOGAN)[:3] == [72, 73, 0]
    assert usual_column(opened(CodeAsPicture(INFOGAN)).header) == 72
    assert usual_column(opened(CodeAsPicture(INFOGAN), kl=(9.0,) * 72 + (0.5, 1.5)).header) == 73
    alone = LatentSpace(factors=(Categorical(name="c", shape=(3,)),))
    assert usual_column(opened(CodeAsPicture(alone)).header) is None


def test_only_the_category_changes_down_and_only_the_number_across() -> None:
    rows = rows_of(CodeRows(model="", grid=grid(), values=(0, 1, 2, 3)))
    shown = np.array([[code_in(picture) for picture in row.pictures] for row in rows])
    assert [row.name for row in rows] == ["0", "1", "2", "3"]
    assert (shown[:, :, 2:6] == np.eye(4)[:, None]).all()
    assert (shown[:, :, 6] == [0.0, 1.0, 2.0]).all()
    assert (shown[:, :, :2] == CODE[:2]).all()
    assert rows[0].values == ("tilt = 0", "tilt = +1", "tilt = +2")
    assert grid().across.titles(SPACE) == ("0", "+1", "+2")


def test_a_row_is_what_a_traversal_of_that_number_is() -> None:
    (row,) = rows_of(CodeRows(model="", grid=grid(1, 5), values=(1,)))
    (same,) = traversal_rows(opened(CodeAsPicture()), np.array(CODE, np.float32), ["z1"], Span(n=5, sigma=2.0))
    assert np.array_equal(np.stack(row.pictures), np.stack(same.pictures))


def test_quantiles_are_told_as_such() -> None:
    group = chosen_group(opened(CodeAsPicture()).header)
    assert swept_grid(group, CODE, 1, Span("quantiles", n=3)).across.titles(SPACE) == ("1 %", "50 %", "99 %")


@given(st.integers(0, 3), st.floats(0, 2, width=32))
def test_neither_another_category_nor_the_swept_number_makes_another_grid(value: int, tilt: float) -> None:
    code = (*CODE[:2], *np.eye(4)[value].tolist(), tilt)
    assert grid(code=code) == grid()
    assert grid(code=(0.0, *CODE[1:])) != grid()
    assert grid(code=(0.0, *CODE[1:])).is_like(grid())
    assert not grid(column=0).is_like(grid())


def test_every_row_has_the_same_draws_and_more_columns_leave_the_first_as_they_are() -> None:
    group = chosen_group(opened(CodeAsPicture()).header)
    few, more = (drawn_grid(group, Drawn(n, 7, held=((6, 0.25), (3, 1.0)))) for n in (4, 9))
    others = np.delete(np.arange(7), range(*DIGIT))
    first, second = few.codes(SPACE, 0), few.codes(SPACE, 3)
    assert np.array_equal(first[:, others], second[:, others])
    assert (first[:, 2:6] == [1, 0, 0, 0]).all()
    assert (first[:, 6] == 0.25).all()
    assert len(np.unique(first[:, 0])) == 4
    assert np.array_equal(more.codes(SPACE, 0)[:4], first)
    assert not few.is_like(more)
    assert drawn_grid(group, Drawn(4, 7, 0.0)).codes(SPACE, 1)[:, :2].tolist() == [[0.0, 0.0]] * 4


# --- where a code lies


@pytest.mark.parametrize("value", range(4))
def test_a_picture_of_the_grid_is_found_where_it_lies(value: int) -> None:
    for shown in (grid(n=5), drawn_grid(grid().group, Drawn(5, 1, held=((0, 0.5),)))):
        codes = shown.codes(SPACE, value)
        assert [shown.place_of(SPACE, code.tolist()) for code in codes] == [(value, column) for column in range(5)]


def test_beside_the_grid_the_nearest_number_counts_and_of_draws_none() -> None:
    assert grid().place_of(SPACE, (*CODE[:6], 1.4)) == (1, 1)
    assert drawn_grid(grid().group, Drawn(5, 1)).place_of(SPACE, CODE) is None


# --- in pieces


def test_a_first_impression_of_every_row_comes_before_the_rest_of_any() -> None:
    told = [value for value in CodeRows(model="", grid=grid(n=12), values=(2, 0), is_rough=True).answer(
        opened(CodeAsPicture())) if value is not None]  # fmt: skip
    assert [(type(value), value.name) for value in told if isinstance(value, RoughRow | TraversalRow)] == [
        (RoughRow, "2"),
        (RoughRow, "0"),
        (TraversalRow, "2"),
        (TraversalRow, "0"),
    ]
    rough, whole = told[0], told[2]
    assert isinstance(rough, RoughRow)
    assert isinstance(whole, TraversalRow)
    assert len(rough.pictures) == len(whole.pictures) == 12
    assert [np.array_equal(a, b) for a, b in zip(rough.pictures, whole.pictures, strict=True)].count(True) == 3


def test_of_few_pictures_and_of_draws_there_is_no_first_impression() -> None:
    for shown in (grid(n=5), drawn_grid(grid().group, Drawn(12, 0))):
        request = CodeRows(model="", grid=shown, values=(0, 1), is_rough=True)
        assert not any(isinstance(value, RoughRow) for value in request.answer(opened(CodeAsPicture())))


def test_what_is_kept_comes_under_its_names_picture_by_picture() -> None:
    request = ReferenceGrid(model="", grid=grid(), values=(3, 1), names=("7 · 93 %", "1 · 99 %"))
    told = list(request.answer(opened(CodeAsPicture())))
    assert told[:-1] == [Progress(k + 1, 6, "pictures") for k in range(6)]
    made = told[-1]
    assert isinstance(made, SheetPictures)
    assert [row.name for row in made.rows] == ["7 · 93 %", "1 · 99 %"]
    assert [code_in(picture)[2:6] for picture in made.rows[0].pictures] == [[0, 0, 0, 1]] * 3


def test_a_file_tells_what_goes_across() -> None:
    assert about_grid(SPACE, grid()) == {
        "category": "digit", "columns": ["0", "+1", "+2"], "across": "tilt", "range": "sigma"
    }  # fmt: skip
    told = about_grid(SPACE, drawn_grid(grid().group, Drawn(2, 5, 0.7)))
    assert told == {"category": "digit", "columns": ["1", "2"], "across": "noise", "seed": 5, "temperature": 0.7}
