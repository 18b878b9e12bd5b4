"""The workspace: all that a crash of the window must not lose, as one JSON file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from latent_studio.core.errors import StudioError
from latent_studio.core.files import write_file
from latent_studio.studio.document import SCHEMA_VERSION as DOCUMENT_VERSION
from latent_studio.studio.document import Document, document_text

SCHEMA_VERSION = 1
N_KEPT_ASIDE = 20
_LARGE = ("favourites", "groups")  # fields of the document


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


Known = dict[int, tuple[BaseModel, str]]
"""The text of what was written before, by identity: favourites and groups are frozen, many, and may be large."""


def workspace_text(workspace: Workspace, known: Known | None = None) -> str:
    """JSON that `parse_workspace` reads back to an equal workspace.

    Favourites and groups stand beside the rest of the document. With `known` of the time before, only new ones are put
    into words: it is done while somebody drags, and must not hold the interpreter.
    """
    document, known = workspace.document, {} if known is None else known
    parts = {name: _texts(getattr(document, name), known) for name in _LARGE}
    kept = {id(item) for name in _LARGE for item in getattr(document, name)}
    for key in known.keys() - kept:
        del known[key]
    rest = workspace.model_dump(mode="json", exclude={"document"})
    parts["document"] = document_text(document.replace(favourites=(), groups=()))
    parts |= {name: json.dumps(value, sort_keys=True) for name, value in rest.items()}
    return "{" + ",\n".join(f'"{name}": {parts[name]}' for name in sorted(parts)) + "}\n"


def _texts(items: Sequence[BaseModel], known: Known) -> str:
    for item in items:
        if id(item) not in known:
            known[id(item)] = item, json.dumps(item.model_dump(mode="json"), sort_keys=True)
    return "[" + ",\n".join(known[id(item)][1] for item in items) + "]"


def parse_workspace(text: str | bytes, name: str = "The workspace") -> Workspace:
    """A workspace from JSON; a StudioError says what is wrong with it."""
    try:
        values = json.loads(text)
        version, of_document = values["schema_version"], values["document"]["schema_version"]
        if version > SCHEMA_VERSION or of_document > DOCUMENT_VERSION:
            raise StudioError(f"{name} was made by a newer version of Latent Studio: update the program.")
        for part in _LARGE:
            values["document"][part] = values.pop(part)
        return Workspace.model_validate(values)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, ValidationError):
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
