"""Model keys: a checkpoint, a run's newest saved step, or its newest published weights."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from latent_studio.core.errors import StudioError
from latent_studio.core.model import Decodes
from latent_studio.core.runs import newest_weights
from latent_studio.engine.data import N_KEPT, OpenData
from latent_studio.engine.models import LOOK_EVERY_S, OpenModels
from latent_studio.training.checkpoint import digest, load_checkpoint, save_checkpoint, weights_of
from latent_studio.training.recipe import DataSection
from latent_studio.training.snapshots import PublishedWeights, SnapshotStore
from latent_studio.training.trainer import train
from tests.training.toys import digits, drive, play, recipe

VAE = {"n_latent": 2, "width": 8, "network": "mlp"}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    play(recipe("vae", VAE, n_epochs=1), tmp_path / "run")
    return tmp_path / "run"


def newest(run: Path) -> Path:
    found = newest_weights(run)
    assert found is not None
    return found


def test_a_run_opens_on_its_newest_step_and_a_file_on_itself(run: Path) -> None:
    models = OpenModels(SnapshotStore())
    by_run, by_file = models(str(run)), models(str(newest(run)))
    assert by_run.header == by_file.header
    assert (by_run.key, by_file.key) == (str(run), str(newest(run)))
    assert not by_run.model.training


def test_a_model_is_read_once_and_again_when_its_file_has_changed(run: Path, tmp_path: Path) -> None:
    header, model = load_checkpoint(newest(run))
    path = tmp_path / "m.safetensors"
    save_checkpoint(path, weights_of(model), header)
    now = [0.0]
    models = OpenModels(SnapshotStore(), clock=lambda: now[0])
    first = models(str(path))
    assert models(str(path)) is first
    changed = {name: tensor + 1 for name, tensor in weights_of(model).items()}
    save_checkpoint(path, changed, header)
    os.utime(path, ns=(1, 1))
    assert models(str(path)) is first  # a drag does not look at the disk at each of its steps
    now[0] += LOOK_EVERY_S
    assert models(str(path)).header.digest != first.header.digest


def test_the_newest_published_weights_are_taken_and_newer_ones_asked_for(run: Path) -> None:
    store = SnapshotStore()
    models = OpenModels(store)
    header, model = load_checkpoint(newest(run))
    for step in (5, 6):
        weights = {name: tensor + step for name, tensor in weights_of(model).items()}
        told = header.model_copy(update={"step": step, "digest": digest(weights, header)})
        store.publish(str(run), PublishedWeights(told, weights))
        opened = models(str(run))
        assert opened.header.step == step
        assert isinstance(opened.model, Decodes)
        for name, tensor in opened.model.state_dict().items():
            assert torch.equal(tensor, weights[name])


def test_opening_asks_the_trainer_for_newer_weights(run: Path) -> None:
    now = [0.0]
    store = SnapshotStore(clock=lambda: now[0])
    header, model = load_checkpoint(newest(run))
    store.publish(str(run), PublishedWeights(header, weights_of(model)))
    now[0] += 10
    assert not store.is_due(str(run))
    OpenModels(store)(str(run))
    assert store.is_due(str(run))


@pytest.mark.parametrize("until_step", [6, None])
def test_once_a_run_has_ended_here_its_folder_tells_the_newest_weights(run: Path, until_step: int | None) -> None:
    """Another process may train it on: what this one published last is old by then."""
    store = SnapshotStore()
    models = OpenModels(store)
    drive(train(recipe("vae", VAE, n_epochs=2), run, digits(), snapshots=store), until_step)
    assert models(str(run)).header.step == (until_step or 8)
    play(recipe("vae", VAE, n_epochs=3), run)
    assert models(str(run)).header.step == 12


@pytest.mark.parametrize("key", ["gone", "gone.safetensors"])
def test_what_is_gone_says_so(tmp_path: Path, key: str) -> None:
    with pytest.raises(StudioError, match="is not there: it was moved or deleted"):
        OpenModels(SnapshotStore())(str(tmp_path / key))


def test_a_run_that_saved_nothing_yet_says_so(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="has saved nothing yet: wait for its first save"):
        OpenModels(SnapshotStore())(str(tmp_path))


# ------- data in memory


def test_a_set_is_read_once_whatever_share_of_it_is_trained_on() -> None:
    data = OpenData()
    first = data(DataSection(source="digits"))
    assert data(DataSection(source="digits", train_fraction=0.5, digest="abc")) is first
    assert data(DataSection(source="digits", size=16)) is not first


def test_the_sets_used_last_stay_in_memory() -> None:
    data = OpenData()
    first = data(DataSection(source="digits"))
    for size in range(9, 9 + N_KEPT - 1):
        data(DataSection(source="digits", size=size))
    assert data(DataSection(source="digits")) is first
    for size in range(20, 20 + N_KEPT):
        data(DataSection(source="digits", size=size))
    assert data(DataSection(source="digits")) is not first
