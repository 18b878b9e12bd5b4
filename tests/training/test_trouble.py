"""What goes wrong during training: said in a sentence, and nothing that was saved is lost."""

from __future__ import annotations

import builtins
import errno
import os
import pathlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Done, Event, Saved, Warned
from latent_studio.core.runs import EMA, RunStatus, read_status
from latent_studio.training import memory
from latent_studio.training.game import Game
from latent_studio.training.runs import COUNTERS, Run
from latent_studio.training.setting_up import estimate
from latent_studio.training.trainer import train
from tests.training.toys import assert_same_state, digits, game, of_kind, play, recipe, state


def status(run: Path) -> RunStatus:
    found = read_status(run)
    assert found is not None
    return found


# ---------------------------------------------------------------------------------------------------- losses not finite


def test_a_step_whose_loss_is_not_finite_moves_nothing_and_is_told(tmp_path: Path) -> None:
    played = game(recipe("fragile", {"bad_from": 2, "bad_to": 2}))
    for _ in range(2):
        assert played.advance()
    before = {name: value.clone() for name, value in played.model.state_dict().items()}
    assert played.advance() == {}
    assert all(torch.equal(value, before[name]) for name, value in played.model.state_dict().items())
    assert played.advance()
    events = play(recipe("fragile", {"bad_from": 2, "bad_to": 2}), tmp_path)
    assert [event.text for event in of_kind(Warned, events)] == ["Step 3 was skipped: its loss was not finite."]
    assert of_kind(Done, events)


def test_four_in_a_row_are_survived(tmp_path: Path) -> None:
    events = play(recipe("fragile", {"bad_from": 2, "bad_to": 5}), tmp_path)
    assert len(of_kind(Warned, events)) == 4
    assert status(tmp_path).state == "finished"


def test_five_in_a_row_end_the_run_with_the_last_good_state_kept(tmp_path: Path) -> None:
    of = recipe("fragile", {"bad_from": 7, "bad_to": 99})
    play(of, tmp_path, until_step=6)
    before = state(tmp_path)
    events: list[Event] = []
    with pytest.raises(StudioError, match="not finite 5 times in a row at step 12; the last good state is kept"):
        events.extend(event for event in train(of, tmp_path, digits()) if event is not None)
    assert_same_state(before, state(tmp_path))
    assert status(tmp_path).state == "failed"
    assert "smaller learning rate than 0.001" in status(tmp_path).message


def test_four_before_a_stop_and_one_after_it_are_five(tmp_path: Path) -> None:
    of = recipe("fragile", {"bad_from": 2, "bad_to": 99})
    training = train(of, tmp_path, digits())
    n_skipped = 0
    while n_skipped < 4:
        n_skipped += isinstance(next(training), Warned)
    training.close()
    with pytest.raises(StudioError, match="at step 7"):
        play(of, tmp_path)


# -------------------------------------------------------------------------------------------------------------- defects


def test_a_defect_keeps_its_traceback_and_never_writes_over_a_good_state(tmp_path: Path) -> None:
    of = recipe("fragile", {"breaks_at": 7})
    play(of, tmp_path, until_step=5)
    before = state(tmp_path)
    with pytest.raises(ZeroDivisionError, match="a defect of the family"):
        play(of, tmp_path)
    assert_same_state(before, state(tmp_path))
    assert [path.name for path in Run(tmp_path).saved_steps()] == ["step-00000005"]
    assert status(tmp_path).state == "failed"
    assert status(tmp_path).message == "ZeroDivisionError: a defect of the family"


