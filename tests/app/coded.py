"""A checkpoint of the toy family with categories, whose weights are the class means of a set in another order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from latent_studio.core.family import DataSpec, family
from latent_studio.core.header import Header
from latent_studio.core.model import capabilities
from latent_studio.data.image_set import ImageSet
from latent_studio.training.checkpoint import preview_png, save_checkpoint

FAMILIES = Path(__file__).parent / "toy_families"
LABEL_OF = (3, 1, 4, 0, 5, 9, 2, 6, 8, 7)
"""Which digit each category has become."""


def coded_checkpoint(
    path: Path, images: ImageSet, source: str = "digits", data_path: str = "", n_noise: int = 4
) -> Header:
    """Write it; its family must be in place. The noise goes along the principal components of each class."""
    assert images.labels is not None
    made = family("coded")
    config = made.config(n_noise=n_noise, n_categories=len(LABEL_OF))  # type: ignore[call-arg]
    spec = DataSpec(
        name=images.name, image_shape=images.image_shape, n_train=images.n_train, n_test=images.n_test,
        label_names=images.label_names, fields=("image", "label"), source=source, path=data_path,
    )  # fmt: skip
    model = made.build(config, spec)
    means, directions = [], []
    for label in LABEL_OF:
        chosen = images.pixels[images.train][images.labels[images.train] == label][:1000] / np.float32(255)
        flat = chosen.reshape(len(chosen), -1)
        _, sizes, axes = np.linalg.svd(flat - flat.mean(0), full_matrices=False)
        scaled = axes[:n_noise] * (sizes[:n_noise, None] / len(flat) ** 0.5)
        means.append(flat.mean(0).reshape(images.image_shape))
        directions.append(scaled.reshape(n_noise, *images.image_shape))
    weights = {
        "means": torch.from_numpy(np.stack(means)).float(),
        "directions": torch.from_numpy(np.stack(directions)).float(),
    }
    preview = preview_png([(255 * mean[0]).astype(np.uint8) for mean in means])
    header = Header(
        name=path.stem, family="coded", family_title=made.title, config=config.model_dump(), space=model.space,
        data=spec, capabilities=tuple(sorted(capabilities(model))), preview=preview,
    )  # fmt: skip
    return save_checkpoint(path, weights, header)
