"""`latent-studio evaluate --parzen`: a log-likelihood for models that have none, by a window around their samples."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, TypeVar

from latent_studio.cli.output import console, print_facts, print_json
from latent_studio.core.events import Progress
from latent_studio.data import ImageSet

if TYPE_CHECKING:
    from latent_studio.core.request import OpenModel
    from latent_studio.metrics.parzen import Estimate

T = TypeVar("T")


def print_parzen(opened: OpenModel, images: ImageSet, n_samples: int, seed: int, as_json: bool) -> None:
    """Measure and tell."""
    header = opened.header
    found = parzen(opened, images, n_samples, seed)
    if as_json:
        about = {"name": header.name, "digest": header.digest, "weights": header.weights, "step": header.step}
        print_json({**about, "data": images.name, "seed": seed, "parzen": found})
        return
    print(
        f"{header.name} ({header.weights} weights, step {header.step:,}) on {images.n_test:,} pictures of {images.name}"
    )
    print_facts(
        {
            "log-likelihood": f"{found.log_likelihood:,.1f} ± {found.error:.1f} nats per picture, Parzen window",
            "bandwidth": f"{found.bandwidth:.3f}, chosen on training pictures",
            "samples": f"{found.n_centres:,}",
        }
    )


def parzen(opened: OpenModel, images: ImageSet, n_samples: int, seed: int) -> Estimate:
    """The Parzen-window estimate of the test pictures' log-likelihood under the model's samples."""
    import torch

    from latent_studio.metrics import parzen as window
    from latent_studio.metrics.drawing import drawn

    parts = window.parts(images)
    samples = torch.cat([piece.cpu() for piece in drawn(opened.model, n_samples, seed, opened.header.name)])
    return followed(window.estimate(samples.flatten(1), parts.validation, parts.test))


def followed(work: Generator[Progress, None, T]) -> T:
    """What a generator returns; a line on the screen tells how far it is."""
    with console(stderr=True).status("") as status:
        while True:
            try:
                told = next(work)
            except StopIteration as end:
                result: T = end.value
                return result
            share = f" · {100 * told.done // told.total} %" if told.total else ""
            status.update(f"{told.text}{share}")
