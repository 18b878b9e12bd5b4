"""How much of a code can be found again in the picture that was made of it."""

from __future__ import annotations

from math import log, pi

from torch import Tensor
from torch.nn.functional import log_softmax

from latent_studio.core.model import CategoricalPosterior, NormalPosterior


def surprisal(posterior: NormalPosterior | CategoricalPosterior, block: Tensor) -> Tensor:
    """−log Q(c | x) of the codes that were drawn, nats. What it leaves of their entropy H(c) is a lower bound of the
    mutual information between codes and pictures.

    Args: posterior of a factor, of n pictures; block: (n, width), the factor's columns of their codes.
    Returns: (n,).
    Source: Chen et al. 2016, eq. 4 (Barber & Agakov 2003).
    """
    if isinstance(posterior, CategoricalPosterior):
        n_values = posterior.n_values or posterior.logits.shape[1]
        groups = posterior.logits.unflatten(1, (-1, n_values))
        return -(log_softmax(groups, dim=2).flatten(1) * block).sum(1)
    squared = (block - posterior.mean) ** 2 / posterior.log_var.exp()
    return 0.5 * (squared + posterior.log_var + log(2 * pi)).sum(1)
