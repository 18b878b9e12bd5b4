"""A paused training on a lane by hand: one step, one player's step, and saving, without going on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from latent_studio.core.controls import Controls
from latent_studio.core.events import Changed, Held, Metrics, Saved
from latent_studio.core.request import Answer
from latent_studio.core.runs import read_controls, read_status
from latent_studio.engine.data import OpenData
from latent_studio.engine.engine import Engine
from latent_studio.engine.jobs import TrainJob
from latent_studio.training.snapshots import SnapshotStore
from tests.training.toys import TOYS, families_in, recipe


class Paused:
    """An engine with one training that was paused after its third step."""

    def __init__(self, folder: Path) -> None:
        self.answers: list[Answer] = []
        self.folder, self.slot = folder, str(folder)
        self.engine = Engine(self.answers.append)
        job = TrainJob(
            slot=self.slot,
            recipe=recipe("toy_gan", n_epochs=50),
            folder=folder,
            data=OpenData(),
            snapshots=SnapshotStore(),
        )
        self.engine.submit(job)
        while len(self.steps()) < 3:
            self.engine.turn()
        self.engine.hold(self.slot)
        self.settle()

    def settle(self) -> None:
        while self.engine.turn() is not None:
            pass

    def values(self) -> list[object]:
        return [answer.value for answer in self.answers if answer.value is not None]

    def steps(self) -> list[Metrics]:
        return [value for value in self.values() if isinstance(value, Metrics) and value.split == "steps"]

    def step(self, controls: Controls) -> Metrics:
        """What the window does: the row of the one step that is made."""
        n_before = len(self.steps())
        self.engine.send(self.slot, controls)
        self.engine.step(self.slot)
        self.settle()
        (row,) = self.steps()[n_before:]
        return row


@pytest.fixture
def paused(tmp_path: Path) -> Iterator[Paused]:
    with families_in(TOYS):
        lane = Paused(tmp_path / "run")
        yield lane
        lane.engine.cancel(lane.slot)
        lane.settle()


def test_each_step_is_one_step_also_where_it_is_measured(paused: Paused) -> None:
    first = paused.steps()[-1].step
    assert [paused.step(Controls()).step for _ in range(6)] == [first + i for i in range(1, 7)]
    assert paused.values()[-1] == Held(True)
    status = read_status(paused.folder)
    assert status is not None
    assert status.state == "paused"


def test_a_step_of_one_player_moves_nobody_else_and_is_recorded(paused: Paused) -> None:
    row = paused.step(Controls(only="generator"))
    assert {name.partition(".")[0] for name in row.values} == {"generator"}
    assert {name.partition(".")[0] for name in paused.step(Controls()).values} == {"discriminator", "generator"}
    ((step, controls),) = read_controls(paused.folder)
    assert (step, controls.only) == (row.step - 1, "generator")
    assert Changed(step, controls) in paused.values()


def test_several_changes_made_while_it_is_paused_are_all_in_force_at_the_next_step(paused: Paused) -> None:
    slower, more = Controls(learning_rates={"generator": 1e-5}), Controls(n_updates={"discriminator": 3})
    paused.engine.send(paused.slot, slower)
    paused.engine.send(paused.slot, more)
    row = paused.step(Controls())
    changed = [value for value in paused.values() if isinstance(value, Changed)]
    assert changed == [Changed(row.step - 1, slower), Changed(row.step - 1, more)]


def test_a_paused_run_is_saved_without_going_on(paused: Paused) -> None:
    last = paused.steps()[-1].step
    paused.engine.send(paused.slot, Controls(save_now=True))
    paused.engine.step(paused.slot, until=lambda value: isinstance(value, Saved))
    paused.settle()
    assert paused.steps()[-1].step == last
    assert [value.step for value in paused.values() if isinstance(value, Saved)] == [last]
