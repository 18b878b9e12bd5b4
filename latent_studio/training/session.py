"""One sitting at a run: from the newest saved step to the end or to the next stop."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator
from contextlib import suppress

from latent_studio.core.controls import Controls
from latent_studio.core.errors import StudioError, did_you_mean
from latent_studio.core.events import (
    SKIPPED,
    Began,
    Changed,
    Done,
    Event,
    Metrics,
    Pictures,
    Progress,
    Saved,
    Snapshot,
    Warned,
)
from latent_studio.core.header import Header
from latent_studio.core.runs import RunState, RunStatus
from latent_studio.training import memory
from latent_studio.training.checkpoint import Weights, digest, weights_of
from latent_studio.training.game import Game
from latent_studio.training.measuring import BATCH_SIZE, Tally, measuring_seed
from latent_studio.training.recipe import Recipe
from latent_studio.training.runs import Run
from latent_studio.training.setting_up import Setup
from latent_studio.training.showing import fixed_codes, preview, shown_pictures
from latent_studio.training.shown import Shown
from latent_studio.training.snapshots import PublishedWeights, SnapshotStore

TELL_EVERY_S = 0.05
"""The generator yields at every step boundary, so that pausing, stopping and controls are prompt and a lane can let a
person's picture go first; it has progress to tell only this often, and yields None else."""

MAX_SKIPPED = 5
N_COLUMNS = 6
N_TRAIN_MEASURED = 2_000
"""Training pictures that are measured beside the whole test part: enough to show overfitting, cheap enough."""

USUAL_MEASURE = "loss"
"""What the best moment goes by; a family that does not measure it has no best moment."""

_EXACT_ON = ("machine", "device", "precision", "n_threads")
"""Where these are what they were, resuming is exact to the bit (on a CPU)."""

_HEARTBEAT_S = 2.0
_A_PAUSE_S = 1.0

Training = Generator[Event | None, Controls | None, None]


