"""Where a panel's sheet of rows stands: of which model it is, and how far it is scrolled, also after a restart."""

from __future__ import annotations

from typing import Any

from latent_studio.app.widgets.sheet import Sheet


class SheetPlace:
    """model: the key of the model whose rows the sheet shows; empty until the panel is looked at."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self.model = ""
        self._left_at: tuple[str, int] | None = None  # the model, and how far its rows were scrolled last time

    def go_to(self, model: str) -> None:
        """Another model's rows come: its own place if it was left there, else the top."""
        self.model = model
        self._sheet.clear()
        self._sheet.scroll_to(self._left_at[1] if self._left_at is not None and self._left_at[0] == model else 0)

    def workspace(self) -> dict[str, Any]:
        """What is to be kept; not looked at yet, it stays as it was left."""
        if self.model:
            return {"model": self.model, "scrolled": self._sheet.verticalScrollBar().value()}
        return {} if self._left_at is None else {"model": self._left_at[0], "scrolled": self._left_at[1]}

    def restore(self, values: dict[str, Any]) -> None:
        """Take up what was kept."""
        model, scrolled = values.get("model"), values.get("scrolled")
        if isinstance(model, str) and isinstance(scrolled, int):
            self._left_at = model, scrolled
