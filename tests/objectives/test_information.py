"""The surprisal of codes against torch's own distributions."""

from __future__ import annotations

from math import log

import pytest
import torch
from torch.distributions import Categorical, Normal

from latent_studio.core.model import CategoricalPosterior, NormalPosterior
from latent_studio.objectives.information import surprisal


def test_of_a_category_it_is_the_cross_entropy() -> None:
    logits, values = torch.randn(6, 4), torch.tensor([0, 1, 2, 3, 0, 1])
    one_hot = torch.nn.functional.one_hot(values, 4).float()
    expected = -Categorical(logits=logits).log_prob(values)
    assert torch.allclose(surprisal(CategoricalPosterior(logits, 4), one_hot), expected, atol=1e-6)


def test_of_several_groups_it_is_the_sum() -> None:
    logits = torch.randn(5, 6)
    block = torch.nn.functional.one_hot(torch.tensor([[0, 2]] * 5), 3).float().flatten(1)
    parts = [surprisal(CategoricalPosterior(logits[:, k : k + 3], 3), block[:, k : k + 3]) for k in (0, 3)]
    assert torch.allclose(surprisal(CategoricalPosterior(logits, 3), block), parts[0] + parts[1], atol=1e-6)


def test_of_a_continuous_code_it_is_the_normal_density() -> None:
    mean, log_var, block = torch.randn(3, 7, 2).unbind(0)
    expected = -Normal(mean, (0.5 * log_var).exp()).log_prob(block).sum(1)
    assert torch.allclose(surprisal(NormalPosterior(mean, log_var), block), expected, atol=1e-5)


def test_a_guess_leaves_no_information() -> None:
    one_hot = torch.nn.functional.one_hot(torch.arange(10), 10).float()
    assert surprisal(CategoricalPosterior(torch.zeros(10, 10), 10), one_hot).tolist() == pytest.approx([log(10)] * 10)
