"""A recipe says everything needed to train again; a TOML file, one section per question."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

import tomlkit
from pydantic import Field

from latent_studio.core.errors import StudioError
from latent_studio.core.family import FamilyConfig, family
from latent_studio.core.schedule import share_left
from latent_studio.core.schema import Config, validated


class DataSection(Config):
    """Which pictures. `digest` is written at the start and compared when a run goes on."""

    source: str = Field("digits", title="Source", description="Where the pictures come from.")
    path: str = Field("", title="Path", description="The file or folder, for sources that read one.")
    size: int | None = Field(
        None,
        ge=8,
        le=128,
        title="Size",
        description="Side of the square pictures; empty keeps the source's own.",
        json_schema_extra={"unit": "px"},
    )
    train_fraction: float = Field(
        1.0,
        gt=0.0,
        le=1.0,
        title="Share of the training part",
        description="Train on this share of the pictures only.",
        json_schema_extra={"advanced": True},
    )
    options: dict[str, bool | int | float | str] = Field({}, json_schema_extra={"hidden": True})
    digest: str = Field("", json_schema_extra={"hidden": True})


class AugmentSection(Config):
    """What is changed at random each time the training sees a picture; measuring sees them as they are."""

    mirror: bool = Field(
        False,
        title="Mirror",
        description="Every second time left and right are swapped; not for what can be read.",
    )
    shift: float = Field(
        0.0,
        ge=0.0,
        le=0.25,
        title="Shift",
        description="Moved by up to this share of the side, in any direction; the edge is repeated.",
        json_schema_extra={"unit": "× side"},
    )
    colour: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        title="Light and colour",
        description="Brightness, contrast and saturation vary by up to this share.",
        json_schema_extra={"unit": "± share"},
    )

    @property
    def is_off(self) -> bool:
        """Whether it changes nothing."""
        return self == AugmentSection()


class TrainingSection(Config):
    """How long, in what portions, on what."""

    n_epochs: int = Field(
        10,
        ge=1,
        le=100_000,
        title="Length",
        description="How often every picture is seen.",
        json_schema_extra={"unit": "epochs"},
    )
    batch_size: int = Field(
        128,
        ge=2,
        le=65_536,
        title="Batch",
        description="Pictures per update.",
        json_schema_extra={"unit": "pictures"},
    )
    seed: int = Field(0, ge=0, lt=2**31, title="Seed", description="The same seed gives the same run.")
    save_every_s: float = Field(
        60.0,
        ge=0.0,
        le=86_400.0,
        title="Save every",
        description="A crash loses at most this much work.",
        json_schema_extra={"unit": "s"},
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field(
        "auto",
        title="Device",
        description="auto takes a GPU where there is one.",
        json_schema_extra={"advanced": True, "titles": {"cpu": "CPU", "cuda": "CUDA GPU", "mps": "Apple GPU"}},
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto",
        title="Precision",
        description="bfloat16 computes the heavy layers in half the bits; auto takes it where it was measured faster.",
        json_schema_extra={"advanced": True, "titles": {"float32": "32-bit float"}},
    )
    n_threads: int = Field(
        0,
        ge=0,
        le=1024,
        title="Threads",
        description="CPU threads; 0 takes all cores, in the window all but one.",
        json_schema_extra={"advanced": True},
    )
    ema_decay: float = Field(
        0.999,
        ge=0.0,
        lt=1.0,
        title="EMA",
        description="Memory of the averaged weights that are shown and shipped, per step; 0 shows the raw ones.",
        json_schema_extra={"advanced": True},
    )
    best_by: str = Field(
        "loss",
        title="Best by",
        description="The measure on the test part whose least value marks the best moment, which is kept.",
        json_schema_extra={"advanced": True},
    )
    machine: str = Field("", json_schema_extra={"hidden": True})
    """The torch and the processor it was trained with last; on the same, resuming is exact to the bit."""
    measure_every: int = Field(
        0,
        ge=0,
        title="Measure every",
        description="Steps between measurements on the test part; 0 means every epoch, at least 100 steps.",
        json_schema_extra={"unit": "steps", "advanced": True},
    )


class PhaseOptimizer(Config):
    """What one player's optimizer does differently; empty fields follow [optimizer]."""

    learning_rate: float | None = Field(None, gt=0.0, le=10.0)
    beta1: float | None = Field(None, ge=0.0, lt=1.0)
    beta2: float | None = Field(None, ge=0.0, lt=1.0)


