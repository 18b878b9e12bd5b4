"""A draw in pieces, in any order, and as a whole."""

from __future__ import annotations

from queue import SimpleQueue

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_studio.core.events import Pixels, Progress
from latent_studio.core.request import OpenModel
from latent_studio.views.decoding import MAX_CHUNK, reference
from latent_studio.views.samples import CarriedPictures, DrawAll, DrawnCodes, SamplePictures, Samples, WholeDraw
from latent_studio.views.sampling import Draw, drawn, sampled
from tests.views.factor_models import SPACE, CodeAsPicture, NoiseWithoutCode, opened


def collected(model: OpenModel, draw: Draw, order: list[int]) -> tuple[DrawnCodes, dict[int, Pixels], list[int]]:
    """The codes, the picture of each place, and the places in the order in which they came."""
    codes, *pieces = Samples(model="toy", draw=draw, order=np.array(order, np.intp)).answer(model)
    assert isinstance(codes, DrawnCodes)
    pictures: dict[int, Pixels] = {}
    places: list[int] = []
    for piece in pieces:
        assert isinstance(piece, SamplePictures)
        places += piece.places.tolist()
        pictures |= dict(zip(piece.places.tolist(), piece.pictures, strict=True))
    return codes, pictures, places


@given(st.permutations(range(7)), st.integers(0, 2**31 - 1))
def test_samples_come_in_the_order_asked_for_and_are_those_of_their_places(order: list[int], seed: int) -> None:
    model, draw = opened(CodeAsPicture()), Draw(7, seed, 0.5)
    codes, pictures, places = collected(model, draw, order)
    assert places == order
    assert (codes.codes == SPACE.sample(7, np.random.default_rng(seed), 0.5)).all()
    expected = sampled(model, 7, seed, 0.5)
    assert all((pictures[place] == expected[place]).all() for place in order)


def test_only_what_was_asked_for_is_decoded() -> None:
    _, pictures, _ = collected(opened(CodeAsPicture()), Draw(500, 3), [400, 17])
    assert set(pictures) == {400, 17}


def test_what_is_held_is_the_same_in_all_and_the_rest_is_drawn_as_without() -> None:
    free, held = drawn(SPACE, Draw(50, 1)), drawn(SPACE, Draw(50, 1, 1.0, ((0, 0.25), (6, 1.5))))
    assert (held[:, 0] == np.float32(0.25)).all()
    assert (held[:, 6] == np.float32(1.5)).all()
    assert (held[:, 1:6] == free[:, 1:6]).all()


def test_a_category_that_is_held_in_part_is_a_category_all_the_same() -> None:
    held = drawn(SPACE, Draw(200, 1, 1.0, ((3, 1.0),)))[:, 2:6]
    assert (np.sort(held, axis=1) == [0, 0, 0, 1]).all()


def test_a_whole_draw_is_the_command_lines_to_the_bit() -> None:
    model, n = opened(CodeAsPicture()), 2 * MAX_CHUNK + 3
    *progress, whole = DrawAll(model="toy", draw=Draw(n, 9)).answer(model)
    assert isinstance(whole, WholeDraw)
    assert (np.stack(whole.pictures) == np.stack(sampled(model, n, 9))).all()
    assert [(p.done, p.total) for p in progress if isinstance(p, Progress)] == [(50, n), (100, n), (n, n)]


def test_a_model_without_a_code_draws_its_samples_in_the_order_of_its_stream() -> None:
    model, n = opened(NoiseWithoutCode()), MAX_CHUNK + 2
    codes, pictures, places = collected(model, Draw(n, 4), list(reversed(range(n))))
    assert codes.codes.shape == (n, 0)
    assert places == list(range(n))
    assert (np.stack([pictures[place] for place in range(n)]) == np.stack(sampled(model, n, 4))).all()


def test_what_is_carried_away_went_the_reference_path() -> None:
    model = opened(CodeAsPicture())
    codes = drawn(SPACE, Draw(3, 2))
    box: SimpleQueue[tuple[str, Pixels]] = SimpleQueue()
    assert list(CarriedPictures(model="toy", codes=codes, box=box).answer(model)) == [None] * 3
    for code in codes:
        assert (box.get_nowait()[1] == reference(model, code)).all()


@pytest.mark.parametrize("n", [1, MAX_CHUNK, MAX_CHUNK + 1])
def test_any_number_can_be_drawn(n: int) -> None:
    assert len(sampled(opened(CodeAsPicture()), n, 0)) == n
