"""A new run that goes on from a saved moment of another one with some fields of the recipe changed.

What fits is carried over: weights, averaged weights, what objective and optimizers remember, the log up to that step.
What does not fit starts anew and is said. From then on the branch is a run like any other: resuming it is exact.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from torch import Tensor

from latent_studio.core.errors import StudioError
from latent_studio.core.family import family
from latent_studio.core.files import write_file
from latent_studio.core.header import read_header, with_name
from latent_studio.core.runs import BEST, METRICS, ORIGIN, Origin, metrics_line, newest_weights, read_metrics
from latent_studio.data.image_set import ImageSet
from latent_studio.training.checkpoint import load_verified
from latent_studio.training.game import Game
from latent_studio.training.recipe import Recipe, with_changes
from latent_studio.training.runs import Run, SavedState
from latent_studio.training.session import Session
from latent_studio.training.setting_up import prepare

Moment = Literal["newest", "best"]
"""Where a branch goes on: from the last saved step, or from the best weights, which no optimizer remembers."""

MIN_CARRIED = 0.5
"""With a smaller share of the numbers carried over there is little left to go on with."""


@dataclass(frozen=True)
class Branched:
    """A run that is ready to go on.  step: where it stands.  anew: what was not carried over, in words."""

    folder: Path
    step: int
    anew: tuple[str, ...]


def branch(
    run: Path,
    folder: Path,
    changes: Mapping[str, Any],
    images: ImageSet,
    moment: Moment = "newest",
    name: str = "",
    n_threads: int = 0,
) -> Branched:
    """Begin a run in a new folder where `run` stood at a saved moment, with these changes of its recipe.

    images: the run's data, before `train_fraction` is applied.  changes, name: see `branched_recipe`.
    StudioError, and no folder, where nothing is saved or a branch cannot follow the changes.
    """
    source, target = Run(run), Run(folder)
    if folder.exists():
        raise StudioError(f"{folder} is there already: choose another folder.")
    former, saved = source.recipe(), saved_moment(source, moment)
    setup = prepare(branched_recipe(run, changes, name), images, n_threads)
    _check_code(run, setup.game)
    anew = carry(setup.game, saved, former)
    step = setup.game.step
    try:
        target.open(setup.recipe)
        rows = [metrics_line(row) for row in read_metrics(run)[0] if row.step <= step]
        write_file(folder / METRICS, "".join(rows))
        _copy_best(run, folder, setup.recipe.name, step)
        origin = Origin(name=former.name, step=step, moment=moment, changes=dict(changes), anew=anew)
        write_file(folder / ORIGIN, origin.model_dump_json(indent=1))
        session = Session(setup, target, None)
        session.resume(None)  # takes up what was measured
        session.stop()  # saves the step
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)  # half a branch would begin from nothing
        raise
    return Branched(folder, step, anew)


def branched_recipe(run: Path, changes: Mapping[str, Any], name: str = "") -> Recipe:
    """The run's recipe with the changes (see `with_changes`), under a name of its own.

    A run that was trained to its end goes on for as long again.
    """
    former = Run(run).recipe()
    for path in changes:
        if path == "model.family" or path.split(".")[0] == "data":
            raise StudioError(
                f"A branch goes on with the model and the data of {former.name}, so {path} stays as it is: "
                "train the changed recipe from the start."
            )
    n_epochs, newest = former.training.n_epochs, newest_weights(run)
    is_finished = newest is not None and read_header(newest).epoch >= n_epochs
    longer = {"training.n_epochs": 2 * n_epochs} if is_finished else {}
    opened = _opened(former, changes)
    return with_changes(former, {**longer, **opened, **changes, "name": name or f"{former.name}, branched"})


def _opened(former: Recipe, changes: Mapping[str, Any]) -> dict[str, None]:
    """The settings that went with what is changed (the weight of another penalty), to be left open."""
    schema = family(former.family).config.model_json_schema()["properties"]
    fields = [path.removeprefix("model.") for path in changes if path.startswith("model.")]
    return {f"model.{name}": None for field in fields for name in schema.get(field, {}).get("opens", ())}


def saved_moment(run: Run, moment: Moment) -> SavedState:
    """What is known of a run at that moment."""
    found, _ = run.newest_state()
    if found is None:
        raise StudioError(f"{run.path.name} has saved nothing yet: wait for its first save.")
    if moment == "newest":
        return found
    if not (run.path / BEST).is_file():
        raise StudioError(f"{run.path.name} has no best moment yet: it comes with its first measurement.")
    header, weights = load_verified(run.path / BEST)
    counters = json.loads(found.counters)
    counters |= {"step": header.step, "n_draws": round(header.epoch * counters["n_batches"]), "n_skipped_in_a_row": 0}
    return SavedState(weights, weights, {}, json.dumps(counters))


def carry(game: Game, saved: SavedState, former: Recipe) -> tuple[str, ...]:
    """Have a fresh game stand where `saved`, made by the recipe `former`, stood, as far as it fits.

    Returns what starts anew.  StudioError where that is most of the network.
    """
    raw, new = _merged(game.model.state_dict(), saved.raw)
    n_new = sum(raw[name].numel() for name in new)
    if n_new > (1 - MIN_CARRIED) * sum(tensor.numel() for tensor in raw.values()):
        raise StudioError(
            f"The network of {game.recipe.name} is another one than that of {former.name}: "
            "train the changed recipe from the start."
        )
    ema, _ = _merged(game.ema.model.state_dict(), saved.ema)
    own = {f"objective.{name}": tensor for name, tensor in game.objective.state_dict().items()}
    state, _ = _merged(own, saved.state)
    anew = list(dict.fromkeys(name.split(".")[0] for name in new))
    for phase in game.objective.phases:
        memory = {name: t for name, t in saved.state.items() if name.startswith(f"optimizer.{phase.name}.")}
        is_of_new = any(f"model.{name}".startswith(f"{owned}.") for name in new for owned in phase.owns)
        if memory and not is_of_new and former.optimizer.name == game.recipe.optimizer.name:
            state |= memory
        else:
            anew.append(f"the {phase.name}'s optimiser")
    game.restore(raw, ema, state, _counters(game, saved.counters, former))
    return tuple(anew)


def _merged(own: Mapping[str, Tensor], saved: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], list[str]]:
    """Saved tensors where one of that name and shape is there, and the names of the others."""
    new = [name for name, tensor in own.items() if name not in saved or saved[name].shape != tensor.shape]
    return {name: own[name] if name in new else saved[name] for name in own}, new


def _counters(game: Game, saved: str, former: Recipe) -> str:
    """The saved numbers; a number of updates that the changes are about is the new recipe's."""
    values = json.loads(saved)
    before = {phase.name: phase.n_updates for phase in family(former.family).objective(former.config()).phases}
    changed = {phase.name for phase in game.objective.phases if before.get(phase.name) != phase.n_updates}
    values["n_updates"] = {player: n for player, n in values["n_updates"].items() if player not in changed}
    return json.dumps(values)


def _check_code(run: Path, game: Game) -> None:
    newest = newest_weights(run)
    if newest is not None and read_header(newest).space != game.model.space:
        raise StudioError(
            f"{game.recipe.name} has another latent code than {run.name}: train the changed recipe from the start."
        )


def _copy_best(run: Path, folder: Path, name: str, step: int) -> None:
    """The best moment so far is the branch's, too."""
    if (run / BEST).is_file() and read_header(run / BEST).step <= step:
        write_file(folder / BEST, with_name((run / BEST).read_bytes(), name))
