"""What one training step shares: seeds that are a pure function of their place, a memo, a batch per update."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from latent_studio.core.latent import LatentSpace, Normal
from latent_studio.core.model import Batch, GenerativeModel
from latent_studio.core.objective import Phase, Step, mix_seed

CRITIC, FORGER = Phase("critic", owns=(), n_updates=2), Phase("forger", owns=())


def a_step(seed: int = 0) -> tuple[Step, Iterator[int]]:
    """A step whose batches are numbered in the order they are drawn."""
    drawn = count()

    def draw() -> Batch:
        return {"image": torch.full((1, 1, 1, 1), float(next(drawn)))}

    step = Step(seed, draw, torch.device("cpu"))
    step.start(0)
    return step, drawn


def number(step: Step) -> int:
    return int(step.batch["image"])


# ---------------------------------------------------------------------------------------------------------------- seeds


@given(st.lists(st.integers(-(2**63), 2**64 - 1), min_size=1, max_size=4))
def test_a_seed_is_a_63_bit_number_and_depends_on_nothing_but_its_parts(parts: list[int]) -> None:
    assert 0 <= mix_seed(*parts) < 2**63
    assert mix_seed(*parts) == mix_seed(*parts)


def test_neighbouring_steps_phases_and_updates_never_share_a_seed() -> None:
    places = list(product(range(3), range(3000), range(3), range(4)))
    assert len({mix_seed(*place) for place in places}) == len(places)


def test_all_63_bits_are_used() -> None:
    seeds = [mix_seed(0, step) for step in range(200)]
    assert all(0 < sum(seed >> bit & 1 for seed in seeds) < 200 for bit in range(63))


def test_the_order_of_the_parts_matters() -> None:
    assert mix_seed(1, 2) != mix_seed(2, 1)
    assert mix_seed(0) != mix_seed(0, 0)


@given(st.integers(0, 2**32), st.integers(0, 62), st.integers(0, 3))
def test_one_flipped_bit_of_a_part_flips_about_half_of_the_seed(value: int, bit: int, place: int) -> None:
    parts = [7, 11, 13, 17]
    parts[place] = value
    changed = parts.copy()
    changed[place] ^= 1 << bit
    n_flipped = (mix_seed(*parts) ^ mix_seed(*changed)).bit_count()
    assert 8 <= n_flipped <= 55  # of 63; a fair coin leaves this range once in 10^9


def test_seeds_of_consecutive_steps_start_streams_that_are_uncorrelated() -> None:
    draws = torch.stack([torch.randn(2000, generator=torch.Generator().manual_seed(mix_seed(0, k))) for k in range(20)])
    correlation = torch.corrcoef(draws) - torch.eye(20)
    assert correlation.abs().max() < 5 / 2000**0.5


# ------------------------------------------------------------------------------------------------------- batch and memo


def test_each_update_of_the_first_player_draws_a_fresh_batch_and_the_second_player_keeps_the_last() -> None:
    step, drawn = a_step()
    seen = []
    for update in range(2):
        step.begin(0, CRITIC, update, 2)
        seen.append((number(step), number(step)))
    step.begin(1, FORGER, 0, 1)
    seen.append((number(step), number(step)))
    assert seen == [(0, 0), (1, 1), (1, 1)]
    assert next(drawn) == 2


def test_a_batch_nobody_asks_for_is_not_drawn() -> None:
    step, drawn = a_step()
    step.begin(0, CRITIC, 0, 2)
    assert next(drawn) == 0


def test_what_is_made_once_serves_the_later_player_and_is_made_anew_with_the_next_batch() -> None:
    step, _ = a_step()
    made = count()
    seen = []
    for phase_index, phase, update in ((0, CRITIC, 0), (0, CRITIC, 1), (1, FORGER, 0)):
        step.begin(phase_index, phase, update, phase.n_updates)
        seen.append(step.once("fakes", lambda: next(made)))
        assert step.once("fakes", lambda: next(made)) == seen[-1]
    assert seen == [0, 1, 1]


def test_a_player_that_does_not_move_leaves_nothing_of_the_step_before_to_the_next_player() -> None:
    step, _ = a_step()
    step.begin(1, FORGER, 0, 1)  # the critic has no update in this step, nor in the next
    before = number(step), step.once("fakes", object)
    step.start(1)
    step.begin(1, FORGER, 0, 1)
    assert number(step) == before[0] + 1
    assert step.once("fakes", object) is not before[1]


def test_the_last_update_is_told_apart() -> None:
    step, _ = a_step()
    told = []
    for update in range(3):
        step.begin(0, CRITIC, update, 3)
        told.append(step.is_last_update)
    assert told == [False, False, True]


@pytest.mark.parametrize("interval", [1, 4, 16])
def test_a_lazy_term_is_due_every_so_many_steps_from_the_first(interval: int) -> None:
    step, _ = a_step()
    due = []
    for index in range(33):
        step.start(index)
        due.append(step.due(interval))
    assert due == [index % interval == 0 for index in range(33)]


def test_random_numbers_depend_on_seed_step_phase_and_update_alone() -> None:
    def draw(seed: int, index: int, phase_index: int, update: int) -> tuple[float, ...]:
        step, _ = a_step(seed)
        step.normal_like(torch.zeros(5))  # what was drawn before does not count
        step.start(index)
        step.begin(phase_index, CRITIC, update, 2)
        return tuple(step.normal_like(torch.zeros(3)).tolist())

    places = list(product((0, 1), (0, 1, 2), (0, 1), (0, 1)))
    assert len({draw(*place) for place in places}) == len(places)
    assert draw(1, 2, 1, 1) == draw(1, 2, 1, 1)


def test_codes_from_the_prior_have_the_spaces_width() -> None:
    step, _ = a_step()
    step.begin(0, CRITIC, 0, 1)
    model = GenerativeModel(LatentSpace(factors=(Normal(name="z", shape=(3,)),)), (1, 8, 8))
    assert step.prior(model, 5).shape == (5, 3)
