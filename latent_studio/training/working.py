"""The copy of a model that computes in bfloat16, while the model itself keeps all digits (Micikevicius et al. 2018)."""

from __future__ import annotations

import copy

import torch
from torch import nn

from latent_studio.core.model import GenerativeModel

_CONVERTED = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)
"""What autocast would convert at every use, and its gradients back."""


class WorkingCopy:
    """A model whose products read bfloat16 weights; everything else (norms, buffers) it shares with the master.

    A step then converts the weights once and not at every use, and their gradients stay small.
    twins: the master's parameters → those that the copy computes with.
    """

    def __init__(self, master: GenerativeModel) -> None:
        self.model = copy.deepcopy(master)
        self.twins: dict[nn.Parameter, nn.Parameter] = {}
        for own, theirs in zip(self.model.modules(), master.modules(), strict=True):
            for name, buffer in theirs.named_buffers(recurse=False):
                own._buffers[name] = buffer
            for name, parameter in theirs.named_parameters(recurse=False):
                if parameter not in self.twins:  # else two layers share it: they share its twin
                    is_converted = isinstance(theirs, _CONVERTED)
                    twin = nn.Parameter(parameter.detach().to(torch.bfloat16)) if is_converted else parameter
                    self.twins[parameter] = twin
                own.register_parameter(name, self.twins[parameter])
