"""Resizing, held against Pillow's own."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from latent_studio.data.resizing import padded, resized

NOISE = np.random.default_rng(0).integers(0, 256, (3, 1, 28, 28), dtype=np.uint8)


@pytest.mark.parametrize("size", [8, 14, 20, 27, 29, 32, 64])
def test_it_is_pillows_bicubic_but_for_rounding(size: int) -> None:
    ours = resized(NOISE, size)
    for mine, original in zip(ours, NOISE, strict=True):
        theirs = np.asarray(Image.fromarray(original[0]).resize((size, size), Image.Resampling.BICUBIC))
        difference = np.abs(mine[0].astype(int) - theirs)
        assert difference.max() <= 2  # a half rounded the other way in the first pass, and again in the second
        assert difference.mean() < 0.05


@pytest.mark.parametrize("value", [0, 1, 127, 255])
@pytest.mark.parametrize("size", [5, 28, 37])
def test_an_even_picture_stays_even(size: int, value: int) -> None:
    assert (resized(np.full((1, 3, 28, 28), value, np.uint8), size) == value).all()


def test_the_same_size_changes_nothing() -> None:
    assert resized(NOISE, 28) is NOISE


def test_a_wide_picture_is_cropped_to_its_middle() -> None:
    wide = np.zeros((1, 1, 4, 10), np.uint8)
    wide[..., 3:7] = 90
    assert (resized(wide, 4) == 90).all()
    assert (resized(wide.swapaxes(2, 3), 8) == 90).all()


def test_every_sum_is_exact_so_that_the_order_of_addition_cannot_matter() -> None:
    flipped = resized(NOISE[..., ::-1, ::-1], 19)[..., ::-1, ::-1]
    assert np.array_equal(flipped, resized(NOISE, 19))


def test_padding_puts_the_picture_in_the_middle_of_black() -> None:
    framed = padded(np.full((2, 3, 5, 4), 9, np.uint8), 8)
    assert framed.shape == (2, 3, 8, 8)
    assert (framed[:, :, 1:6, 2:6] == 9).all()
    assert framed.sum() == 2 * 3 * 5 * 4 * 9
