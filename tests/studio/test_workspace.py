"""The workspace: what survives its file, and what bad text gets."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_studio.core.errors import StudioError
from latent_studio.studio.document import Document, Favourite, Group, ModelRef
from latent_studio.studio.workspace import (
    N_KEPT_ASIDE,
    Known,
    Workspace,
    parse_workspace,
    put_aside,
    workspace_text,
)
from tests.studio.test_document import CODES, DOCUMENTS, JSON, NUMBERS

SETTINGS = st.dictionaries(st.text(), st.dictionaries(st.text(), JSON, max_size=3), max_size=3)
MODELS = st.builds(ModelRef, key=st.text(), name=st.text())
FAVOURITES = st.builds(Favourite, name=st.text(), model=MODELS, code=CODES, picture=st.text(), made=NUMBERS)
GROUPS = st.builds(
    Group,
    name=st.text(),
    data=st.text(),
    split=st.sampled_from(["train", "test"]),
    indices=st.lists(st.integers(0, 10**6), max_size=5).map(tuple),
)


def with_more(document: Document, favourites: list[Favourite], groups: list[Group]) -> Document:
    return document.replace(favourites=tuple(favourites), groups=tuple(groups))


WORKSPACES = st.builds(
    Workspace,
    document=st.builds(with_more, DOCUMENTS, st.lists(FAVOURITES, max_size=3), st.lists(GROUPS, max_size=3)),
    file=st.text(),
    is_changed=st.booleans(),
    panel=st.text(),
    panels=SETTINGS,
    open_docks=st.lists(st.text(), max_size=3).map(tuple),
)


@given(WORKSPACES)
def test_a_workspace_survives_its_file(workspace: Workspace) -> None:
    text = workspace_text(workspace)
    assert parse_workspace(text) == workspace
    assert workspace_text(parse_workspace(text.encode())) == text


@given(st.lists(WORKSPACES, min_size=1, max_size=4))
def test_what_was_put_into_words_before_makes_no_difference_to_the_text(workspaces: list[Workspace]) -> None:
    known: Known = {}
    for workspace in [*workspaces, workspaces[0]]:
        assert workspace_text(workspace, known) == workspace_text(workspace)
    assert len(known) == len(
        {id(item) for item in (*workspaces[0].document.favourites, *workspaces[0].document.groups)}
    )


@given(st.text() | st.binary())
def test_text_that_is_no_workspace_is_a_sentence(text: str | bytes) -> None:
    with pytest.raises(StudioError, match="The workspace"):
        parse_workspace(text)


@given(WORKSPACES, st.data())
def test_a_workspace_that_was_cut_is_a_sentence(workspace: Workspace, data: st.DataObject) -> None:
    text = workspace_text(workspace).rstrip()
    with pytest.raises(StudioError, match="damaged"):
        parse_workspace(text[: data.draw(st.integers(0, len(text) - 1))])


@pytest.mark.parametrize("part", [(), ("document",)])
def test_a_workspace_of_a_newer_version_says_so(part: tuple[str, ...]) -> None:
    values = json.loads(workspace_text(Workspace()))
    of = values
    for key in part:
        of = of[key]
    of["schema_version"] = 99
    with pytest.raises(StudioError, match="newer version"):
        parse_workspace(json.dumps(values))


def test_what_is_put_aside_stays_as_it_was_and_the_newest_twenty_are_kept(tmp_path: Path) -> None:
    path, folder = tmp_path / "workspace.json", tmp_path / "workspaces"
    put_aside(path, folder)  # nothing there, nothing done
    assert not folder.exists()
    for number in range(N_KEPT_ASIDE + 3):
        path.write_text(str(number))
        os.utime(path, ns=(0, 1_700_000_000_000_000_000 + number))
        put_aside(path, folder)
    kept = sorted(folder.iterdir())
    assert [file.read_text() for file in kept] == [str(number) for number in range(3, N_KEPT_ASIDE + 3)]
    assert path.exists()
