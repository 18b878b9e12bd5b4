"""A model family: one file that says what it is, its settings, how it is built and what each player minimises."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ConfigDict

from latent_studio.core.errors import StudioError, did_you_mean
from latent_studio.core.schema import Config

if TYPE_CHECKING:
    from latent_studio.core.model import GenerativeModel
    from latent_studio.core.objective import Objective


DataKind = Literal["pixels", "points"]

POINT_SIDE = 32
"""Of the picture that is drawn of a point, px."""


class DataSpec(BaseModel):
    """What a family needs to know of the data it is built for; kept in the header of every checkpoint.

    kind: pixels are uint8 pictures read as [0, 1]; points are float32 in their own units.
    image_shape: (channels, height, width); (d, 1, 1) for points.
    centre, spread: of points, mean and standard deviation of each coordinate over the training part.
    fields: the names of the tensors that a batch of this data has.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    kind: DataKind = "pixels"
    image_shape: tuple[int, int, int]
    centre: tuple[float, ...] = ()
    spread: tuple[float, ...] = ()
    n_train: int = 0
    n_test: int = 0
    label_names: tuple[str, ...] = ()
    fields: tuple[str, ...] = ("image",)
    source: str = ""
    path: str = ""
    options: dict[str, bool | int | float | str] = {}
    digest: str = ""
    licence: str = ""
    citation: str = ""

    @property
    def size(self) -> int | None:
        """The side to ask the data's source for, px; points have none."""
        return self.image_shape[1] if self.kind == "pixels" else None

    @property
    def shown_shape(self) -> tuple[int, int, int]:
        """(channels, height, width) of the pictures that the screen shows of it."""
        return self.image_shape if self.kind == "pixels" else (1, POINT_SIDE, POINT_SIDE)

    @property
    def shape_text(self) -> str:
        """`28 × 28`, `64 × 64 colour`, `2 coordinates`."""
        n_channels, height, width = self.image_shape
        if self.kind == "points":
            return f"{n_channels} coordinate{'s' if n_channels > 1 else ''}"
        return f"{width} × {height}" + (" colour" if n_channels == 3 else "")


class FamilyConfig(Config):
    """Base of a family's settings."""

    def resolved(self, data: DataSpec) -> Self:
        """The same with every `auto` replaced by what it means for these data; written back to the recipe."""
        return self


@dataclass(frozen=True)
class Family:
    """A family as its file declares it, in a constant named FAMILY.

    build: (config, data) → model.  objective: (config) → what its players minimise.
    needs: the tensors a batch must have.  equation: what is minimised, in plain text.
    defaults: for each kind of data that it learns, what a recipe means by the fields that it leaves out:
    section → field → value. What the studio takes for all families stands in the sections themselves.
    """

    title: str
    citation: str
    equation: str
    config: type[FamilyConfig]
    build: Callable[[Any, DataSpec], GenerativeModel]
    objective: Callable[[Any], Objective[Any]]
    needs: tuple[str, ...] = ("image",)
    defaults: Mapping[DataKind, Mapping[str, Mapping[str, Any]]] = field(default_factory=lambda: {"pixels": {}})

    def check(self, data: DataSpec) -> None:
        """StudioError where the data lack what the family needs."""
        if data.kind not in self.defaults:
            known = " or ".join(self.defaults)
            raise StudioError(f"{self.title} learns {known} and {data.name} is {data.kind}: choose another family.")
        missing = [name for name in self.needs if name not in data.fields]
        if missing:
            raise StudioError(
                f"{self.title} needs {' and '.join(missing)} with every picture and {data.name} has none: "
                "choose data with them or another family."
            )


def family_names() -> list[str]:
    """The families there are: one per file of the folder, without importing any."""
    package = importlib.import_module("latent_studio.families")
    return sorted(module.name for module in pkgutil.iter_modules(package.__path__))


@cache
def family(name: str) -> Family:
    """The family that the file `name` declares; imported when first asked for."""
    if name not in family_names():
        raise StudioError(f'There is no family "{name}": {did_you_mean(name, family_names())}')
    found = importlib.import_module(f"latent_studio.families.{name}").FAMILY
    assert isinstance(found, Family), f"families/{name}.py must declare FAMILY"
    return found
