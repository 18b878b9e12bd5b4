"""`latent-studio estimate`: how long a recipe will take here, from a few timed steps."""

from __future__ import annotations

from latent_studio.cli.opening import read_pictures
from latent_studio.cli.output import AsJson, duration_text, print_facts, print_json
from latent_studio.cli.recipes import RecipePath, Settings, recipe_from
from latent_studio.core.events import Done


def estimate(recipe: RecipePath, settings: Settings = None, as_json: AsJson = False) -> None:
    """Tell how long training a recipe will take on this machine. Nothing is written."""
    plan = recipe_from(recipe, settings or [])
    images = read_pictures(plan.data)
    from latent_studio.training.setting_up import estimate as timed

    told = [event.result for event in timed(plan, images) if isinstance(event, Done)][-1]
    if as_json:
        print_json({"name": plan.name, "n_epochs": plan.training.n_epochs, **told})
        return
    print_facts(
        {
            "time": f"about {duration_text(told['seconds'])}",
            "epochs": plan.training.n_epochs,
            "steps": f"{told['n_steps']:,}",
            "speed": f"{told['pictures_per_s']:,.0f} pictures per second",
            "model": f"{told['n_numbers']:,} numbers to learn",
        }
    )
