"""The library over real folders: ready-made models, runs, broken files, the trash."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from latent_studio.core.errors import StudioError
from latent_studio.core.family import DataSpec
from latent_studio.core.files import write_file
from latent_studio.core.header import Header, read_header
from latent_studio.core.latent import LatentSpace, Normal
from latent_studio.core.runs import RunStatus
from latent_studio.studio.library import Entry, SeenBefore, age_text, free_name, matching, scan, size_text
from latent_studio.studio.shelving import duplicate, move_to_trash, rename, restore_from_trash
from latent_studio.training.checkpoint import checkpoint_bytes, digest, load_weights


def a_header(name: str, data: str = "MNIST") -> Header:
    return Header(
        name=name,
        family="vae",
        family_title="VAE",
        config={},
        space=LatentSpace(factors=(Normal(name="z"),)),
        data=DataSpec(name=data, image_shape=(1, 8, 8)),
        capabilities=("Decodes",),
    )


def a_model(path: Path, name: str, data: str = "MNIST") -> Path:
    write_file(path, checkpoint_bytes({"w": torch.arange(4.0)}, a_header(name, data)))
    return path


def a_run(folder: Path, name: str, state: str = "finished", heartbeat: float = 0.0, has_saved: bool = True) -> Path:
    write_file(folder / "recipe.toml", f'name = "{name}"\n')
    status = RunStatus.model_validate(
        {"name": name, "state": state, "heartbeat": heartbeat, "disk_bytes": 5000, "pid": os.getpid(), "host": "here"}
    )
    write_file(folder / "status.json", status.model_dump_json())
    if has_saved:
        a_model(folder / "step-00000007" / "ema.safetensors", name)
        write_file(folder / "latest", "step-00000007")
    return folder


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path, Path]:
    return tmp_path / "ready", tmp_path / "runs", tmp_path / "trash"


def kinds(entries: tuple[Entry, ...]) -> list[tuple[str, str]]:
    return [(entry.kind, entry.name) for entry in entries]


def test_everything_there_is_in_an_order_one_can_find_things_in(
    places: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    ready, runs, trash = places
    a_model(ready / "b.safetensors", "Second")
    a_model(ready / "a.safetensors", "First")
    a_run(runs / "old", "old run", heartbeat=1000.0)
    a_run(runs / "new", "new run", heartbeat=2000.0)
    opened = a_model(tmp_path / "elsewhere.safetensors", "Opened")
    a_model(trash / "c.safetensors", "Thrown away")
    found = scan(ready, runs, trash, [str(opened)])
    assert kinds(found) == [
        ("ready-made", "First"),
        ("ready-made", "Second"),
        ("run", "new run"),
        ("run", "old run"),
        ("file", "Opened"),
        ("trash", "Thrown away"),
    ]
    assert all(entry.can_open for entry in found)


def test_places_that_are_not_there_are_empty(places: tuple[Path, Path, Path]) -> None:
    assert scan(*places) == ()


def test_a_broken_file_has_a_card_that_says_what_is_wrong(places: tuple[Path, Path, Path]) -> None:
    ready, runs, trash = places
    content = a_model(ready / "cut.safetensors", "Cut").read_bytes()
    (ready / "cut.safetensors").write_bytes(content[:-3])
    (ready / "letter.safetensors").write_bytes(b"dear")
    a_run(runs / "r", "damaged run")
    (runs / "r" / "step-00000007" / "ema.safetensors").write_bytes(content[:40])
    cut, letter, run = scan(ready, runs, trash)
    assert (cut.name, letter.name, run.name) == ("cut", "letter", "damaged run")
    for entry in (cut, letter, run):
        assert not entry.can_open
        assert "copy it again from its source" in entry.problem


def test_a_run_that_saved_nothing_yet_has_a_card_and_cannot_be_opened(places: tuple[Path, Path, Path]) -> None:
    a_run(places[1] / "young", "young run", state="stopped", has_saved=False)
    (entry,) = scan(*places)
    assert (entry.name, entry.can_open, entry.problem) == ("young run", False, "")


def test_a_folder_that_is_no_run_is_no_card(places: tuple[Path, Path, Path]) -> None:
    (places[1] / "notes").mkdir(parents=True)
    (places[1] / "letter.txt").write_text("dear")
    assert scan(*places) == ()


def test_an_opened_file_that_has_vanished_says_so(places: tuple[Path, Path, Path], tmp_path: Path) -> None:
    (entry,) = scan(*places, [str(tmp_path / "gone.safetensors")])
    assert "moved or deleted" in entry.problem


def test_files_are_read_again_only_where_they_changed(places: tuple[Path, Path, Path]) -> None:
    path = a_model(places[0] / "a.safetensors", "Before")
    look = SeenBefore()
    first = scan(*places, look=look)
    assert scan(*places, look=look)[0].header is first[0].header
    a_model(path, "After that")
    os.utime(path, (time.time() + 5, time.time() + 5))
    assert scan(*places, look=look)[0].name == "After that"


# ------- what is done to cards


def test_what_is_thrown_away_can_be_brought_back_whole(places: tuple[Path, Path, Path]) -> None:
    ready, runs, trash = places
    content = a_model(ready / "a.safetensors", "Mine").read_bytes()
    (entry,) = scan(*places)
    move_to_trash(entry, trash)
    (thrown,) = scan(*places)
    assert (thrown.kind, thrown.name) == ("trash", "Mine")
    back = restore_from_trash(thrown, ready)
    assert back == ready / "a.safetensors"
    assert back.read_bytes() == content
    assert kinds(scan(*places)) == [("ready-made", "Mine")]


def test_a_run_goes_to_the_trash_and_back_with_all_its_files(places: tuple[Path, Path, Path]) -> None:
    _, runs, trash = places
    a_run(runs / "r", "mine")
    before = {path.relative_to(runs): path.read_bytes() for path in runs.rglob("*") if path.is_file()}
    move_to_trash(scan(*places)[0], trash)
    assert not (runs / "r").exists()
    restore_from_trash(scan(*places)[0], runs)
    assert {path.relative_to(runs): path.read_bytes() for path in runs.rglob("*") if path.is_file()} == before


def test_two_of_one_name_lie_side_by_side_in_the_trash(places: tuple[Path, Path, Path]) -> None:
    ready, _, trash = places
    for _ in range(3):
        a_model(ready / "a.safetensors", "Mine")
        move_to_trash(scan(*places)[0], trash)
    assert sorted(path.name for path in trash.iterdir()) == ["a-2.safetensors", "a-3.safetensors", "a.safetensors"]


def test_bringing_back_never_writes_over_what_is_there(places: tuple[Path, Path, Path]) -> None:
    ready, _, trash = places
    a_model(ready / "a.safetensors", "Old")
    move_to_trash(scan(*places)[0], trash)
    a_model(ready / "a.safetensors", "New")
    restore_from_trash(scan(*places)[-1], ready)
    assert [entry.name for entry in scan(*places)] == ["Old", "New"]  # a-2 comes before a.


def test_a_run_that_is_being_trained_is_not_thrown_away(places: tuple[Path, Path, Path]) -> None:
    a_run(places[1] / "r", "busy", state="running", heartbeat=time.time())
    with pytest.raises(StudioError, match="busy is being trained: stop it before you delete it"):
        move_to_trash(scan(*places)[0], places[2])


def test_a_copy_has_another_name_and_the_same_weights(places: tuple[Path, Path, Path]) -> None:
    source = a_model(places[0] / "a.safetensors", "Mine")
    copy = duplicate(scan(*places)[0], places[0], "Mine, again")
    assert read_header(copy).name == "Mine, again"
    assert digest(load_weights(copy), read_header(copy)) == digest(load_weights(source), read_header(source))


def test_a_ready_made_model_keeps_its_name(places: tuple[Path, Path, Path]) -> None:
    a_model(places[0] / "a.safetensors", "Mine")
    with pytest.raises(StudioError, match="ready-made and keeps its name: duplicate it"):
        rename(scan(*places)[0], "Other")


def test_a_run_is_renamed_where_it_lies(places: tuple[Path, Path, Path]) -> None:
    run = a_run(places[1] / "r", "before")
    rename(scan(*places)[0], "  after ")
    assert scan(*places)[0].name == "after"
    assert run.is_dir()


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_a_name_has_letters_and_not_too_many(places: tuple[Path, Path, Path], name: str) -> None:
    a_run(places[1] / "r", "before")
    with pytest.raises(StudioError, match="A name has 1 to 120 letters"):
        rename(scan(*places)[0], name)


# ------- words


def test_search_finds_cards_by_name_family_and_data(places: tuple[Path, Path, Path]) -> None:
    a_model(places[0] / "a.safetensors", "Small one", "MNIST")
    a_model(places[0] / "b.safetensors", "Large one", "Moons")
    found = scan(*places)
    assert [e.name for e in matching(found, "mnist")] == ["Small one"]
    assert [e.name for e in matching(found, "ONE vae large")] == ["Large one"]
    assert matching(found, "nothing like it") == ()
    assert matching(found, " ") == found


@given(st.lists(st.sampled_from(["run", "run-2", "run-3", "run.v1", "a.safetensors"]), max_size=5, unique=True))
def test_a_free_name_is_free_and_the_first(tmp_path_factory: pytest.TempPathFactory, taken: list[str]) -> None:
    folder = tmp_path_factory.mktemp("names")
    for name in taken:
        (folder / name).touch()
    for name in ("run", "run.v1", "a.safetensors"):
        free = free_name(folder / name)
        assert not free.exists()
        assert free.suffix == Path(name).suffix
        if name not in taken:
            assert free.name == name
    if "run" in taken:
        assert free_name(folder / "run").name == next(f"run-{k}" for k in range(2, 9) if f"run-{k}" not in taken)


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (2_200_000, "2.2 MB"),
        (15_600_000, "16 MB"),
        (3e9, "3.0 GB"),
        (999_999, "1.0 MB"),
        (9_990, "10 kB"),
    ],
)
def test_sizes_in_words(n_bytes: float, text: str) -> None:
    assert size_text(n_bytes) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "just now"),
        (59, "just now"),
        (61, "1 min ago"),
        (3599, "59 min ago"),
        (7200, "2 h ago"),
        (90_000, "yesterday"),
        (3 * 86_400, "3 days ago"),
    ],
)
def test_ages_in_words(seconds: float, text: str) -> None:
    assert age_text(1e9 - seconds, now=1e9) == text


def test_an_old_age_is_a_date() -> None:
    then = time.mktime((2024, 11, 18, 12, 0, 0, 0, 0, -1))
    assert age_text(then, now=then + 30 * 86_400) == f"18 {time.strftime('%b', time.localtime(then))}"
