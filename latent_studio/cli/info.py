"""`latent-studio info`: what a checkpoint or a run says of itself. Needs no torch."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Annotated, Any

import typer

from latent_studio.cli.opening import ChosenWeights, Weights, checkpoint_file
from latent_studio.cli.output import AsJson, print_facts, print_json, print_table
from latent_studio.core.errors import StudioError
from latent_studio.core.files import disk_bytes
from latent_studio.core.header import Header, read_header
from latent_studio.core.runs import RunStatus, read_status
from latent_studio.studio.library import age_text, size_text


def info(
    path: Annotated[Path, typer.Argument(metavar="CHECKPOINT|RUN", show_default=False)],
    weights: ChosenWeights = None,
    as_json: AsJson = False,
) -> None:
    """Tell what a checkpoint or a run is: family, settings, latent space, data, measures, digest, size."""
    status = read_status(path) if path.is_dir() else None
    header, tensors, size = _checkpoint(path, weights, status)
    if as_json:
        print_json({"path": path, "run": status, "bytes": size, "header": header, "tensors": tensors})
        return
    if status is not None:
        print_facts({"run": path, **_run_facts(status), "on disk": size_text(size)})
        print()
    if header is not None:
        facts = {**_facts(header), "weights": _weights_text(header, tensors)}
        print_facts(facts if status else {**facts, "file": size_text(size)})
        if header.metrics:
            print()
            print_table(("on the test part", ""), list(header.metrics.items()))


def _checkpoint(
    path: Path, weights: Weights | None, status: RunStatus | None
) -> tuple[Header | None, list[dict[str, Any]], int]:
    """The header, name, type and shape of each tensor, and the bytes on the disk. A run may have no header yet."""
    if status is not None and weights is None:
        try:
            file = checkpoint_file(path)
        except StudioError:
            return None, [], disk_bytes(path)
    else:
        file = checkpoint_file(path, weights)
    header = read_header(file)
    return header, _tensors(file), disk_bytes(path) if path.is_dir() else file.stat().st_size


def _tensors(file: Path) -> list[dict[str, Any]]:
    from safetensors import safe_open

    with safe_open(file, framework="np") as content:
        parts = {name: content.get_slice(name) for name in sorted(content.keys())}
        return [{"name": n, "dtype": part.get_dtype(), "shape": part.get_shape()} for n, part in parts.items()]


def _weights_text(header: Header, tensors: list[dict[str, Any]]) -> str:
    kinds = ", ".join(sorted({tensor["dtype"] for tensor in tensors}))
    return f"{header.weights}, {sum(prod(tensor['shape']) for tensor in tensors):,} numbers ({kinds})"


def _run_facts(status: RunStatus) -> dict[str, object]:
    facts: dict[str, object] = {
        "state": f"{status.state}, {age_text(status.heartbeat)}" if status.heartbeat else status.state,
        "message": status.message if status.state == "failed" else "",
        "step": f"{status.step:,} of {status.n_steps:,}",
        "epoch": f"{status.epoch:.1f} of {status.n_epochs}",
    }
    if status.best_loss is not None:
        facts["best loss"] = f"{status.best_loss:.2f}"
    return facts


def _facts(header: Header) -> dict[str, object]:
    data = header.data
    return {
        "name": header.name,
        "family": header.family_title,
        "settings": ", ".join(f"{name} = {value}" for name, value in header.config.items()),
        "code": ", ".join(f"{f.name}: {f.kind} × {f.width}" for f in header.space.factors) or "none",
        "can": ", ".join(header.capabilities),
        "trained for": f"{header.step:,} steps, {header.epoch:.1f} epochs",
        "data": f"{data.name}, {data.n_train:,} to train and {data.n_test:,} to test",
        "points" if data.kind == "points" else "pictures": data.shape_text,
        "licence": data.licence,
        "citation": data.citation,
        "data digest": data.digest,
        "digest": header.digest,
    }
