"""`kill -9` while a small VAE trains and saves after every step: does each run end bit for bit like an undisturbed one?

    python benchmarks/faults.py --kills 200 --results docs/results.md

Half of the kills come at any moment since the process was started; the other half wait until a save begins and come
at a random moment of it. Where a kill really landed is counted afterwards, from what it left behind: a temporary folder
of a step newer than any whole one is a save that was cut between its first write and its rename.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from latent_studio.core.files import TEMPORARY
from latent_studio.core.runs import BEST, METRICS, STEP

PRELOADED = ("latent_studio.training.trainer", "latent_studio.families.vae", "latent_studio.data.digits")
KILLS_PER_RUN = 10
N_EPOCHS = 4
LIFE_S = 1.0
"""A process that dies "at any moment" does so within this time of its start: setting up, or some ten saves later."""
SAVE_S = 0.045
"""About how long a save takes from its first write to its rename."""


def train_digits(folder: str, seed: int, save_every_s: float, augment: Mapping[str, Any]) -> None:
    """Train (or go on training) in the folder until done: the body of the process that is killed."""
    from latent_studio.training.recipe import Recipe
    from latent_studio.training.trainer import train

    recipe = Recipe.model_validate(
        {
            "name": "faults",
            "data": {"source": "digits"},
            "model": {"family": "vae", "network": "mlp", "n_latent": 4, "width": 32},
            "augment": augment,
            "training": {
                "n_epochs": N_EPOCHS,
                "batch_size": 120,
                "seed": seed,
                "n_threads": 1,
                "device": "cpu",
                "save_every_s": save_every_s,
                "measure_every": 6,
            },
        }
    )
    for _ in train(recipe, Path(folder)):
        pass


@dataclass
class Count:
    """What happened to the runs so far."""

    n_runs: int = 0
    n_kills: int = 0
    n_in_save: int = 0
    n_resumed: int = 0
    n_lost_steps: int = 0
    n_equal: int = 0


class Saboteur:
    """Starts, kills and restarts training processes, and keeps count."""

    def __init__(
        self, folder: Path, seed: int, share_aimed: float = 0.5, augment: Mapping[str, Any] | None = None
    ) -> None:
        self.folder, self.rng, self.share_aimed = folder, random.Random(seed), share_aimed
        self.augment = dict(augment or {})
        self.count = Count()
        # processes are forked from one that has imported torch and nothing else: each has a state of its own, and
        # starts in a fraction of a second
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(list(PRELOADED))

    def sabotage(self, n_kills: int) -> Count:
        """Kill so many times, over as many runs as that takes; every run is then finished and compared."""
        while self.count.n_kills < n_kills:
            self.one_run(min(KILLS_PER_RUN, n_kills - self.count.n_kills))
        return self.count

    def one_run(self, n_kills: int) -> None:
        """A run that is killed up to so many times (it may be done before), then left alone to its end."""
        seed = self.count.n_runs
        disturbed, undisturbed = self.folder / f"{seed}-disturbed", self.folder / f"{seed}-undisturbed"
        n_before = self.count.n_kills
        while self.count.n_kills < n_before + n_kills and self.killed(disturbed, seed):
            pass
        for run, save_every_s in ((disturbed, 0.0), (undisturbed, 1000.0)):
            process = self.start(run, seed, save_every_s)
            process.join()
            if process.exitcode != 0:
                raise SystemExit(f"{run} could not be finished: see the traceback above")
        self.count.n_resumed += self.count.n_kills - n_before
        self.count.n_equal += are_equal(disturbed, undisturbed)
        self.count.n_runs += 1
        shutil.rmtree(disturbed)
        shutil.rmtree(undisturbed)

    def start(self, run: Path, seed: int, save_every_s: float) -> Any:
        process = self.context.Process(target=train_digits, args=(str(run), seed, save_every_s, self.augment))
        process.start()
        return process

    def killed(self, run: Path, seed: int) -> bool:
        """Go on with the run and kill it at a random moment; False where it ended first."""
        before = newest_step(run)
        process = self.start(run, seed, save_every_s=0.0)
        if self.rng.random() < self.share_aimed:
            while cut_save(run) is None and process.is_alive():
                time.sleep(0.0005)
            time.sleep(self.rng.uniform(0.0, SAVE_S))
        else:
            process.join(self.rng.uniform(0.0, LIFE_S))
        if not process.is_alive():
            return False
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        if process.exitcode != -signal.SIGKILL:
            return False  # it had ended a moment before
        self.count.n_kills += 1
        self.count.n_in_save += cut_save(run) is not None
        self.count.n_lost_steps += newest_step(run) < before
        return True


def cut_save(run: Path) -> Path | None:
    """What a save under way has written so far; None where there is no save under way."""
    newest = newest_step(run)
    try:
        for folder in run.glob(f"{TEMPORARY}{STEP}*"):  # an older step's folder is one that was being deleted
            if int(folder.name.removeprefix(f"{TEMPORARY}{STEP}")) > newest and any(folder.iterdir()):
                return folder
    except FileNotFoundError:
        return None  # the process lives and has just renamed it
    return None


def newest_step(run: Path) -> int:
    """The number of the newest whole step, -1 before the first."""
    return max((int(folder.name.removeprefix(STEP)) for folder in run.glob(f"{STEP}*")), default=-1)


def are_equal(first: Path, second: Path) -> bool:
    """Whether raw weights, moving average, optimizer, counters, the best moment and the curves agree bit for bit."""
    last = f"{STEP}{newest_step(first):08d}"
    names = [METRICS, BEST, *(f"{last}/{name}.safetensors" for name in ("model", "ema", "state"))]
    same_counters = counters(first / last) == counters(second / last)
    return same_counters and all((first / name).read_bytes() == (second / name).read_bytes() for name in names)


def counters(step: Path) -> Any:
    """The plain numbers of a saved step."""
    return json.loads((step / "counters.json").read_text())


def table(count: Count, seconds: float) -> str:
    """The results as Markdown."""
    share = count.n_in_save / max(count.n_kills, 1)
    rows = (
        ("kills (SIGKILL)", f"{count.n_kills}"),
        ("of them between a save's first write and its rename", f"{count.n_in_save} ({share:.0%})"),
        ("resumed and finished", f"{count.n_resumed}"),
        ("kills after which an older step was the newest", f"{count.n_lost_steps}"),
        ("runs, and those equal to an undisturbed one bit for bit", f"{count.n_runs}, {count.n_equal}"),
        ("minutes", f"{seconds / 60:.1f}"),
    )
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--results", type=Path, help="a Markdown file to append the table to")
    chosen = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        count = Saboteur(Path(folder), chosen.seed).sabotage(chosen.kills)
    told = table(count, time.monotonic() - began)
    print(told)
    if chosen.results:
        with chosen.results.open("a", encoding="utf-8") as file:
            file.write(
                f"\n## Faults\n\n`python benchmarks/faults.py --kills {chosen.kills}`: a VAE on the digits that saves "
                f"after every step, killed and restarted ({platform.platform()}, {os.cpu_count()} cores).\n\n{told}\n"
            )
    if count.n_equal < count.n_runs or count.n_lost_steps or count.n_in_save * 2 < count.n_kills:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
