"""What bad input gets on the command line: exit code 2 and one sentence with the remedy, and nothing is lost.

The fixture `refused` asserts code, silence on stdout, a single line and the missing traceback.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from latent_studio.core.header import KEY
from tests.cli.calls import Refused, Run

WriteIdx = Callable[[str, NDArray[np.uint8]], Path]


@pytest.fixture
def idx(tmp_path: Path) -> WriteIdx:
    """Writes an IDX file of bytes into the folder tmp_path/idx."""
    folder = tmp_path / "idx"
    folder.mkdir()

    def write(name: str, numbers: NDArray[np.uint8]) -> Path:
        header = struct.pack(f">BBBB{numbers.ndim}I", 0, 0, 8, numbers.ndim, *numbers.shape)
        (folder / name).write_bytes(header + numbers.tobytes())
        return folder / name

    return write


@pytest.fixture
def small_idx(idx: WriteIdx) -> Path:
    """A whole set of 40 pictures with their labels; returns its folder."""
    pixels = np.arange(40 * 64, dtype=np.uint32).astype(np.uint8).reshape(40, 8, 8)
    idx("train-labels-idx1-ubyte", (np.arange(40) % 10).astype(np.uint8))
    return idx("train-images-idx3-ubyte", pixels).parent


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of 30 pictures."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for index in range(30):
        Image.fromarray(rng.integers(0, 256, (16, 16, 3), np.uint8)).save(folder / f"{index:02d}.png")
    return folder


def edited(checkpoint: Path, place: Path, edit: Callable[[bytearray], None]) -> Path:
    """A copy of the checkpoint with some bytes changed."""
    content = bytearray(checkpoint.read_bytes())
    edit(content)
    place.write_bytes(content)
    return place


# ------------------------------------------------------------------------------------------------------------- data


def test_a_whole_idx_set_is_read(run: Run, small_idx: Path) -> None:
    """So the refusals below are about what was done to it."""
    assert run("data", "show", small_idx, "--json").json["n_train"] > 0


def test_a_truncated_idx_file(refused: Refused, small_idx: Path) -> None:
    path = small_idx / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-1])
    for command in (("data", "show", small_idx), ("data", "show", "idx", "--path", path)):
        assert "train-images-idx3-ubyte is cut short" in refused(*command)


def test_a_file_that_is_not_idx(refused: Refused, small_idx: Path) -> None:
    (small_idx / "train-images-idx3-ubyte").write_text("pictures, honestly")
    told = refused("data", "show", "idx", "--path", small_idx)
    assert "not an IDX file" in told


def test_fewer_labels_than_pictures(refused: Refused, idx: WriteIdx, small_idx: Path) -> None:
    idx("train-labels-idx1-ubyte", np.zeros(39, np.uint8))
    told = refused("data", "show", small_idx)
    assert "39" in told
    assert "40" in told


def test_an_empty_folder(refused: Refused, tmp_path: Path, recipe: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "empty" in refused("data", "show", tmp_path / "empty")
    source = ("--set", "data.source=folder", "--set", f"data.path={tmp_path / 'empty'}")
    assert "holds no pictures" in refused("train", recipe, "--run", tmp_path / "run", *source)
    assert not (tmp_path / "run").exists()


def test_unreadable_pictures_are_left_out_and_counted(run: Run, pictures: Path, recipe: Path, tmp_path: Path) -> None:
    (pictures / "30.png").write_bytes(b"no picture")
    (pictures / "31.png").write_bytes((pictures / "00.png").read_bytes()[:60])
    ran = run("data", "show", pictures, "--size", "8", "--json")
    assert ran.code == 0
    assert ran.err == "2 of 32 pictures could not be read and were left out.\n"
    assert (ran.json["n_skipped"], ran.json["n_train"] + ran.json["n_test"]) == (2, 30)
    settings = ("--set", "data.source=folder", "--set", f"data.path={pictures}", "--set", "data.size=8")
    trained = run("train", recipe, "--run", tmp_path / "run", "--json", *settings, "--set", "training.batch_size=8")
    assert (trained.code, trained.err) == (0, ran.err)


def test_a_folder_without_one_readable_picture(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "a.png").write_bytes(b"no picture")
    assert "None of the 1 pictures in broken can be read" in refused("data", "show", tmp_path / "broken")


def test_a_source_that_does_not_exist(refused: Refused) -> None:
    assert "nor a file or folder here" in refused("data", "show", "digit")
    assert refused("data", "show", "digit", "--path", "x").endswith('did you mean "digits"?')


def test_an_option_that_a_source_does_not_have(refused: Refused) -> None:
    assert refused("data", "show", "moons", "--set", "tild=true").endswith('did you mean "tilt"?')


# ---------------------------------------------------------------------------------------------------------- recipes


@pytest.mark.parametrize(
    ("setting", "remedy"),
    [
        ("model.bata=4", 'did you mean "beta"?'),
        ("training.n_epoch=4", 'did you mean "n_epochs"?'),
        ("optimiser.name=adam", 'did you mean "optimizer"?'),
        ("model.family=vee", 'did you mean "vae"?'),
        ("data.source=digit", 'did you mean "digits"?'),
        ("model.beta=-1", "greater than or equal to 0"),
        ("training.n_epochs=0", "greater than or equal to 1"),
        ("training.batch_size=many", "valid integer"),
        ("optimizer.learning_rate=nan", "finite number"),
        ("beta", "write it as section.field=value"),
    ],
)
def test_a_wrong_setting_is_told_with_its_remedy(
    setting: str, remedy: str, refused: Refused, recipe: Path, tmp_path: Path
) -> None:
    for command in (("train", recipe, "--run", tmp_path / "run"), ("estimate", recipe)):
        assert remedy in refused(*command, "--set", setting)
    assert not (tmp_path / "run").exists()


def test_a_wrong_recipe_file(refused: Refused, recipe: Path, tmp_path: Path, checkpoint: Path) -> None:
    recipe.write_text(recipe.read_text() + "sead = 4\n")
    assert 'did you mean "seed"?' in refused("train", recipe)
    recipe.write_text("[model\n")
    assert "is not valid TOML" in refused("train", recipe)
    assert "give the path of a recipe" in refused("train", tmp_path / "nowhere.toml")
    assert "holds no recipe.toml" in refused("train", tmp_path)
    assert "is no text file" in refused("train", checkpoint)


def test_a_folder_that_holds_something_else_is_not_written_into(
    refused: Refused, recipe: Path, tmp_path: Path, pictures: Path
) -> None:
    before = sorted(pictures.iterdir())
    assert "choose another folder" in refused("train", recipe, "--run", pictures)
    assert sorted(pictures.iterdir()) == before


@pytest.mark.skipif(torch.cuda.is_available(), reason="needs a machine without CUDA")
def test_cuda_where_there_is_none(refused: Refused, recipe: Path, tmp_path: Path) -> None:
    told = refused("train", recipe, "--run", tmp_path / "run", "--set", "training.device=cuda")
    assert told == 'No CUDA device is at hand: set training.device = "auto" or "cpu".'
    assert not (tmp_path / "run").exists()


# ------------------------------------------------------------------------------------------------------ checkpoints


@pytest.mark.parametrize("n_bytes", [0, 4, 8, 100, -1])
def test_a_checkpoint_cut_short(n_bytes: int, refused: Refused, checkpoint: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.safetensors"
    path.write_bytes(checkpoint.read_bytes()[:n_bytes])
    for command in (("info", path), ("evaluate", path), ("sample", path, "--out", tmp_path / "x.png")):
        assert "cut.safetensors is cut short" in refused(*command)
    assert not (tmp_path / "x.png").exists()


def test_a_checkpoint_of_a_newer_version(refused: Refused, checkpoint: Path, tmp_path: Path) -> None:
    content = checkpoint.read_bytes()
    n_header = struct.unpack("<Q", content[:8])[0]
    table = json.loads(content[8 : 8 + n_header])
    table["__metadata__"][KEY] = table["__metadata__"][KEY].replace('"format_version":1', '"format_version":99')
    header = json.dumps(table).encode()
    path = tmp_path / "newer.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header + content[8 + n_header :])
    for command in (("info", path), ("render", "traversal", path, "--out", tmp_path / "x.png")):
        assert refused(*command) == "newer.safetensors has format 99 and this program reads up to 1: update it."


def test_a_checkpoint_with_one_bit_flipped(refused: Refused, checkpoint: Path, tmp_path: Path) -> None:
    def flip(content: bytearray) -> None:
        content[-1000] ^= 1

    path = edited(checkpoint, tmp_path / "flipped.safetensors", flip)
    assert "not those it was saved with" in refused("sample", path, "--out", tmp_path / "x.png")
    assert "not those it was saved with" in refused("evaluate", path)


def test_what_is_no_checkpoint(refused: Refused, tmp_path: Path, recipe: Path) -> None:
    assert "is not there" in refused("sample", tmp_path / "gone.safetensors", "--out", tmp_path / "x.png")
    assert "is no run folder" in refused("info", tmp_path)
    assert "is no checkpoint" in refused("info", recipe)
    assert "is no run folder" in refused("export", recipe, "--out", tmp_path / "x.safetensors")


def test_a_run_without_a_save(refused: Refused, run: Run, trained: Path, tmp_path: Path) -> None:
    young = tmp_path / "young"
    young.mkdir()
    for name in ("recipe.toml", "status.json"):
        shutil.copy(trained / name, young)
    assert "has saved nothing yet" in refused("sample", young, "--out", tmp_path / "x.png")
    assert run("info", young, "--json").json["header"] is None


def test_weights_chosen_of_a_single_file(refused: Refused, checkpoint: Path) -> None:
    assert "chooses within a run folder" in refused("evaluate", checkpoint, "--weights", "raw")


# --------------------------------------------------------------------------------------------------------- the disk


def saved_bytes(run: Path) -> dict[str, bytes]:
    return {str(path.relative_to(run)): path.read_bytes() for path in run.glob("step-*/*")}


def test_a_full_disk_loses_nothing(
    refused: Refused, run: Run, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = shutil.copytree(trained, tmp_path / "copied")
    before = saved_bytes(copied)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert "The disk is full" in refused("train", copied, "--epochs", "1")
        assert "The disk is full" in refused("sample", copied, "--out", tmp_path / "x.png")
    assert saved_bytes(copied) == before
    assert not list(tmp_path.glob("*.png"))
    assert run("train", copied, "--epochs", "1", "--json").code == 0


def test_a_disk_that_is_really_full(recipe: Path, tmp_path: Path) -> None:
    """A file system of two megabytes in a namespace of its own: train, fill it up, go on, make room, go on."""
    disk = tmp_path / "disk"
    disk.mkdir()
    train = f"{sys.executable} -m latent_studio.cli train"
    script = f"""
        mount -t tmpfs -o size=2m tmpfs {disk} || exit 77
        {train} {recipe} --run {disk}/run --json > /dev/null || exit 78
        head -c 4m /dev/zero > {disk}/filler 2> /dev/null
        {train} {disk}/run --epochs 1 --json > /dev/null; echo "full: $?"
        rm {disk}/filler
        {train} {disk}/run --epochs 1 --json > /dev/null; echo "room: $?"
    """
    if shutil.which("unshare") is None:
        pytest.skip("needs unshare")
    told = subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, timeout=120)
    if told.returncode in (1, 77):
        pytest.skip(f"may not mount a file system here: {told.stderr.strip()}")
    assert told.stdout.splitlines() == ["full: 2", "room: 0"], told.stderr
    assert told.stderr.startswith("The disk is full")
    assert told.stderr.count("\n") == 1


def test_a_folder_that_may_not_be_written(
    refused: Refused, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said by the system at the write, because a test that is run as root may write everywhere."""

    def forbidden(descriptor: int) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", forbidden)
        assert "may not be written" in refused("sample", checkpoint, "--out", tmp_path / "x.png")


def test_an_output_that_is_not_named_as_what_it_is(refused: Refused, checkpoint: Path, trained: Path) -> None:
    assert "end in .png" in refused("sample", checkpoint, "--out", "x.jpg")
    assert "end in .safetensors" in refused("export", trained, "--out", "x.pt")


def test_an_output_where_something_is_in_the_way(refused: Refused, checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "taken.png").mkdir()
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "taken.png", tmp_path / "file" / "x.png"):
        assert "choose another name" in refused("sample", checkpoint, "--out", out)
