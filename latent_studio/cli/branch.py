"""`latent-studio branch`: a new run that goes on from a saved moment of another one, with a changed recipe."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from latent_studio.cli.opening import read_pictures
from latent_studio.cli.output import AsJson, note, print_json
from latent_studio.cli.recipes import Settings
from latent_studio.cli.train import new_folder_for
from latent_studio.core.errors import StudioError
from latent_studio.core.runs import RECIPE
from latent_studio.training.recipe import read_recipe, settings_from


def branch(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.", show_default=False)],
    settings: Settings = None,
    folder: Annotated[
        Path | None, typer.Option("--run", help="The branch's folder. Without it a new one is made.")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="What the branch is called.")] = "",
    best: Annotated[bool, typer.Option("--best", help="From the best weights, not from the last saved step.")] = False,
    as_json: AsJson = False,
) -> None:
    """Begin a run where another one stands, with some fields of its recipe changed; `latent-studio train` goes on.

    Weights and what the optimisers remember are carried over as far as they fit.
    """
    if not (run / RECIPE).is_file():
        raise StudioError(f"{run} is no run folder: give the folder of a run.")
    changes = settings_from(settings or [])
    from latent_studio.training import branching

    recipe = branching.branched_recipe(run, changes, name)
    images = read_pictures(read_recipe(run / RECIPE).data)
    target = folder or new_folder_for(recipe)
    found = branching.branch(run, target, changes, images, "best" if best else "newest", name)
    if as_json:
        print_json({"folder": str(found.folder), "name": recipe.name, "step": found.step, "anew": found.anew})
        return
    print(f"{recipe.name} stands at step {found.step:,} of {run.name}: {target}")
    if found.anew:
        note(f"What did not fit starts anew: {', '.join(found.anew)}.")
    note(f"Go on with: latent-studio train {shlex.quote(str(target))}")
