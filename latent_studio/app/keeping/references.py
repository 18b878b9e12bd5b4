"""What is taken away is decoded anew, alone; the weights of a model that trains on are kept with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Slot

from latent_studio.app.disk_work import DiskWork
from latent_studio.app.keeping.restoring import shelves_of
from latent_studio.app.keeping.shown import Shown
from latent_studio.app.session import Session
from latent_studio.core.events import Failed, Pixels
from latent_studio.core.header import Header
from latent_studio.core.request import Answer, Priority
from latent_studio.core.runs import IN_MEMORY
from latent_studio.engine.keeping import KeepSnapshot
from latent_studio.studio.document import ModelRef
from latent_studio.studio.provenance import find_weights, kept_path, provenance_values
from latent_studio.views.reference import ReferencePictures, TakeReferences
from latent_studio.views.traversal_sheet import SheetPictures

_NUMBERS = count()  # a slot of its own for each: nothing that is to be kept may be replaced by what comes after


@dataclass(frozen=True, eq=False)
class Reference:
    """A picture for good, decoded alone by the weights that `model` names.

    values: what a file of it says of itself, see `provenance_values`; None for a picture without a code.
    """

    picture: Pixels
    code: tuple[float, ...] | None
    caption: str
    model: ModelRef | None
    values: Mapping[str, Any] | None


@dataclass(eq=False)
class _Batch:
    """Pictures asked for together; `then` is called when the last of them has come."""

    shown: Sequence[Shown]
    is_kept: bool
    then: Callable[[list[Reference]], None]
    n_left: int
    taken: dict[int, Reference] = field(default_factory=dict)

    def note(self, taken: Mapping[int, Reference]) -> None:
        """Another model's pictures have come, or ({}) will not come."""
        self.taken.update(taken)
        self.n_left -= 1
        if self.n_left == 0 and self.taken:
            self.then([self.taken[place] for place in sorted(self.taken)])


class References(QObject):
    """Asks the interactive lane for reference pictures, of the open model or of any other on this machine."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._disk = DiskWork(session, "references", self)
        self._asked: dict[str, tuple[_Batch, tuple[int, ...]]] = {}
        session.answered.connect(self._on_answered)

    def take(
        self, shown: Sequence[Shown], then: Callable[[list[Reference]], None], *, keeps_weights: bool = False
    ) -> None:
        """Call `then` with the reference pictures in the order of `shown`; what fails is told and left out.

        keeps_weights: of a model that trains on, this very snapshot is written beside the runs.
        """
        ready, by_model = self._sorted(shown)
        batch = _Batch(shown, keeps_weights, then, n_left=1 + len(by_model))
        for model, places in by_model.items():
            now = self._session.document.model
            if model is not None:
                work = partial(find_weights, model, shelves_of(self._session))
                found = partial(self._on_found, batch, places)
                self._disk.ask(work, then=found, failed=partial(self._fail, batch))
            elif now is not None:
                self._ask(batch, places, now.key)
        batch.note(ready)

    def _sorted(self, shown: Sequence[Shown]) -> tuple[dict[int, Reference], dict[ModelRef | None, tuple[int, ...]]]:
        """What needs no decoding, and the places of the rest by model (None: the open one)."""
        ready: dict[int, Reference] = {}
        by_model: dict[ModelRef | None, tuple[int, ...]] = {}
        now = self._session.document.model
        for place, one in enumerate(shown):
            if one.code is None:
                ready[place] = Reference(one.picture, None, one.caption, None, None)
            elif one.is_reference and one.model is not None:
                values = provenance_values(one.model, one.code)
                ready[place] = Reference(one.picture, one.code, one.caption, one.model, values)
            else:
                model = None if one.model == now else one.model
                by_model[model] = (*by_model.get(model, ()), place)
        return ready, by_model

    def _on_found(self, batch: _Batch, places: tuple[int, ...], found: tuple[str, Header]) -> None:
        self._ask(batch, places, found[0])

    def _ask(self, batch: _Batch, places: tuple[int, ...], key: str) -> None:
        codes = tuple(batch.shown[place].code or () for place in places)
        priority = Priority.PREVIEW if len(codes) == 1 else Priority.STRIP  # one comes at once, also during a drag
        request = TakeReferences(slot=f"references {next(_NUMBERS)}", model=key, codes=codes, priority=priority)
        self._asked[request.slot] = batch, places
        self._session.ask(request)

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        request, value = answer.request, answer.value
        if not isinstance(request, TakeReferences) or request.slot not in self._asked:
            return
        batch, places = self._asked[request.slot]
        if isinstance(value, Failed | ReferencePictures):
            del self._asked[request.slot]
        if isinstance(value, Failed):
            self._fail(batch, value)
        elif isinstance(value, ReferencePictures):
            batch.note(self._references(batch, places, request, value))

    def _fail(self, batch: _Batch, value: Failed) -> None:
        self._session.tell("warn" if not value.details else "bad", value.text, value.details)
        batch.note({})

    def _references(
        self, batch: _Batch, places: Iterable[int], request: TakeReferences, value: ReferencePictures
    ) -> dict[int, Reference]:
        document, header = self._session.document, value.header
        is_open = document.model is not None and document.model.key == request.model
        name = document.model.name if is_open and document.model is not None else header.name
        model = ModelRef(key=request.model, name=name, digest=header.digest)
        if batch.is_kept and goes_on(self._session, request.model):
            model = keep_weights(self._session, model, value)
        taken = {}
        for place, picture, code in zip(places, value.pictures, request.codes, strict=True):
            values = provenance_values(model, code, header.space, document if is_open else None)
            taken[place] = Reference(picture, code, batch.shown[place].caption, model, values)
        return taken


def goes_on(session: Session, key: str) -> bool:
    """Whether other weights may take the place of these: a run is trained on, and throws old steps away."""
    if key.startswith(IN_MEMORY):
        return False  # nobody could open its weights without its code
    return not key.endswith(".safetensors") or session.places.runs in Path(key).parents


def keep_weights(session: Session, model: ModelRef, made: ReferencePictures | SheetPictures) -> ModelRef:
    """Have the weights that made pictures written beside the runs; the model as it will lie there."""
    path = kept_path(session.places.kept, model.digest)
    name = f"{model.name} · step {made.header.step:,}"
    kept = made.header.model_copy(update={"name": name})
    session.errand(KeepSnapshot(slot=f"keep {model.digest}", path=path, header=kept, weights=made.weights))
    return ModelRef(key=str(path), name=name, digest=model.digest)
