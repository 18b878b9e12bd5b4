"""What the Train panel knows of runs and recipes, without a window: curves, speeds, sentences, drafts, pictures."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_studio.core.controls import Controls
from latent_studio.core.events import Began, Changed, Done, Failed, Held, Metrics, Pictures, Progress, Warned
from latent_studio.core.pictures import contact_sheet, png_bytes
from latent_studio.core.runs import METRICS, RunStatus, metrics_line
from latent_studio.studio import drafts
from latent_studio.studio.captions import figures
from latent_studio.studio.drafts import Draft
from latent_studio.studio.histories import STEPS, TEST, History, Log
from latent_studio.studio.live_run import LiveRun, Plan, Speed
from latent_studio.studio.naming import folder_name, slug, suggested_name
from latent_studio.studio.run_pictures import read_pictures, side_by_side
from latent_studio.studio.training import (
    CONTINUE,
    SMALLER_STEPS,
    change_text,
    duration_text,
    estimate_text,
    head_parts,
    standing,
    standing_of,
)


def row(step: int, split: str = STEPS, **values: float | tuple[float, ...]) -> Metrics:
    return Metrics(step, step / 10, split, values)


# --- curves


@given(st.lists(st.integers(0, 50), unique=True).map(sorted), st.integers(0, 50), st.lists(st.integers(0, 50)))
def test_a_history_joined_in_parts_is_the_log_as_it_stands(first: list[int], start: int, more: list[int]) -> None:
    """A run that goes back to `start` forgets what came after, and measures again from there."""
    again = sorted({start, *(step for step in more if step >= start)})
    history = History().extended([row(s, loss=1.0) for s in first]).extended([row(s, loss=2.0) for s in again])
    epochs, losses = history.curve(STEPS)
    kept = [s for s in first if s < start]
    np.testing.assert_allclose(epochs * 10, [*kept, *again])
    assert losses.tolist() == [1.0] * len(kept) + [2.0] * len(again)


def test_a_term_that_is_due_only_now_and_then_is_a_curve_with_fewer_points() -> None:
    history = History().extended([row(1, loss=3.0), row(2, loss=2.0, penalty=0.5)]).extended([row(3, loss=1.0)])
    epochs, penalties = history.curve(STEPS, "penalty")
    assert (epochs.tolist(), penalties.tolist()) == ([0.2], [0.5])
    assert history.last(STEPS) == 1.0
    assert len(history.curve("train")[0]) == 0


def test_steps_are_on_the_scale_of_the_measurements_whatever_the_weights() -> None:
    """Training minimises reconstruction + 4 KL here, and measures reconstruction + KL."""
    history = History().extended([row(1, reconstruction=100.0, kl=5.0, loss=120.0, gradient_norm=9.0)])
    assert history.step_loss()[1].tolist() == [105.0]
    measured = history.extended([row(2, TEST, loss=90.0, reconstruction=86.0, kl=4.0, kl_per_dim=(1.0, 3.0))])
    assert measured.step_loss()[1].tolist() == [105.0]
    assert measured.vectors == {"kl_per_dim": (1.0, 3.0)}
    game = History().extended([Metrics(1, 0.1, STEPS, {"generator.loss": 1.0, "discriminator.loss": 2.0})])
    assert len(game.step_loss()[0]) == 0  # two players have no common loss


def test_a_game_tells_its_players_their_terms_and_how_the_judge_scores() -> None:
    """Names begin with the player; what comes with quantiles is no term. A row without them leaves a gap."""
    rows = [
        Metrics(step, step / 10, STEPS, {
            "judge.loss": 1.0, "judge.divergence": 0.5, "judge.gradient_norm": 2.0, "forger.loss": 0.7,
            "forger.divergence": 0.7, **({"judge.real": 0.5, "judge.real_quantiles": (0.0, 0.5, 1.0)} if told else {}),
        })
        for step, told in ((1, True), (2, False), (3, True))
    ]  # fmt: skip
    history = History().extended(rows[:2]).extended(rows[2:])
    assert history.players() == ("judge", "forger")
    assert (history.terms("judge"), history.terms("forger")) == (("judge.divergence",), ("forger.divergence",))
    assert history.notes() == ("judge.real",)
    epochs, quantiles = history.spread("judge.real")
    assert (epochs.tolist(), quantiles.tolist()) == ([0.1, 0.3], [[0.0, 0.5, 1.0]] * 2)
    assert row_of_one().players() == ()
    assert row_of_one().terms("") == ("reconstruction", "kl")


def row_of_one() -> History:
    return History().extended([row(1, loss=1.0, reconstruction=0.8, kl=0.2, gradient_norm=3.0)])


def test_a_log_is_read_on_from_where_it_was_left_and_half_a_line_waits(tmp_path: Path) -> None:
    lines = [metrics_line(row(step, loss=float(step))) for step in range(1, 6)]
    path = tmp_path / METRICS
    path.write_text("".join(lines[:2]) + lines[2][:10])
    log = Log().read_on(tmp_path)
    assert log.history.curve(STEPS)[1].tolist() == [1.0, 2.0]
    path.write_text("".join(lines[:4]))
    log = log.read_on(tmp_path)
    assert log.history.curve(STEPS)[1].tolist() == [1.0, 2.0, 3.0, 4.0]
    path.write_text("".join([*lines[:2], metrics_line(row(3, loss=7.0))]))  # the run went back to step 2
    assert log.read_on(tmp_path).history.curve(STEPS)[1].tolist() == [1.0, 2.0, 7.0]
    assert log.read_on(tmp_path / "gone").offset == 0


def test_a_damaged_line_of_a_log_is_left_out(tmp_path: Path) -> None:
    (tmp_path / METRICS).write_text("no json\n" + metrics_line(row(1, loss=1.0)) + "{}\n")
    assert Log().read_on(tmp_path).history.curve(STEPS)[1].tolist() == [1.0]


# --- a run in training here


def run_of(n_epochs: int = 4) -> LiveRun:
    return LiveRun("/runs/a", Plan("a", n_epochs, batch_size=128))


def test_a_run_tells_its_speed_and_its_time_left_without_its_pauses() -> None:
    run = run_of()
    for step in range(5):
        run.take(Progress(10 * step, 100), now_s=step)
    assert run.pictures_per_s == pytest.approx(10 * 128)
    assert run.seconds_left == pytest.approx(6.0)
    run.take(Held(True), 5.0)
    assert (run.stage, run.pictures_per_s) == ("paused", None)
    assert run.seconds_left == pytest.approx(6.0)
    assert standing_of(run).text == "paused at epoch 2"
    run.take(Held(False), 500.0)
    run.take(Progress(50, 100), 501.0)
    run.take(Progress(60, 100), 502.0)
    assert run.seconds_left == pytest.approx(4.0)
    assert head_parts(run, None) == ("epoch 3 of 4", "1,280 pictures/s", "step 60")


@given(st.lists(st.tuples(st.integers(0, 20), st.floats(0.01, 5.0)), min_size=2))
def test_a_speed_is_never_negative_and_follows_the_last_seconds(moves: list[tuple[int, float]]) -> None:
    speed, now, step = Speed(), 0.0, 0
    for more, seconds in moves:
        now, step = now + seconds, step + more
        speed.note(step, now)
    fastest = max(more / seconds for more, seconds in moves[1:])
    assert speed.steps_per_s is not None
    assert 0 <= speed.steps_per_s <= fastest * (1 + 1e-6) + 1e-9


def test_live_rows_wait_for_what_the_log_held_before() -> None:
    run = run_of()
    run.take(row(30, loss=3.0), 0.0)
    assert run.history().curve(STEPS)[1].tolist() == [3.0]
    run.take_log(Log(History().extended([row(10, loss=9.0), row(20, loss=8.0), row(40, loss=7.0)]), 99))
    assert run.history().curve(STEPS)[1].tolist() == [9.0, 8.0, 3.0]  # step 40 lay after the saved one
    run.take(row(31, loss=2.0), 0.0)
    assert run.history().curve(STEPS)[1].tolist() == [9.0, 8.0, 3.0, 2.0]


def test_what_became_of_a_run() -> None:
    run = run_of()
    for event in (Warned("one"), Warned("two"), Pictures(3, {}), Done("fine"), Failed("not so")):
        run.take(event, 0.0)
    run.stop()
    run.take(Held(True), 0.0)
    assert (run.stage, run.n_warnings, run.warning, run.is_done) == ("stopping", 2, "two", True)
    run.end()
    assert (run.stage, run.failure) == ("ended", Failed("not so"))


def begun(optimizer: dict[str, float], **players: float) -> LiveRun:
    """A run whose trainer has told by what rules it plays: learning rates by player, one update each."""
    run, rates = run_of(), players or {"autoencoder": 1e-3}
    recipe = {"training": {"n_epochs": 6, "batch_size": 64}, "optimizer": {"falls_from": 0.0, **optimizer}}
    run.take(Began(recipe, rates, dict.fromkeys(rates, 1)), 0.0)
    return run


def test_what_a_recipe_left_open_is_known_once_the_run_began() -> None:
    run = begun({"final_learning_rate": 1.0})
    assert run.plan == Plan("a", 6, 64)


def test_a_change_counts_at_once_and_is_in_the_log_once_it_is_in_force() -> None:
    run = begun({"final_learning_rate": 1.0}, discriminator=2e-4, generator=1e-4)
    slower, more = Controls(learning_rates={"generator": 5e-5}), Controls(n_updates={"discriminator": 5})
    run.ask(slower)
    run.ask(more)
    assert run.rate_now("generator") == 5e-5
    assert (run.asked, run.changes) == ([slower, more], [])
    run.take(Changed(1200, slower), 0.0)
    assert (run.asked, run.changes) == ([more], [(1200, slower)])
    assert change_text(*run.changes[0]) == "step 1,200: generator's learning rate 5e-5"
    assert change_text(None, more) == "next step: 5 updates of discriminator"
    run.take(Changed(1300, Controls(learning_rate=1e-3)), 0.0)  # of a former sitting, replayed
    assert run.learning_rates == {"discriminator": 1e-3, "generator": 1e-3}


def test_a_scheduled_learning_rate_falls_along_its_cosine() -> None:
    run = begun({"final_learning_rate": 0.1})
    rates = []
    for step in (0, 50, 100):
        run.take(Progress(step, 100), float(step))
        rates.append(run.rate_now("autoencoder"))
    assert rates == pytest.approx([1e-3, 0.55e-3, 1e-4])


# --- in words


def status(**values: object) -> RunStatus:
    return RunStatus.model_validate({"name": "a", "n_steps": 100, "n_epochs": 10, "host": "here"} | values)


@pytest.mark.parametrize(
    ("told", "text", "brief", "tone", "remedy"),
    [
        (
            {"state": "running", "step": 61, "seconds_left": 130},
            "training · 61 % · 2 min left",
            "training · 2 min left",
            "accent",
            "",
        ),
        (
            {"state": "running", "step": 12, "host": "lab-2"},
            "on lab-2 · training · 12 %",
            "on lab-2 · 12 %",
            "accent",
            "",
        ),
        ({"state": "paused", "step": 50, "epoch": 5.5}, "paused at epoch 6", "paused at epoch 6", "warn", ""),
        ({"state": "finished", "step": 100}, "finished · 10 epochs", "finished · 10 epochs", "muted", ""),
        ({"state": "stopped", "epoch": 3.2}, "stopped at epoch 4", "stopped at epoch 4", "warn", CONTINUE),
        (
            {"state": "interrupted", "step": 4212},
            "interrupted at step 4,212",
            "interrupted at step 4,212",
            "warn",
            CONTINUE,
        ),
        ({"state": "failed", "message": "The disk is full."}, "The disk is full.", "failed", "bad", CONTINUE),
        (
            {"state": "failed", "message": "Was not finite. Continue with a smaller learning rate than 1."},
            "Was not finite. Continue with a smaller learning rate than 1.",
            "stopped: loss not finite",
            "bad",
            SMALLER_STEPS,
        ),
    ],
)
def test_how_a_run_stands_is_said_in_words(
    told: dict[str, object], text: str, brief: str, tone: str, remedy: str
) -> None:
    how = standing(status(**told), "here")
    assert (how.text, how.brief, how.tone, how.remedy) == (text, brief, tone, remedy)


@pytest.mark.parametrize(
    ("seconds", "left", "estimate"),
    [
        (0.2, "1 s", "about 1 s"),
        (24.4, "24 s", "about 24 s"),
        (70, "1 min", "about 1 min 10 s"),
        (130, "2 min", "about 2 min 10 s"),
        (1200, "20 min", "about 20 min"),
        (3900, "1 h 5 min", "about 1 h 5 min"),
    ],
)
def test_times_are_said_as_exactly_as_they_are_known(seconds: float, left: str, estimate: str) -> None:
    assert (duration_text(seconds), estimate_text(seconds)) == (left, estimate)


def test_losses_have_four_figures() -> None:
    values = (104.52, 26.8, 1.302, 0.01234, 12345.6, 2.5e-5, -3.14159, 0.0)
    assert [figures(v) for v in values] == ["104.5", "26.80", "1.302", "0.012", "12,346", "2.5e-05", "-3.142", "0.000"]
    assert figures(math.nan) == "nan"


def test_a_new_run_is_named_after_what_it_trains_and_no_name_is_taken_twice() -> None:
    assert suggested_name("MNIST", "vae", 16, ()) == "mnist-vae-16"
    assert suggested_name("/data/Fashion MNIST/", "vae", 2, {"fashion-mnist-vae-2"}) == "fashion-mnist-vae-2-2"
    assert suggested_name("/data/faces.zip", "gan", None, {"faces-gan", "faces-gan-2"}) == "faces-gan-3"
    assert slug("train-images-idx3-ubyte.gz") == "train-images-idx3-ubyte"
    assert folder_name("β = 4 / lr: 0.01") == "β-4-lr-0.01"
    assert folder_name("///") == "run"


# --- drafts

BETA = {"default": 1.0, "type": "number", "minimum": 0, "maximum": 10, "title": "β"}
VAE = {"properties": {"n_latent": {"default": 16, "minimum": 1, "maximum": 512}, "beta": BETA}}
GAN = {"properties": {"n_latent": {"default": 64, "minimum": 32, "maximum": 512}, "loss": {"enum": ["js", "w"]}}}


def test_another_family_keeps_the_settings_that_it_knows_and_may_hold() -> None:
    draft = Draft("", {"model": {"family": "vae", "n_latent": 40, "beta": 4.0}, "data": {"source": "digits"}})
    assert draft.with_family("gan", GAN).sections["model"] == {"family": "gan", "n_latent": 40}
    few = draft.replaced({"model.n_latent": 2})
    assert few.with_family("gan", GAN).sections["model"] == {"family": "gan"}
    assert few.with_family("vae", VAE) == few


def test_a_draft_takes_values_by_path_and_forgets_what_is_back_at_its_default() -> None:
    draft = Draft("", {"data": {"source": "moons", "options": {"tilt": True}}})
    changed = draft.replaced({"data.options.n": 100, "data.options.tilt": None, "training.n_epochs": 3}).named(" a ")
    assert changed.recipe_values("b") == {
        "name": "b",
        "data": {"source": "moons", "options": {"n": 100}},
        "training": {"n_epochs": 3},
    }
    assert (changed.name, changed.get("data.options.n"), changed.get("data.options.tilt", 0)) == ("a", 100, 0)
    assert draft.get("data.options.tilt") is True  # the former draft is what it was
    assert changed.with_source("idx", "/m").sections["data"] == {"source": "idx", "path": "/m"}


def test_forms_are_made_of_basic_and_rare_fields_apart() -> None:
    schema = {"properties": {"a": {"default": 1}, "b": {"advanced": True}, "c": {"hidden": True}}, "$defs": {"X": {}}}
    fields = drafts.properties(schema, "training")
    assert list(drafts.basic(fields)) == ["training.a"]
    assert drafts.advanced(fields) == {"training.b": {"advanced": False}}
    assert drafts.schema_of(fields, schema)["$defs"] == {"X": {}}
    assert drafts.flat({"training": {"a": 5, "z": 1}}, fields) == {"training.a": 5}


def test_the_side_of_the_pictures_stays_within_what_a_recipe_takes() -> None:
    optional = {"anyOf": [{"type": "integer", "minimum": 4, "maximum": 1024}, {"type": "null"}], "default": None}
    fields = drafts.source_fields({"properties": {"size": optional, "tilt": {"default": False}}}, 8, 128)
    assert list(fields) == ["data.size", "data.options.tilt"]
    assert fields["data.size"]["anyOf"] == [{"type": "integer", "minimum": 8, "maximum": 128}, {"type": "null"}]


# --- pictures of a run


def test_the_pictures_of_a_run_are_cut_out_of_its_sheets(tmp_path: Path) -> None:
    samples = [np.full((4, 5), i, np.uint8) for i in range(24)]
    digits = [np.full((4, 5), 100 + i, np.uint8) for i in range(8)]
    (tmp_path / "samples").mkdir()
    for name, tiles in (
        ("samples-00000000", samples),
        ("samples-00000100", samples[::-1]),
        ("originals-00000000", digits),
        ("reconstructions-00000100", digits),
    ):
        (tmp_path / "samples" / f"{name}.png").write_bytes(png_bytes(contact_sheet(tiles, 6)))
    newest, first = read_pictures(tmp_path), read_pictures(tmp_path, 0)
    assert (newest.step, newest.steps, first.step) == (100, (0, 100), 0)
    assert [tile[0, 0] for tile in newest.samples] == list(range(23, -1, -1))
    assert all(tile.shape == (4, 5) for tile in newest.samples)
    pairs = side_by_side(newest.originals, newest.reconstructions)
    assert [int(tile[0, 0]) for tile in pairs[:14]] == [*range(100, 106), *range(100, 106), 106, 107]
    assert first.reconstructions == ()


def test_damaged_sheets_are_left_out(tmp_path: Path) -> None:
    assert read_pictures(tmp_path).samples == ()
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples" / "samples-00000000.png").write_bytes(b"no picture")
    assert read_pictures(tmp_path).samples == ()
