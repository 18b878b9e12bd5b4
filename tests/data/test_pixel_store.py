"""The cache of large sets: whole or not there."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_studio.core.errors import StudioError
from latent_studio.data import pixel_store
from latent_studio.data.pixel_store import Fill, Pixels, Rows, at_once, blocks, cache_folder, storing
from latent_studio.data.rows import n_train_of, shuffled, uniform

PIXELS = np.random.default_rng(0).integers(0, 256, (30, 1, 4, 4), dtype=np.uint8)


Blocks = Generator[tuple[Rows, Pixels], None, None]


def fill() -> Blocks:
    order = shuffled(30)
    yield order[:11], PIXELS[order[:11]]
    yield order[11:], PIXELS[order[11:]]


def stored(fill: Fill, share: float) -> tuple[Pixels, Rows]:
    return at_once(storing((30, 1, 4, 4), fill, "key", share))


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_it_tells_how_many_pictures_are_done(share: float) -> None:
    told = list(storing((30, 1, 4, 4), fill, "key", share))
    assert [(progress.done, progress.total, progress.unit) for progress in told] == [
        (11, 30, "pictures"),
        (30, 30, "pictures"),
    ]


def test_giving_it_up_leaves_nothing() -> None:
    begun = storing((30, 1, 4, 4), fill, "key", 0)
    next(begun)
    begun.close()
    assert list(cache_folder().iterdir()) == []


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_rows_written_in_any_order_lie_where_they_belong(share: float) -> None:
    pixels, kept = stored(fill, share)
    assert np.array_equal(pixels, PIXELS)
    assert np.array_equal(kept, np.arange(30))
    assert isinstance(pixels, np.memmap) == (share == 0)


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_only_the_kept_pictures_are_there(share: float) -> None:
    def fill_some() -> Generator[tuple[Rows, Pixels], None, Rows]:
        yield np.arange(3), PIXELS[[4, 8, 9]]
        return np.array([4, 8, 9])

    pixels, kept = stored(fill_some, share)
    assert np.array_equal(pixels, PIXELS[kept])
    assert list(kept) == [4, 8, 9]


def test_a_failure_while_writing_leaves_nothing_and_the_next_try_works() -> None:
    def fail() -> Blocks:
        yield np.arange(30), PIXELS
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stored(fail, 0)
    assert list(cache_folder().iterdir()) == []
    assert np.array_equal(stored(fill, 0)[0], PIXELS)


def test_a_full_disk_is_told_and_leaves_nothing() -> None:
    def full() -> Blocks:
        yield np.arange(3), PIXELS[:3]
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StudioError, match="disk is full"):
        stored(full, 0)
    assert list(cache_folder().iterdir()) == []


def test_two_that_write_the_same_set_at_once_both_get_it() -> None:
    inner: list[Any] = []

    def slow() -> Blocks:
        inner.append(stored(fill, 0)[0])  # another process is faster
        yield from fill()

    assert np.array_equal(stored(slow, 0)[0], PIXELS)
    assert np.array_equal(inner[0], PIXELS)
    assert len(list(cache_folder().iterdir())) == 1


def test_what_a_killed_process_left_is_cleared_away_after_a_day() -> None:
    cache_folder().mkdir(parents=True)
    for name, age_h in ((".tmp-old", 25), (".tmp-new", 1)):
        (cache_folder() / name).mkdir()
        then = time.time() - age_h * 3600
        os.utime(cache_folder() / name, (then, then))
    stored(fill, 0)
    assert sorted(path.name for path in cache_folder().glob(".tmp-*")) == [".tmp-new"]


def test_the_cache_lies_in_the_home_that_was_chosen(home: Path) -> None:
    stored(fill, 0)
    assert cache_folder().is_relative_to(home)


def test_blocks_cover_everything_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pixel_store, "_BLOCK_BYTES", 100)
    parts = list(blocks(PIXELS))
    assert len(parts) == 5
    assert np.array_equal(np.concatenate(parts), PIXELS)


@given(st.integers(1, 500), st.integers(0, 5))
def test_a_shuffle_is_a_permutation_and_both_parts_have_a_picture(n: int, seed: int) -> None:
    assert sorted(shuffled(n, seed)) == list(range(n))
    assert 1 <= n_train_of(n) <= n
    assert (n_train_of(n) < n) == (n > 1)


def test_the_random_numbers_never_change() -> None:
    assert shuffled(8).tolist() == [3, 2, 1, 6, 0, 7, 4, 5]
    assert uniform(2, seed=3).tolist() == [0.08564916714362436, 0.2368105065960997]
