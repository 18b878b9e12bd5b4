"""What a source of pictures declares of itself: one file per source, with a constant named SOURCE."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from latent_studio.core.events import Progress
from latent_studio.core.schema import Config
from latent_studio.data.image_set import ImageSet
from latent_studio.data.pixel_store import MEMORY_SHARE

Loading = Generator[Progress, None, ImageSet]
"""Reads pictures piece by piece, for a lane: not asking for more pauses it, closing gives it up."""


class SourceOptions(Config):
    """What can be chosen for every source."""

    size: int | None = Field(
        default=None,
        ge=4,
        le=1024,
        title="Picture size",
        description="Side of the square pictures; empty keeps the size they have.",
        json_schema_extra={"unit": "px"},
    )
    only: str = Field(
        default="",
        title="Only",
        description="Keep only pictures of this label or attribute: `label=Apple,Cherry` or `skin_tone=0`.",
        json_schema_extra={"advanced": True},
    )
    label_column: str = Field(
        default="",
        title="Label by",
        description="Take this attribute for the label of each picture.",
        json_schema_extra={"advanced": True},
    )


class PathOptions(SourceOptions):
    """What can be chosen for a source that reads files."""

    path: Path = Field(title="File or folder", description="Where the pictures lie.")
    memory_share: float = Field(
        default=MEMORY_SHARE,
        ge=0,
        le=1,
        title="Share of memory",
        description="Pixels that take more than this share of the machine's memory are kept in a memory-mapped file.",
        json_schema_extra={"advanced": True},
    )


@dataclass(frozen=True)
class Source:
    """A source as its file declares it.

    name: the file's name.  load: the options → the set, or a generator that tells its progress and returns the set;
    StudioError on what cannot be read.
    claims: how sure the source is that it reads a file or folder: 0 not at all, 1 perhaps, 2 certainly. Cheap, never
    raises for what it does not know.
    """

    name: str
    title: str
    summary: str
    options: type[SourceOptions]
    load: Callable[[Any], ImageSet | Loading]
    claims: Callable[[Path], int] = lambda path: 0

    @property
    def needs_path(self) -> bool:
        return issubclass(self.options, PathOptions)


@dataclass(frozen=True)
class SourceInfo:
    """A source in plain data. schema: JSON schema of its options; the path, where it needs one, is asked for apart."""

    name: str
    title: str
    summary: str
    needs_path: bool
    schema: dict[str, Any]