def test_what_was_saved_before_the_defect_stays(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        play(recipe("fragile", {"breaks_at": 7}, save_every_s=0.0), tmp_path)
    assert [int(path.name[-8:]) for path in Run(tmp_path).saved_steps()] == [5, 6, 7]


# ----------------------------------------------------------------------------------------------------- the disk is full


def full_disk_after(n_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file takes part in a disk with room for so many more bytes."""
    room = [n_bytes]
    plain_open = pathlib.Path.open

    class Full:
        def __init__(self, file: Any) -> None:
            self.file = file

        def write(self, content: Any) -> Any:
            room[0] -= len(content)
            if room[0] < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return self.file.write(content)

        def writelines(self, lines: Any) -> None:
            for line in lines:
                self.write(line)

        def __enter__(self) -> Full:
            self.file.__enter__()
            return self

        def __exit__(self, *told: Any) -> Any:
            return self.file.__exit__(*told)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.file, name)

    def opened(self: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
        file = plain_open(self, mode, *args, **options)
        return file if "r" in mode else Full(file)

    def write_text(self: Path, text: str, *_: Any, **__: Any) -> int:
        with self.open("w") as file:
            return int(file.write(text))

    monkeypatch.setattr(pathlib.Path, "open", opened)
    monkeypatch.setattr(pathlib.Path, "write_text", write_text)
    assert builtins.open is not opened


@pytest.mark.parametrize("n_bytes", [0, 300, 3_000, 9_000, 14_000])
def test_a_full_disk_is_said_in_a_sentence_and_the_old_state_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_bytes: int
) -> None:
    of = recipe("fragile")
    play(of, tmp_path, until_step=5)
    before = state(tmp_path)
    with monkeypatch.context() as patch:
        full_disk_after(n_bytes, patch)
        with pytest.raises(StudioError, match=r"^The disk is full: .* what was saved before is whole; free some room"):
            play(of, tmp_path)
    assert_same_state(before, state(tmp_path))
    assert not list(tmp_path.rglob(".tmp-*"))
    play(of, tmp_path)
    play(of, tmp_path.with_name("whole"))
    assert_same_state(state(tmp_path.with_name("whole")), state(tmp_path))


def test_closing_onto_a_full_disk_is_said_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    training = train(recipe("fragile"), tmp_path, digits())
    for event in training:
        if getattr(event, "step", 0) == 3:
            break
    with monkeypatch.context() as patch:
        full_disk_after(0, patch)
        with pytest.raises(StudioError, match="The disk is full"):
            training.close()
    assert Run(tmp_path).saved_steps() == []


# -------------------------------------------------------------------------------------------------------- out of memory


@pytest.mark.parametrize("on_gpu", [False, True])
@pytest.mark.parametrize(("fits", "advice"), [(99, 50), (50, 50), (49, 25), (12, 12), (2, 2), (3, 3)])
def test_what_does_not_fit_in_memory_is_told_with_the_batch_size_that_does(
    tmp_path: Path, fits: int, advice: int, on_gpu: bool
) -> None:
    of = recipe("fragile", {"fits": fits, "on_gpu": on_gpu})
    told = f"does not fit in memory: {advice} pictures a batch do, 100 do not; set training.batch_size = {advice}."
    with pytest.raises(StudioError, match=told):
        play(of, tmp_path)
    assert status(tmp_path).message.endswith(told)
    events = play(of.with_values(training={"batch_size": advice}), tmp_path)
    assert of_kind(Done, events)


def test_where_not_even_two_pictures_fit_the_pictures_or_the_network_must_be_smaller(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="choose smaller pictures or a smaller network"):
        play(recipe("fragile", {"fits": 1}), tmp_path)


def test_the_estimate_before_the_start_says_it_already() -> None:
    with pytest.raises(StudioError, match=r"set training.batch_size = 25\."):
        list(estimate(recipe("fragile", {"fits": 30}), digits()))


def test_memory_that_runs_out_in_the_middle_of_a_run_costs_nothing_that_was_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = recipe("fragile")
    play(of, tmp_path, until_step=5)
    before = state(tmp_path)
    plain = Game.advance

    def hungry(self: Game, is_watched: bool = False) -> Any:
        if self.step >= 8 and self.feed.n_batches < 8:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return plain(self, is_watched)

    monkeypatch.setattr(Game, "advance", hungry)
    with pytest.raises(StudioError, match=r"set training.batch_size = 50\."):
        play(of, tmp_path)
    assert_same_state(before, state(tmp_path))


def test_another_runtime_error_is_no_lack_of_memory() -> None:
    assert memory.is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory"))
    assert memory.is_out_of_memory(MemoryError())
    assert memory.is_out_of_memory(RuntimeError("MPS backend out of memory"))
    assert not memory.is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    with pytest.raises(RuntimeError, match="can't allocate memory") as real:
        torch.empty(2**60)
    assert memory.is_out_of_memory(real.value)


# --------------------------------------------------------------------------------------------- damage to what was saved


def damage(file: Path, how: Callable[[bytes], bytes]) -> None:
    file.write_bytes(how(file.read_bytes()))


@pytest.mark.parametrize("name", ["model", "ema", "state"])
@pytest.mark.parametrize(
    "how",
    [lambda content: content[: len(content) // 2], lambda content: content[:-1] + bytes([content[-1] ^ 1])],
    ids=["cut short", "one bit flipped"],
)
def test_a_damaged_step_is_told_and_the_one_before_it_is_taken(
    tmp_path: Path, name: str, how: Callable[[bytes], bytes]
) -> None:
    of = recipe("fragile")
    play(of, tmp_path / "whole")
    play(of, tmp_path / "parts", until_step=4)
    play(of, tmp_path / "parts", until_step=7)
    damage(tmp_path / "parts" / "step-00000007" / f"{name}.safetensors", how)
    events = play(of, tmp_path / "parts")
    assert of_kind(Warned, events) == [Warned("The saved step step-00000007 cannot be read: going on from step 4.")]
    assert_same_state(state(tmp_path / "whole"), state(tmp_path / "parts"))


def test_a_run_none_of_whose_steps_can_be_read_is_not_started_anew_over_them(tmp_path: Path) -> None:
    of = recipe("fragile")
    play(of, tmp_path, until_step=4)
    damage(tmp_path / "step-00000004" / EMA, lambda content: content[:100])
    with pytest.raises(StudioError, match=r"No saved step of .* can be read"):
        play(of, tmp_path)
    assert (tmp_path / "step-00000004" / COUNTERS).is_file()


def test_saving_works_again_after_the_damage(tmp_path: Path) -> None:
    of = recipe("fragile")
    play(of, tmp_path, until_step=4)
    play(of, tmp_path, until_step=7)
    damage(tmp_path / "step-00000007" / EMA, lambda content: content[:100])
    events = play(of, tmp_path, until_step=7)
    assert not of_kind(Saved, events)  # the stop itself saves, over the damaged step
    assert state(tmp_path).counters
