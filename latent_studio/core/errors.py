"""What a person is told when something they gave us does not work."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class StudioError(Exception):
    """A user's mistake or a bad file, in one plain sentence that ends with the remedy.

    The window shows it in a banner, the command line on stderr with exit code 2. Any other exception is a defect
    and keeps its traceback.
    """


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean "beta"?` for the closest known word, else the list of them; made to end a StudioError."""
    names = sorted(known)
    close = get_close_matches(word, names, n=1, cutoff=0.5)
    if close:
        return f'did you mean "{close[0]}"?'
    return f"choose one of: {', '.join(names)}." if names else "nothing is known here."
