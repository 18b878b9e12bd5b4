"""The list of sets in words, and sets on their way from one panel to another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from latent_studio.studio.data_list import (
    N_RECENT,
    DataRef,
    fetching_line,
    filter_text,
    here_line,
    remote_line,
    set_caption,
    set_line,
    train_about,
    train_ref,
    with_recent,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
OPTIONS = st.dictionaries(TEXT, st.booleans() | st.integers(-(2**53), 2**53) | TEXT, max_size=3)
REFS = st.builds(DataRef, TEXT.filter(bool), TEXT, OPTIONS)


@given(REFS)
def test_a_set_survives_the_way_to_the_train_panel(ref: DataRef) -> None:
    assert train_ref(train_about(ref)) == ref
    assert DataRef.of(ref.values()) == ref


@given(TEXT)
def test_other_words_are_about_no_set(about: str) -> None:
    assert train_ref(about) is None


@given(st.none() | st.integers() | TEXT | st.dictionaries(TEXT, TEXT | st.integers(), max_size=3))
def test_whatever_a_saved_workspace_holds_no_set_comes_of_it_that_is_none(value: object) -> None:
    found = DataRef.of(value)
    assert found is None or found.source


@given(st.lists(REFS, max_size=20))
def test_what_was_opened_last_is_first_and_nothing_is_there_twice(refs: list[DataRef]) -> None:
    recent: tuple[DataRef, ...] = ()
    for ref in refs:
        recent = with_recent(recent, ref)
        assert not ref.path or recent[0] == ref
    keys = [(ref.source, ref.path) for ref in recent]
    assert len(set(keys)) == len(keys) <= N_RECENT
    assert all(ref.path for ref in recent)


def test_conditions_as_sets_take_them() -> None:
    assert filter_text("label", ["Apple", "Cherry"]) == "label=Apple,Cherry"
    assert filter_text("tone", [""]) == "tone="  # the pictures that have none
    assert filter_text("label", []) == ""


def test_lines() -> None:
    assert here_line("idx", 11_595_796) == "IDX files · 12 MB"
    assert here_line("odd", 0) == "odd"
    assert remote_line(20_000_000, 0) == "20 MB"
    assert remote_line(20_000_000, 5_100_000) == "5.1 MB of 20 MB are here"
    assert fetching_line(5_100_000, 20_000_000, "12 s", False) == "5.1 MB of 20 MB · 12 s left"
    assert fetching_line(5_100_000, 20_000_000, "12 s", True) == "5.1 MB of 20 MB · paused"
    assert set_line(70_000, (1, 28, 28)) == "70,000 · 28 × 28 · grey"
    assert set_caption("Pets", 36, 0, (3, 64, 48)) == "Pets · 36 · 48 × 64 · colour"
