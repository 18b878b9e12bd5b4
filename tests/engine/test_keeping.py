"""Kept snapshots: whole, once, and the very weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from latent_studio.core.errors import StudioError
from latent_studio.core.header import read_header
from latent_studio.core.runs import newest_weights
from latent_studio.engine.keeping import KeepSnapshot
from latent_studio.training.checkpoint import digest, load_checkpoint, load_verified
from tests.app.driving import digits_recipe, trained


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small trained model."""
    folder = tmp_path_factory.mktemp("kept-model")
    trained(digits_recipe("tiny", 2), folder / "run", folder / "tiny.safetensors")
    weights = newest_weights(folder / "run")
    assert weights is not None
    return weights


def test_the_weights_of_an_open_model_are_kept_under_the_same_digest(model: Path, tmp_path: Path) -> None:
    header, opened = load_checkpoint(model)
    path = tmp_path / "kept" / "a.safetensors"
    list(KeepSnapshot(slot="k", path=path, header=header, weights=opened.state_dict()).run())
    again, weights = load_verified(path)
    assert again == header
    assert all(torch.equal(weights[name], tensor) for name, tensor in opened.state_dict().items())


def test_what_is_kept_already_is_not_written_again_and_what_is_damaged_is(model: Path, tmp_path: Path) -> None:
    header, opened = load_checkpoint(model)
    path = tmp_path / "a.safetensors"
    keep = KeepSnapshot(slot="k", path=path, header=header, weights=opened.state_dict())
    list(keep.run())
    written = path.stat().st_mtime_ns
    list(keep.run())
    assert path.stat().st_mtime_ns == written
    path.write_bytes(path.read_bytes()[:100])
    list(keep.run())
    assert read_header(path) == header


def test_weights_that_are_not_those_of_the_header_are_not_passed_off_as_kept(model: Path, tmp_path: Path) -> None:
    header, opened = load_checkpoint(model)
    other = {name: tensor + 1 for name, tensor in opened.state_dict().items()}
    assert digest(other, header) != header.digest
    path = tmp_path / "a.safetensors"
    with pytest.raises(StudioError, match="could not be kept"):
        list(KeepSnapshot(slot="k", path=path, header=header, weights=other).run())
    assert not path.exists()
