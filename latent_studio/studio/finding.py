"""Finding things by typing some of their letters, as the palette does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Rank = tuple[int, int, int, int]


@dataclass(frozen=True, order=True)
class Match:
    """How well a text answers to what was typed; smaller is better.

    rank: the kind (0 the very text, 1 its beginning, 2 the beginning of a word, 3 somewhere within, 4 letters with
    gaps), then the number of gaps, where it begins, the length of the text.  positions: the letters that were found.
    """

    rank: Rank
    positions: tuple[int, ...]


def match(query: str, text: str) -> Match | None:
    """How `text` answers to `query`: its letters in their order, upper or lower case, gaps allowed. None where not.

    Words of the query may stand in any order. An empty query finds everything alike.
    """
    wanted, letters = _lower(" ".join(query.split())), _lower(text)
    whole = _match_word(wanted, letters)
    words = query.split()
    if len(words) < 2 or (whole is not None and whole.rank[0] < 4):
        return whole
    each = [_match_word(_lower(word), letters) for word in words]
    found = [one for one in each if one is not None]
    if len(found) < len(words):
        return None
    kind, n_gaps, at, _ = map(max, zip(*(one.rank for one in found), strict=True))
    positions = sorted({position for one in found for position in one.positions})
    return Match((max(kind, 3), n_gaps, at, len(text)), tuple(positions))


def ranked(query: str, texts: Sequence[str], others: Sequence[str] = ()) -> list[tuple[int, tuple[int, ...]]]:
    """The texts that answer to a query, best first and else in their order: index, and positions of what was found.

    others: for each text what else is known of it (its kind); what is found only with its help comes after all else,
    in its order, so that "panel" lists the panels as they stand.
    """
    found: list[tuple[tuple[int, ...], int, tuple[int, ...]]] = []
    for index, text in enumerate(texts):
        matched, is_helped = match(query, text), False
        if matched is None and others:
            matched, is_helped = match(query, f"{text} {others[index]}"), True
        if matched is not None:
            positions = tuple(position for position in matched.positions if position < len(text))
            rank = (1, matched.rank[0]) if is_helped else (0, *matched.rank)
            found.append((rank, index, positions))
    return [(index, positions) for _, index, positions in sorted(found)]


def _match_word(word: Sequence[str], letters: Sequence[str]) -> Match | None:
    n, n_letters = len(word), len(letters)
    if not word:
        return Match((0, 0, 0, 0), ())
    runs = [at for at in range(n_letters - n + 1) if letters[at : at + n] == word]
    if runs:
        at = min(runs, key=lambda start: (not _begins_word(letters, start), start))
        kind = (0 if n == n_letters else 1) if at == 0 else 2 if _begins_word(letters, at) else 3
        return Match((kind, 0, at, n_letters), tuple(range(at, at + n)))
    spread = [_spread_from(word, letters, at) for at in range(n_letters) if letters[at] == word[0]]
    whole = [positions for positions in spread if len(positions) == n]
    if not whole:
        return None
    best = min(whole, key=lambda positions: (_gaps(letters, positions), positions[-1] - positions[0]))
    return Match((4, _gaps(letters, best), best[0], n_letters), best)


def _spread_from(word: Sequence[str], letters: Sequence[str], at: int) -> tuple[int, ...]:
    """The letters of a word in their order from `at` on, each the first there is; fewer where they run out."""
    positions: list[int] = []
    for position in range(at, len(letters)):
        if len(positions) < len(word) and letters[position] == word[len(positions)]:
            positions.append(position)
    return tuple(positions)


def _gaps(letters: Sequence[str], positions: tuple[int, ...]) -> int:
    """How often what was found breaks off, twice where it begins or goes on within a word: initials mean more."""
    starts = [positions[0], *(here for before, here in pairwise(positions) if here > before + 1)]
    return sum(1 if _begins_word(letters, start) else 2 for start in starts)


def _begins_word(letters: Sequence[str], at: int) -> bool:
    return at == 0 or not letters[at - 1].isalnum()


def _lower(text: str) -> list[str]:
    """Letter by letter, so that positions stay what they are ("İ" in lower case is two)."""
    return [small if len(small := letter.lower()) == 1 else letter for letter in text]
