"""Favourites as edits of a document."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from latent_studio.studio.document import Document, Favourite, ModelRef
from latent_studio.studio.favourites import is_kept, moved, picture_of, place_of, renamed, with_favourites, without

MODEL = ModelRef(key="a.safetensors", name="a", digest="d1")


def favourite(number: float, name: str = "", digest: str = "d1") -> Favourite:
    return Favourite(name=name, model=MODEL.model_copy(update={"digest": digest}), code=(number,))


def a_document(n: int) -> Document:
    return with_favourites(Document(model=MODEL), [favourite(number) for number in range(n)])


def codes(document: Document) -> list[float]:
    return [one.code[0] for one in document.favourites]


def test_a_favourite_without_a_name_gets_the_first_free_one() -> None:
    document = with_favourites(a_document(2), [favourite(7, "code 3"), favourite(8), favourite(9, "  tall ")])
    assert [one.name for one in document.favourites] == ["code 1", "code 2", "code 3", "code 4", "tall"]


def test_the_same_code_of_the_same_weights_is_kept_once_and_of_other_weights_again() -> None:
    document = a_document(1)
    assert with_favourites(document, [favourite(0)]) == document
    assert len(with_favourites(document, [favourite(0, digest="d2")]).favourites) == 2
    assert is_kept(document, MODEL, (0.0,))
    assert not is_kept(document, MODEL, (0.5,))


def test_several_are_put_before_a_place_in_their_order() -> None:
    document = with_favourites(a_document(3), [favourite(10), favourite(11)], at=1)
    assert codes(document) == [0, 10, 11, 1, 2]


@given(st.integers(1, 8), st.data())
def test_moving_one_keeps_the_others_in_order(n: int, data: st.DataObject) -> None:
    place, before = data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, n))
    after = codes(moved(a_document(n), place, before))
    assert [code for code in after if code != place] == [code for code in range(n) if code != place]
    right_neighbour = after[after.index(place) + 1] if after.index(place) + 1 < n else n
    assert right_neighbour == (before if before != place else place + 1)


def test_deleting_and_renaming_leave_the_others() -> None:
    assert codes(without(a_document(4), {1, 2})) == [0, 3]
    named = renamed(a_document(2), 1, " slant 9 ")
    assert [one.name for one in named.favourites] == ["code 1", "slant 9"]
    assert renamed(named, 1, "   ") == named


def test_the_favourite_that_is_shown_is_told_by_code_and_weights() -> None:
    document = a_document(3)
    assert place_of(document.replace(code=(1.0,))) == 1
    assert place_of(document.replace(code=(1.0,), model=MODEL.model_copy(update={"digest": "d2"}))) is None
    assert place_of(document.replace(code=(5.0,))) is None


@given(st.text())
def test_a_damaged_picture_is_no_picture(text: str) -> None:
    assert picture_of(favourite(0).model_copy(update={"picture": text})) is None
