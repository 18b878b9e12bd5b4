"""The left column of the Train panel: everything a recipe says, as a form that never loses what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QScrollArea, QVBoxLayout, QWidget

from latent_studio.app.training.advice import FoundData
from latent_studio.app.training.data_part import DataPart
from latent_studio.app.training.reasons import Reasons
from latent_studio.app.training.rows import WIDE_FIELD, field_grid
from latent_studio.app.training.sections import Section
from latent_studio.app.widgets.choice import Choice, Option
from latent_studio.app.widgets.field import FieldLabel
from latent_studio.app.widgets.fold import Fold
from latent_studio.app.widgets.overlay_bar import OverlayBar
from latent_studio.core.family import DataKind
from latent_studio.core.schema import Config
from latent_studio.data.source import SourceInfo
from latent_studio.studio.drafts import (
    Draft,
    Properties,
    Schema,
    Sections,
    advanced,
    basic,
    player_fields,
    properties,
    source_fields,
    with_own_defaults,
)
from latent_studio.training.recipe import AugmentSection, DataSection, OptimizerSection, TrainingSection

WIDTH, _MARGIN = 300, 20  # px
SMALLEST, LARGEST = 8, 128
"""Sides of the pictures that a recipe takes, px."""

_NO_CHANGE = "every picture as it is"

Families = Mapping[str, Mapping[str, Any]]
"""What `FamiliesJob` tells: name → title, schema and more."""


class TrainForm(QScrollArea):
    """Shows a `draft` and changes it as the person fills it in; what is wrong stands at the field it belongs to.

    Signals:
        changed(): the draft is another now.
    """

    changed = Signal()

    def __init__(self, draft: Draft, seen: QWidget | None = None) -> None:
        """seen: what stands under the data, say some of the pictures."""
        super().__init__()
        self.draft = draft
        self._seen = seen
        self._sources: dict[str, SourceInfo] = {}
        self._families: Families = {}
        self._kind: DataKind = "pixels"
        self.name = QLineEdit()
        self.name.setFixedSize(WIDE_FIELD, 28)
        self.why = Reasons()
        self.data = DataPart()
        self.options, self.augment, self.model, self.training, self.more = (Section() for _ in range(5))
        self.family = Choice(as_field=True)
        self.family.setFixedWidth(WIDE_FIELD)
        self._build()
        self.name.editingFinished.connect(self._on_name)
        self.data.source_chosen.connect(self._on_source)
        self.data.path_chosen.connect(self._on_path)
        self.family.chosen.connect(self._on_family)
        for section in self._sections():
            section.changed.connect(self._on_section)
        self.augment.set_fields(basic(properties(_schema(AugmentSection), "augment")), draft)
        self._make_training()
        self.fill()

    def _build(self) -> None:
        names, families = QWidget(), QWidget()
        for row, text, tip, field in (
            (names, "Name", "What the run is called; empty for a name that says what it is.", self.name),
            (families, "Family", "What kind of model is trained.", self.family),
        ):
            grid = field_grid(row)
            grid.addWidget(FieldLabel(text, tooltip=tip), 0, 0)
            grid.addWidget(field, 0, 1)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(_MARGIN, 16, _MARGIN, 16)
        column.setSpacing(8)
        column.addWidget(names)
        seen = [] if self._seen is None else [self._seen]
        column.addWidget(self.why)
        column.addWidget(Fold("Data", stacked(self.data, self.options, *seen)))
        self._augmenting = Fold("Augmentation", self.augment, caption=_NO_CHANGE, is_open=False)
        column.addWidget(self._augmenting)
        column.addWidget(Fold("Model", stacked(families, self.model)))
        column.addWidget(Fold("Training", self.training))
        self._more = Fold("More", self.more, caption="optimiser, precision, EMA, device", is_open=False)
        column.addWidget(self._more)
        column.addStretch()
        self.setWidget(inside)
        self.setWidgetResizable(True)
        self.setFixedWidth(WIDTH)
        self.setHorizontalScrollBarPolicy(self.horizontalScrollBarPolicy().ScrollBarAlwaysOff)
        OverlayBar(self)

    def _sections(self) -> tuple[Section, ...]:
        return self.options, self.augment, self.model, self.training, self.more

    # --- what it shows

    def set_sources(self, sources: Sequence[SourceInfo]) -> None:
        """What pictures can come from."""
        self._sources = {source.name: source for source in sources}
        self.data.set_sources(sources)
        self._make_options()
        self.fill()

    def set_families(self, families: Families) -> None:
        """What can be trained."""
        self._families = families
        self.family.set_options([Option(name, str(told["title"])) for name, told in families.items()])
        self._make_model()
        self.fill()

    def set_found(self, found: FoundData | None) -> None:
        """What the data hold, None while that is not known. A family may mean something else by what is left open where
        they are of another kind."""
        self.data.set_found(found.text if found is not None else "")
        if found is not None and found.kind != self._kind:
            self._kind = found.kind
            self._make_model()
            self.fill()

    def set_draft(self, draft: Draft) -> None:
        """Show another recipe."""
        self.draft = draft
        self._make_options()
        self._make_model()
        self.fill()
        if any(draft.get("augment", {}).values()):
            self._augmenting.set_open(True)

    def set_reasons(self, reasons: Sequence[str]) -> None:
        """Say why a recipe was proposed; nothing where it was not."""
        self.why.set_reasons(reasons)

    def set_suggested_name(self, name: str) -> None:
        """What the run will be called where the person gives no name."""
        self.name.setPlaceholderText(name)

    def fill(self) -> None:
        """Show what the draft says."""
        self.name.setText(self.draft.name)
        self.data.set_values(self.draft.get("data.source", ""), self.draft.get("data.path", ""))
        self.family.set_current(self.draft.get("model.family", ""))
        for section in self._sections():
            section.fill(self.draft)
        self._say_changes()

    def default(self, path: str) -> Any:
        """What a field holds where the draft says nothing; None where no such field is shown."""
        for section in self._sections():
            if path in section.paths():
                return section.default(path)
        return None

    def problems(self) -> dict[str, str]:
        """Everything that is wrong, by path."""
        return {path: text for section in self._sections() for path, text in section.problems().items()}

    def set_errors(self, errors: Mapping[str, str]) -> None:
        """Put what a check found at the fields."""
        for section in self._sections():
            section.set_errors(errors)
        if any(path in self.more.paths() for path in errors):
            self._more.set_open(True)

    # --- made from schemas

    def _make_options(self) -> None:
        self.options.set_fields(basic(self._source_fields()), self.draft)
        self._make_more()

    def _make_model(self) -> None:
        schema = self._family_schema()
        fields = with_own_defaults(basic(properties(schema, "model")), self._own_defaults())
        self.model.set_fields(fields, self.draft, schema)
        self._make_training()

    def _make_training(self) -> None:
        schema = _schema(TrainingSection)
        fields = basic(properties(schema, "training"))
        rate = basic(properties(_schema(OptimizerSection), "optimizer"))
        paths = list(fields)
        after = paths.index("training.batch_size") + 1
        ordered = {path: fields[path] for path in paths[:after]} | rate | {path: fields[path] for path in paths[after:]}
        self.training.set_fields(with_own_defaults(ordered, self._own_defaults()), self.draft, schema)
        self._make_more()

    def _make_more(self) -> None:
        fields: Properties = advanced(properties(self._family_schema(), "model"))
        kinds = {"optimizer": OptimizerSection, "training": TrainingSection, "data": DataSection}
        for section, kind in kinds.items():
            fields |= advanced(properties(_schema(kind), section))
        rate = properties(_schema(OptimizerSection), "optimizer")["optimizer.learning_rate"]
        fields |= advanced(player_fields(self._told().get("players", ()), rate))
        fields |= advanced(self._source_fields())
        fields = with_own_defaults(fields, self._own_defaults())
        self.more.set_fields(fields, self.draft, self._family_schema(), *map(_schema, kinds.values()))

    def _source_fields(self) -> Properties:
        source = self._sources.get(self.draft.get("data.source", ""))
        return {} if source is None else source_fields(source.schema, SMALLEST, LARGEST)

    def _told(self) -> Mapping[str, Any]:
        return self._families.get(self.draft.get("model.family", ""), {})

    def _family_schema(self) -> Schema:
        schema: Schema = self._told().get("schema", {})
        return schema

    def _own_defaults(self, family: str = "") -> Sections:
        """What the family means by the fields that are left open, for data of this kind."""
        told = self._families.get(family, {}) if family else self._told()
        own: Sections = told.get("defaults", {}).get(self._kind, {})
        return own

    # --- the person

    @Slot()
    def _on_name(self) -> None:
        if self.name.text().strip() != self.draft.name:
            self._change(self.draft.named(self.name.text()))

    @Slot(str)
    def _on_source(self, source: str) -> None:
        self._change(self.draft.with_source(source))

    @Slot(str)
    def _on_path(self, path: str) -> None:
        self._change(self.draft.replaced({"data.path": path or None, "data.digest": None}))

    @Slot(str)
    def _on_family(self, family: str) -> None:
        self._change(self.draft.with_family(family, self._families[family]["schema"], self._own_defaults(family)))

    def _change(self, draft: Draft) -> None:
        self.set_draft(draft)
        self.changed.emit()

    @Slot(dict)
    def _on_section(self, values: dict[str, Any]) -> None:
        self.draft = self.draft.replaced(values)
        self._say_changes()
        self.changed.emit()

    def _say_changes(self) -> None:
        """What of the augmentation is on, beside its heading."""
        is_on = [name for name, value in self.draft.get("augment", {}).items() if value]
        self._augmenting.set_caption(", ".join(is_on) or _NO_CHANGE)


def prepare_schemas() -> None:
    """Make the schemas that every form needs: it takes a while and needs no window."""
    for kind in (TrainingSection, OptimizerSection, AugmentSection, DataSection):
        _schema(kind)


@cache
def _schema(kind: type[Config]) -> Schema:
    return kind.model_json_schema()


def stacked(*parts: QWidget) -> QWidget:
    """Widgets one under the other."""
    around = QWidget()
    column = QVBoxLayout(around)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    for part in parts:
        column.addWidget(part)
    return around
