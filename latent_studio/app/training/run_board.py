"""Middle and right of the Train panel: one run in full, all runs as a list, and what can be done with them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from latent_studio.app.actions import Action
from latent_studio.app.disk_work import DiskWork
from latent_studio.app.live_runs import LiveRuns
from latent_studio.app.session import Session
from latent_studio.app.shelf import Shelf
from latent_studio.app.training.branches import Branches
from latent_studio.app.training.health_watch import Examined, HealthWatch
from latent_studio.app.training.newest_samples import NewestSamples
from latent_studio.app.training.run_logs import RunLogs
from latent_studio.app.training.run_rows import RunRow, RunRows
from latent_studio.app.training.run_view import RunView
from latent_studio.app.training.runs_column import RunsColumn
from latent_studio.app.widgets.elide import Hairline
from latent_studio.app.widgets.empty import EmptyState
from latent_studio.app.widgets.menus import menu
from latent_studio.core.runs import BEST
from latent_studio.studio.health import Remedy
from latent_studio.studio.histories import LOSS, History
from latent_studio.studio.live_run import LiveRun
from latent_studio.studio.naming import free_among, slug
from latent_studio.studio.run_pictures import RunPictures, read_pictures

LIST_EVERY_MS = 400
"""The rows are made anew at most so often: the words on them change once a second or so."""

DRAW_EVERY_MS = 200
"""And the plots, each of which takes some milliseconds; the head tells the step some fifteen times a second."""

NO_RUN = "No run yet. Choose pictures and a family at the left and start one: it trains while you do other things."


class RunBoard(QWidget):
    """Shows runs while `set_active`; a run of another process is followed like one of this window.

    Signals:
        explore_requested(str), start_requested(), recipe_requested(str).
    """

    explore_requested = Signal(str)
    start_requested = Signal()
    recipe_requested = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.runs, self.shelf, self.logs = LiveRuns.of(session), Shelf.of(session), RunLogs(session)
        self.rows = RunRows(self.shelf, self.runs, self.logs)
        self.view, self.column = RunView(), RunsColumn()
        self.newest, self.health = NewestSamples(session), HealthWatch(session)
        self.branches = Branches(session)
        self._disk = DiskWork(session, "board", self)
        self._empty = EmptyState("chart-line-up", NO_RUN, "Start a new run")
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self.view)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self._pages, 1)
        line.addWidget(Hairline(vertical=True))
        line.addWidget(self.column)
        self._is_active = False
        self._pictures_of: tuple[str, int] | None = None
        self._listing = QTimer(self, singleShot=True, interval=LIST_EVERY_MS)
        self._drawing = QTimer(self, singleShot=True, interval=DRAW_EVERY_MS)
        self._is_drawn = True
        self._connect()

    def _connect(self) -> None:
        head, key = self.view.head, self._shown_key
        self._listing.timeout.connect(self._show_list)
        self._drawing.timeout.connect(self._on_drawing)
        self.newest.drawn.connect(self.view.pictures.set_newest)
        self.health.found.connect(self._on_found)
        self.health.checking.connect(self._on_checking)
        self.view.health.check.check_requested.connect(lambda: self.health.check(key()))
        self.view.health.branch_requested.connect(self._branch)
        self.shelf.changed.connect(self._on_shelf)
        self.logs.changed.connect(self._on_changed)
        self.runs.changed.connect(self._on_changed)
        self.runs.began.connect(self.select)
        self.runs.ended.connect(self._on_ended)
        self.column.list.chosen.connect(self.select)
        self.column.list.plotted.connect(self._on_plotted)
        self.column.list.menu_requested.connect(self._show_menu)
        self._empty.action_requested.connect(self.start_requested)
        head.pause_requested.connect(lambda is_held: self.runs.pause(key(), is_held))
        head.stop_requested.connect(lambda: self.runs.stop(key()))
        head.save_requested.connect(lambda: self.runs.save_now(key()))
        head.changed.connect(lambda controls: self.runs.change(key(), controls))
        head.step_requested.connect(lambda player: self.runs.step(key(), player))
        head.explore_requested.connect(lambda: self.explore_requested.emit(key()))
        head.go_on_requested.connect(lambda n, factor: self.runs.go_on(key(), n_more_epochs=n, rate_factor=factor))
        self.view.pictures.moment_wanted.connect(self._ask_pictures)

    def own_actions(self, group: str) -> tuple[Action, ...]:
        """What can be done by key with the shown run."""
        return (
            Action("pause", "Pause the run, or let it go on", self._pause, ("P",), "pause", group, self._is_live),
            Action("step", "One step of the paused run", self._step, (".",), "skip-forward", group, self._is_live),
        )

    def _is_live(self) -> bool:
        return self.runs.get(self.rows.shown) is not None

    def _pause(self) -> None:
        run = self.runs.get(self.rows.shown)
        if run is not None:
            self.runs.pause(run.key, run.stage != "paused")

    def _step(self) -> None:
        self.runs.step(self.rows.shown)

    # --- which run

    def set_active(self, is_active: bool) -> None:
        """Whether it is on the screen."""
        self._is_active = is_active
        self.shelf.watch(self, is_active)
        if is_active:
            self._on_shelf()
        else:
            self.newest.follow("", -1)

    @Slot(str)
    def select(self, key: str) -> None:
        """Show a run."""
        if key != self.rows.shown:
            self.rows.shown = key
            self.view.pictures.follow()
            self.view.show_health((), None, LOSS, History())
            self._pictures_of = None
        self.column.list.set_current(key)
        self._show_all()

    def shown(self) -> RunRow | None:
        """The row of the run in the middle."""
        return self.rows.row(self.rows.shown)

    def _shown_key(self) -> str:
        return self.rows.shown

    # --- what is new

    @Slot()
    def _on_shelf(self) -> None:
        if self._is_active:
            self.logs.follow(self.shelf.runs())
            self._show_all()

    @Slot(str)
    def _on_changed(self, key: str) -> None:
        if not self._is_active:
            return
        if key == self.rows.shown:
            self._show_head()
        if key == self.rows.shown or key in self.rows.compared:
            self._is_drawn = False
            if not self._drawing.isActive():
                self._on_drawing()
        if not self._listing.isActive():
            self._listing.start()

    @Slot(object)
    def _on_ended(self, run: LiveRun) -> None:
        if self._is_active:
            self._show_all()

    def _show_all(self) -> None:
        if not self._is_active:
            return
        rows = self.rows.all()
        if self.shelf.has_looked and all(row.key != self.rows.shown for row in rows):
            self.rows.shown = rows[0].key if rows else ""
            self._pictures_of = None
        self._show_list()
        self._show_run()

    @Slot()
    def _show_list(self) -> None:
        self.column.show_items(self.rows.items(), sum(entry.bytes for entry in self.shelf.runs()))
        self.column.list.set_current(self.rows.shown)

    def _show_run(self) -> None:
        row = self.shown()
        self._pages.setCurrentWidget(self._empty if row is None else self.view)
        if row is None:
            return
        self._show_head()
        self._is_drawn = True
        self._drawing.start()
        history = self.logs.history(row.key)
        self.view.show_history(history, self.rows.others(), row.entry, row.live)
        self.health.look(row.key, history, {} if row.live is None else row.live.recipe)
        if history.players():
            self.newest.follow(row.key, row.step)
        moment = (row.key, _pictured_step(row))
        if moment != self._pictures_of:
            self._pictures_of = moment
            self._ask_pictures(self.view.pictures.wanted())

    def _show_head(self) -> None:
        row = self.shown()
        if row is not None:
            self.view.head.show_run(row.name, row.standing, row.entry, row.live, self.logs.changes(row.key))

    @Slot()
    def _on_drawing(self) -> None:
        if not self._is_drawn and self._is_active:
            self._show_run()

    @Slot(str, object)
    def _on_found(self, key: str, examined: Examined) -> None:
        if key == self.rows.shown:
            self.view.show_health(examined.findings, examined.samples, examined.best_by, self.logs.history(key))

    @Slot(str, str)
    def _on_checking(self, key: str, text: str) -> None:
        if key == self.rows.shown:
            self.view.health.check.show_progress(text)

    @Slot(object)
    def _branch(self, remedy: Remedy) -> None:
        """Try a remedy in a run that goes on from here."""
        row = self.shown()
        if row is not None:
            name = free_among(f"{row.name}-{slug(remedy.text)}", {other.name for other in self.rows.all()})
            self.branches.begin(row.key, name, remedy.changes)

    @Slot(int)
    def _ask_pictures(self, step: int) -> None:
        key = self.rows.shown
        read = partial(read_pictures, Path(key), None if step < 0 else step)
        self._disk.ask(read, partial(self._on_pictures, key), slot="pictures")

    def _on_pictures(self, key: str, pictures: RunPictures) -> None:
        if key == self.rows.shown:
            self.view.show_pictures(pictures)

    # --- what a person does

    @Slot(str, bool)
    def _on_plotted(self, key: str, is_plotted: bool) -> None:
        (self.rows.compared.add if is_plotted else self.rows.compared.discard)(key)
        self._show_all()

    @Slot(str, QPoint)
    def _show_menu(self, key: str, at: QPoint) -> None:
        row = self.rows.row(key)
        if row is None:
            return
        entries = menu(self)
        if row.live is not None:
            is_held = row.live.stage == "paused"
            words = "Go on" if is_held else "Pause"
            entries.addAction(words).triggered.connect(partial(self.runs.pause, key, not is_held))
            entries.addAction("Stop").triggered.connect(partial(self.runs.stop, key))
        elif row.entry is not None and not row.entry.is_under_way:
            if row.status is not None and row.status.state != "finished":
                entries.addAction("Continue").triggered.connect(partial(self.runs.go_on, key))
            entries.addAction("Move to the trash").triggered.connect(partial(self.shelf.throw_away, row.entry))
        if row.entry is not None and row.entry.can_open:
            entries.addAction("Explore").triggered.connect(partial(self.explore_requested.emit, key))
            best = partial(self.explore_requested.emit, str(Path(key) / BEST))
            entries.addAction("Explore its best moment").triggered.connect(best)
        entries.addAction("Take its recipe").triggered.connect(partial(self.recipe_requested.emit, key))
        entries.aboutToHide.connect(entries.deleteLater)
        entries.popup(at)


def _pictured_step(row: RunRow) -> int:
    """The step of the newest pictures, as far as it is known without looking."""
    if row.live is not None and row.live.pictures is not None:
        return row.live.pictures.step
    return row.status.step if row.status is not None else -1
