"""Undo and redo over frozen documents."""

from __future__ import annotations

from collections.abc import Callable

from latent_studio.studio.document import Document

MAX_STEPS = 500


class History:
    """The present document with what came before and what was undone.

    Edits with the same `merge` key that follow each other are one undo step, until `seal` is called: a drag merges
    its moves and seals when the mouse is released.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self._past: list[Document] = []
        self._future: list[Document] = []
        self._merge: str | None = None

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        return bool(self._future)

    def edit(self, change: Callable[[Document], Document], merge: str | None = None) -> Document:
        """Replace the document by `change(document)`; a change to an equal document is no step."""
        after = change(self.document)
        if after == self.document:
            return self.document
        if merge is None or merge != self._merge:
            self.seal()
            self._past.append(self.document)
            del self._past[:-MAX_STEPS]
        self._merge = merge
        self._future.clear()
        self.document = after
        return after

    def seal(self) -> None:
        """The next edit begins a new step, whatever its key. A drag that came back to where it began is no step."""
        if self._merge is not None and self._past[-1] == self.document:
            self._past.pop()
        self._merge = None

    def amend(self, change: Callable[[Document], Document]) -> Document:
        """Replace the document without a step of its own: what the program notes (a digest), not what a person did."""
        self.document = change(self.document)
        return self.document

    def undo(self) -> Document:
        """Back to the exact former document."""
        self.seal()
        if self._past:
            self._future.append(self.document)
            self.document = self._past.pop()
        return self.document

    def redo(self) -> Document:
        """Forward to the exact document that was undone."""
        self.seal()
        if self._future:
            self._past.append(self.document)
            self.document = self._future.pop()
        return self.document
