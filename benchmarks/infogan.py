"""How often a category that was found without labels is not the digit it stands for.

    python benchmarks/infogan.py PATH_TO_MNIST MODEL [MODEL …]

The categorical code is read off each picture by the model's own head. Categories are matched one to one with digits on
the labels of the first 55,000 training pictures, which took no part in the training; the last 5,000 training pictures
(validation) are what seed and moment may be chosen by; the 10,000 test pictures are what counts.
Chen et al. 2016, section 7.2, report 5 % in the best case.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from latent_studio.cli.opening import open_model
from latent_studio.core.latent import Categorical
from latent_studio.core.model import CategoricalPosterior, Encodes
from latent_studio.core.request import OpenModel
from latent_studio.data import ImageSet, load
from latent_studio.metrics.clusters import error_rate, matched
from latent_studio.training.device import use_threads

N_VALIDATION, CHUNK = 5_000, 500


@torch.inference_mode()
def counted(opened: OpenModel, images: ImageSet, rows: slice) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """(n_categories, n_labels): the pictures of those rows by category and label."""
    model, labels = opened.model, images.labels
    assert isinstance(model, Encodes)
    assert labels is not None
    factor = next(factor for factor in opened.header.space.factors if isinstance(factor, Categorical))
    counts = np.zeros((factor.n_values, len(images.label_names)), np.int64)
    for start in range(rows.start, rows.stop, CHUNK):
        part = slice(start, min(start + CHUNK, rows.stop))
        found = model.encode(torch.from_numpy(images.pixels[part]).float() / 255, {})[factor.name]
        assert isinstance(found, CategoricalPosterior)
        np.add.at(counts, (found.logits[:, : factor.n_values].argmax(1).numpy(), labels[part]), 1)
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("models", type=Path, nargs="+")
    arguments = parser.parse_args()
    use_threads(1)
    images = load("idx", arguments.data)
    first = images.n_train - N_VALIDATION
    print("| model | step | validation error | test error | categories → digits |")
    print("|---|---:|---:|---:|---|")
    for path in arguments.models:
        opened = open_model(path)
        matching = matched(counted(opened, images, slice(0, first)))
        validation = error_rate(matching.label_of, counted(opened, images, slice(first, images.n_train)))
        test = error_rate(matching.label_of, counted(opened, images, images.test))
        digits = " ".join("–" if label is None else images.label_names[label] for label in matching.label_of)
        name = f"{opened.header.name}, {path.stem}"
        print(
            f"| {name} | {opened.header.step:,} | {100 * validation:.1f} % | {100 * test:.1f} % | {digits} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
