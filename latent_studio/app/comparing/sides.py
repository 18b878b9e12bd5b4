"""What is compared, as the document keeps it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from latent_studio.core.latent import LatentSpace
from latent_studio.core.runs import BEST, IN_MEMORY, STEP
from latent_studio.studio.document import Document
from latent_studio.views.comparing import Code, WantedCode, moved

KEY = "compare"
Name = Literal["a", "b"]
NAMES: tuple[Name, Name] = ("a", "b")
View = Literal["difference", "wipe", "onion"]


class Side(BaseModel):
    """One side. model: a model key, "" for the open model.  moment: a run's saved weights by their path in its folder,
    "" for the newest.  code: a code of its own, None where it shows the current one.  at: the current code when that
    was taken.  caption: what the code is called."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    model: str = ""
    moment: str = ""
    code: Code | None = None
    at: Code = ()
    caption: str = ""

    def key(self, open_key: str) -> str:
        """The model key that this side's pictures are asked for with."""
        base = self.model or open_key
        return str(Path(base) / self.moment) if self.moment else base

    def wanted(self, document: Document, space: LatentSpace, is_linked: bool) -> WantedCode:
        """The code that this side asks for; `space` is the open model's."""
        return WantedCode(document.code, space, self.code, self.at, is_linked)


class Comparison(BaseModel):
    """Both sides, whether the sliders move both, and how the middle shows them. mix: 0 all A … 1 all B."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    a: Side = Side()
    b: Side = Side()
    linked: bool = True
    view: View = "difference"
    mix: float = Field(0.5, ge=0.0, le=1.0)

    @staticmethod
    def of(document: Document) -> Comparison:
        """The document's; what another version wrote and nobody can read counts for nothing."""
        try:
            return Comparison.model_validate(document.panels.get(KEY, {}))
        except ValidationError:
            return Comparison()

    def side(self, name: Name) -> Side:
        return self.a if name == "a" else self.b


def with_side(document: Document, name: Name, side: Side) -> Document:
    """The document with another side."""
    return document.with_setting(KEY, **{name: side.model_dump(mode="json")})


def swapped(document: Document) -> Document:
    """The document with the sides exchanged; the wipe shows what it showed."""
    now = Comparison.of(document)
    return document.with_setting(
        KEY, a=now.b.model_dump(mode="json"), b=now.a.model_dump(mode="json"), mix=1.0 - now.mix
    )


def with_link(document: Document, space: LatentSpace, is_linked: bool) -> Document:
    """The document with the sides linked or not; what they show stays as it is."""
    return _rebased(document, space, document.code).with_setting(KEY, linked=is_linked)


def with_adopted(document: Document, space: LatentSpace, code: Code) -> Document:
    """The document with that current code; a side with a code of its own stays where it is: this was no slider."""
    return _rebased(document, space, code).replace(code=code)


def split_key(key: str) -> tuple[str, str]:
    """A model key as model and moment: a file within a run is a moment of that run."""
    path = Path(key)
    if path.name == BEST:
        return str(path.parent), BEST
    if path.parent.name.startswith(STEP):
        return str(path.parent.parent), f"{path.parent.name}/{path.name}"
    return key, ""


def is_of_run(key: str) -> bool:
    """Whether a model key is a run or a moment of one, so that its step is worth telling."""
    is_file = key.endswith(".safetensors") or key.startswith(IN_MEMORY)
    return bool(split_key(key)[1]) or not is_file


def _rebased(document: Document, space: LatentSpace, at: Code) -> Document:
    """Both sides' own codes as they are shown now, counted from `at`."""
    now = Comparison.of(document)
    for name in NAMES:
        side = now.side(name)
        if side.code is None:
            continue
        shown = side.code
        if now.linked and len(side.code) == len(side.at) == len(document.code) == space.dim:
            shown = moved(space, side.code, side.at, document.code)
        document = with_side(document, name, side.model_copy(update={"code": shown, "at": at}))
    return document
