"""Undo restores the exact former document, whatever was edited, merged, sealed, undone, redone and amended before."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from latent_studio.core.latent import Categorical, LatentSpace, Normal, Uniform
from latent_studio.studio.document import (
    Document,
    ModelRef,
    opened,
    randomised,
    reset,
    with_category,
    with_code,
    with_column,
    with_lock,
)
from latent_studio.studio.history import MAX_STEPS, History

SPACE = LatentSpace(
    factors=(Normal(name="z", shape=(3,)), Uniform(name="c"), Categorical(name="digit", shape=(4,), condition=True))
)
OTHER = LatentSpace(factors=(Normal(name="w", shape=(2,)),))
NUMBERS = st.floats(-3, 3)
DIGIT = 4, 8  # its columns


class Edits(RuleBasedStateMachine):
    """Beside the history stands what a person remembers: the documents before each of the steps, and those undone."""

    def __init__(self) -> None:
        super().__init__()
        first = opened(Document(), ModelRef(key="a", name="A"), SPACE)
        self.history = History(first)
        self.before: list[Document] = []
        self.undone: list[Document] = []
        self.present = first
        self.drag: str | None = None

    def did(self, after: Document, merge: str | None = None) -> None:
        """A person made an edit by hand; `merge` names the drag it is part of."""
        if after != self.present:
            if merge is None or merge != self.drag:
                self.released()
                self.before.append(self.present)
            self.drag = merge
            self.undone = []
            self.present = after
        assert self.history.edit(lambda document: after, merge) == after

    def released(self) -> None:
        """The mouse button is up: a drag that ended where it began was none."""
        if self.drag is not None and self.before[-1] == self.present:
            self.before.pop()
        self.drag = None

    @property
    def space(self) -> LatentSpace:
        model = self.present.model
        return SPACE if model is not None and model.key == "a" else OTHER

    @rule(column=st.integers(0, 7), value=NUMBERS, merge=st.sampled_from([None, "drag 1", "drag 2"]))
    def set_column(self, column: int, value: float, merge: str | None) -> None:
        self.did(with_column(self.present, column % self.space.dim, value), merge)

    @rule(column=st.integers(0, 7), is_locked=st.booleans())
    def lock(self, column: int, is_locked: bool) -> None:
        self.did(with_lock(self.present, column % self.space.dim, is_locked))

    @rule(seed=st.integers(0, 5), keep_locked=st.booleans())
    def randomise(self, seed: int, keep_locked: bool) -> None:
        self.did(randomised(self.present, self.space, np.random.default_rng(seed), keep_locked))

    @rule()
    def reset(self) -> None:
        self.did(reset(self.present, self.space))

    @rule(value=st.integers(0, 3))
    def choose(self, value: int) -> None:
        if self.space is SPACE:
            self.did(with_category(self.present, DIGIT, value))

    @rule(value=NUMBERS)
    def adopt(self, value: float) -> None:
        self.did(with_code(self.present, (value,) * self.space.dim))

    @rule(temperature=st.floats(0, 2), merge=st.sampled_from([None, "heat"]))
    def heat(self, temperature: float, merge: str | None) -> None:
        self.did(self.present.replace(temperature=temperature), merge)

    @rule(panel=st.sampled_from(["explore", "train"]), value=st.integers(0, 3))
    def set_up(self, panel: str, value: int) -> None:
        self.did(self.present.with_setting(panel, across=value))

    @rule(key=st.sampled_from(["a", "b"]))
    def open(self, key: str) -> None:
        self.did(opened(self.present, ModelRef(key=key, name=key.upper()), SPACE if key == "a" else OTHER))

    @rule()
    def release(self) -> None:
        self.released()
        self.history.seal()

    @rule(digest=st.sampled_from(["x", "y"]))
    def note(self, digest: str) -> None:
        """The program notes with which weights the picture was made: no step of the person's."""
        model = self.present.model
        assert model is not None
        self.present = self.present.replace(model=model.model_copy(update={"digest": digest}))
        self.history.amend(lambda document: self.present)

    @rule()
    def undo(self) -> None:
        self.released()
        if self.before:
            self.undone.append(self.present)
            self.present = self.before.pop()
        assert self.history.undo() == self.present

    @rule()
    def redo(self) -> None:
        self.released()
        if self.undone:
            self.before.append(self.present)
            self.present = self.undone.pop()
        assert self.history.redo() == self.present

    @invariant()
    def the_document_is_the_one_remembered(self) -> None:
        assert self.history.document == self.present
        assert self.history.can_undo == bool(self.before)
        assert self.history.can_redo == bool(self.undone)
        assert len(self.present.code) == self.space.dim

    def teardown(self) -> None:
        """All the way back and all the way forth, exactly."""
        self.released()
        way = [*self.before, self.present]
        for document in reversed(way[:-1]):
            assert self.history.undo() == document
        assert not self.history.can_undo
        for document in way[1:]:
            assert self.history.redo() == document


TestEdits = Edits.TestCase
TestEdits.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def document(value: float) -> Document:
    return Document(code=(value,))


def to(value: float) -> Callable[[Document], Document]:
    """The edit that sets the only number."""
    return lambda before: document(value)


def test_one_drag_is_one_undo_step() -> None:
    history = History(document(0))
    for value in (0.1, 0.2, 0.3):
        history.edit(to(value), merge="z0")
    history.seal()
    for value in (0.4, 0.5):
        history.edit(to(value), merge="z0")
    assert history.undo() == document(0.3)
    assert history.undo() == document(0)
    assert not history.can_undo


def test_a_drag_that_comes_back_to_where_it_began_is_no_step() -> None:
    history = History(document(0))
    history.edit(to(1))
    for value in (2, 3, 1):
        history.edit(to(value), merge="z0")
    history.seal()
    assert history.undo() == document(0)


def test_a_new_edit_forgets_what_was_undone() -> None:
    history = History(document(0))
    history.edit(to(1))
    history.undo()
    history.edit(to(2))
    assert not history.can_redo
    assert history.redo() == document(2)


def test_the_oldest_steps_are_forgotten_first() -> None:
    history = History(document(0))
    for value in range(1, MAX_STEPS + 11):
        history.edit(to(value))
    while history.can_undo:
        history.undo()
    assert history.document == document(10)