class OptimizerSection(Config):
    """How the weights move. Further tables ([optimizer.discriminator]) speak for one player."""

    name: Literal["adam", "adamw", "sgd"] = Field(
        "adam",
        title="Optimiser",
        description="The rule that moves the weights.",
        json_schema_extra={"advanced": True, "titles": {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD"}},
    )
    learning_rate: float = Field(1e-3, gt=0.0, le=10.0, title="Learning rate", description="Size of a step.")
    final_learning_rate: float = Field(
        1.0,
        gt=0.0,
        le=1.0,
        title="Final learning rate",
        description="Share of the learning rate that is left at the end; it falls along a cosine. 1 keeps it.",
        json_schema_extra={"unit": "× start", "advanced": True},
    )
    falls_from: float = Field(
        0.0,
        ge=0.0,
        lt=1.0,
        title="Falls from",
        description="Share of the training after which the learning rate begins to fall.",
        json_schema_extra={"unit": "× length", "advanced": True},
    )
    beta1: float = Field(
        0.9, ge=0.0, lt=1.0, title="β₁", description="Adam's momentum.", json_schema_extra={"advanced": True}
    )
    beta2: float = Field(
        0.999,
        ge=0.0,
        lt=1.0,
        title="β₂",
        description="Adam's memory of squared gradients.",
        json_schema_extra={"advanced": True},
    )
    weight_decay: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        title="Weight decay",
        description="Pull towards zero.",
        json_schema_extra={"advanced": True},
    )
    phases: dict[str, PhaseOptimizer] = Field({}, json_schema_extra={"hidden": True})

    def rate_at(self, done: float) -> float:
        """The share of the learning rate that is left once that share of the training is done."""
        return share_left(done, self.final_learning_rate, self.falls_from)

    def slower(self, factor: float) -> dict[str, Any]:
        """The learning rates of all players times a factor, to three figures, for `Recipe.with_values`."""
        times = {"learning_rate": float(f"{self.learning_rate * factor:.3g}")}
        phases = {name: own.model_dump(exclude_none=True) for name, own in self.phases.items()}
        for own in phases.values():
            if "learning_rate" in own:
                own["learning_rate"] = float(f"{own['learning_rate'] * factor:.3g}")
        return {**times, "phases": phases} if phases else times

    def for_phase(self, name: str) -> OptimizerSection:
        """The settings of that player."""
        own = self.phases.get(name)
        return self if own is None else self.model_copy(update=own.model_dump(exclude_none=True))


class Recipe(Config):
    """A whole recipe. `model` names the family; the other keys of its section are that family's settings."""

    name: str = Field("untitled", min_length=1, max_length=120)
    data: DataSection = DataSection()
    model: dict[str, Any] = Field(default_factory=lambda: {"family": "vae"})
    augment: AugmentSection = AugmentSection()
    training: TrainingSection = TrainingSection()
    optimizer: OptimizerSection = OptimizerSection()

    @property
    def family(self) -> str:
        return str(self.model.get("family", ""))

    @property
    def model_settings(self) -> dict[str, Any]:
        return {key: value for key, value in self.model.items() if key != "family"}

    def config(self) -> FamilyConfig:
        """The family's settings, checked by the family (this imports torch)."""
        if not self.family:
            raise StudioError('[model] family is missing: write family = "vae" there.')
        return validated(family(self.family).config, self.model_settings, "[model]")

    def with_values(self, **sections: Mapping[str, Any]) -> Self:
        """The same recipe with some fields of some sections replaced, checked again."""
        values = self.said()
        for section, fields in sections.items():
            values[section] = {**values.get(section, {}), **fields}
        return validated(type(self), values, "The recipe's")

    def with_defaults(self, defaults: Mapping[str, Mapping[str, Any]]) -> Self:
        """The same recipe with every field said: what it leaves open is what `defaults` say of a section, or else what
        the section itself takes."""
        said = self.said()
        opened = {section: {**fields, **said.get(section, {})} for section, fields in defaults.items()}
        whole = validated(type(self), {**said, **opened}, "The recipe's")
        return validated(type(self), whole.model_dump(exclude_none=True), "The recipe's")

    def said(self) -> dict[str, Any]:
        """The sections as plain values, without the fields that were left open."""
        return self.model_dump(exclude_none=True, exclude_unset=True)


def read_recipe(path: Path) -> Recipe:
    """The recipe in a TOML file."""
    try:
        return parse_recipe(path.read_text(encoding="utf-8"), path.name)
    except FileNotFoundError:
        raise StudioError(f"{path} is not there: give the path of a recipe (.toml).") from None
    except IsADirectoryError:
        raise StudioError(f"{path} is a folder: give the path of a recipe (.toml).") from None
    except UnicodeDecodeError:
        raise StudioError(f"{path.name} is no text file: give the path of a recipe (.toml).") from None


def parse_recipe(text: str, name: str = "The recipe") -> Recipe:
    """A recipe from TOML text; tables inside [optimizer] are the players'."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudioError(f"{name} is not valid TOML: {error}.") from None
    optimizer = values.get("optimizer")
    if isinstance(optimizer, dict):
        players = {key: value for key, value in optimizer.items() if isinstance(value, dict) and key != "phases"}
        plain = {key: value for key, value in optimizer.items() if key not in players}
        values["optimizer"] = {**plain, **({"phases": players} if players else {})}
    return validated(Recipe, values, name)


def recipe_text(recipe: Recipe) -> str:
    """TOML that `parse_recipe` reads back to an equal recipe; what was left open stays open."""
    values = {"model": dict(recipe.model)} | recipe.said()
    document = tomlkit.document()
    document.add("name", tomlkit.item(recipe.name))
    for section in ("data", "model", "augment", "training", "optimizer"):
        fields = values.get(section, {})
        if not fields or (section == "augment" and recipe.augment.is_off):
            continue
        players = fields.pop("phases", {}) if section == "optimizer" else {}
        if section == "data" and not fields.get("options"):
            fields.pop("options", None)
        fields = {key: value for key, value in fields.items() if value is not None}  # TOML has no word for nothing
        document.add(section, tomlkit.item({**fields, **players}))
    return tomlkit.dumps(document)


def check_continues(former: Recipe, recipe: Recipe, run: str) -> None:
    """StudioError where a run that `former` began cannot go on by `recipe`: other data, model, seed or optimizer."""
    if former.data.digest != recipe.data.digest:
        raise StudioError(f"{run} was begun on other pictures (their content differs): train in another folder.")
    before, now = _settled(former), _settled(recipe)
    for field in before:
        if field in now and before[field] != now[field]:
            raise StudioError(
                f"{run} was begun with {field} = {before[field]} and the recipe now says {now[field]}: "
                "change it back, or train in another folder."
            )


def _settled(recipe: Recipe) -> dict[str, Any]:
    """What may not change once a step is saved, by field."""
    values = recipe.model_dump(mode="json")
    # the family's own words: fields without a value are settled, too, and a newer version's mean what they meant
    model = {"family": recipe.family, **recipe.config().model_dump(mode="json")}
    settled = {f"model.{key}": value for key, value in model.items()}
    fields = (("training", "seed"), ("optimizer", "name"))
    return settled | {f"{section}.{field}": values[section][field] for section, field in fields}


def with_settings(recipe: Recipe, settings: list[str]) -> Recipe:
    """The recipe changed by command-line settings such as `model.beta=4`."""
    return with_changes(recipe, settings_from(settings))


def settings_from(settings: list[str]) -> dict[str, Any]:
    """Values by path, from the command line; they are TOML, bare words are strings, and nothing leaves a field open."""
    changes = {}
    for setting in settings:
        path, equals, text = setting.partition("=")
        if not equals or not all(path.strip().split(".")):
            raise StudioError(f'"{setting}" is no setting: write it as section.field=value, for instance model.beta=4.')
        changes[path.strip()] = _toml_value(text.strip())
    return changes


def with_changes(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """The recipe with other values by path (`model.beta`, `optimizer.discriminator.learning_rate`); None leaves a field
    open."""
    values, known = recipe.said(), recipe.model_dump()
    optimizer = values.get("optimizer", {})
    optimizer |= optimizer.pop("phases", {})  # a player's table stands in [optimizer], as in the file
    for path, value in changes.items():
        *sections, last = path.split(".")
        target, field = values, known
        for key in sections:
            target, field = target.setdefault(key, {}), field.get(key, {})
            if not (isinstance(target, dict) and isinstance(field, dict)):
                raise StudioError(f'"{path}" leads nowhere: {key} has no fields; write section.field=value.')
        target[last] = value
        if value is None:
            del target[last]
    return parse_recipe(tomlkit.dumps(values), "The recipe's")


def _toml_value(text: str) -> Any:
    if not text:
        return None
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
