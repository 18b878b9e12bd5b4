"""Changes that both players see through."""

from __future__ import annotations

from typing import get_args

import pytest
import torch

from latent_studio.objectives.diff_augment import AugmentName, affine, augmented


def pictures(n: int = 6, channels: int = 3, side: int = 16) -> torch.Tensor:
    return torch.rand(n, channels, side, side, generator=torch.Generator().manual_seed(0)) * 2 - 1


@pytest.mark.parametrize("name", get_args(AugmentName))
@pytest.mark.parametrize("channels", [1, 3])
def test_the_same_seed_gives_the_same_change_and_the_gradient_passes(name: AugmentName, channels: int) -> None:
    x = pictures(channels=channels).requires_grad_()
    first, second = (augmented(x, name, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(first, second)
    assert first.shape == x.shape
    assert first.dtype == x.dtype
    (gradient,) = torch.autograd.grad(first.square().sum(), x)
    assert bool(torch.isfinite(gradient).all())
    assert float(gradient.abs().max()) > 0
    assert torch.equal(first, x) == (name == "none")


def test_each_picture_is_changed_by_itself() -> None:
    x = pictures(1).expand(8, 3, 16, 16)
    changed = augmented(x, "light_move_cut", torch.Generator().manual_seed(0))
    assert all(not torch.equal(changed[0], other) for other in changed[1:])


def test_no_amounts_are_no_affine_map() -> None:
    x = pictures()
    assert torch.allclose(affine(x, torch.zeros(6, 5)), x, atol=1e-5)


def test_a_quarter_of_the_largest_shift_moves_a_picture_to_the_left() -> None:
    """A shift of the grid to the right shows what lies further right: the picture goes to the left."""
    side = 100  # 8 % of it are 8 pixels
    x = torch.full((1, 1, side, side), -1.0)
    x[0, 0, 50, 50] = 1.0
    moved = affine(x, torch.tensor([[0.0, 0.0, 0.0, 1.0, 0.0]]))
    row, column = divmod(int(moved.argmax()), side)
    assert (row, column) == (50, 42)


def test_what_comes_in_from_outside_is_black() -> None:
    white = torch.ones(1, 1, 20, 20)
    for name in ("move", "affine"):
        for seed in range(20):
            changed = augmented(white, name, torch.Generator().manual_seed(seed))
            assert float(changed.min()) >= -1 - 1e-6
            assert float(changed.max()) <= 1 + 1e-6
    assert float(affine(white, torch.tensor([[0.0, 0.0, -1.0, 1.0, 1.0]])).min()) == -1.0
