"""What the window asks of a lane: frozen, complete, picklable."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from latent_studio.core.header import Header
    from latent_studio.core.model import GenerativeModel


class Priority(IntEnum):
    """What goes first; only `PREVIEW` makes the others wait while a person drags."""

    PREVIEW = 0
    STRIP = 1
    MANIFOLD = 2
    BACKGROUND = 3


@dataclass(frozen=True, kw_only=True)
class Request(ABC):
    """Work for a lane, cut into pieces: each `next` of what `run` returns does at most about 8 ms of it.

    slot: holds only the newest request. One that has not started is dropped when its successor arrives, one that is
    refining is closed.
    Views yield what they have so far (None where a piece has nothing to show); jobs yield events.
    """

    slot: str
    priority: Priority = Priority.BACKGROUND
    is_only_shown: ClassVar[bool] = False
    """Nobody misses it once the window closes, where a lane otherwise does what it was asked for."""

    @abstractmethod
    def run(self) -> Iterator[object]:
        """The work. Never enter a context manager of torch around a yield: it would leak to the lane's other work."""

    def on_hold(self, is_held: bool) -> None:
        """The work is paused now, or goes on. Called on the lane's thread, between two pieces."""
        return None

    def ends_step(self, value: object) -> bool:
        """Whether a step of the work, as a person counts them, ended with this value; any piece is one by default."""
        return True


@dataclass(frozen=True)
class OpenModel:
    """A model as the interactive lane hands it to a request: in eval mode, on the lane's device, never changed."""

    key: str
    header: Header
    model: GenerativeModel


@dataclass(frozen=True, kw_only=True)
class ModelRequest(Request):
    """A request on the newest snapshot of the model named by `model`; the lane resolves the key when work begins."""

    model: str

    def run(self) -> Iterator[object]:
        raise TypeError("a ModelRequest needs its model: the engine calls `answer`")

    @abstractmethod
    def answer(self, opened: OpenModel) -> Iterator[object]:
        """The work, on that model."""


@dataclass(frozen=True)
class Answer:
    """One result of a request, for the window.

    value: what `run` or `answer` yielded.  digest: of the weights it was made with, "" where there were none.
    seconds: spent on the request so far.  is_last: nothing more will come.
    """

    request: Request
    value: object
    digest: str = ""
    seconds: float = 0.0
    is_last: bool = False
