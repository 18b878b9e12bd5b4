"""Which model is opened first."""

from __future__ import annotations

import shutil
from pathlib import Path

from latent_studio.studio.opening import GREETS, can_open, first_model

SHIPPED = Path(__file__).parents[2] / "checkpoints"


def test_a_new_person_is_greeted_by_the_digits() -> None:
    assert first_model("", SHIPPED) == str(SHIPPED / f"{GREETS}.safetensors")


def test_the_model_of_last_time_goes_before_it() -> None:
    last = str(SHIPPED / "mnist-vae-2d.safetensors")
    assert first_model(last, SHIPPED) == last


def test_what_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / f"{GREETS}.safetensors").write_bytes(b"torn")
    shutil.copy(SHIPPED / "moons-vae-1d.safetensors", tmp_path / "z.safetensors")
    assert first_model(str(tmp_path / "gone.safetensors"), tmp_path) == str(tmp_path / "z.safetensors")
    assert first_model("", tmp_path / "nothing") is None


def test_a_model_in_memory_can_always_be_opened() -> None:
    assert can_open("module:mine")
