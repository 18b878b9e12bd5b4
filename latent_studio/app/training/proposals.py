"""A recipe proposed for a set, once it is known how many pictures it has; and the form as it was before."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from latent_studio.app.training.advice import FoundData
from latent_studio.app.training.form import TrainForm
from latent_studio.studio.data_list import DataRef
from latent_studio.studio.drafts import Draft
from latent_studio.studio.proposing import propose


class Proposals(QObject):
    """Fills the form in when somebody brings pictures, not when he chooses a source by hand.

    Signals:
        changed(): the draft is another now.
    """

    changed = Signal()

    def __init__(self, form: TrainForm) -> None:
        super().__init__(form)
        self._form = form
        self._is_awaited = False
        self._before: Draft | None = None
        form.why.refused.connect(self._take_back)

    def train_on(self, ref: DataRef) -> None:
        """Put a set into the form; what suits it follows with `take`."""
        draft = self._form.draft.with_source(ref.source, ref.path)
        self._is_awaited = True
        self._form.set_reasons(())
        self._form.set_draft(draft.replaced({"data.options": dict(ref.options)}) if ref.options else draft)
        self.changed.emit()

    def drop(self) -> None:
        """The form is filled in by other means."""
        self._is_awaited = False
        self._form.set_reasons(())

    def take(self, found: FoundData | None) -> None:
        """The set holds this; where the families are not known yet, it is to be told again."""
        form = self._form
        if found is None or not self._is_awaited or not form.model.paths():
            return
        self._is_awaited, self._before = False, form.draft
        proposal = propose(found.n_train, found.image_shape, found.label_names)
        known = {*form.model.paths(), *form.more.paths()}  # another family may have other settings
        values = {path: v for path, v in proposal.values.items() if not path.startswith("model.") or path in known}
        form.set_draft(form.draft.replaced(values))
        form.set_reasons(proposal.reasons)
        self.changed.emit()

    @Slot()
    def _take_back(self) -> None:
        if self._before is not None:
            self._form.set_draft(self._before)
        self.drop()
        self.changed.emit()
