"""Train: fill in a recipe, start it, watch and steer it, and compare what came of others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import QPoint, QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from latent_studio.app.actions import Action
from latent_studio.app.disk_work import DiskWork
from latent_studio.app.live_runs import LiveRuns
from latent_studio.app.panel import Panel
from latent_studio.app.session import Session
from latent_studio.app.shelf import Shelf
from latent_studio.app.training.advice import Advice, FoundData
from latent_studio.app.training.form import TrainForm, prepare_schemas
from latent_studio.app.training.proposals import Proposals
from latent_studio.app.training.recipe_files import FIRST_RECIPE, RecipeFiles, draft_of
from latent_studio.app.training.run_board import RunBoard
from latent_studio.app.training.seen_pictures import SeenRow
from latent_studio.app.training.start_bar import StartBar
from latent_studio.app.widgets.elide import Hairline
from latent_studio.core.events import Done, Failed
from latent_studio.core.request import Answer
from latent_studio.core.schema import field_errors
from latent_studio.data import detect, sources
from latent_studio.data.source import SourceInfo
from latent_studio.engine.jobs import FamiliesJob
from latent_studio.studio.data_list import DataRef, train_ref
from latent_studio.studio.library import Entry, free_name
from latent_studio.studio.live_run import LiveRun
from latent_studio.studio.naming import folder_name, free_among, suggested_name
from latent_studio.training.recipe import Recipe

ASK_AFTER_MS = 50
DATA_ENDINGS = frozenset({".npz", ".zip", ".gz"})


class TrainPanel(Panel):
    """The form at the left, one run in the middle, all runs at the right. `set_recipe` and `start` do by code what a
    person does by hand."""

    key = "train"
    title = "Train"
    icon = "chart-line-up"
    order = 50
    tooltip = "Start runs, watch and steer them, compare what came of them"
    folds_dock = True
    shows_model = False

    @classmethod
    def prepare(cls) -> None:
        prepare_schemas()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.runs, self.shelf = LiveRuns.of(session), Shelf.of(session)
        self.seen = SeenRow(session)
        self.form = TrainForm(draft_of(FIRST_RECIPE), self.seen)
        self.proposals = Proposals(self.form)
        self.start_bar, self.board = StartBar(), RunBoard(session)
        self.advice, self.files = Advice(session), RecipeFiles(session, self)
        self._disk = DiskWork(session, "train panel", self)
        self._sources: dict[str, SourceInfo] = {}
        self._found: FoundData | None = None
        self._thrown: tuple[Entry, Path] | None = None
        self._was_shown = self._is_starting = False
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.form, 1)
        left.addWidget(self.start_bar)
        body = QWidget()
        line = QHBoxLayout(body)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addLayout(left)
        line.addWidget(Hairline(vertical=True))
        line.addWidget(self.board, 1)
        self.set_content(body)

    def _connect(self) -> None:
        self.form.changed.connect(self._on_draft)
        self.start_bar.start_requested.connect(self.start)
        self.start_bar.time_requested.connect(self.advice.time_it)
        self.start_bar.menu_requested.connect(self._show_menu)
        self.proposals.changed.connect(self._on_draft)
        self.advice.data_told.connect(self._on_data)
        self.advice.reading_told.connect(self.form.data.set_found)
        self.advice.errors_told.connect(self.form.set_errors)
        self.advice.time_told.connect(self.start_bar.set_time)
        self.files.opened.connect(self.set_recipe)
        self.board.explore_requested.connect(self._explore)
        self.board.start_requested.connect(self.start)
        self.board.recipe_requested.connect(self.files.open_run)
        self.shelf.changed.connect(self._suggest_name)
        self.shelf.thrown.connect(self._on_thrown)
        self.runs.began.connect(self.caption_changed)
        self.runs.ended.connect(self._on_ended)
        self.session.answered.connect(self._on_answered)
        self.banner.action_requested.connect(self._on_undo)

    # --- the panel

    def own_actions(self) -> Sequence[Action]:
        start = Action("start", "Start training", self.start, ("Ctrl+Return",), "play", self.title)
        return (start, *self.board.own_actions(self.title))

    def caption(self) -> str:
        model = self.session.document.model
        if model is not None and self.runs.get(model.key) is not None:
            return f"the dock and Explore follow the newest snapshot of {model.name}"
        n = len(self.runs.all())
        return f"{n} run{'s' if n > 1 else ''} in training" if n else ""

    def shown(self, about: str = "") -> None:
        if not self._was_shown:
            self._was_shown = True
            QTimer.singleShot(ASK_AFTER_MS, self._ask)  # what follows imports much: the panel is painted first
        ref = train_ref(about)
        if ref is not None:
            self.proposals.train_on(ref)
        elif about:
            self.board.select(about)
        self._follow()
        self.board.set_active(True)

    @Slot()
    def _ask(self) -> None:
        self._disk.ask(sources, self._on_sources)
        self.session.start_job(FamiliesJob())
        self._on_draft()

    def hidden(self) -> None:
        self.board.set_active(False)

    def take_files(self, paths: list[Path]) -> bool:
        path = paths[0]
        if path.suffix == ".toml":
            self.files.open(path)
            return True
        if not (path.suffix in DATA_ENDINGS or path.is_dir()):
            return False
        self._disk.ask(partial(detect, path), partial(self._on_detected, str(path)), self._on_undetected)
        return True

    # --- the recipe

    def set_recipe(self, recipe: Recipe) -> None:
        """Put a recipe into the form."""
        self.proposals.drop()
        draft = draft_of(recipe)
        is_named = recipe.name != Recipe().name and recipe.name not in self._taken_names()
        self.form.set_draft(draft.named(recipe.name) if is_named else draft)
        self._on_draft()

    def recipe(self) -> Recipe | None:
        """What the form says; None where it says what cannot be, which is marked at its field then."""
        try:
            return Recipe.model_validate(self.form.draft.recipe_values(self._name()))
        except ValidationError as error:
            self.form.set_errors(field_errors(Recipe, error))
            return None

    def _name(self) -> str:
        """The name that was given, or one that says what is trained; no other run has it."""
        draft, taken = self.form.draft, self._taken_names()
        if draft.name:
            return free_among(draft.name, taken)
        source, path = draft.get("data.source", ""), draft.get("data.path", "")
        data = source if not path else self._found.name if self._found is not None else path
        n_latent = draft.get("model.n_latent", self.form.default("model.n_latent"))
        return suggested_name(data, draft.get("model.family", ""), n_latent, taken)

    def _taken_names(self) -> set[str]:
        return self.shelf.names() | {run.plan.name for run in self.runs.all()}

    @Slot()
    def _suggest_name(self) -> None:
        self.form.set_suggested_name(self._name())

    @Slot()
    def _on_draft(self) -> None:
        source = self._sources.get(self.form.draft.get("data.source", ""))
        self.advice.consider(self.form.draft, source is not None and source.needs_path)
        self._follow()
        self._suggest_name()

    def _follow(self) -> None:
        """Show the pictures as the training would see them, once it is known that there are some."""
        if self._found is None or self.advice.recipe is not None:
            self.seen.follow(None if self._found is None else self.advice.recipe)

    @Slot(object, str)
    def _on_data(self, found: FoundData | None, problem: str) -> None:
        self._found = found
        self._follow()
        self.form.set_found(found)
        self.form.data.set_problem(problem)
        if found is not None and found.n_skipped:
            self.tell("warn", f"{found.n_skipped:,} pictures of {found.name} could not be read and are left out.")
        self._suggest_name()
        self.proposals.take(found)

    def _on_sources(self, found: tuple[SourceInfo, ...]) -> None:
        self._sources = {source.name: source for source in found}
        self.form.set_sources(found)
        self._on_draft()

    def _on_detected(self, path: str, source: str) -> None:
        self.proposals.train_on(DataRef(source, path))

    def _on_undetected(self, failed: Failed) -> None:
        self.tell("bad", failed.text, failed.details)

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        value = answer.value
        if not isinstance(answer.request, FamiliesJob):
            return
        if isinstance(value, Done):
            families: dict[str, dict[str, Any]] = dict(value.result)
            self.form.set_families(families)
            self._suggest_name()
            self.proposals.take(self._found)
        elif isinstance(value, Failed):
            self.tell("bad", value.text, value.details)

    @Slot()
    def _show_menu(self) -> None:
        row = self.board.shown()
        corner = self.start_bar.more.mapToGlobal(QPoint(0, 0))
        self.files.open_menu(corner, None if row is None else (row.key, row.name), self.recipe)

    # --- a run

    @Slot()
    def start(self) -> None:
        """Train what the form says, in a folder of its own."""
        if self._is_starting:
            return
        problems = self.form.problems()
        recipe = self.recipe()
        if recipe is None or problems:
            self.tell("bad", "The run was not started: mend the fields that are marked.")
            return
        self.banner.clear()
        self.advice.rest()
        self._is_starting = True
        wanted = self.session.places.runs / folder_name(recipe.name)
        self._disk.ask(partial(free_name, wanted), partial(self._start_in, recipe), self._on_no_folder)

    def _start_in(self, recipe: Recipe, folder: Path) -> None:
        self._is_starting = False
        self.runs.start(recipe, folder)
        self._suggest_name()

    def _on_no_folder(self, failed: Failed) -> None:
        self._is_starting = False
        self.tell("bad", failed.text, failed.details)

    @Slot(object)
    def _on_ended(self, run: LiveRun) -> None:
        """What went wrong is said where the person is; the row of a run that had begun says it, too."""
        self.caption_changed.emit()
        if run.failure is None:
            return
        text = run.failure.text if run.n_steps == 0 else f"{run.plan.name}: {run.failure.text}"
        if not self.is_shown:
            self.session.tell("bad", text, run.failure.details)
        elif run.n_steps == 0 or run.failure.details:
            self.tell("bad", text, run.failure.details)

    @Slot(str)
    def _explore(self, key: str) -> None:
        self.session.open_model(key)
        self.panel_wanted.emit("explore", key)

    # --- the trash

    @Slot(object, object)
    def _on_thrown(self, entry: Entry, place: Path) -> None:
        if self.is_shown:
            self._thrown = entry, place
            self.tell("info", f"{entry.name} lies in the trash.", action="Undo")

    @Slot()
    def _on_undo(self) -> None:
        self.banner.clear()
        if self._thrown is not None:
            self.shelf.put_back(*self._thrown)
            self._thrown = None
