"""The tree of commands, and what a person's mistake looks like: one sentence on stderr, exit code 2."""

from __future__ import annotations

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from latent_studio.cli import branch, data, estimate, evaluate, export, health, info, render, sample, train
from latent_studio.core.errors import StudioError


class _PlainErrors(TyperGroup):
    """A group whose StudioErrors are told rather than raised; anything else is a defect and keeps its traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except StudioError as error:
            print(error, file=sys.stderr)
            raise typer.Exit(2) from None


app = typer.Typer(cls=_PlainErrors, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")


@app.callback(invoke_without_command=True)
def latent_studio(context: typer.Context) -> None:
    """Train generative models and look into their latent spaces. Without a command the window opens."""
    if context.invoked_subcommand is None:
        from latent_studio.app.main import main as open_window

        raise typer.Exit(open_window([]))


for command in (
    train.train,
    branch.branch,
    health.health,
    estimate.estimate,
    sample.sample,
    evaluate.evaluate,
    info.info,
    export.export,
):
    app.command()(command)
app.add_typer(render.app, name="render")
app.add_typer(data.app, name="data")
