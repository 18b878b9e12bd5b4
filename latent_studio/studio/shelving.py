"""What a person does to models and runs on the disk: rename, copy, throw away, bring back. For the disk lane."""

from __future__ import annotations

import shutil
from pathlib import Path

import tomlkit

from latent_studio.core.errors import StudioError
from latent_studio.core.files import said_plainly, write_file
from latent_studio.core.header import read_header, with_name
from latent_studio.core.runs import RECIPE, STATUS, newest_weights, read_status
from latent_studio.studio.library import Entry, free_name
from latent_studio.studio.naming import folder_name

MAX_NAME = 120
"""What a recipe allows."""


def rename(entry: Entry, name: str) -> None:
    """Give a run or an own model another name. The place on the disk, which is its key, stays."""
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME:
        raise StudioError(f"A name has 1 to {MAX_NAME} letters: give another.")
    path = Path(entry.key)
    if entry.kind == "ready-made":
        raise StudioError(f"{entry.name} is ready-made and keeps its name: duplicate it and name the copy.")
    if path.is_dir():
        _rename_run(path, name)
    else:
        write_file(path, with_name(_content(path), name))


def duplicate(entry: Entry, folder: Path, name: str) -> Path:
    """Copy a model, of a run its newest averaged weights, into `folder` under another name; returns the new file."""
    path = Path(entry.key)
    source = newest_weights(path) if path.is_dir() else path
    if source is None:
        raise StudioError(f"{entry.name} has saved nothing yet: wait for its first save.")
    read_header(source)
    target = free_name(folder / f"{folder_name(name)}.safetensors")
    write_file(target, with_name(_content(source), name))
    return target


def move_to_trash(entry: Entry, trash: Path) -> Path:
    """Move an entry's file or folder to the trash, under a name that is free; returns where it lies now."""
    status = read_status(Path(entry.key))
    if status is not None and status.state in ("running", "paused"):
        raise StudioError(f"{entry.name} is being trained: stop it before you delete it.")
    return _moved(Path(entry.key), trash)


def restore_from_trash(entry: Entry, folder: Path) -> Path:
    """Bring something back from the trash to `folder`."""
    return _moved(Path(entry.key), folder)


def put_back(place: Path, former: Path) -> Path:
    """Undo a move to the trash: to where it was, or beside what lies there now."""
    return _moved(place, former.parent, former.name)


def empty_trash(trash: Path) -> None:
    """Delete for good what lies in the trash."""
    with said_plainly(trash):
        for path in list(trash.glob("*")):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def _moved(path: Path, folder: Path, name: str = "") -> Path:
    if not path.exists():
        raise StudioError(f"{path} is not there: it was moved or deleted.")
    with said_plainly(folder):
        folder.mkdir(parents=True, exist_ok=True)
        target = free_name(folder / (name or path.name))
        shutil.move(path, target)
    return target


def _rename_run(run: Path, name: str) -> None:
    status = read_status(run)
    if status is not None and status.state in ("running", "paused"):
        raise StudioError(f"{status.name} is being trained: stop it before you rename it.")
    with said_plainly(run):
        recipe = tomlkit.parse((run / RECIPE).read_text(encoding="utf-8"))
    recipe["name"] = name
    write_file(run / RECIPE, tomlkit.dumps(recipe))
    if status is not None:
        write_file(run / STATUS, status.model_copy(update={"name": name}).model_dump_json())


def _content(path: Path) -> bytes:
    with said_plainly(path):
        return path.read_bytes()
