"""What the Parzen-window log-likelihood of MNIST's test part is worth: a model beside two yardsticks.

    python benchmarks/parzen.py PATH_TO_MNIST [MODEL …]

Each row puts a Gaussian on every centre, chooses its bandwidth on 1,000 training pictures that are no centres, and
scores all 10,000 test pictures (real-valued pixels in [0, 1]):

- 10,000 samples of each MODEL, as `latent-studio evaluate MODEL --parzen` measures;
- 10,000 training pictures: the best that samples can honestly be; published as 240 to 250, so it checks the estimator;
- 1,000 k-means centres of the training part, soft means of some sixty pictures each.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from latent_studio.cli.opening import open_model
from latent_studio.cli.parzen import followed, parzen
from latent_studio.data import ImageSet, load
from latent_studio.metrics.parzen import N_CENTRES, Estimate, estimate, k_means, parts

N_MEANS = 1_000


def rows(images: ImageSet, models: list[Path]) -> Iterator[tuple[str, Estimate]]:
    """(what the centres are, the estimate)."""
    for path in models:
        opened = open_model(path)
        yield f"samples of {opened.header.name}", parzen(opened, images, N_CENTRES, seed=0)
    found = parts(images)
    yield "training pictures", followed(estimate(found.training[:N_CENTRES], found.validation, found.test))
    means = k_means(found.training, N_MEANS)
    yield "k-means centres", followed(estimate(means, found.validation, found.test))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with the MNIST files")
    parser.add_argument("models", type=Path, nargs="*", help="checkpoints or run folders")
    arguments = parser.parse_args()
    print("| centres | how many | bandwidth | log-likelihood, nats | s |")
    print("|---|---:|---:|---:|---:|")
    start = time.perf_counter()
    for name, found in rows(load("idx", arguments.data), arguments.models):
        seconds, start = time.perf_counter() - start, time.perf_counter()
        figures = f"{found.log_likelihood:.1f} ± {found.error:.1f}"
        print(f"| {name} | {found.n_centres:,} | {found.bandwidth:.3f} | {figures} | {seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main()
