"""Latent Studio: open or train a generative model and live in its latent space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import nn

    from latent_studio.app.window import Window
    from latent_studio.core.latent import LatentSpace

__version__ = "0.1.0"


def show(
    module: nn.Module,
    space: LatentSpace | int,
    *,
    encoder: nn.Module | None = None,
    image_shape: tuple[int, int, int] | None = None,
    output: Literal["unit", "signed", "logits"] = "unit",
    name: str = "",
    block: bool | None = None,
) -> Window:
    """Open the window on your own network, from a script or a notebook.

    Args:
        module: the decoder: codes float32 (n, dim) → pictures (n, c, h, w), c 1 or 3, or rows (n, c · h · w).
        space: the number of normal latent dimensions, or a LatentSpace with the factors by name.
        encoder: pictures → means (n, dim), or (means, log variances); panels that need one are greyed without it.
        image_shape: (channels, height, width), where the decoder gives rows.
        output: what the decoder's numbers are: "unit" in [0, 1], "signed" in [-1, 1], "logits" unbounded.
        name: shown in the window; by default the module's class.
        block: wait until the window is closed; by default only where no Qt application runs yet.

    The modules are put into eval mode and run on the window's own thread for pictures: leave them alone meanwhile.
    Raises: StudioError where the module does not take such codes, with the remedy.
    """
    from latent_studio.app.show import show_model
    from latent_studio.engine.own_module import own_model

    return show_model(own_model(module, space, encoder, image_shape, output, name), block=block)
