"""Rows of a traversal sheet, over every kind of factor."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from torch import Tensor

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Pixels, Progress
from latent_studio.core.latent import LatentSpace
from latent_studio.views.traversal_sheet import (
    ReferenceRows,
    SheetPictures,
    SheetRows,
    Span,
    chosen_rows,
    row_codes,
    row_names,
    traversal_rows,
)
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


def test_quantiles_are_those_of_the_normal_distribution() -> None:
    values = Span("quantiles", n=7).values(SPACE, 1)
    expected = [NormalDist().inv_cdf(0.01 + 0.98 * k / 6) for k in range(7)]
    assert values.tolist() == [float(np.float32(value)) for value in expected]


def test_quantiles_of_a_bounded_factor_share_its_range_equally() -> None:
    assert Span("quantiles", n=3).values(SPACE, 6).tolist() == pytest.approx([0.02, 1.0, 1.98])


def test_the_data_range_goes_evenly_from_end_to_end() -> None:
    span = Span("data", n=5, data=((-1.0, 1.0), (2.0, 4.0)))
    assert span.values(SPACE, 1).tolist() == [2.0, 2.5, 3.0, 3.5, 4.0]


def test_titles_say_what_the_columns_are() -> None:
    assert Span(n=3).titles() == ("−3 σ", "0", "+3 σ")
    assert Span("quantiles", n=3).titles() == ("1 %", "50 %", "99 %")
    assert Span("data", n=3).titles() == ()  # every row has values of its own


def test_a_row_is_swept_through_the_given_code_whatever_the_range() -> None:
    for span in (Span(n=4), Span("quantiles", n=4), Span("data", n=4, data=((0.0, 1.0),) * 7)):
        _, codes = row_codes(SPACE, CODE, "z0", span)
        assert np.array_equal(codes[:, 1:], np.repeat(CODE[None, 1:], 4, axis=0))


def test_rows_come_whole_and_in_order_however_the_pieces_fall() -> None:
    request = SheetRows(model="", code=tuple(CODE.tolist()), names=("z1", "digit", "z0"), span=Span(n=50))
    rows = [row for row in request.answer(opened(CodeAsPicture())) if row is not None]
    assert [(row.name, len(row.pictures)) for row in rows] == [("z1", 50), ("digit", 4), ("z0", 50)]
    assert [code_in(picture)[0] for picture in rows[2].pictures] == pytest.approx(rows[2].codes[:, 0], abs=0.1)


def test_what_is_kept_is_decoded_alone_and_counted() -> None:
    model = opened(CodeAsPicture())
    batches: list[int] = []
    decode = CodeAsPicture.decode

    class Counting(CodeAsPicture):
        def decode(self, code: Tensor) -> Tensor:
            batches.append(len(code))
            return decode(self, code)

    request = ReferenceRows(model="", code=tuple(CODE.tolist()), names=("z1", "digit"), span=Span(n=5))
    told = list(request.answer(opened(Counting())))
    assert batches == [1] * 9
    assert told[:-1] == [Progress(k + 1, 9, "pictures") for k in range(9)]
    made = told[-1]
    assert isinstance(made, SheetPictures)
    for row, quick in zip(made.rows, traversal_rows(model, CODE, ["z1", "digit"], Span(n=5)), strict=True):
        assert np.array_equal(np.stack(row.pictures), np.stack(quick.pictures))
