"""Traversals that move: which frames there are, that they loop, and what is written beside them."""

from __future__ import annotations

import json
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Done, Progress
from latent_studio.core.pictures import png_text
from latent_studio.views.animation import Stage, WriteTraversal, animation_bytes, sheet_of, there_and_back
from latent_studio.views.traversal_sheet import Span, TraversalRow


def row(name: str, n: int) -> TraversalRow:
    """Pictures that get brighter from left to right, each of one grey level."""
    levels = np.linspace(0, 255, n).round().astype(np.uint8)
    pictures = tuple(np.full((8, 8), level, np.uint8) for level in levels)
    return TraversalRow(name, None, tuple(map(str, levels)), pictures, np.zeros((n, 1), np.float32))


def levels_of(content: bytes, at: tuple[int, int] = (2, 2)) -> list[int]:
    """The grey level of every frame at one place."""
    with Image.open(BytesIO(content)) as image:
        return [int(np.asarray(frame.convert("L"))[at]) for frame in ImageSequence.Iterator(image)]


def test_there_and_back_shows_every_picture_and_never_jumps() -> None:
    for n in range(2, 40):
        order = there_and_back(n)
        assert set(order) == set(range(n))
        assert len(order) == 2 * n - 2
        assert all(abs(a - b) == 1 for a, b in pairwise([*order, order[0]]))  # the end meets the beginning


@pytest.mark.parametrize("ending", [".webp", ".png", ".gif"])
def test_a_file_has_all_frames_in_order_and_goes_on_for_ever(ending: str) -> None:
    stage = Stage([row("z0", 6)])
    frames = [stage.frame(k) for k in there_and_back(6)]
    content = animation_bytes(frames, ending, {"note": "what it is"})
    assert levels_of(content) == [0, 51, 102, 153, 204, 255, 204, 153, 102, 51]
    with Image.open(BytesIO(content)) as image:
        assert image.info["loop"] == 0


def test_one_row_fills_the_frame_and_several_stand_in_a_grid() -> None:
    assert Stage([row("z0", 4)]).frame(0).size == (320, 320)
    several = Stage([row(f"z{k}", 4) for k in range(5)])
    corners = [several._corner(k) for k in range(5)]
    assert len(set(corners)) == 5
    assert [several.frame(3).getpixel((x + 2, y + 2)) for x, y in corners] == [(255, 255, 255)] * 5


def test_a_category_keeps_each_value_as_long_as_the_others_take_for_their_share() -> None:
    stage = Stage([row("digit", 3), row("z0", 6)])
    x, y = stage._corner(0)
    assert [stage.frame(k).convert("L").getpixel((x + 2, y + 2)) for k in range(6)] == [0, 0, 128, 128, 255, 255]


def test_two_hundred_rows_still_make_a_frame_that_a_screen_shows() -> None:
    width, height = Stage([row(f"z{k}", 2) for k in range(200)]).frame(0).size
    assert max(width, height) <= 1600


def test_a_sheet_is_written_with_its_texts_and_an_animation_frame_by_frame(tmp_path: Path) -> None:
    rows, texts = (row("z0", 5), row("z1", 5)), {"latent_studio_code": json.dumps({"a": 1})}
    sheet, moving = tmp_path / "sheet.png", tmp_path / "moving.png"
    told = list(WriteTraversal(path=sheet, rows=rows, texts=texts, titles=Span(n=5).titles()).run())
    assert told[-1] == Done(str(sheet))
    assert png_text(sheet.read_bytes()) == texts
    assert np.array_equal(np.asarray(Image.open(sheet)), sheet_of(rows, Span(n=5).titles()))
    told = list(WriteTraversal(path=moving, rows=rows, texts=texts, is_animation=True).run())
    assert told == [*(Progress(k + 1, 5, "frames") for k in range(5)), Done(str(moving))]
    assert len(levels_of(moving.read_bytes())) == 8
    assert png_text(moving.read_bytes())["latent_studio_code"] == texts["latent_studio_code"]


def test_another_ending_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(StudioError, match=r"\.webp, \.png or \.gif, not in \.mp4"):
        animation_bytes([Image.new("RGB", (2, 2))], ".mp4", {})
