"""What people are told: the closest known word, the faulty field, pictures that survive their file."""

from __future__ import annotations

import struct
import zlib
from multiprocessing import Pipe
from typing import Annotated

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pydantic import Field, ValidationError, field_validator

from latent_studio.core import events
from latent_studio.core.controls import Controls
from latent_studio.core.errors import StudioError, did_you_mean
from latent_studio.core.events import Event, Pixels
from latent_studio.core.pictures import contact_sheet, picture_from_png, png_bytes, png_text
from latent_studio.core.schema import Config, field_errors, validated

# ------- mistakes


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("betta", 'did you mean "beta"?'),
        ("n_latnet", 'did you mean "n_latent"?'),
        ("xyz", "choose one of: beta, n_latent."),
    ],
)
def test_a_mistyped_word_is_answered_with_the_closest_one_or_with_all(word: str, answer: str) -> None:
    assert did_you_mean(word, ["n_latent", "beta"]) == answer


def test_where_nothing_is_known_it_says_so() -> None:
    assert did_you_mean("x", []) == "nothing is known here."


class Inner(Config):
    depth: int = Field(1, ge=1, le=8)


class Outer(Config):
    inner: Inner = Inner()
    name: Annotated[str, Field(min_length=1)]
    width: int = 3

    @field_validator("width")
    @classmethod
    def _is_odd(cls, width: int) -> int:
        if width % 2 == 0:
            raise ValueError(f"{width} is even: give an odd number.")
        return width


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": "x", "inner": {"dept": 2}}, 'form inner.dept: is not known; did you mean "depth"?'),
        ({"name": "x", "innner": {}}, 'form innner: is not known; did you mean "inner"?'),
        ({}, "form name: is missing; give it a value."),
        ({"name": "x", "width": 4}, "form width: 4 is even: give an odd number."),
        (
            {"name": "x", "inner": {"depth": 9}},
            "form inner.depth: 9 does not fit: it should be less than or equal to 8.",
        ),
        ({"name": "x", "inner": 5}, "form inner: 5 does not fit"),
    ],
)
def test_the_first_faulty_field_is_named_with_its_remedy(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(StudioError) as told:
        validated(Outer, values, "form")
    assert str(told.value).startswith(sentence)
    assert told.value.__cause__ is None


def test_every_faulty_field_is_told() -> None:
    with pytest.raises(ValidationError) as told:
        Outer.model_validate({"width": 2, "inner": {"depth": 0}})
    assert set(field_errors(Outer, told.value)) == {"inner.depth", "name", "width"}


def test_settings_are_frozen_and_never_infinite() -> None:
    class Rate(Config):
        rate: float = 1.0

    with pytest.raises(ValidationError):
        Rate(rate=float("nan"))
    with pytest.raises(ValidationError):
        Rate().rate = 2.0  # type: ignore[misc]


# ------- what crosses to the window

PICTURE = np.arange(12, dtype=np.uint8).reshape(3, 4)
EVENTS = [
    events.Progress(1, 2, seconds_left=0.5),
    events.Metrics(3, 0.5, "test", {"loss": 1.0, "kl_per_dim": (0.5, 0.5)}),
    events.Pictures(3, {"samples": (PICTURE,)}),
    events.Snapshot("run", 3, "digest"),
    events.Saved(3, "/run"),
    events.Warned("careful"),
    events.Failed("no", "Traceback …"),
    events.Done("yes", {"loss": 1.0}),
    events.Held(True),
    events.Began({"training": {"n_epochs": 3}}, {"generator": 1e-3}, {"generator": 1}),
    events.Changed(3, Controls(only="generator")),
]


def crossed(message: object) -> object:
    """What arrives at the other end of a pipe between processes."""
    here, there = Pipe()
    with here, there:
        here.send(message)
        return there.recv()


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_every_event_can_cross_to_another_process(event: Event) -> None:
    again = crossed(event)
    assert type(again) is type(event)
    if not isinstance(event, events.Pictures):
        assert again == event


def test_no_kind_of_event_is_left_out_above() -> None:
    assert {type(event) for event in EVENTS} == set(Event.__subclasses__())


def test_controls_say_whether_the_game_changes() -> None:
    assert not Controls(save_now=True).changes_the_game
    assert Controls(learning_rate=0.1).changes_the_game
    assert Controls(n_updates={"critic": 0}).changes_the_game
    assert crossed(Controls(learning_rate=0.1)) == Controls(learning_rate=0.1)


# ------- pictures

SHAPES = st.tuples(st.integers(1, 9), st.integers(1, 9)) | st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))
PIXELS = SHAPES.flatmap(lambda shape: arrays.arrays(np.uint8, shape))


@given(PIXELS)
def test_a_picture_survives_its_png(picture: Pixels) -> None:
    assert np.array_equal(picture_from_png(png_bytes(picture)), picture)


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=20), st.text(st.characters(exclude_categories=["Cs"]))))
def test_text_travels_with_a_picture(text: dict[str, str]) -> None:
    nothing = {key: value for key, value in text.items() if "\0" in value}
    text = {key: value for key, value in text.items() if key not in nothing}
    assert png_text(png_bytes(PICTURE, text=text)) == text


def test_a_png_that_would_unpack_to_an_absurd_size_holds_no_text() -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0))
    assert png_text(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")) == {}


@given(st.binary())
def test_bytes_that_are_no_png_hold_no_text(content: bytes) -> None:
    assert png_text(content) == {}


def test_a_large_picture_is_shrunk_by_area_and_a_small_one_is_left() -> None:
    halves = np.zeros((256, 256), np.uint8)
    halves[:, 128:] = 200
    small = picture_from_png(png_bytes(halves, max_side=128))
    assert small.shape == (128, 128)
    assert set(np.unique(small)) == {0, 200}
    assert np.array_equal(picture_from_png(png_bytes(PICTURE, max_side=128)), PICTURE)


@given(st.integers(1, 12), st.integers(1, 5), st.integers(0, 3), st.sampled_from([(2, 3), (2, 3, 3)]))
def test_every_tile_of_a_sheet_is_where_it_belongs(n: int, n_columns: int, gap: int, shape: tuple[int, ...]) -> None:
    tiles = [np.full(shape, index + 1, np.uint8) for index in range(n)]
    sheet = contact_sheet(tiles, n_columns, gap)
    n_rows = -(-n // n_columns)
    assert sheet.shape == (n_rows * (2 + gap) - gap, n_columns * (3 + gap) - gap, *shape[2:])
    for index in range(n):
        top, left = index // n_columns * (2 + gap), index % n_columns * (3 + gap)
        assert (sheet[top : top + 2, left : left + 3] == index + 1).all()
    assert int((sheet == 0).sum()) == sheet.size - n * int(np.prod(shape))