class Session:
    """One sitting at a run: the game, its clock and what was measured last."""

    def __init__(self, setup: Setup, run: Run, snapshots: SnapshotStore | None) -> None:
        self.setup, self.run, self.snapshots = setup, run, snapshots
        self.game: Game = setup.game
        self.codes = fixed_codes(self.game.model.space, self.game.recipe.training.seed, self.game.device)
        self.key = str(run.path)
        self.metrics: dict[str, float] = {}
        self.statistics: dict[str, tuple[float, ...]] = {}
        self.best_value: float | None = None  # of the measure that the recipe goes by
        self.best_loss: float | None = None  # at the same moment
        self.best: tuple[Header, Weights] | None = None  # found since the last save
        self.saved_step = self.measured_step = -1
        self.damaged: tuple[str, ...] = ()
        self.pending: list[tuple[int, Controls]] = []  # logged in a former sitting for steps that are played again
        self.rows: list[Metrics] = []
        self.shown = Shown()
        self.is_exact, self.is_finished = True, False
        self.is_asked = False
        self.first_step, self.started, self.breath_at = 0, time.monotonic(), 0.0

    def resume(self, former: Recipe | None) -> None:
        """Take up the newest saved step. `former` is the recipe it was saved with."""
        game = self.game
        found, self.damaged = self.run.newest_state()
        if found is not None:
            game.restore(found.raw, found.ema, found.state, found.counters)
            self.saved_step = game.step
        for row in self.run.rewind(game.step):
            if row.split == "test":
                self._remember(row)
                self._is_best()
        if former is not None and found is not None:
            before, now = former.training, game.recipe.training
            self.is_exact = all(getattr(before, name) == getattr(now, name) for name in _EXACT_ON)
        if former is not None and former.optimizer == game.recipe.optimizer:
            self.pending = self.run.controls_from(game.step)
        self.first_step, self.started = game.step, time.monotonic()

    def play(self, controls: Controls | None) -> Training:
        """The events of the game; what is sent in answer to any of them is taken over before the next step."""
        events = self.events()
        while True:
            while controls is not None:
                self.take(controls)
                controls = (yield self.save()) if controls.save_now else None
            try:
                event = next(events)
            except StopIteration:
                return
            asked_at = time.monotonic()
            controls = yield event
            if (pause := time.monotonic() - asked_at) > _A_PAUSE_S:
                self.started += pause  # the time left counts from the time at work

    def events(self) -> Iterator[Event | None]:
        game, recipe = self.game, self.game.recipe.training
        save_at, beat_at = time.monotonic() + recipe.save_every_s, time.monotonic() + _HEARTBEAT_S
        log_every = min(50, max(1, recipe.n_epochs * game.feed.n_batches // 1000))
        self.say("running")
        yield Began(game.recipe.model_dump(mode="json"), dict(game.learning_rates), dict(game.n_updates))
        for name in self.damaged:
            yield Warned(f"The saved step {name} cannot be read: going on from step {game.step:,}.")
        if not self.is_exact:
            yield Warned("This run was begun on another machine, threads or precision: it goes on, not bit for bit.")
        if game.step == 0:
            yield self.pictures()
        while True:
            if self._is_measure_due():
                yield from self.measured()
                yield self.pictures()
            if game.step >= game.n_steps:
                break
            now = time.monotonic()
            if now >= save_at:
                yield self.save()
                save_at = time.monotonic() + recipe.save_every_s
            if self.snapshots is not None and self.snapshots.is_due(self.key):
                yield self.published(self.snapshots)
            if now >= beat_at:
                self.say("running")
                beat_at = now + _HEARTBEAT_S
            yield from self._breath()
            while self.pending and self.pending[0][0] <= game.step:
                step, controls = self.pending.pop(0)
                game.apply(controls)
                yield Changed(step, controls)
            is_watched = (game.step + 1) % log_every == 0 or self.is_asked
            self.is_asked = False
            shown = memory.advance(game, is_watched)
            if not shown:
                yield self._logged(Metrics(game.step, game.epoch, "steps", {SKIPPED: 1.0}))
                yield self._skipped()
            elif is_watched:
                yield self._logged(Metrics(game.step, game.epoch, "steps", self.shown.row(shown)))
            else:
                self.shown.add(shown)
        if self.saved_step != game.step:
            yield self.save()
        if self.snapshots is not None:
            yield self.published(self.snapshots)
            self.snapshots.forget(self.key)
        self.say("finished")
        self.is_finished = True
        yield Done(f"{self.run.path.name} is trained", {"step": game.step, **self.metrics})

    def take(self, controls: Controls) -> None:
        """Note what a person changes now, in the place of what was going to be replayed from here on."""
        self.is_asked, self.breath_at = True, 0.0  # a person waits for what the next step does
        if controls.changes_the_game:
            step = self.game.step
            self.run.log_controls(step, controls)
            self.pending = [*(row for row in self.pending if row[0] <= step), (step, controls)]

    def _breath(self) -> Iterator[Progress | None]:
        if time.monotonic() < self.breath_at:
            yield None
        else:
            yield self.progress()
            self.breath_at = time.monotonic() + TELL_EVERY_S

    def _skipped(self) -> Warned:
        if self.game.n_skipped_in_a_row >= MAX_SKIPPED:
            raise StudioError(
                f"The loss was not finite {MAX_SKIPPED} times in a row at step {self.game.step:,}; the last good state "
                f"is kept. Continue with a smaller learning rate than {max(self.game.learning_rates.values()):g}."
            )
        return Warned(f"Step {self.game.step:,} was skipped: its loss was not finite.")

    def _logged(self, row: Metrics) -> Metrics:
        self.rows.append(row)
        if len(self.rows) >= 20:
            self._flush()
        return row

    def _flush(self) -> None:
        rows, self.rows = self.rows, []
        if rows:
            self.run.log(rows)

    def _is_measure_due(self) -> bool:
        step = self.game.step
        is_time = step % self.game.recipe.training.measure_every == 0 or step >= self.game.n_steps
        return is_time and step > 0 and self.measured_step != step

    def measured(self) -> Iterator[Event | None]:
        """The averaged weights on the test part and on some of the training part."""
        game = self.game
        rows = []
        for split, limit in (("train", N_TRAIN_MEASURED), ("test", None)):
            seed = measuring_seed(game.recipe.training.seed)
            tally = Tally(game.ema.model, game.objective, seed, game.device)
            for batch in game.feed.test_batches(split, BATCH_SIZE, limit):
                tally.add(batch)
                yield from self._breath()
            if values := tally.means():
                rows.append(Metrics(game.step, game.epoch, split, values))
        # only a whole measurement counts: one that is broken off by a stop is made again on resuming
        self.measured_step = game.step
        for row in rows:
            self._logged(row)
            if row.split == "test":
                self._remember(row)
                if self._is_best():
                    self.best = self._header(), weights_of(game.ema.model)
        self._flush()
        yield from rows

    def _remember(self, row: Metrics) -> None:
        self.measured_step = row.step
        self.metrics = {name: value for name, value in row.values.items() if not isinstance(value, tuple)}
        vectors = {name: value for name, value in row.values.items() if isinstance(value, tuple)}
        self.statistics = {name.removesuffix("_per_dim"): value for name, value in vectors.items()}

    def _is_best(self) -> bool:
        """Whether the newest measurement is the best one so far, by the measure that the recipe names."""
        best_by = self.game.recipe.training.best_by
        if best_by not in self.metrics and best_by != USUAL_MEASURE:
            raise StudioError(f"training.best_by: {best_by} is not measured; {did_you_mean(best_by, self.metrics)}")
        value = self.metrics.get(best_by, math.nan)
        if not math.isfinite(value) or (self.best_value is not None and value >= self.best_value):
            return False
        self.best_value, self.best_loss = value, self.metrics.get("loss")
        return True

    def pictures(self) -> Pictures:
        """Samples at fixed codes and reconstructions of fixed test pictures, by the averaged weights."""
        game = self.game
        shown = shown_pictures(game.ema.model, self.codes, game.feed.rows(self.setup.fixed_rows)["image"])
        for title, pictures in shown.items():
            if title != "originals" or game.step == 0:
                self.run.save_pictures(game.step, title, pictures, N_COLUMNS)
        return Pictures(game.step, shown)

    def save(self) -> Saved:
        """Write the step, and the best moment where there is a better one."""
        self._flush()
        self._save_best()
        game = self.game
        raw, ema, state = weights_of(game.model), weights_of(game.ema.model), game.state()
        folder = self.run.save(self._header(), raw, ema, state, game.counters())
        self.saved_step = game.step
        return Saved(game.step, str(folder))

    def _save_best(self) -> None:
        if self.best is not None:
            self.run.save_best(*self.best)
            self.best = None

    def _header(self) -> Header:
        game = self.game
        return self.setup.header(
            step=game.step,
            epoch=game.epoch,
            statistics=self.statistics,
            metrics=self.metrics,
            preview=preview(game.ema.model, self.codes),
        )

    def published(self, snapshots: SnapshotStore) -> Snapshot:
        """Newer weights for whoever explores this run."""
        game = self.game
        weights = weights_of(game.ema.model)
        header = self.setup.header(
            step=game.step, epoch=game.epoch, statistics=self.statistics, metrics=self.metrics, preview=""
        )
        header = header.model_copy(update={"digest": digest(weights, header)})
        snapshots.publish(self.key, PublishedWeights(header, weights))
        return Snapshot(self.key, game.step, header.digest)

    def stop(self) -> None:
        """Leave everything saved; from here on the run's folder is where its newest weights are found."""
        if self.is_finished:
            return
        self._save_best()
        if self.saved_step != self.game.step:
            self.save()
        if self.snapshots is not None:
            self.snapshots.forget(self.key)
        self.say("stopped")

    def fail(self, error: Exception) -> None:
        """Say why the run ended; what was saved stays as it is."""
        text = str(error) if isinstance(error, StudioError) else f"{type(error).__name__}: {error}"
        with suppress(StudioError):  # the disk may be what failed, and the first trouble is the one to tell
            self._flush()
            self.say("failed", text)

    def progress(self) -> Progress:
        done, total = self.game.step, self.game.n_steps
        n_played = done - self.first_step
        seconds_per_step = (time.monotonic() - self.started) / n_played if n_played else None
        return Progress(done, total, "steps", None if seconds_per_step is None else seconds_per_step * (total - done))

    def say(self, state: RunState, message: str = "") -> None:
        """The heartbeat."""
        game = self.game
        self.run.say(
            RunStatus(
                name=self.setup.recipe.name,
                family=self.setup.family_title,
                data=self.setup.data.name,
                state=state,
                step=game.step,
                n_steps=game.n_steps,
                epoch=game.epoch,
                n_epochs=game.recipe.training.n_epochs,
                seconds_left=self.progress().seconds_left if state == "running" else None,
                loss=self.metrics.get("loss"),
                best_loss=self.best_loss,
                message=message,
                disk_bytes=self.run.disk_bytes(),
            )
        )
