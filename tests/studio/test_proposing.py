"""Proposed recipes: whatever the pictures, the recipe is valid, its length follows one rule, and reasons are given."""

from __future__ import annotations

from string import ascii_lowercase, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_studio.core.family import DataSpec
from latent_studio.data.known_sets import FASHION_MNIST, KMNIST, MNIST
from latent_studio.studio.drafts import Draft
from latent_studio.studio.proposing import (
    FEWEST_EPOCHS,
    MANY,
    MOST_EPOCHS,
    N_STEPS,
    N_STEPS_FEW,
    Proposal,
    is_writing,
    propose,
    rounded,
)
from latent_studio.training.recipe import Recipe

N_TRAIN = st.integers(1, 2_000_000)
SHAPES = st.tuples(st.sampled_from([1, 3]), st.integers(8, 1024), st.integers(8, 1024))


def recipe_of(proposal: Proposal) -> Recipe:
    draft = Draft("", {"model": {"family": "vae"}, "training": {}, "optimizer": {}}).replaced(proposal.values)
    return Recipe.model_validate(draft.recipe_values("proposed"))


@given(N_TRAIN, SHAPES)
def test_every_proposal_is_a_recipe_that_its_family_can_build(n_train: int, shape: tuple[int, int, int]) -> None:
    proposal = propose(n_train, shape)
    recipe = recipe_of(proposal)
    side = recipe.data.size or shape[1]
    config = recipe.config().resolved(DataSpec(name="d", image_shape=(shape[0], side, side)))
    assert config.model_dump()["network"] in ("mlp", "conv")
    assert 2 <= recipe.training.batch_size <= 128
    assert proposal.reasons
    assert all(reason.endswith(".") for reason in proposal.reasons)


@given(st.integers(16, 2_000_000), SHAPES)
def test_the_number_of_steps_is_about_the_same_unless_that_would_be_too_many_or_too_few_rounds(
    n_train: int, shape: tuple[int, int, int]
) -> None:
    training = recipe_of(propose(n_train, shape)).training
    n_batches = -(-n_train // training.batch_size)
    n_steps = n_batches * training.n_epochs
    assert FEWEST_EPOCHS <= training.n_epochs <= MOST_EPOCHS
    if FEWEST_EPOCHS < training.n_epochs < MOST_EPOCHS:
        assert any(wanted * 0.94 <= n_steps <= wanted * 1.06 for wanted in (N_STEPS, N_STEPS_FEW))


@given(st.integers(1, 500_000), st.integers(1, 500_000))
def test_more_pictures_are_never_seen_more_often(first: int, second: int) -> None:
    few, many = sorted((first, second))
    shape = (3, 64, 64)
    if (few < 1000) == (many < 1000):
        epochs = [recipe_of(propose(n, shape)).training.n_epochs for n in (few, many)]
        batches = [recipe_of(propose(n, shape)).training.batch_size for n in (few, many)]
        assert batches[0] <= batches[1]
        if batches[0] == batches[1]:
            assert epochs[0] >= epochs[1]


def test_few_photographs_get_a_narrow_network_and_every_change_that_leaves_them_what_they_are() -> None:
    recipe = recipe_of(propose(40, (3, 64, 64), ("cat", "dog")))
    assert recipe.model["network"] == "conv"
    assert recipe.model["channels"] < 32
    assert recipe.augment.mirror
    assert recipe.augment.shift > 0
    assert recipe.augment.colour > 0


def test_many_need_no_change_and_small_grey_ones_no_convolution() -> None:
    assert recipe_of(propose(MANY, (3, 64, 64))).augment.is_off
    digits_recipe = recipe_of(propose(60_000, (1, 28, 28), MNIST.label_names))
    assert (digits_recipe.model["network"], digits_recipe.model["likelihood"]) == ("mlp", "bernoulli")
    assert digits_recipe.augment.is_off


@pytest.mark.parametrize("names", [MNIST.label_names, KMNIST.label_names, tuple(ascii_lowercase), tuple(digits)])
def test_writing_is_known_by_its_labels_and_never_mirrored(names: tuple[str, ...]) -> None:
    assert is_writing(names)
    proposal = propose(500, (3, 64, 64), names)
    assert recipe_of(proposal).augment.is_off
    assert any("Not mirrored" in reason for reason in proposal.reasons)


@pytest.mark.parametrize("names", [FASHION_MNIST.label_names, (), ("x",), ("cat", "dog")])
def test_other_things_are_no_writing(names: tuple[str, ...]) -> None:
    assert not is_writing(names)


def test_large_pictures_are_made_smaller_first() -> None:
    assert recipe_of(propose(5_000, (3, 512, 384))).data.size == 64
    assert recipe_of(propose(5_000, (3, 64, 64))).data.size is None


@given(st.floats(0.01, 1e9))
def test_a_rounded_number_has_two_figures_and_is_near(number: float) -> None:
    found = rounded(number)
    assert found >= 1
    assert len(str(found).rstrip("0")) <= 2
    assert number < 1 or abs(found - number) <= max(0.5, 0.051 * number)
