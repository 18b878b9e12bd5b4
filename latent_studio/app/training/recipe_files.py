"""Recipes to and from files and runs, for the Train form."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from latent_studio.app.disk_work import DiskWork
from latent_studio.app.session import Session
from latent_studio.app.widgets.menus import menu
from latent_studio.core.files import write_file
from latent_studio.core.runs import RECIPE
from latent_studio.studio.drafts import Draft
from latent_studio.training.recipe import Recipe, read_recipe, recipe_text

_FILES = "Recipes (*.toml)"
FIRST_RECIPE = Recipe().with_values(training={"n_epochs": 60})
"""What stands in the form at first: the digits that come with the program, trained for a few seconds."""


def draft_of(recipe: Recipe) -> Draft:
    """A recipe as a draft for another run: what was only true of the run it comes from is left out."""
    values = recipe.said()
    values.pop("name", None)
    values["model"] = dict(recipe.model)
    values["data"] = {"source": recipe.data.source, "path": recipe.data.path, **values.get("data", {})}
    values["data"].pop("digest", None)
    return Draft("", {"training": {}, "optimizer": {}, **values})


class RecipeFiles(QObject):
    """The menu beside the start button, and what it does.

    Signals:
        opened(object): a Recipe for the form.
    """

    opened = Signal(object)

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._disk = DiskWork(session, "recipes", self)

    def open_menu(self, at: QPoint, run: tuple[str, str] | None, recipe: Callable[[], Recipe | None]) -> None:
        """Offer what can be done; `run` is the key and the name of the shown run, `recipe` makes that of the form."""
        entries = menu(self._window)
        entries.addAction("Open a recipe …").triggered.connect(self.choose)
        entries.addAction("Save this recipe …").triggered.connect(partial(self._save, recipe))
        if run is not None:
            entries.addAction(f"Take the recipe of {run[1]}").triggered.connect(partial(self.open_run, run[0]))
        entries.addAction("Start afresh").triggered.connect(partial(self.opened.emit, FIRST_RECIPE))
        entries.aboutToHide.connect(entries.deleteLater)
        entries.popup(at - QPoint(0, entries.sizeHint().height() + 4))

    @Slot()
    def choose(self) -> None:
        """Ask for a recipe file."""
        path, _ = QFileDialog.getOpenFileName(self._window, "Open a recipe", "", _FILES)
        if path:
            self.open(Path(path))

    def open(self, path: Path) -> None:
        """Read a recipe file into the form."""
        self._disk.ask(partial(read_recipe, path), self.opened.emit)

    def open_run(self, key: str) -> None:
        """Read a run's recipe into the form."""
        self.open(Path(key) / RECIPE)

    def _save(self, make: Callable[[], Recipe | None]) -> None:
        recipe = make()
        if recipe is None:
            return
        path, _ = QFileDialog.getSaveFileName(self._window, "Save the recipe", f"{recipe.name}.toml", _FILES)
        if path:
            self._disk.ask(partial(write_file, Path(path), recipe_text(recipe)))
