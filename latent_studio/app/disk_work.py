"""Short functions for the disk lane, with what they give back brought to whoever asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Slot

from latent_studio.app.session import Session
from latent_studio.core.events import Failed
from latent_studio.core.request import Answer
from latent_studio.engine.errands import Errand, Returned


@dataclass(frozen=True)
class _Asked:
    errand: Errand
    then: Callable[[Any], object] | None
    failed: Callable[[Failed], None] | None


class DiskWork(QObject):
    """The errands of one owner. A slot holds only the newest: what was asked before and has not begun is dropped.

    What fails is told by the session, unless the owner says what to do then.
    """

    def __init__(self, session: Session, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._name = session, name
        self._asked: dict[str, _Asked] = {}
        self._n_asked = 0
        session.disk.answered.connect(self._on_answered)  # of that lane alone: there is one of these in every corner

    def ask(
        self,
        work: Callable[[], Any],
        then: Callable[[Any], object] | None = None,
        failed: Callable[[Failed], None] | None = None,
        slot: str = "",
    ) -> None:
        """Have the disk lane do `work`, then call `then` with what it gave back. Without a slot nothing is dropped."""
        self._n_asked += 1
        slot = f"{self._name}: {slot or self._n_asked}"
        errand = Errand(slot=slot, work=work)
        self._asked[slot] = _Asked(errand, then, failed)
        self._session.errand(errand)

    def is_asked(self, slot: str) -> bool:
        """Whether the slot's answer is still to come."""
        return f"{self._name}: {slot}" in self._asked

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        asked = self._asked.get(answer.request.slot)
        value = answer.value
        if asked is None or answer.request is not asked.errand or not isinstance(value, Returned | Failed):
            return
        del self._asked[answer.request.slot]
        if isinstance(value, Failed):
            self._fail(asked, value)
        elif asked.then is not None:
            asked.then(value.value)

    def _fail(self, asked: _Asked, value: Failed) -> None:
        if asked.failed is not None:
            asked.failed(value)
        else:
            self._session.tell("bad", value.text, value.details)
