"""`train`: a generator that plays a recipe and yields what happens, at step boundaries only.

To pause is not to ask for the next event; to stop is to close the generator, which saves. An exception never writes
over a good state. What a person changes is sent into the generator as `Controls`.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from pathlib import Path

import torch

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Done, Event, Metrics, Pictures, Pixels, Progress, Saved, Snapshot, Warned
from latent_studio.core.model import Decodes, Encodes, capabilities, encode_to_code, sample_prior, to_pixels
from latent_studio.core.objective import mix_seed
from latent_studio.core.runs import RunStatus
from latent_studio.data import load
from latent_studio.data.image_set import ImageSet
from latent_studio.training.checkpoint import digest, preview_png, weights_of
from latent_studio.training.device import use_threads
from latent_studio.training.game import Controls, Game
from latent_studio.training.measuring import BATCH_SIZE, measure
from latent_studio.training.recipe import Recipe
from latent_studio.training.runs import Run
from latent_studio.training.setting_up import Setup, prepare
from latent_studio.training.snapshots import PublishedWeights, SnapshotStore

MAX_BREATH_S = 0.05
"""The generator yields at least this often, so that pausing, stopping and controls are prompt."""

MAX_SKIPPED = 5
N_FIXED = 24
N_COLUMNS = 6
N_TRAIN_MEASURED = 2_000
"""Training pictures that are measured beside the whole test part: enough to show overfitting, cheap enough."""

_HEARTBEAT_S = 2.0
_FIXED_CODES = 0xF1ED
_MEASURING = 0x3EA5

Training = Generator[Event, Controls | None, None]


def train(
    recipe: Recipe,
    folder: Path,
    images: ImageSet | None = None,
    snapshots: SnapshotStore | None = None,
    n_threads: int = 0,
) -> Training:
    """Train a recipe in a run folder; a folder with saved steps goes on where it stopped.

    images: where they are loaded already.  snapshots: where newer weights are published for the exploring lane.
    n_threads: what 0 in the recipe means here (0: all cores).
    Raises StudioError for what a person can mend: a bad recipe, missing data, a full disk, a loss that is not finite.
    """
    run = Run(folder)
    if images is None:
        yield Progress(0, 0, text=f"reading {recipe.data.source}")
        images = load(recipe.data.source, recipe.data.path or None, recipe.data.size, **recipe.data.options)
    setup = prepare(recipe, images, n_threads)
    run.open(setup.recipe)
    use_threads(setup.recipe.training.n_threads)
    session = _Session(setup, run, snapshots)
    try:
        yield from session.play()
    except GeneratorExit:
        session.save()
        session.say("stopped")
        raise
    except Exception as error:
        session.say("failed", str(error) if isinstance(error, StudioError) else f"{type(error).__name__}: {error}")
        raise


class _Session:
    """One sitting at a run: the game, its clock and what was measured last."""

    def __init__(self, setup: Setup, run: Run, snapshots: SnapshotStore | None) -> None:
        self.setup, self.run, self.snapshots = setup, run, snapshots
        self.game: Game = setup.game
        self.key = str(run.path)
        self.metrics: dict[str, float] = {}
        self.statistics: dict[str, tuple[float, ...]] = {}
        self.best_loss: float | None = None
        self.best_weights: tuple[int, float, dict[str, float], dict[str, torch.Tensor]] | None = None
        self.saved_step = -1
        self.pending: list[tuple[int, Controls]] = []
        self.rows: list[Metrics] = []
        self._resume()
        self.first_step, self.started = self.game.step, time.monotonic()

    def _resume(self) -> None:
        found = self.run.newest_state()
        if found is not None:
            self.game.restore(*found)
            self.saved_step = self.game.step
        for row in self.run.rewind(self.game.step):
            if row.split == "test":
                self._remember(row)
        best = self.run.best(self.game.step)
        self.best_loss = best.metrics.get("loss") if best else None
        self.pending = self.run.controls_from(self.game.step)

    def play(self) -> Training:
        recipe = self.game.recipe.training
        save_at, beat_at = time.monotonic() + recipe.save_every_s, 0.0
        breath_at = time.monotonic() + MAX_BREATH_S
        log_every = min(50, max(1, self.game.n_steps // 1000))
        if self.game.step == 0:
            yield self.pictures()
        while self.game.step < self.game.n_steps:
            self._apply_due()
            shown = self.game.advance()
            step = self.game.step
            if not shown:
                yield self._skipped()
            elif step % log_every == 0:
                values = {name: float(value) for name, value in shown.items()}
                yield self._logged(Metrics(step, self.game.epoch, "steps", values))
            if step % recipe.measure_every == 0 or step == self.game.n_steps:
                yield from self.measured()
                yield self.pictures()
            now = time.monotonic()
            if now >= save_at:
                yield self.save()
                save_at = time.monotonic() + recipe.save_every_s
            if self.snapshots is not None and self.snapshots.is_due(self.key):
                yield self.published(self.snapshots)
            if now >= beat_at:
                self.say("running")
                beat_at = now + _HEARTBEAT_S
            if now >= breath_at:
                controls = yield self.progress()
                if controls is not None:
                    self.run.log_controls(self.game.step, controls)
                    self.pending.append((self.game.step, controls))
                breath_at = time.monotonic() + MAX_BREATH_S
        if self.saved_step != self.game.step:
            yield self.save()
        if self.snapshots is not None:
            yield self.published(self.snapshots)
        self.say("finished")
        yield Done(f"{self.run.path.name} is trained", {"step": self.game.step, **self.metrics})

    def _apply_due(self) -> None:
        while self.pending and self.pending[0][0] <= self.game.step:
            self.game.apply(self.pending.pop(0)[1])

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

    def measured(self) -> Iterator[Event]:
        """The averaged weights on the test part and on some of the training part."""
        game, model = self.game, self.game.ema.model
        for split, limit in (("train", N_TRAIN_MEASURED), ("test", None)):
            batches = game.feed.test_batches(split, BATCH_SIZE, limit)
            seed = mix_seed(game.recipe.training.seed, _MEASURING)
            values = measure(model, game.objective, batches, seed, game.device)
            if not values:
                continue
            row = Metrics(game.step, game.epoch, split, values)
            yield self._logged(row)
            if split == "test":
                self._remember(row)
                loss = self.metrics.get("loss")
                if loss is not None and (self.best_loss is None or loss < self.best_loss):
                    self.best_loss = loss
                    self.best_weights = (game.step, game.epoch, dict(self.metrics), weights_of(model))
        self._flush()

    def _remember(self, row: Metrics) -> None:
        self.metrics = {name: value for name, value in row.values.items() if not isinstance(value, tuple)}
        vectors = {name: value for name, value in row.values.items() if isinstance(value, tuple)}
        self.statistics = {name.removesuffix("_per_dim"): value for name, value in vectors.items()}

    @torch.inference_mode()
    def pictures(self) -> Pictures:
        """Samples at fixed codes and reconstructions of fixed test pictures, by the averaged weights."""
        game, model = self.game, self.game.ema.model
        shown: dict[str, tuple[Pixels, ...]] = {}
        if isinstance(model, Decodes):
            shown["samples"] = to_pixels(model.decode(self._fixed_codes()))
            if isinstance(model, Encodes) and not any(f.condition for f in model.space.factors):
                image = game.feed.rows(self.setup.fixed_rows)["image"]
                shown["originals"] = to_pixels(image)
                shown["reconstructions"] = to_pixels(model.decode(encode_to_code(model, model.space, image, {})))
        for title, pictures in shown.items():
            if title != "originals" or game.step == 0:
                self.run.save_pictures(game.step, title, pictures, N_COLUMNS)
        return Pictures(game.step, shown)

    def _fixed_codes(self) -> torch.Tensor:
        seed = mix_seed(self.game.recipe.training.seed, _FIXED_CODES)
        generator = torch.Generator(self.game.device).manual_seed(seed)
        return sample_prior(self.game.model.space, N_FIXED, generator)

    def save(self) -> Saved:
        """Write the step, and the best moment where there is a better one."""
        self._flush()
        ema = weights_of(self.game.ema.model)
        header = self.setup.header(
            step=self.game.step,
            epoch=self.game.epoch,
            statistics=self.statistics,
            metrics=self.metrics,
            preview=self.preview(),
        )
        if self.best_weights is not None:
            step, epoch, metrics, weights = self.best_weights
            best = header.model_copy(update={"step": step, "epoch": epoch, "metrics": metrics})
            self.run.save_best(best, weights)
            self.best_weights = None
        raw, state = weights_of(self.game.model), self.game.state()
        folder = self.run.save(header, raw, ema, state, self.game.counters())
        self.saved_step = self.game.step
        return Saved(self.game.step, str(folder))

    @torch.inference_mode()
    def preview(self) -> str:
        """Twelve samples for the library's card."""
        model = self.game.ema.model
        if not isinstance(model, Decodes):
            return ""
        return preview_png(to_pixels(model.decode(self._fixed_codes()[:12])))

    def published(self, snapshots: SnapshotStore) -> Snapshot:
        """Newer weights for whoever explores this run."""
        weights = weights_of(self.game.ema.model)
        header = self.setup.header(
            step=self.game.step, epoch=self.game.epoch, statistics=self.statistics, metrics=self.metrics, preview=""
        )
        header = header.model_copy(update={"digest": digest(weights, header)})
        snapshots.publish(self.key, PublishedWeights(header, weights))
        return Snapshot(self.key, self.game.step, header.digest)

    def progress(self) -> Progress:
        done, total = self.game.step, self.game.n_steps
        elapsed = time.monotonic() - self.started
        rate = elapsed / max(done - self.first_step, 1)
        return Progress(done, total, "steps", seconds_left=rate * (total - done))

    def say(self, state: str, message: str = "") -> None:
        """The heartbeat."""
        game, progress = self.game, self.progress()
        loss = self.metrics.get("loss")
        status = RunStatus.model_validate(
            {
                "name": self.setup.recipe.name,
                "family": self.setup.family_title,
                "data": self.setup.data.name,
                "state": state,
                "step": game.step,
                "n_steps": game.n_steps,
                "epoch": game.epoch,
                "n_epochs": game.recipe.training.n_epochs,
                "seconds_left": progress.seconds_left if state == "running" else None,
                "loss": loss,
                "best_loss": self.best_loss,
                "message": message,
                "disk_bytes": self.run.disk_bytes(),
            }
        )
        self.run.say(status)


def capabilities_of(game: Game) -> tuple[str, ...]:
    """For headers: sorted, so that files are reproducible."""
    return tuple(sorted(capabilities(game.model)))
