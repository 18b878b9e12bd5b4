"""The list of sets that a person can look into: what comes with the program, what lies here, what can be fetched."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from latent_studio.studio.library import size_text

Section = Literal["built in", "recent", "here", "remote"]
HEADINGS: dict[Section, str] = {
    "built in": "With the program",
    "recent": "Opened lately",
    "here": "On this machine",
    "remote": "To download",
}
N_RECENT = 8

KINDS = {"idx": "IDX files", "folder": "pictures", "npz": "NumPy file", "cifar": "CIFAR files", "celeba": "CelebA"}


@dataclass(frozen=True)
class DataRef:
    """A set by the source that reads it and where that reads."""

    source: str
    path: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """As plain data, as a recipe's [data] has it."""
        return {"source": self.source, "path": self.path, "options": dict(self.options)}

    @staticmethod
    def of(values: object) -> DataRef | None:
        """From plain data; None where they say something else."""
        if not isinstance(values, Mapping) or not isinstance(values.get("source"), str) or not values["source"]:
            return None
        path, options = values.get("path", ""), values.get("options", {})
        if not isinstance(path, str) or not isinstance(options, Mapping):
            return None
        return DataRef(values["source"], path, dict(options))


@dataclass(frozen=True)
class DataRow:
    """One row. key: "data:source:path" of a set that is here, "download:name" of one that is not.

    share: of a download under way, None without.  is_held: it is paused.
    """

    key: str
    section: Section
    title: str
    line: str
    ref: DataRef | None = None
    share: float | None = None
    is_held: bool = False


def key_of(source: str, path: str) -> str:
    """The key of a set that is here."""
    return f"data:{source}:{path}"


def here_line(source: str, n_bytes: int) -> str:
    """`IDX files · 12 MB`."""
    kind = KINDS.get(source, source)
    return f"{kind} · {size_text(n_bytes)}" if n_bytes else kind


def remote_line(n_bytes: int, n_here: int) -> str:
    """`12 MB`, or `4.1 of 12 MB are here`."""
    return f"{size_text(n_here)} of {size_text(n_bytes)} are here" if n_here else size_text(n_bytes)


def fetching_line(n_done: int, n_total: int, left: str, is_held: bool) -> str:
    """`4.1 MB of 12 MB · 20 s left`."""
    parts = [f"{size_text(n_done)} of {size_text(n_total)}", "paused" if is_held else f"{left} left" if left else ""]
    return " · ".join(part for part in parts if part)


def with_recent(recent: Sequence[DataRef], ref: DataRef) -> tuple[DataRef, ...]:
    """The sets that were opened, the newest first; only what reads a path is worth remembering."""
    if not ref.path:
        return tuple(recent)
    others = [other for other in recent if (other.source, other.path) != (ref.source, ref.path)]
    return (ref, *others)[:N_RECENT]


def filter_text(name: str, values: Sequence[str]) -> str:
    """The condition by which a set is asked for only some pictures; "" for all."""
    return f"{name}={','.join(values)}" if values else ""


_TRAIN_ON = "train on "


def train_about(ref: DataRef) -> str:
    """What the Train panel is told to take a set: the second word of `panel_wanted`."""
    return _TRAIN_ON + json.dumps(ref.values())


def train_ref(about: str) -> DataRef | None:
    """The set in it; None where it is about something else."""
    return DataRef.of(json.loads(about.removeprefix(_TRAIN_ON))) if about.startswith(_TRAIN_ON) else None


def set_line(n: int, image_shape: tuple[int, int, int]) -> str:
    """`70,000 · 28 × 28 · grey`."""
    n_channels, height, width = image_shape
    return f"{n:,} · {width} × {height} · {'grey' if n_channels == 1 else 'colour'}"


def set_caption(name: str, n_train: int, n_test: int, image_shape: tuple[int, int, int]) -> str:
    """`MNIST · 60,000 + 10,000 test · 28 × 28 · grey`."""
    n_channels, height, width = image_shape
    counts = f"{n_train:,} + {n_test:,} test" if n_test else f"{n_train:,}"
    return f"{name} · {counts} · {width} × {height} · {'grey' if n_channels == 1 else 'colour'}"
