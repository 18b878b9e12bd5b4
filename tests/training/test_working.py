"""The copy that computes in bfloat16: which weights are its own, which the master's."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from latent_studio.core.latent import LatentSpace, Normal
from latent_studio.core.model import GenerativeModel
from latent_studio.training.working import WorkingCopy


class Tied(GenerativeModel):
    """Two layers with one weight, and a norm between them."""

    def __init__(self) -> None:
        super().__init__(LatentSpace(factors=(Normal(name="z", shape=(3,)),)), (1, 1, 3))
        self.first, self.second = nn.Linear(3, 3), nn.Linear(3, 3)
        self.second.weight = self.first.weight
        self.norm = nn.BatchNorm1d(3)

    def decode(self, code: Tensor) -> Tensor:
        pixels: Tensor = self.second(self.norm(self.first(code)))
        return pixels


def test_products_read_bfloat16_and_all_else_is_the_masters() -> None:
    master = Tied()
    copy = WorkingCopy(master).model
    assert isinstance(copy, Tied)
    assert copy.first.bias.dtype == torch.bfloat16
    assert master.first.bias.dtype == torch.float32
    assert copy.norm.weight is master.norm.weight
    assert copy.norm.running_mean is master.norm.running_mean


def test_a_weight_that_two_layers_share_stays_one_weight() -> None:
    master = Tied()
    working = WorkingCopy(master)
    copy = working.model
    assert isinstance(copy, Tied)
    assert copy.second.weight is copy.first.weight
    twins = {id(mine): twin for mine, twin in working.twins.items()}
    assert twins[id(master.first.weight)] is copy.first.weight
