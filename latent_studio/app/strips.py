"""Which strips of pictures the Code dock has to ask for: those in view that the code or the weights have outdated."""

from __future__ import annotations

from collections.abc import Iterable

Code = tuple[float, ...]
Span = tuple[int, int]
"""The columns that a strip sweeps: first, and one behind the last."""


class StripPlan:
    """Remembers what each strip was made of.

    A strip sweeps its own columns and holds the others: it stays true while only its own columns move. A strip is
    named by those columns: one for a dimension, several for a categorical factor.
    """

    def __init__(self) -> None:
        self._made_of: dict[Span, Code] = {}

    def note(self, columns: Span, code: Code) -> None:
        """The strip of these columns was made of that code."""
        self._made_of[columns] = _held(code, columns)

    def is_fresh(self, columns: Span, code: Code) -> bool:
        """Whether the strip at hand shows what these columns do at that code."""
        return self._made_of.get(columns) == _held(code, columns)

    def stale(self, wanted: Iterable[Span], code: Code) -> list[Span]:
        """Those of the wanted strips that must be made (again)."""
        return [columns for columns in wanted if not self.is_fresh(columns, code)]

    def forget(self) -> None:
        """The weights are others now."""
        self._made_of.clear()


def one(column: int) -> Span:
    """The name of a dimension's strip."""
    return column, column + 1


def _held(code: Code, columns: Span) -> Code:
    return code[: columns[0]] + code[columns[1] :]
