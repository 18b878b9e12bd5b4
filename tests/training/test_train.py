"""`train` from start to end: the same seed gives the same run, however often it is stopped on the way."""

from __future__ import annotations

import math
from itertools import chain, count
from pathlib import Path

import pytest
import torch

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Began, Done, Metrics, Pictures, Progress, Saved, Snapshot, Warned
from latent_studio.core.header import read_header
from latent_studio.core.runs import BEST, METRICS, newest_weights, read_metrics, read_status
from latent_studio.training import session
from latent_studio.training.checkpoint import load_checkpoint
from latent_studio.training.feed import Feed
from latent_studio.training.measuring import Measures, Tally, measure
from latent_studio.training.recipe import Recipe, read_recipe, recipe_text
from latent_studio.training.snapshots import SnapshotStore
from latent_studio.training.trainer import train
from tests.training.toys import (
    assert_same_state,
    assert_same_tensors,
    digits,
    drive,
    game,
    of_kind,
    play,
    recipe,
    state,
)

VAE = {"n_latent": 2, "width": 16, "network": "mlp"}

# ---------------------------------------------------------------------------------------------------------- determinism


def test_the_same_seed_gives_the_same_weights_and_another_seed_gives_others(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        play(recipe("vae", VAE, seed=seed), tmp_path / name)
    assert_same_state(state(tmp_path / "a"), state(tmp_path / "b"))
    assert (tmp_path / "a" / METRICS).read_bytes() == (tmp_path / "b" / METRICS).read_bytes()
    assert newest_bytes(tmp_path / "a") == newest_bytes(tmp_path / "b")
    a, c = state(tmp_path / "a").raw, state(tmp_path / "c").raw
    assert not any(torch.equal(a[name], c[name]) for name in a)


def newest_bytes(run: Path) -> bytes:
    newest = newest_weights(run)
    assert newest is not None
    return newest.read_bytes()


@pytest.mark.parametrize("stops", [(1,), (4,), (5, 6), (8,), (11,)])
def test_a_stopped_and_resumed_run_ends_bit_for_bit_like_an_undisturbed_one(
    tmp_path: Path, stops: tuple[int, ...]
) -> None:
    """Four steps an epoch: the stops lie inside epochs, on their boundaries, and at measurements."""
    of = recipe("toy_gan", n_epochs=6)
    play(of, tmp_path / "whole")
    for stop in stops:
        play(of, tmp_path / "parts", until_step=stop)
    play(of, tmp_path / "parts")
    assert_same_state(state(tmp_path / "whole"), state(tmp_path / "parts"))


def test_the_curves_of_a_resumed_run_are_those_of_an_undisturbed_one(tmp_path: Path) -> None:
    of = recipe("vae", VAE)
    play(of, tmp_path / "whole")
    for stop in (3, 4, 9):
        play(of, tmp_path / "parts", until_step=stop)
    play(of, tmp_path / "parts")
    assert (tmp_path / "whole" / METRICS).read_bytes() == (tmp_path / "parts" / METRICS).read_bytes()


def test_ten_more_epochs_on_a_finished_run_equal_a_run_that_long_from_the_start(tmp_path: Path) -> None:
    play(recipe("vae", VAE, n_epochs=2), tmp_path / "grown")
    assert read_status_state(tmp_path / "grown") == "finished"
    play(recipe("vae", VAE, n_epochs=5), tmp_path / "grown")
    play(recipe("vae", VAE, n_epochs=5), tmp_path / "long")
    assert_same_state(state(tmp_path / "grown"), state(tmp_path / "long"))
    assert read_recipe(tmp_path / "grown" / "recipe.toml").training.n_epochs == 5


def read_status_state(run: Path) -> str:
    status = read_status(run)
    assert status is not None
    return status.state


def test_continuing_a_finished_run_changes_nothing(tmp_path: Path) -> None:
    play(recipe("vae", VAE), tmp_path)
    before = state(tmp_path), (tmp_path / METRICS).read_bytes()
    events = play(recipe("vae", VAE), tmp_path)
    assert not of_kind(Saved, events)
    assert of_kind(Done, events)
    assert_same_state(before[0], state(tmp_path))
    assert (tmp_path / METRICS).read_bytes() == before[1]


def test_the_order_of_the_data_is_a_pure_function_of_seed_and_number_and_an_epoch_shows_each_picture_once() -> None:
    def pictures(feed: Feed, draw: int) -> list[bytes]:
        return [image.numpy().tobytes() for image in feed.training_batch(draw)["image"]]

    def feed(seed: int) -> Feed:
        return Feed(digits(), torch.device("cpu"), 100, seed)

    in_order = [pictures(feed(1), draw) for draw in range(8)]
    one_feed = feed(1)
    for draw in (7, 0, 3, 5, 4, 1, 6, 2):
        assert pictures(one_feed, draw) == in_order[draw]
    all_pictures = sorted(image.numpy().tobytes() for image in one_feed.rows(torch.arange(400))["image"])
    assert sorted(chain(*in_order[:4])) == sorted(chain(*in_order[4:])) == all_pictures
    assert in_order[:4] != in_order[4:]
    assert pictures(feed(2), 0) != in_order[0]


# --------------------------------------------------------------------------------------------------------- what is kept


def test_closing_the_generator_saves_the_step_it_is_at(tmp_path: Path) -> None:
    play(recipe("vae", VAE), tmp_path, until_step=5)
    assert newest_header_step(tmp_path) == 5
    assert read_status_state(tmp_path) == "stopped"


def newest_header_step(run: Path) -> int:
    newest = newest_weights(run)
    assert newest is not None
    return read_header(newest).step


def test_what_is_logged_after_the_saved_step_is_measured_again_and_half_a_line_does_no_harm(tmp_path: Path) -> None:
    of = recipe("vae", VAE)
    play(of, tmp_path / "whole")
    play(of, tmp_path / "cut", until_step=6)
    log = tmp_path / "cut" / METRICS
    rows = (tmp_path / "whole" / METRICS).read_bytes().splitlines(keepends=True)
    log.write_bytes(log.read_bytes() + rows[8] + rows[9] + rows[10][:17])
    play(of, tmp_path / "cut")
    assert log.read_bytes() == b"".join(rows)


def test_a_follower_waits_for_the_other_half_of_a_line(tmp_path: Path) -> None:
    play(recipe("vae", VAE, n_epochs=1), tmp_path)
    log = tmp_path / METRICS
    whole = log.read_bytes()
    log.write_bytes(whole[:-10])
    rows, offset = read_metrics(tmp_path)
    log.write_bytes(whole)
    rest, end = read_metrics(tmp_path, offset)
    assert len(rest) == 1
    assert [*rows, *rest] == read_metrics(tmp_path)[0]
    assert end == len(whole)


def test_the_recipe_is_written_back_without_auto(tmp_path: Path) -> None:
    of = Recipe.model_validate({"data": {"source": "digits"}, "model": {"family": "vae"}, "training": {"n_epochs": 1}})
    play(of, tmp_path)
    written = read_recipe(tmp_path / "recipe.toml")
    values = written.model_dump()
    assert "auto" not in [*values["model"].values(), *values["training"].values(), *values["data"].values()]
    assert values["training"]["n_threads"] > 0
    assert values["training"]["measure_every"] > 0
    assert values["data"]["digest"] == digits().content_digest()


def test_the_recipe_records_what_bits_depend_on(tmp_path: Path) -> None:
    play(recipe("vae", VAE), tmp_path, until_step=3)
    training = read_recipe(tmp_path / "recipe.toml").training
    assert training.machine.startswith(f"torch {torch.__version__}, ")
    assert (training.device, training.precision, training.n_threads) == ("cpu", "float32", 1)


@pytest.mark.parametrize("changed", [{"machine": "torch 1.0, abacus"}, {"n_threads": 2}, {"precision": "bfloat16"}])
def test_a_run_that_goes_on_elsewhere_says_that_it_is_not_exact(tmp_path: Path, changed: dict[str, object]) -> None:
    play(recipe("vae", VAE), tmp_path, until_step=3)
    assert not of_kind(Warned, play(recipe("vae", VAE), tmp_path, until_step=5))
    written = read_recipe(tmp_path / "recipe.toml").with_values(training=changed)
    (tmp_path / "recipe.toml").write_text(recipe_text(written))
    events = play(recipe("vae", VAE), tmp_path)
    assert [event.text for event in of_kind(Warned, events)] == [
        "This run was begun on another machine, threads or precision: it goes on, not bit for bit."
    ]


def test_a_run_goes_on_by_the_recipe_it_wrote(tmp_path: Path) -> None:
    play(recipe("fragile", {"note": None, "sides": (3, 4)}), tmp_path, until_step=3)
    play(read_recipe(tmp_path / "recipe.toml"), tmp_path)
    assert read_status_state(tmp_path) == "finished"


def test_the_best_moment_is_kept_beside_the_last(tmp_path: Path) -> None:
    """A learning rate far too large makes the fit worse at some measurement; the best stays."""
    of = recipe("fragile", n_epochs=12, ema_decay=0.0).with_values(optimizer={"learning_rate": 3.0})
    play(of, tmp_path / "run")
    rows = [row for row in read_metrics(tmp_path / "run")[0] if row.split == "test"]
    losses = {row.step: row.values["loss"] for row in rows}
    best_step = min(losses, key=lambda step: losses[step])
    header, model = load_checkpoint(tmp_path / "run" / BEST)
    assert best_step != rows[-1].step
    assert (header.step, header.metrics["loss"]) == (best_step, losses[best_step])
    played = game(of)
    batches = played.feed.test_batches("test", 500)
    assert measure(model, played.objective, batches, 0, played.device)["loss"] == pytest.approx(losses[best_step])


def test_the_best_moment_goes_by_the_measure_that_the_recipe_names(tmp_path: Path) -> None:
    """The KL term of a VAE grows while it learns, its loss falls: the two moments are not the same."""
    for best_by in ("loss", "kl"):
        play(recipe("vae", {"n_latent": 2, "width": 16}, n_epochs=8, best_by=best_by), tmp_path / best_by)
        rows = [row for row in read_metrics(tmp_path / best_by)[0] if row.split == "test"]
        best = min(rows, key=lambda row: row.values[best_by])
        header, _ = load_checkpoint(tmp_path / best_by / BEST)
        status = read_status(tmp_path / best_by)
        assert status is not None
        assert (header.step, status.best_loss) == (best.step, best.values["loss"])
    assert load_checkpoint(tmp_path / "kl" / BEST)[0].step != load_checkpoint(tmp_path / "loss" / BEST)[0].step


def test_a_best_moment_by_what_nobody_measures_is_refused_with_what_is(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r'best_by: los is not measured; did you mean "loss"\?'):
        play(recipe("vae", {"n_latent": 2, "width": 16}, best_by="los"), tmp_path)


def test_a_resumed_run_does_not_take_a_worse_moment_for_the_best(tmp_path: Path) -> None:
    of = recipe("fragile", n_epochs=12, ema_decay=0.0).with_values(optimizer={"learning_rate": 3.0})
    play(of, tmp_path / "whole")
    for stop in (5, 13, 21, 30, 41):
        play(of, tmp_path / "parts", until_step=stop)
    play(of, tmp_path / "parts")
    assert (tmp_path / "whole" / BEST).read_bytes() == (tmp_path / "parts" / BEST).read_bytes()


def test_a_moment_that_could_not_be_measured_is_never_the_best(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, measured = Tally.means, count(1)

    def means(self: Tally) -> Measures:
        """The first measurement, of the train and of the test part, gives no number."""
        return {"loss": math.nan} if next(measured) <= 2 else plain(self)

    monkeypatch.setattr(Tally, "means", means)
    play(recipe("fragile"), tmp_path)
    assert read_header(tmp_path / BEST).step == 12


def test_a_measurement_broken_off_by_a_stop_is_made_on_resuming(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "BATCH_SIZE", 50)
    monkeypatch.setattr(session, "TELL_EVERY_S", 0.0)
    of = recipe("vae", VAE)
    play(of, tmp_path / "whole")
    training = train(of, tmp_path / "parts", digits())
    n_breaths = 0
    for event in training:
        # between two steps there is one breath; the measurement of step 4 has one after each of its batches
        n_breaths = n_breaths + 1 if isinstance(event, Progress) and event.done == 4 else 0
        if n_breaths == 3:
            break
    training.close()
    assert newest_header_step(tmp_path / "parts") == 4
    assert not [row for row in read_metrics(tmp_path / "parts")[0] if row.split == "test"]
    play(of, tmp_path / "parts")
    assert (tmp_path / "whole" / METRICS).read_bytes() == (tmp_path / "parts" / METRICS).read_bytes()


# --------------------------------------------------------------------------------------------------------- what is told


def test_events_come_in_an_order_that_a_person_can_follow(tmp_path: Path) -> None:
    events = play(recipe("vae", VAE, n_epochs=1), tmp_path)
    kinds = [type(event) for event in events]
    assert kinds[:2] == [Began, Pictures]
    assert kinds[-2:] == [Saved, Done]
    assert {row.split for row in of_kind(Metrics, events)} == {"steps", "train", "test"}
    pictures = of_kind(Pictures, events)[-1].pictures
    assert set(pictures) == {"samples", "originals", "reconstructions"}
    assert len(pictures["originals"]) == len(pictures["reconstructions"]) == 12
    assert all(picture.shape == (8, 8) for group in pictures.values() for picture in group)


def test_a_term_that_is_due_at_steps_without_a_row_is_in_the_next_row(tmp_path: Path) -> None:
    """A row for every second step, of even number; the penalty is due before every fourth, an odd one."""
    events = play(recipe("toy_gan", n_epochs=500, measure_every=1000), tmp_path, until_step=24)
    rows = [row for row in of_kind(Metrics, events) if row.split == "steps"]
    assert [row.step for row in rows[:4]] == [2, 4, 6, 8]
    assert [row.step for row in rows if "discriminator.penalty" in row.values] == [2, 6, 10, 14, 18, 22]


def test_train_and_test_are_measured_side_by_side_with_kl_per_dimension(tmp_path: Path) -> None:
    events = play(recipe("vae", VAE), tmp_path)
    rows = [row for row in of_kind(Metrics, events) if row.split != "steps"]
    assert [(row.step, row.split) for row in rows] == [(s, split) for s in (4, 8, 12) for split in ("train", "test")]
    for row in rows:
        per_dimension = row.values["kl_per_dim"]
        assert isinstance(per_dimension, tuple)
        assert len(per_dimension) == 2
        assert sum(per_dimension) == pytest.approx(row.values["kl"], rel=1e-5)


def test_the_header_of_a_saved_step_tells_what_was_measured(tmp_path: Path) -> None:
    events = play(recipe("vae", VAE), tmp_path)
    newest = newest_weights(tmp_path)
    assert newest is not None
    header = read_header(newest)
    last = [row for row in of_kind(Metrics, events) if row.split == "test"][-1]
    assert header.metrics == {k: v for k, v in last.values.items() if not isinstance(v, tuple)}
    assert header.statistics == {"kl": last.values["kl_per_dim"]}
    assert (header.weights, header.step, header.epoch, header.family) == ("ema", 12, 3.0, "vae")
    assert header.capabilities == ("Decodes", "Encodes", "Likelihood")
    assert header.data.n_train == 400


def test_the_pictures_are_read_when_nobody_has_them_yet(tmp_path: Path) -> None:
    events = drive(train(recipe("vae", VAE, n_epochs=1), tmp_path))
    assert isinstance(events[0], Progress)
    assert events[0].text == "reading digits"
    assert newest_header_step(tmp_path) == 15  # 1,437 pictures in portions of at most 100


def test_newer_weights_are_published_when_they_are_asked_for(tmp_path: Path) -> None:
    store, key = SnapshotStore(clock=iter(range(100_000)).__next__), str(tmp_path)
    told, published = [], None
    training = train(recipe("vae", VAE), tmp_path, digits(), snapshots=store)
    for event in training:
        if isinstance(event, Snapshot):
            told.append(event.step)
        if isinstance(event, Metrics) and event.step == 6 and event.split == "steps":
            store.want(key)
        if isinstance(event, Metrics) and event.step == 9 and event.split == "steps":
            published = store.newest(key)
            break
    training.close()
    assert told == [0, 6]
    assert published is not None
    assert published.header.step == 6
    assert store.newest(key) is None  # from here on the folder tells


def test_the_last_weights_published_are_those_saved(tmp_path: Path) -> None:
    store, key = SnapshotStore(), str(tmp_path)
    published = None
    for event in train(recipe("vae", VAE), tmp_path, digits(), snapshots=store):
        if isinstance(event, Snapshot):
            published = store.newest(key)
    assert published is not None
    assert published.header.step == 12
    assert_same_tensors(published.weights, state(tmp_path).ema)
    newest = newest_weights(tmp_path)
    assert newest is not None
    assert published.header.digest == read_header(newest).digest


def test_a_run_that_is_done_stays_finished_when_its_generator_is_closed(tmp_path: Path) -> None:
    training = train(recipe("vae", VAE), tmp_path, digits())
    for event in training:
        if isinstance(event, Done):
            break
    training.close()
    assert read_status_state(tmp_path) == "finished"


def test_the_time_left_does_not_count_a_pause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("latent_studio.training.session.time.monotonic", lambda: now[0])
    training = train(recipe("vae", VAE), tmp_path, digits())
    left = {}
    for event in training:
        now[0] += 0.125
        if isinstance(event, Metrics) and event.step == 6 and event.split == "steps":
            now[0] += 3600.0
        if isinstance(event, Progress) and event.seconds_left is not None:
            left[event.done] = event.seconds_left
    assert left[7] < left[5] < 10.0


# --------------------------------------------------------------------------------------------- what cannot be continued


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"model": {"n_latent": 3}}, "model.n_latent = 2"),
        ({"training": {"seed": 5}}, "training.seed = 0"),
        ({"optimizer": {"name": "sgd"}}, "optimizer.name = adam"),
    ],
)
def test_a_recipe_that_cannot_continue_a_run_is_refused_and_the_run_is_left_alone(
    tmp_path: Path, changed: dict[str, dict[str, object]], field: str
) -> None:
    of = recipe("vae", VAE)
    play(of, tmp_path, until_step=2)
    before = (tmp_path / "recipe.toml").read_bytes()
    with pytest.raises(StudioError, match=f"was begun with {field} and the recipe now says"):
        play(of.with_values(**changed), tmp_path)
    assert (tmp_path / "recipe.toml").read_bytes() == before
    play(of, tmp_path)


def test_other_pictures_than_the_recipe_names_are_refused(tmp_path: Path) -> None:
    play(recipe("vae", VAE), tmp_path, until_step=2)
    fewer = digits().subset(0.5)
    with pytest.raises(StudioError, match="its content differs"):
        list(train(read_recipe(tmp_path / "recipe.toml"), tmp_path, fewer))
    with pytest.raises(
        StudioError, match=r"was begun on other pictures \(their content differs\): train in another folder"
    ):
        list(train(recipe("vae", VAE), tmp_path, fewer))


def test_a_folder_of_other_things_is_no_place_for_a_run(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(StudioError, match="not empty and no run: choose another folder"):
        play(recipe("vae", VAE), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
