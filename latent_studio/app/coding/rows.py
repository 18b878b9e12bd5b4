"""The rows of the Codes panel: in which order they stand, and what stands beside them."""

from __future__ import annotations

from latent_studio.app.coding.meanings import Meaning
from latent_studio.app.widgets.sheet_shape import SheetRow
from latent_studio.views.codes import CategoryGroup


def code_rows(group: CategoryGroup, n: int, meaning: Meaning | None) -> list[SheetRow]:
    """A row of n pictures for each value, named by its number: as they are counted, or in the order of the labels that
    they stand for."""
    values = range(len(group.labels)) if meaning is None else meaning.matching.order
    return [_row(group, value, n, meaning) for value in values]


def _row(group: CategoryGroup, value: int, n: int, meaning: Meaning | None) -> SheetRow:
    label = group.labels[value]
    name = f"{group.name} = {label}" if label.isdecimal() else label
    lead = f"{name}, "
    if meaning is None:
        told = "told to the model" if group.is_told else "one of those that the model has found"
        return SheetRow(str(value), n, title=name, tooltip=f"A category, {told}", lead=lead)
    found, labels, n_of = meaning.matching, meaning.counted.labels, int(meaning.counted.counts[value].sum())
    title, place = found.title(value, labels), found.label_of[value]
    if place is None:
        tooltip = f"There are more categories than labels; {n_of:,} training pictures are of this one."
        return SheetRow(str(value), n, title="no label", note=name, tooltip=tooltip, lead=lead)
    share = found.purity[value]
    tooltip = f"Of {n_of:,} training pictures with this category {100 * share:.1f} % are labelled {labels[place]}."
    return SheetRow(str(value), n, title=title, note=name, share=share, tooltip=tooltip, lead=lead)


def verdict(group: CategoryGroup, meaning: Meaning) -> str:
    """How good the categories are as labels, in a line."""
    of = f"of {meaning.counted.n:,} training pictures"
    return f"{group.name}, matched one to one with labels, errs on {100 * meaning.matching.error:.1f} % {of}"
