"""Train: a small VAE, some seconds after its start; on MNIST where it lies on this machine, else on the digits that
come with the program."""

from __future__ import annotations

import time

from latent_studio.app.panels.train import TrainPanel
from latent_studio.app.touring.conductor import Script, soon
from latent_studio.app.touring.hand import click
from latent_studio.app.touring.visit import Visit
from latent_studio.data.places import find
from latent_studio.training.recipe import DataSection, OptimizerSection, Recipe, TrainingSection

WELL_ON = 0.7


def begin(visit: Visit) -> Script:
    """Start it; it goes on while the visitor looks at other panels."""
    yield from visit.go_to("train")
    train = visit.panel(TrainPanel)
    train.set_recipe(mnist_recipe() if find("mnist").exists() else digits_recipe())
    yield lambda: bool(train.form.data.found())
    click(train.start_bar.start)
    yield lambda: any(run.n_steps > 0 for run in train.runs.all())
    visit.training, visit.training_since = train.runs.all()[0].key, time.monotonic()
    print(f"training {train.runs.all()[0].plan.name}")


def scene(visit: Visit) -> Script:
    """Wait until there are curves worth looking at: as long as was said, or until most of it is done."""
    runs = visit.panel(TrainPanel).runs

    def is_well_on() -> bool:
        run = runs.get(visit.training)
        is_late = time.monotonic() - visit.training_since >= visit.train_s
        return is_late or run is None or run.step > WELL_ON * run.n_steps

    yield is_well_on


def game(visit: Visit) -> Script:
    """A run of two players on the digits, from its start to some seconds later, and its picture."""
    yield from visit.go_to("train")
    train = visit.panel(TrainPanel)
    train.set_recipe(game_recipe())
    click(train.start_bar.start)
    yield lambda: any(run.n_steps > 0 for run in train.runs.all())
    run = train.runs.all()[0]
    yield soon(lambda: run.stage == "ended", visit.train_s)
    yield soon(lambda: bool(train.board.view.pictures.newest.grid.isVisible()))
    yield from visit.portrait("train-game")
    train.runs.stop(run.key)
    yield lambda: not train.runs.all()


def end(visit: Visit) -> Script:
    """Stop it, which saves it."""
    runs = visit.panel(TrainPanel).runs
    run = runs.get(visit.training)
    if run is not None:
        runs.stop(visit.training)
        yield lambda: runs.get(visit.training) is None
        print(f"trained it for {run.step:,} steps, saved in its run")


def mnist_recipe() -> Recipe:
    """A VAE that is worth looking at after its first epochs, some seconds each on one core."""
    return Recipe(
        name="mnist-vae-8",
        data=DataSection(source="idx", path="mnist"),
        model={"family": "vae", "n_latent": 8, "width": 256},
        training=TrainingSection(n_epochs=10, ema_decay=0.99),
        optimizer=OptimizerSection(learning_rate=1e-3),
    )


def game_recipe() -> Recipe:
    """A small GAN whose samples are digits after half a minute on one core."""
    return Recipe(
        name="digits-gan-16",
        data=DataSection(source="digits"),
        model={"family": "gan", "n_latent": 16, "network": "mlp", "width": 128},
        training=TrainingSection(n_epochs=400, ema_decay=0.99),
        optimizer=OptimizerSection(learning_rate=1e-3),
    )


def digits_recipe() -> Recipe:
    """A VAE that is worth looking at after some seconds on one core."""
    return Recipe(
        name="digits-vae-8",
        data=DataSection(source="digits"),
        model={"family": "vae", "n_latent": 8, "width": 256},
        training=TrainingSection(n_epochs=1500, ema_decay=0.99),
        optimizer=OptimizerSection(learning_rate=2e-3),
    )
