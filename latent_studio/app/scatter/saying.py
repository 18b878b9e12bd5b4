"""What the legend has to say: the classes and groups of what is shown, and how the encoding goes."""

from __future__ import annotations

from dataclasses import dataclass

from latent_studio.app.scatter.cloud import Cloud
from latent_studio.app.scatter.legend_rows import Contents, GroupRow
from latent_studio.app.scatter.settings import Choices
from latent_studio.app.session import Session
from latent_studio.studio.document import Group

Numbered = list[tuple[int, Group]]
"""Groups with their numbers in the document."""


@dataclass(frozen=True)
class Told:
    """note: what goes on, or why nothing can be seen.  is_missing: because the data are not on this machine.
    share: how much is encoded, None where nothing goes on."""

    note: str = ""
    is_missing: bool = False
    share: float | None = None


def groups_here(session: Session, cloud: Cloud) -> Numbered:
    """The document's groups of the pictures that are shown now."""
    placed, header = cloud.placed, session.header
    if placed is None or header is None:
        return []
    here = header.data.name, placed.rows.split
    return [(k, group) for k, group in enumerate(session.document.groups) if (group.data, group.split) == here]


def contents_of(cloud: Cloud, choices: Choices, groups: Numbered, told: Told) -> Contents:
    """The legend of a cloud."""
    title = "" if cloud.placed is None else cloud.placed.colouring.title
    return Contents(
        title=title[:1].upper() + title[1:],
        classes=cloud.class_rows(choices.hidden),
        ramp=cloud.ramp(),
        groups=tuple(GroupRow(k, group.name, len(group.indices), group.name == choices.group) for k, group in groups),
        note=told.note,
        action="Locate the data …" if told.is_missing else "",
        share=told.share,
    )
