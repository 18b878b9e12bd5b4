"""Whether a GAN finds every mode: 8 Gaussians on a ring and 25 on a grid, by the family's own defaults.

    python benchmarks/ring.py [--seeds 5] [--divergences] [--threads 1]

Of 20,000 samples by the averaged weights: how many modes are met, which share lies within 3 σ of one, and what the
poorest mode has of its fair share. CPU seconds are of the whole training, in this process.

--divergences trains the ring for 5,000 steps by every divergence, without a penalty and with its usual one, and counts
the steps that were skipped because a loss or gradient was not finite.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import torch

from latent_studio.core.model import sample_prior
from latent_studio.data import load
from latent_studio.data.gaussians import SIGMA, centres
from latent_studio.metrics.points import Coverage, covered
from latent_studio.objectives.divergences import DIVERGENCES
from latent_studio.training.device import use_threads
from latent_studio.training.game import Game
from latent_studio.training.recipe import Recipe
from latent_studio.training.setting_up import prepare

N_SAMPLES = 20_000


def played(
    layout: str, seed: int, n_threads: int, n_epochs: int | None = None, **model: Any
) -> tuple[Game, float, int]:
    """(the game at its end, CPU seconds, skipped steps) of a GAN on that layout."""
    training: dict[str, Any] = {"seed": seed, "n_threads": n_threads, "device": "cpu"}
    if n_epochs is not None:
        training["n_epochs"] = n_epochs
    recipe = Recipe.model_validate(
        {
            "name": layout,
            "data": {"source": "gaussians", "options": {"layout": layout}},
            "model": {"family": "gan", **model},
            "training": training,
        }
    )
    game = prepare(recipe, load("gaussians", layout=layout)).game
    began, n_skipped = time.process_time(), 0
    while game.step < game.n_steps:
        n_skipped += not game.advance()
    return game, time.process_time() - began, n_skipped


@torch.inference_mode()
def judged(game: Game, layout: str) -> Coverage:
    """What its samples cover."""
    model = game.ema.model
    codes = sample_prior(model.space, N_SAMPLES, torch.Generator().manual_seed(1))
    points = model.decode(codes).flatten(1).numpy()  # type: ignore[operator]
    return covered(points, centres(layout), SIGMA[layout])


def seeds_table(n_seeds: int, n_threads: int) -> None:
    print("| layout | seed | modes | within 3 σ | poorest mode, of its fair share | CPU s | skipped |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for layout in SIGMA:
        for seed in range(n_seeds):
            game, cpu_s, n_skipped = played(layout, seed, n_threads)
            found = judged(game, layout)
            print(
                f"| {layout} | {seed} | {found.n_found} of {len(centres(layout))} | {100 * found.good:.1f} % "
                f"| {found.evenness:.2f} | {cpu_s:.0f} | {n_skipped} |",
                flush=True,
            )


def divergences_table(n_threads: int) -> None:
    print("| divergence | penalty | steps | skipped | modes | within 3 σ |")
    print("|---|---|---:|---:|---:|---:|")
    for name, entry in DIVERGENCES.items():
        for penalty in dict.fromkeys(("none", entry.usual_penalty)):
            settings = {"divergence": name, "penalty": penalty, "penalty_weight": None, "final_penalty_weight": None}
            game, _, n_skipped = played("ring", 0, n_threads, n_epochs=50, **settings)
            found = judged(game, "ring")
            covers = f"{found.n_found} | {100 * found.good:.0f} %"
            print(f"| {entry.title} | {penalty} | {game.step:,} | {n_skipped} | {covers} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--divergences", action="store_true", help="train by every divergence instead")
    arguments = parser.parse_args()
    use_threads(arguments.threads)
    if arguments.divergences:
        divergences_table(arguments.threads)
    else:
        seeds_table(arguments.seeds, arguments.threads)


if __name__ == "__main__":
    main()
