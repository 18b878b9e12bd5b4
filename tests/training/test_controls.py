"""What a person changes while a run is in training: taken over at once, logged, and replayed on resuming."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from latent_studio.core.controls import Controls
from latent_studio.core.events import Event, Metrics, Pictures, Progress, Saved, Snapshot
from latent_studio.core.runs import CONTROLS
from latent_studio.data.source import Loading
from latent_studio.training import session
from latent_studio.training.recipe import DataSection
from latent_studio.training.runs import Run
from latent_studio.training.session import Training
from latent_studio.training.snapshots import SnapshotStore
from latent_studio.training.trainer import train
from tests.training.toys import assert_same_state, digits, of_kind, play, recipe, state

FASTER = Controls(learning_rates={"generator": 5e-3})
MORE = Controls(n_updates={"discriminator": 3})


def send_at(training: Training, sent: dict[int, Controls], stop_at: int | None = None) -> list[Event]:
    """Drives a training, sends controls in answer to the logged row of a step; closes it at the row of `stop_at`."""
    events: list[Event] = []
    answer: Controls | None = None
    while True:
        try:
            event = training.send(answer) if answer is not None else next(training)
        except StopIteration:
            return events
        answer = None
        if event is None:
            continue
        events.append(event)
        if isinstance(event, Metrics) and event.split == "steps":
            answer = sent.get(event.step)
            if event.step == stop_at:
                training.close()
                return events


def train_toy(folder: Path, n_epochs: int = 6) -> Training:
    return train(recipe("toy_gan", n_epochs=n_epochs), folder, digits())


def test_a_changed_learning_rate_changes_the_run_and_is_logged_with_its_step(tmp_path: Path) -> None:
    send_at(train_toy(tmp_path / "changed"), {3: FASTER})
    play(recipe("toy_gan", n_epochs=6), tmp_path / "plain")
    assert state(tmp_path / "changed").counters != state(tmp_path / "plain").counters
    (line,) = (tmp_path / "changed" / CONTROLS).read_text().splitlines()
    assert json.loads(line) == {
        "step": 3,
        "learning_rates": {"generator": 5e-3},
        "n_updates": {},
        "save_now": False,
        "learning_rate": None,
        "only": "",
    }


def test_a_learning_rate_for_all_reaches_every_player(tmp_path: Path) -> None:
    everyone = Controls(learning_rates={"generator": 5e-3, "discriminator": 5e-3})
    send_at(train_toy(tmp_path / "at once"), {4: Controls(learning_rate=5e-3)})
    send_at(train_toy(tmp_path / "one by one"), {4: everyone})
    assert_same_state(state(tmp_path / "at once"), state(tmp_path / "one by one"))


def test_changed_updates_per_step_are_played_and_the_epochs_stay_the_recipes(tmp_path: Path) -> None:
    events = send_at(train_toy(tmp_path), {3: MORE})
    steps = [row for row in of_kind(Metrics, events) if row.split == "steps"]
    assert steps[-1].epoch == 6.0
    assert [row.epoch for row in steps[:5]] == [0.5, 1.0, 1.5, 2.25, 3.0]


@pytest.mark.parametrize("killed_at", [2, 4, 8])
def test_controls_are_replayed_bit_for_bit_when_a_run_is_resumed_from_before_them(
    tmp_path: Path, killed_at: int
) -> None:
    """The controls come at steps 3 and 7; the last save the run can go on from is older than what was sent."""
    sent = {3: FASTER, 7: MORE}
    send_at(train_toy(tmp_path / "whole"), sent)
    send_at(train_toy(tmp_path / "parts"), sent, stop_at=killed_at)
    training = train_toy(tmp_path / "parts")
    send_at(training, {step: c for step, c in sent.items() if step > killed_at}, stop_at=9)
    for folder in Run(tmp_path / "parts").saved_steps():
        if int(folder.name[-8:]) > killed_at:
            forget(folder)  # as if a crash had come before this save
    play(recipe("toy_gan", n_epochs=6), tmp_path / "parts")
    assert_same_state(state(tmp_path / "whole"), state(tmp_path / "parts"))


def forget(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


class EveryEvent:
    """Sends controls in answer to the first event of a kind."""

    def __init__(self, kind: type[Event], controls: Controls) -> None:
        self.kind, self.controls, self.is_sent = kind, controls, False

    def drive(self, training: Training) -> Iterator[Event]:
        answer = None
        while True:
            try:
                event = training.send(answer) if answer is not None else next(training)
            except StopIteration:
                return
            answer = None
            if event is None:
                continue
            yield event
            if isinstance(event, self.kind) and not self.is_sent:
                answer, self.is_sent = self.controls, True


@pytest.mark.parametrize("kind", [Progress, Pictures, Metrics, Saved, Snapshot])
def test_controls_are_heard_whatever_event_they_answer(
    tmp_path: Path, kind: type[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "TELL_EVERY_S", 0.0)
    of = recipe("vae", {"n_latent": 2, "width": 8, "network": "mlp"}, save_every_s=0.0)
    controls = Controls(learning_rates={"autoencoder": 0.25})
    events = list(EveryEvent(kind, controls).drive(train(of, tmp_path, digits(), SnapshotStore())))
    assert of_kind(kind, events)
    assert json.loads(state(tmp_path).counters)["learning_rates"] == {"autoencoder": 0.25}


def test_controls_sent_while_the_pictures_are_read_are_heard(tmp_path: Path) -> None:
    of = recipe("vae", {"n_latent": 2, "width": 8, "network": "mlp"}, n_epochs=1)
    training = train(of, tmp_path, images=lambda section: digits())
    assert isinstance(next(training), Progress)
    training.send(Controls(learning_rates={"autoencoder": 0.25}))
    training.close()
    assert Run(tmp_path).controls_from(0) == [(0, Controls(learning_rates={"autoencoder": 0.25}))]


def test_a_set_read_in_pieces_leaves_the_lane_between_them_and_all_that_is_sent_meanwhile_is_heard(
    tmp_path: Path,
) -> None:
    is_closed = []

    def loading(section: DataSection) -> Loading:
        try:
            yield Progress(0, 0, "pictures", text="listing")
            yield Progress(32, 128, "pictures")
            yield Progress(128, 128, "pictures")
            return digits()
        finally:
            is_closed.append(section.source)

    training = train(recipe("toy_gan", n_epochs=1), tmp_path / "run", images=loading)
    told = [next(training)]
    told.append(training.send(Controls(learning_rates={"generator": 0.25})))
    told.append(training.send(Controls(learning_rates={"discriminator": 0.5})))
    told.append(next(training))
    next(training)
    training.close()
    texts = [(event.total, event.text) for event in told if isinstance(event, Progress)]
    assert texts == [(0, f"reading digits{share}") for share in ("", "", ", 25 %", ", 100 %")]
    sent = [controls.learning_rates for _, controls in Run(tmp_path / "run").controls_from(0)]
    assert sent == [{"generator": 0.25}, {"discriminator": 0.5}]

    given_up = train(recipe("toy_gan"), tmp_path / "given up", images=loading)
    next(given_up)
    next(given_up)
    given_up.close()
    assert is_closed == ["digits", "digits"]
    assert not (tmp_path / "given up").exists()


def test_a_new_change_takes_the_place_of_those_that_were_going_to_be_replayed(tmp_path: Path) -> None:
    """A rate raised at step 5 ruined the run; the person goes back to step 3 and lowers it there instead."""
    send_at(train_toy(tmp_path / "back"), {5: Controls(learning_rates={"generator": 9.0})}, stop_at=7)
    for folder in Run(tmp_path / "back").saved_steps():
        forget(folder)
    send_at(train_toy(tmp_path / "back"), {3: Controls(learning_rates={"generator": 1e-5})})
    assert json.loads(state(tmp_path / "back").counters)["learning_rates"]["generator"] == 1e-5
    assert [step for step, _ in Run(tmp_path / "back").controls_from(0)] == [3]
    send_at(train_toy(tmp_path / "straight"), {3: Controls(learning_rates={"generator": 1e-5})})
    assert_same_state(state(tmp_path / "back"), state(tmp_path / "straight"))


def test_a_recipe_with_another_learning_rate_is_not_overruled_by_the_log(tmp_path: Path) -> None:
    send_at(train_toy(tmp_path), {5: Controls(learning_rates={"generator": 9.0})}, stop_at=7)
    for folder in Run(tmp_path).saved_steps():
        forget(folder)
    play(recipe("toy_gan", n_epochs=6).with_values(optimizer={"learning_rate": 1e-4}), tmp_path)
    assert set(json.loads(state(tmp_path).counters)["learning_rates"].values()) == {1e-4}


def test_save_now_saves_now(tmp_path: Path) -> None:
    events = send_at(train_toy(tmp_path), {3: Controls(save_now=True)})
    assert [event.step for event in of_kind(Saved, events)] == [3, 12]
    assert not (tmp_path / CONTROLS).exists()  # nothing that a resumed run would have to replay


def test_half_a_line_of_controls_is_left_out(tmp_path: Path) -> None:
    send_at(train_toy(tmp_path), {1: FASTER}, stop_at=2)
    log = tmp_path / CONTROLS
    log.write_text(log.read_text() + '{"step": 2, "learn')
    play(recipe("toy_gan", n_epochs=6), tmp_path)
    assert json.loads(state(tmp_path).counters)["learning_rates"]["generator"] == 5e-3
