"""The workspace: all that a crash of the window must not lose, as one JSON file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from latent_studio.core.errors import StudioError
from latent_studio.core.files import write_file
from latent_studio.studio.document import SCHEMA_VERSION as DOCUMENT_VERSION
from latent_studio.studio.document import Document, document_text

SCHEMA_VERSION = 1
N_KEPT_ASIDE = 20


class Workspace(BaseModel):
    """The document, and where a person left off in the window.

    file: what the document was opened from or saved as, "" for none; `is_changed` since then.  panel: the shown one.
    panels: by key, what each panel says of itself (`Panel.workspace`).  open_docks: panels beside which a person opened
    the Code dock though they do without it.
    """

    model_config = ConfigDict(frozen=True)

    schema_version: int = SCHEMA_VERSION
    document: Document = Document()
    file: str = ""
    is_changed: bool = False
    panel: str = ""
    panels: dict[str, dict[str, Any]] = {}
    open_docks: tuple[str, ...] = ()


def workspace_text(workspace: Workspace) -> str:
    """JSON that `parse_workspace` reads back to an equal workspace."""
    rest = workspace.model_dump(mode="json", exclude={"document"})
    return f'{{"document": {document_text(workspace.document)},\n{json.dumps(rest, sort_keys=True)[1:]}\n'


def parse_workspace(text: str | bytes, name: str = "The workspace") -> Workspace:
    """A workspace from JSON; a StudioError says what is wrong with it."""
    try:
        values = json.loads(text)
        version, of_document = values["schema_version"], values["document"]["schema_version"]
        if version > SCHEMA_VERSION or of_document > DOCUMENT_VERSION:
            raise StudioError(f"{name} was made by a newer version of Latent Studio: update the program.")
        return Workspace.model_validate_json(text)
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError):
        raise StudioError(f"{name} is damaged.") from None


def workspace_name(number: int) -> str:
    """The file of the first, second, … window that is open at the same time: `workspace.json`, `workspace-2.json`."""
    return "workspace.json" if number == 1 else f"workspace-{number}.json"


def put_aside(path: Path, folder: Path) -> None:
    """Keep a workspace that another is about to replace, among the newest twenty; nothing where there is none."""
    try:
        content, modified = path.read_bytes(), path.stat().st_mtime_ns
    except FileNotFoundError:
        return
    write_file(folder / f"{modified}.json", content)
    for old in sorted(folder.glob("*.json"))[:-N_KEPT_ASIDE]:
        old.unlink(missing_ok=True)
