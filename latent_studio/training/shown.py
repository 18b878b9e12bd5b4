"""What single steps of training show, gathered into the rows of a log that has one for every so many steps."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor


class Shown:
    """A term that is due only every so many steps may never be due at a step that is logged: its last value counts."""

    def __init__(self) -> None:
        self._lately: dict[str, Tensor] = {}

    def add(self, shown: Mapping[str, Tensor]) -> None:
        """A step that gets no row of its own."""
        self._lately |= shown

    def row(self, shown: Mapping[str, Tensor]) -> dict[str, float | tuple[float, ...]]:
        """The numbers of a step without torch, with what its players showed since the last row besides.

        A vector has four digits, which is what a histogram needs.
        """
        players = {name.rpartition(".")[0] for name in shown}
        lately = {name: value for name, value in self._lately.items() if name.rpartition(".")[0] in players}
        self._lately = {}
        return {
            name: float(value) if value.dim() == 0 else tuple(float(f"{number:.4g}") for number in value.tolist())
            for name, value in (lately | dict(shown)).items()
        }
