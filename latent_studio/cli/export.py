"""`latent-studio export`: a ready-made model out of a run, with the recipe that made it beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from latent_studio.cli.evaluate import measured
from latent_studio.cli.opening import (
    DataChoice,
    DataPath,
    DataSize,
    SourceName,
    Weights,
    open_model,
    pictures_for,
    recipe_beside,
)
from latent_studio.cli.output import AsJson, print_facts, print_json
from latent_studio.core.errors import StudioError
from latent_studio.core.files import write_file
from latent_studio.core.header import Header
from latent_studio.data.places import travelling
from latent_studio.studio.library import size_text
from latent_studio.training.recipe import recipe_text

if TYPE_CHECKING:
    from torch import Tensor

    from latent_studio.core.request import OpenModel
    from latent_studio.training.measuring import Measures


def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="The .safetensors file to write.", show_default=False)],
    weights: Annotated[
        Weights, typer.Option(help="Averaged weights (ema), raw ones, or the best averaged ones.")
    ] = "ema",
    as_bf16: Annotated[bool, typer.Option("--bf16", help="Keep the matrices in 16 bits: half the size.")] = False,
    source: SourceName = "",
    path: DataPath = "",
    size: DataSize = None,
    as_json: AsJson = False,
) -> None:
    """Write a run's model as one file, and its recipe under the same name.

    It is measured before and after, so that what 16 bits cost is told and the file's own figures are true.
    """
    if out.suffix != ".safetensors":
        raise StudioError(f"{out.name} is not named as a checkpoint: let --out end in .safetensors.")
    recipe = recipe_beside(run)
    if recipe is None or not run.is_dir():
        raise StudioError(f"{run} is no run folder: give the folder that `latent-studio train` made.")
    from latent_studio.training.checkpoint import save_checkpoint

    opened = open_model(run, weights)
    images = pictures_for(run, opened.header, DataChoice(source, path, size))
    split = "test" if images.n_test else "train"
    before = measured(opened, images, split, recipe.training.seed)
    content = file_weights(opened, as_bf16)
    after = measured(reopened(opened, content), images, split, recipe.training.seed)
    header = save_checkpoint(out, content, header_for(opened.header, after if images.n_test else {}))
    # a folder's name and not its place, which is another on the next machine and tells how this one is laid out
    data = recipe.data.model_copy(update={"path": travelling(recipe.data.path)})
    write_file(out.with_suffix(".toml"), recipe_text(recipe.model_copy(update={"data": data})))
    n_bytes = out.stat().st_size
    if as_json:
        loss = {"before": before["loss"], "after": after["loss"]}
        print_json({"out": out, "bytes": n_bytes, "digest": header.digest, "split": split, "loss": loss})
    else:
        losses = f"{before['loss']:.4f} in the run, {after['loss']:.4f} as written"
        print_facts({"written": out, "size": size_text(n_bytes), "digest": header.digest, f"{split} loss": losses})


def file_weights(opened: OpenModel, as_bf16: bool) -> dict[str, Tensor]:
    """What the file will hold: matrices and kernels in bfloat16 where that is asked for. Biases, which are few, and
    buffers, which may be statistics that do not bear rounding (a covariance), stay as they are."""
    import torch

    from latent_studio.training.checkpoint import weights_of

    learned = {name for name, parameter in opened.model.named_parameters() if parameter.dim() > 1}
    return {
        name: tensor.to(torch.bfloat16) if as_bf16 and name in learned else tensor
        for name, tensor in weights_of(opened.model).items()
    }


def reopened(opened: OpenModel, content: dict[str, Tensor]) -> OpenModel:
    """The model as it will be read back from those weights."""
    from latent_studio.core.model import channels_last
    from latent_studio.training.checkpoint import build

    device = next(opened.model.parameters()).device
    return replace(opened, model=channels_last(build(opened.header, content).to(device)))


def header_for(header: Header, found: Measures) -> Header:
    """The run's header with the figures of what is written; its data are named, not located."""
    statistics = {name.removesuffix("_per_dim"): value for name, value in found.items() if isinstance(value, tuple)}
    return header.model_copy(
        update={
            "data": header.data.model_copy(update={"path": travelling(header.data.path)}),
            "metrics": {name: value for name, value in found.items() if isinstance(value, float)},
            "statistics": header.statistics | statistics,
        }
    )
