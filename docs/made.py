"""The pages and tables that are made from the code: `make docs` writes them, a test holds them to it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from latent_studio.cli.evaluate import n_active
from latent_studio.core.family import family, family_names
from latent_studio.core.header import Header, read_header
from latent_studio.objectives.divergences import DIVERGENCES
from latent_studio.objectives.penalties import PENALTIES
from latent_studio.training.recipe import read_recipe

ROOT = Path(__file__).resolve().parents[1]
MODELS = "<!-- models: made by docs/made.py -->", "<!-- end of models -->"
GAMES = "<!-- games: made by docs/made.py -->", "<!-- end of games -->"


def families_page() -> str:
    """docs/families.md: every family with its equation, source, capabilities' needs and settings."""
    parts = [
        "# Model families\n\nMade from the code by `make docs`: what a family's file declares, its settings as form, "
        "recipe and `--set model.…` take them.\n"
    ]
    for name in family_names():
        found = family(name)
        parts.append(
            f"## {found.title} (`{name}`)\n\n    {found.equation}\n\n{found.citation}. "
            f"Needs of every picture: {', '.join(found.needs)}.\n\n"
            "| setting | default | range | what it does |\n|---|---|---|---|\n"
            + "\n".join(_row(key, told) for key, told in found.config.model_json_schema()["properties"].items())
            + "\n"
        )
    return "\n".join(parts)


def _row(key: str, told: dict[str, Any]) -> str:
    unit = f" {told['unit']}" if "unit" in told else ""
    return f"| `{key}` | {told.get('default')}{unit} | {_range(told)} | {told['description']} |"


def _range(told: dict[str, Any]) -> str:
    if "enum" in told:
        return ", ".join(str(value) for value in told["enum"])
    low = told.get("minimum", told.get("exclusiveMinimum"))
    high = told.get("maximum", told.get("exclusiveMaximum"))
    if low is None and high is None:
        return ""
    open_low = "more than " if "exclusiveMinimum" in told else ""
    return f"{open_low}{low:,g} … {high:,g}" if high is not None else f"{open_low}{low:,g} …"


def models_table() -> str:
    """The ready-made models as the headers of their files tell them, and their recipes."""
    rows = [
        "| model | family | data | code | measured on the test part | trained for | best at | size |",
        "|---|---|---|---|---|---|---|---:|",
    ]
    for path in sorted((ROOT / "checkpoints").glob("*.safetensors")):
        header, epochs = read_header(path), read_recipe(path.with_suffix(".toml")).training.n_epochs
        code = " + ".join(f"{factor.width} {factor.kind}" for factor in header.space.factors)
        rows.append(
            f"| {header.name} | {header.family_title} | {header.data.name}, {header.data.shape_text} | {code} | "
            f"{_measured(header)} | {epochs} epochs | {header.epoch:.0f} | {path.stat().st_size / 1e6:.1f} MB |"
        )
    return "\n".join(rows)


def _measured(header: Header) -> str:
    """A bound with its parts, or whatever the family measures."""
    told = header.metrics
    if "kl" not in told:
        return ", ".join(f"{name} {value:.3g}" for name, value in sorted(told.items()))
    parts = f"loss {told['loss']:,.1f} = reconstruction {told['reconstruction']:,.1f} + KL {told['kl']:,.1f}"
    return f"{parts}, {_active(header)} active"


def _active(header: Header) -> str:
    kl = header.statistics["kl"]
    return f"{n_active(kl)} of {len(kl)}"


def games_tables() -> str:
    """The divergences and penalties that games are played with."""
    rows = ["| divergence | `divergence` | its best critic tells | usual penalty | source |", "|---|---|---|---|---|"]
    for name, entry in DIVERGENCES.items():
        tells = "yes" if entry.f is not None else "of a 1-Lipschitz critic" if entry.scale else ""
        rows.append(f"| {entry.title} | `{name}` | {tells} | `{entry.usual_penalty}` | {_cell(entry.source)} |")
    rows += ["", "| penalty | `penalty` | weight | every | source |", "|---|---|---:|---:|---|"]
    for key, kind in PENALTIES.items():
        weight = f"± {kind.clip:g}" if kind.clip is not None else f"{kind.weight:g}" if kind.weight else ""
        every = f"{kind.every} steps" if kind.every > 1 else ""
        rows.append(f"| {kind.title} | `{key}` | {weight} | {every} | {_cell(kind.source)} |")
    return "\n".join(rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def with_made(text: str, marks: tuple[str, str], made: str, page: str) -> str:
    """A page with what is made between its marks as it is now."""
    between = re.compile(f"{re.escape(marks[0])}.*{re.escape(marks[1])}", re.DOTALL)
    assert between.search(text), f"{page} has no {marks[0]}"
    return between.sub(lambda _: f"{marks[0]}\n{made}\n{marks[1]}", text)


def pages() -> dict[Path, str]:
    """Path → content, of everything that is made."""
    parts = {ROOT / "README.md": (MODELS, models_table()), ROOT / "docs" / "games.md": (GAMES, games_tables())}
    return {ROOT / "docs" / "families.md": families_page()} | {
        path: with_made(path.read_text(encoding="utf-8"), marks, made, path.name)
        for path, (marks, made) in parts.items()
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
