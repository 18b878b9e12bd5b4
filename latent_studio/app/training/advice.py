"""What a recipe is told before it starts: how many pictures it has, which fields are wrong, how long it will take."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from latent_studio.app.live_runs import LiveRuns
from latent_studio.app.session import Session
from latent_studio.core.events import Done, Failed, Progress
from latent_studio.core.family import DataKind
from latent_studio.core.request import Answer
from latent_studio.core.schema import field_errors
from latent_studio.data.browsing import DataFacts
from latent_studio.engine.errands import DescribeData
from latent_studio.engine.jobs import CheckRecipeJob, EstimateJob
from latent_studio.studio.drafts import Draft
from latent_studio.studio.training import estimate_text
from latent_studio.training.recipe import DataSection, Recipe

ASK_AFTER_MS = 700
CHECK_AFTER_MS = 150
_ANY_NAME = "untitled"


@dataclass(frozen=True)
class FoundData:
    """What a recipe's [data] holds."""

    name: str
    n_train: int
    n_test: int
    n_skipped: int
    image_shape: tuple[int, int, int]
    label_names: tuple[str, ...]
    kind: DataKind = "pixels"

    @property
    def text(self) -> str:
        """`60,000 + 10,000 test`."""
        test = f" + {self.n_test:,} test" if self.n_test else ""
        return f"{self.n_train:,}{test}"


def found_data(facts: DataFacts, section: DataSection) -> FoundData:
    """Of a set, the part that the section asks for."""
    n_train = max(1, round(section.train_fraction * facts.n_train))
    labels = tuple(facts.counts)
    return FoundData(facts.name, n_train, facts.n_test, facts.n_skipped, facts.image_shape, labels, facts.kind)


class Advice(QObject):
    """Asks the lanes about a draft when it has rested for a moment, and tells what they answer.

    While a run trains, time is measured only when a person asks for it: the steps would be taken from the run.

    Signals:
        data_told(object, str): a FoundData or None; what is wrong with the data, or "".
        reading_told(str): how far the reading of a large set is.
        errors_told(dict): sentences by path.
        time_told(str, bool): a line about the time; whether it can be asked for.
    """

    data_told = Signal(object, str)
    reading_told = Signal(str)
    errors_told = Signal(dict)
    time_told = Signal(str, bool)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session, self._runs = session, LiveRuns.of(session)
        self._describing: DescribeData | None = None
        self.recipe: Recipe | None = None  # the draft's, where it is one
        self._data: DataSection | None = None
        self._needs_path = False
        self._is_data_well = False
        self._n_timed = 0
        self._timed: Recipe | None = None
        self._errors: dict[str, str] = {}
        self._resting = QTimer(self, singleShot=True, interval=ASK_AFTER_MS)
        self._resting.timeout.connect(self._ask_data)
        self._checking = QTimer(self, singleShot=True, interval=CHECK_AFTER_MS)
        self._checking.timeout.connect(self._check)
        session.answered.connect(self._on_answered)

    def consider(self, draft: Draft, needs_path: bool) -> None:
        """The draft is another now. needs_path: its source reads files."""
        self._needs_path = needs_path
        try:
            self.recipe = Recipe.model_validate(draft.recipe_values(_ANY_NAME))
        except ValidationError as error:
            self.recipe = None
            self._tell_errors(field_errors(Recipe, error))
            return
        if self._data is not None and self.recipe.data != self._data:  # what is known is of other pictures
            self._data = self._describing = None
            self.data_told.emit(None, "")
        if self.recipe != self._timed:
            self.time_told.emit("", False)
        self._resting.start()
        self._checking.start()

    def time_it(self) -> None:
        """Time a few steps now."""
        if self.recipe is not None:
            self._n_timed, self._timed = 0, self.recipe
            self.time_told.emit("timing a few steps …", False)
            self._session.start_job(EstimateJob(recipe=self.recipe, data=self._session.data))

    def rest(self) -> None:
        """Ask nothing more for now: a run begins."""
        self._resting.stop()
        self._session.stop_job("estimate")
        self._timed = None
        self.time_told.emit("", True)

    # --- questions

    @Slot()
    def _check(self) -> None:
        if self.recipe is not None and self.recipe.family:
            self._session.start_job(CheckRecipeJob(recipe=self.recipe))

    @Slot()
    def _ask_data(self) -> None:
        recipe = self.recipe
        if recipe is None or (self._needs_path and not recipe.data.path):
            self._data = None
            self.data_told.emit(None, "")
            return
        if recipe.data == self._data:
            self._ask_time()
            return
        self._data, self._is_data_well = recipe.data, False
        self._describing = DescribeData(slot="data to train on", section=recipe.data, data=self._session.data)
        self._session.errand(self._describing)

    def _ask_time(self) -> None:
        if not self._is_data_well or self._errors or self.recipe == self._timed:
            return
        if self._runs.all():
            self.time_told.emit("", True)
        else:
            self.time_it()

    # --- answers

    def _on_data(self, section: DataSection, value: object) -> None:
        if isinstance(value, Progress):
            self.reading_told.emit(f"{value.done:,} of {value.total:,} …" if value.total else "reading …")
        elif isinstance(value, DataFacts):
            self._is_data_well = True
            self.data_told.emit(found_data(value, section), "")
            self._ask_time()
        elif isinstance(value, Failed):
            self.data_told.emit(None, value.text)

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        request, value = answer.request, answer.value
        if self._describing is not None and request is self._describing:
            self._on_data(self._describing.section, value)
        elif isinstance(request, CheckRecipeJob) and isinstance(value, Done) and request.recipe == self.recipe:
            self._tell_errors({f"model.{field}": text for field, text in value.result.items()})
        elif isinstance(request, EstimateJob) and request.recipe == self._timed == self.recipe:
            self._on_estimate(value)

    def _on_estimate(self, value: object) -> None:
        if isinstance(value, Progress):
            self._n_timed = max(self._n_timed, value.done - 1)
        elif isinstance(value, Done):
            seconds = float(value.result["seconds"])
            self.time_told.emit(f"{estimate_text(seconds)}, timed on {self._n_timed} steps", False)
        elif isinstance(value, Failed):
            self._timed = None
            self.time_told.emit(value.text, False)

    def _tell_errors(self, errors: dict[str, str]) -> None:
        self._errors = errors
        self.errors_told.emit(errors)
