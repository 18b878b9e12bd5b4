"""The pictures of the grid: the rows that can be seen are asked for as the code, the weights or the settings outdate
them."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot

from latent_studio.app.session import Session
from latent_studio.app.widgets.sheet_view import SheetView
from latent_studio.core.request import Answer
from latent_studio.views.codes import CodeGrid, CodeRows, RoughRow
from latent_studio.views.traversal_sheet import TraversalRow

SLOT = "codes"
ASK_EVERY_MS = 60
"""A drag has the rows made anew so often; those that were made longest ago come first."""


class Feeding(QObject):
    """Fills a sheet whose rows are named by the numbers of the category's values. Nothing is asked for at rest."""

    def __init__(self, session: Session, sheet: SheetView, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._sheet = session, sheet
        self._model = ""
        self._grid: CodeGrid | None = None
        self._made: dict[int, CodeGrid] = {}  # what each row shows, those that were made longest ago first
        self._is_active = False
        self._ask = QTimer(self, singleShot=True, interval=ASK_EVERY_MS)
        self._ask.timeout.connect(self._ask_rows)
        sheet.rows_visible.connect(self._want)
        session.weights_settled.connect(self._on_weights)
        session.answered.connect(self._on_answered)

    def show(self, model: str, grid: CodeGrid) -> None:
        """Show a grid of the model of that key."""
        if model != self._model:
            self._made.clear()
        self._model, self._grid = model, grid
        self._want()

    def set_active(self, is_active: bool) -> None:
        """Somebody looks, or nobody."""
        self._is_active = is_active
        if is_active:
            self._want()
        else:
            self._session.views.engine.cancel(SLOT)

    @Slot()
    def _want(self) -> None:
        """Rows may be out of date. A drag does not put this off: the timer is left to run."""
        if self._is_active and not self._ask.isActive():
            self._ask.start()

    @Slot()
    def _on_weights(self) -> None:
        self._made.clear()
        self._want()

    @Slot()
    def _ask_rows(self) -> None:
        grid, sheet = self._grid, self._sheet
        if not self._is_active or grid is None:
            return
        seen = [int(name) for name in sheet.visible_names()]
        empty = [value for value in seen if not sheet.has_pictures(str(value))]
        age = {value: place for place, value in enumerate(self._made)}
        old = [value for value in seen if value not in empty and self._made.get(value) != grid]
        stale = empty + sorted(old, key=lambda value: age.get(value, -1))
        if stale:
            values, is_rough = tuple(stale), bool(empty)
            self._session.ask(CodeRows(model=self._model, grid=grid, values=values, is_rough=is_rough, slot=SLOT))

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        request, value = answer.request, answer.value
        if not isinstance(request, CodeRows) or self._grid is None or request.model != self._model:
            return
        if not request.grid.is_like(self._grid):
            return
        if isinstance(value, TraversalRow):
            self._made.pop(int(value.name), None)
            self._made[int(value.name)] = request.grid
            self._sheet.set_pictures(value.name, value.pictures, value.values)
        elif isinstance(value, RoughRow) and not self._sheet.has_pictures(value.name):
            self._sheet.set_pictures(value.name, value.pictures, value.values)
