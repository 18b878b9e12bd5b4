"""What precision = auto is based on: a training step of the VAE in float32 and in bfloat16 autocast, interleaved.

    python benchmarks/precision.py [--steps 30] [--threads 2]

For each network and size: median milliseconds per step of both, their ratio, and how far the loss of the two runs is
apart after the timed steps (same seed, same batches), relative to it. Pictures are drawn moons in colour: only shapes
matter for the time.
"""

from __future__ import annotations

import argparse
from statistics import median
from time import perf_counter

import numpy as np

from latent_studio.data import load
from latent_studio.data.image_set import ImageSet
from latent_studio.training.device import use_threads
from latent_studio.training.game import Game
from latent_studio.training.recipe import Recipe, TrainingSection
from latent_studio.training.setting_up import prepare

CASES = [("mlp", 28, 1), ("conv", 28, 1), ("conv", 32, 3), ("conv", 64, 3)]


def game(network: str, size: int, n_channels: int, precision: str, n_threads: int) -> Game:
    """A VAE of 32 dimensions on drawn moons of that size."""
    moons = load("moons", size=size, n=1000, tilt=True, vary_size=True)
    images = (
        ImageSet(**{**moons.__dict__, "pixels": np.repeat(moons.pixels, n_channels, axis=1), "name": "moons in colour"})
        if n_channels > 1
        else moons
    )
    training = TrainingSection.model_validate({"precision": precision, "n_threads": n_threads})
    recipe = Recipe(name="precision", model={"family": "vae", "network": network, "n_latent": 32}, training=training)
    return prepare(recipe, images).game


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    use_threads(arguments.threads)
    print("| network | pixels | float32 ms | bfloat16 ms | ratio | loss apart |")
    print("|---|---|---:|---:|---:|---:|")
    for network, size, n_channels in CASES:
        games = {p: game(network, size, n_channels, p, arguments.threads) for p in ("float32", "bfloat16")}
        times: dict[str, list[float]] = {p: [] for p in games}
        losses = dict.fromkeys(games, 0.0)
        for step in range(arguments.steps + 3):
            for precision, played in games.items():
                start = perf_counter()
                shown = played.advance()
                if step >= 3:
                    times[precision].append(perf_counter() - start)
                losses[precision] = float(shown["loss"])
        full, half = (median(times[p]) * 1e3 for p in ("float32", "bfloat16"))
        apart = abs(losses["bfloat16"] - losses["float32"]) / abs(losses["float32"])
        print(
            f"| {network} | {size} × {size} × {n_channels} "
            f"| {full:.1f} | {half:.1f} | {full / half:.2f} | {apart:.1e} |"
        )


if __name__ == "__main__":
    main()
