"""Changed pictures: the same for the same (seed, draw), mirrored twice is as before, values stay, off costs nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from latent_studio.training.augmenting import augmented
from latent_studio.training.feed import Feed
from latent_studio.training.recipe import AugmentSection, parse_recipe, recipe_text
from tests.training.toys import assert_same_state, digits, play, recipe, same_bits, state

SECTIONS = st.builds(AugmentSection, mirror=st.booleans(), shift=st.floats(0, 0.25), colour=st.floats(0, 1))
SEEDS, DRAWS = st.integers(0, 2**31 - 1), st.integers(0, 10**9)


def pictures(n: int = 8, n_channels: int = 3, height: int = 6, width: int = 10) -> Tensor:
    """Each pixel another number, so that none is taken for another."""
    count = n * n_channels * height * width
    return torch.arange(count).view(n, n_channels, height, width) / count


@given(SECTIONS, SEEDS, DRAWS, st.sampled_from([1, 3]))
def test_the_same_draw_gives_the_same_pictures_and_values_stay_between_0_and_1(
    section: AugmentSection, seed: int, draw: int, n_channels: int
) -> None:
    x = pictures(n_channels=n_channels)
    once, again = augmented(x, section, seed, draw), augmented(x.clone(), section, seed, draw)
    assert same_bits(once, again)
    assert once.shape == x.shape
    assert 0 <= float(once.min()) <= float(once.max()) <= 1
    assert same_bits(x, pictures(n_channels=n_channels))  # what came in is left as it was


def test_another_draw_and_another_seed_give_others() -> None:
    section = AugmentSection(shift=0.25)
    x = pictures(64)
    first = augmented(x, section, 1, 5)
    assert not torch.equal(first, augmented(x, section, 1, 6))
    assert not torch.equal(first, augmented(x, section, 2, 5))


@given(SEEDS, DRAWS)
def test_mirroring_twice_is_doing_nothing_and_each_picture_is_whole(seed: int, draw: int) -> None:
    section = AugmentSection(mirror=True)
    x = pictures()
    once = augmented(x, section, seed, draw)
    assert same_bits(augmented(once, section, seed, draw), x)
    for before, after in zip(x, once, strict=True):
        assert torch.equal(after, before) or torch.equal(after, before.flip(-1))


def test_about_half_of_the_pictures_are_mirrored() -> None:
    x = pictures(2000, 1, 1, 2)
    n = int((augmented(x, AugmentSection(mirror=True), 0, 0) != x).flatten(1).any(1).sum())
    assert abs(n - 1000) < 4 * (2000 * 0.25) ** 0.5  # four standard deviations of the binomial


def test_a_shift_is_by_whole_pixels_up_to_the_share_and_repeats_the_edge() -> None:
    x = pictures(400, 1, 8, 8)
    moved = augmented(x, AugmentSection(shift=0.25), 3, 4)
    seen = set()
    for before, after in zip(x[:, 0], moved[:, 0], strict=True):
        matches = [
            (down, across)
            for down in range(-2, 3)
            for across in range(-2, 3)
            if torch.equal(after, before[_taken(down)][:, _taken(across)])
        ]
        assert len(matches) == 1
        seen.add(matches[0])
    assert len(seen) == 25  # each of the 5 × 5 shifts, among 400


def _taken(shift: int) -> Tensor:
    return (torch.arange(8) + shift).clamp(0, 7)


@pytest.mark.parametrize("n_channels", [1, 3])
def test_light_and_colour_change_by_at_most_their_share(n_channels: int) -> None:
    """A picture of one grey has no contrast and no saturation: only brightness is left, times 0.8 … 1.2."""
    x = torch.full((500, n_channels, 4, 4), 0.5)
    levels = augmented(x, AugmentSection(colour=0.2), 0, 1)
    assert torch.allclose(levels, levels[:, :1, :1, :1].expand_as(levels))
    factors = levels[:, 0, 0, 0] / 0.5
    assert 0.8 - 1e-6 <= float(factors.min()) < 0.81
    assert 1.19 < float(factors.max()) <= 1.2 + 1e-6


def test_switching_one_change_on_leaves_the_others_as_they_were() -> None:
    x = pictures(32)
    mirrored = augmented(x, AugmentSection(mirror=True), 7, 9)
    both = augmented(x, AugmentSection(mirror=True, colour=1e-9), 7, 9)
    torch.testing.assert_close(both, mirrored)


def test_what_is_off_leaves_the_batches_bit_for_bit_and_what_is_on_leaves_their_order() -> None:
    def feed(section: AugmentSection | None) -> Feed:
        return Feed(digits(), torch.device("cpu"), 100, 0, section)

    plain = feed(None)
    for draw in range(5):
        batch, off = plain.training_batch(draw), feed(AugmentSection()).training_batch(draw)
        on = feed(AugmentSection(mirror=True)).training_batch(draw)
        assert same_bits(batch["image"], off["image"])
        assert not torch.equal(batch["image"], on["image"])
        assert torch.equal(batch["label"], on["label"])


def test_measuring_and_showing_see_the_pictures_as_they_are() -> None:
    plain = Feed(digits(), torch.device("cpu"), 100, 0)
    changed = Feed(digits(), torch.device("cpu"), 100, 0, AugmentSection(mirror=True, shift=0.2, colour=0.5))
    for split in ("train", "test"):
        for a, b in zip(plain.test_batches(split, 100), changed.test_batches(split, 100), strict=True):
            assert same_bits(a["image"], b["image"])
    assert same_bits(plain.rows(torch.arange(9))["image"], changed.rows(torch.arange(9))["image"])


def test_a_run_with_changed_pictures_stopped_in_the_middle_ends_bit_for_bit_like_one_that_was_not(
    tmp_path: Path,
) -> None:
    settings = recipe("vae", {"n_latent": 2, "width": 16})
    settings = settings.with_values(augment={"mirror": True, "shift": 0.1, "colour": 0.3})
    play(settings, tmp_path / "whole")
    play(settings, tmp_path / "stopped", until_step=5)
    play(settings, tmp_path / "stopped")
    assert_same_state(state(tmp_path / "whole"), state(tmp_path / "stopped"))
    play(settings.with_values(augment={"mirror": False, "shift": 0.0, "colour": 0.0}), tmp_path / "plain")
    assert not torch.equal(
        *(next(iter(state(tmp_path / name).raw.values())) for name in ("whole", "plain"))
    )  # it did make a difference


def test_a_recipe_says_nothing_of_changes_that_are_off() -> None:
    plain = recipe("vae")
    assert "augment" not in recipe_text(plain)
    changed = plain.with_values(augment={"mirror": True})
    assert parse_recipe(recipe_text(changed)).augment.mirror
