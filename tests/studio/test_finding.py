"""Finding by typing: what is found, what comes first, and which letters are shown as found."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from latent_studio.studio.finding import match, ranked

NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)
TEXTS = st.text(max_size=20)


def order(query: str, *texts: str) -> list[str]:
    return [texts[index] for index, _ in ranked(query, texts)]


def test_the_very_text_comes_before_its_beginning_then_words_then_the_middle_then_letters_with_gaps() -> None:
    best_first = ("train", "training", "the train", "restrain", "try again")
    assert order("train", *reversed(best_first)) == [*best_first[:4], "try again"]


def test_initials_beat_letters_that_are_strewn_about() -> None:
    assert order("sd", "sound", "save the document") == ["save the document", "sound"]
    assert order("mv", "marvel", "mnist-vae-2d") == ["mnist-vae-2d", "marvel"]
    assert order("mn", "Randomise what is not locked", "Samples now", "Manifold")[0] == "Manifold"


def test_words_may_stand_in_any_order() -> None:
    assert order("vae mnist", "mnist-vae-2d", "mnist", "fashion-vae") == ["mnist-vae-2d"]


def test_what_is_else_known_of_a_thing_helps_after_all_that_needs_no_help() -> None:
    texts, kinds = ("fashion", "panel of judges", "mnist"), ("Panel", "Model", "Panel")
    assert [index for index, _ in ranked("panel", texts, kinds)] == [1, 0, 2]
    assert ranked("panel", texts, kinds)[1] == (0, ())  # nothing of its own title was typed
    assert ranked("panel mnist", texts, kinds)[0][0] == 2


def test_an_empty_query_finds_everything_in_its_order() -> None:
    assert order("", "b", "a", "c") == order("  ", "b", "a", "c") == ["b", "a", "c"]


@given(TEXTS, st.data())
def test_a_text_is_found_by_any_of_its_letters_in_their_order_however_they_are_written(
    text: str, data: st.DataObject
) -> None:
    places = sorted(data.draw(st.sets(st.integers(0, len(text) - 1)))) if text else []
    query = "".join(text[place] for place in places).replace(" ", "")
    flipped = "".join(letter.swapcase() if letter.isascii() else letter for letter in query)
    assert match(flipped, text) is not None


@given(st.text(max_size=6), TEXTS)
def test_the_letters_that_are_shown_as_found_are_those_that_were_typed(query: str, text: str) -> None:
    found = match(query, text)
    if found is None:
        return
    assert list(found.positions) == sorted(set(found.positions))
    shown = "".join(text[position] for position in found.positions).lower()
    if len(query.split()) == 1 and query.isascii():
        assert shown == query.strip().lower()
    assert all(letter in query.lower() for letter in shown if letter.isascii())


@given(NAMES, NAMES, NAMES)
def test_exact_beats_beginning_beats_word_beats_middle(query: str, more: str, other: str) -> None:
    assume(query.lower() not in other.lower())
    exact, beginning, word, middle = query, query + more, f"{other} {query}", other + query
    assume(len({exact.lower(), beginning.lower(), word.lower()}) == 3)
    ranks = [found.rank for text in (exact, beginning, word, middle) if (found := match(query, text)) is not None]
    assert len(ranks) == 4
    assert ranks[0] < ranks[1] < ranks[2]
    assert ranks[2] < ranks[3] or ranks[3][0] <= 1  # the two together may begin with the query by chance


@given(NAMES, TEXTS, NAMES)
def test_typing_more_never_finds_more(query: str, text: str, more: str) -> None:
    if match(query + more, text) is not None:
        assert match(query, text) is not None


@pytest.mark.parametrize("query", ["x", "ba", "aab"])
def test_letters_that_are_not_there_in_that_order_are_not_found(query: str) -> None:
    assert match(query, "ab") is None
