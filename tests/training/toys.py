"""What training's tests share: the toy families in place, short recipes on the digits, and a run driven to its end."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor

import latent_studio.families as families
from latent_studio.core.events import Event
from latent_studio.core.family import family
from latent_studio.data import ImageSet, load
from latent_studio.training.game import Game
from latent_studio.training.recipe import Recipe
from latent_studio.training.runs import Run, SavedState
from latent_studio.training.session import Training
from latent_studio.training.setting_up import prepare
from latent_studio.training.trainer import train

TOYS = Path(__file__).parent / "toy_families"
N_TRAIN = 400

EventT = TypeVar("EventT", bound=Event)


@contextmanager
def families_in(folder: Path) -> Iterator[None]:
    """The families of a folder beside the program's own, found as anyone's new file there is found."""
    before = set(sys.modules)
    families.__path__.append(str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        families.__path__.remove(str(folder))
        family.cache_clear()
        for name in set(sys.modules) - before:
            if name.startswith("latent_studio.families.") and Path(str(sys.modules[name].__file__)).parent == folder:
                del sys.modules[name]
                delattr(families, name.rpartition(".")[2])


@cache
def digits() -> ImageSet:
    """The embedded digits, few of them: training on these takes milliseconds."""
    whole = load("digits")
    return whole.subset(N_TRAIN / whole.n_train)


def recipe(family_name: str, settings: dict[str, Any] | None = None, **training: Any) -> Recipe:
    """A short recipe on the digits: 4 steps of 100 pictures an epoch, one thread."""
    return Recipe.model_validate(
        {
            "name": f"{family_name} toy",
            "data": {"source": "digits"},
            "model": {"family": family_name, **(settings or {})},
            "training": {
                "n_epochs": 3,
                "batch_size": 100,
                "device": "cpu",
                "precision": "float32",
                "n_threads": 1,
                "save_every_s": 1000.0,
                "measure_every": 4,
            }
            | training,
        }
    )


def game(of: Recipe) -> Game:
    """The game of a recipe on the digits, at its first step."""
    return prepare(of, digits()).game


def play(of: Recipe, folder: Path, until_step: int | None = None) -> list[Event]:
    """Train to the end, or stop (by closing) once the run is at a step; the events."""
    return drive(train(of, folder, digits()), until_step)


def drive(training: Training, until_step: int | None = None) -> list[Event]:
    """The events up to the end or to the first that says the run is at that step; the generator is then closed."""
    events = []
    for event in training:
        if event is None:  # a step boundary with nothing to tell
            continue
        events.append(event)
        step = getattr(event, "step", getattr(event, "done", -1))
        if until_step is not None and step >= until_step:
            break
    training.close()
    return events


def of_kind(kind: type[EventT], events: list[Event]) -> list[EventT]:
    """The events of one kind."""
    return [event for event in events if isinstance(event, kind)]


def state(folder: Path) -> SavedState:
    """The newest saved step of a run."""
    found, damaged = Run(folder).newest_state()
    assert found is not None
    assert not damaged
    return found


def assert_same_tensors(first: Any, second: Any) -> None:
    """Bit for bit, names and all."""
    assert sorted(first) == sorted(second)
    for name, tensor in first.items():
        assert same_bits(tensor, second[name]), f"{name} differs"


def assert_same_state(first: SavedState, second: SavedState) -> None:
    """Bit for bit: raw weights, moving average, optimizers, the objective's memory, counters."""
    assert_same_tensors(first.raw, second.raw)
    assert_same_tensors(first.ema, second.ema)
    assert_same_tensors(first.state, second.state)
    assert first.counters == second.counters


def same_bits(first: Tensor, second: Tensor) -> bool:
    """Equal as bytes, so that −0 is not 0 and nan is nan."""
    if first.dtype != second.dtype or first.shape != second.shape:
        return False
    a, b = (tensor.contiguous().reshape(-1).view(torch.uint8) for tensor in (first, second))
    return torch.equal(a, b)
