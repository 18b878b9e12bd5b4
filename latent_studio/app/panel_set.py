"""The window's panels, each made when it is first needed or when there is nothing better to do."""

from __future__ import annotations

import gc
import importlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping

from latent_studio.app.panel import Panel, find_panels
from latent_studio.app.session import Session


class Panels(Mapping[str, Panel]):
    """Panels by key, in the order of the activity bar. Asking for one makes it; `kinds` and `made` make none.

    on_made: called with each panel as it is made.
    """

    def __init__(self, session: Session, on_made: Callable[[Panel], None]) -> None:
        self.kinds: dict[str, type[Panel]] = {kind.key: kind for kind in find_panels()}
        self._session, self._on_made = session, on_made
        self._made: dict[str, Panel] = {}
        self._untried = deque(self.kinds)

    def __getitem__(self, key: str) -> Panel:
        if key not in self._made:
            panel = self.kinds[key](self._session)
            self._made[key] = panel
            self._on_made(panel)
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.kinds)

    def __len__(self) -> int:
        return len(self.kinds)

    def made(self) -> list[Panel]:
        """Those that there are by now."""
        return [self._made[key] for key in self.kinds if key in self._made]

    def prepare(self) -> None:
        """On a lane: what would hold the window up when the panels are made."""
        # torch is here by now and stays: a full collection while panels are made would hold the window for 50 ms
        gc.freeze()
        importlib.import_module("numpy.random")
        for kind in self.kinds.values():
            kind.prepare()

    def make_next(self) -> bool:
        """Make one that there is not yet; False where nothing is left to be tried."""
        while self._untried:
            key = self._untried.popleft()
            if key not in self._made:
                return self[key] is not None
        return False
