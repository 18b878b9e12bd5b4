"""Recipes as the command line takes them: a file or a run folder, changed by settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from latent_studio.core.errors import StudioError
from latent_studio.core.runs import RECIPE
from latent_studio.training.recipe import Recipe, read_recipe, with_settings

RecipePath = Annotated[
    Path, typer.Argument(metavar="RECIPE", help="A recipe (.toml) or the folder of a run.", show_default=False)
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SECTION.FIELD=VALUE", help="Change a field of the recipe: --set model.beta=4"),
]


def recipe_from(path: Path, settings: list[str]) -> Recipe:
    """The recipe of a file or run folder with the settings applied.

    A relative path to data that lie here is made absolute, because a run may go on from elsewhere.
    """
    if path.is_dir() and not (path / RECIPE).is_file():
        raise StudioError(f"{path} holds no {RECIPE}: give a recipe (.toml) or the folder of a run.")
    recipe = read_recipe(path / RECIPE if path.is_dir() else path)
    if settings:
        recipe = with_settings(recipe, settings)
    place = Path(recipe.data.path).expanduser()
    if recipe.data.path and place.exists():
        recipe = recipe.with_values(data={"path": str(place.resolve())})
    return recipe
