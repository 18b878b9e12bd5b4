"""The library: what lies in the folders of ready-made models and own runs. Read on the disk lane, shown as cards."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from latent_studio.core.errors import StudioError
from latent_studio.core.files import disk_bytes
from latent_studio.core.header import Header, read_header
from latent_studio.core.runs import RECIPE, RunStatus, newest_weights, read_status

Kind = Literal["ready-made", "run", "file", "trash"]


@dataclass(frozen=True)
class Entry:
    """A model or run on the disk.

    key: its path, the model key.  header: None for a run that saved nothing yet, or where `problem` says why not.
    """

    key: str
    name: str
    kind: Kind
    header: Header | None
    status: RunStatus | None = None
    problem: str = ""
    bytes: int = 0
    modified: float = 0.0

    @property
    def can_open(self) -> bool:
        return self.header is not None


def scan(ready_made: Path, runs: Path, trash: Path, opened_files: Iterable[str] = ()) -> tuple[Entry, ...]:
    """Everything there is: ready-made models in order of their names, runs newest first, opened files, the trash."""
    models = [file_entry(path, "ready-made") for path in sorted(ready_made.glob("*.safetensors"))]
    own = [run_entry(path) for path in _run_folders(runs)]
    files = [file_entry(Path(path), "file") for path in opened_files]
    thrown = [
        replace(_any_entry(path), kind="trash") for path in sorted(trash.glob("*")) if not path.name.startswith(".")
    ]
    newest_first = sorted(own, key=lambda entry: entry.modified, reverse=True)
    return (*models, *newest_first, *files, *thrown)


def file_entry(path: Path, kind: Kind) -> Entry:
    """The entry of one checkpoint file; a bad one says what is wrong with it."""
    try:
        header = read_header(path)
        stat = path.stat()
    except StudioError as error:
        return Entry(str(path), path.stem, kind, None, problem=str(error))
    return Entry(str(path), header.name, kind, header, bytes=stat.st_size, modified=stat.st_mtime)


def run_entry(path: Path) -> Entry:
    """The entry of one run folder."""
    status, newest = read_status(path), newest_weights(path)
    header, problem = None, ""
    if newest is not None:
        try:
            header = read_header(newest)
        except StudioError as error:
            problem = str(error)
    modified = status.heartbeat if status else path.stat().st_mtime
    size = status.disk_bytes if status and status.disk_bytes else disk_bytes(path)
    name = status.name if status else header.name if header else path.name
    return Entry(str(path), name, "run", header, status, problem, size, modified)


def matching(entries: Iterable[Entry], words: str) -> tuple[Entry, ...]:
    """The entries in whose name, family or data every word occurs."""
    wanted = words.lower().split()

    def text(entry: Entry) -> str:
        header = entry.header
        parts = [entry.name, *((header.family_title, header.data.name) if header else ())]
        return " ".join(parts).lower()

    return tuple(entry for entry in entries if all(word in text(entry) for word in wanted))


def move_to_trash(entry: Entry, trash: Path) -> Path:
    """Move an entry's file or folder to the trash, under a name that is free; returns where it lies now."""
    path = Path(entry.key)
    trash.mkdir(parents=True, exist_ok=True)
    target = free_name(trash / path.name)
    shutil.move(path, target)
    return target


def restore_from_trash(entry: Entry, folder: Path) -> Path:
    """Bring something back from the trash to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    target = free_name(folder / Path(entry.key).name)
    shutil.move(entry.key, target)
    return target


def free_name(path: Path) -> Path:
    """The path itself, or with the first number behind it that is free: run, run-2, run-3 …"""
    candidate, number = path, 2
    while candidate.exists():
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return candidate


def age_text(then: float, now: float | None = None) -> str:
    """When something was made, in words: "just now", "5 min ago", "today", "3 days ago", "18 Nov"."""
    seconds = (time.time() if now is None else now) - then
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    if seconds < 86_400:
        return f"{int(seconds // 3600)} h ago"
    if seconds < 7 * 86_400:
        days = int(seconds // 86_400)
        return "yesterday" if days == 1 else f"{days} days ago"
    day = time.localtime(then)
    return f"{day.tm_mday} {time.strftime('%b', day)}"


def size_text(n_bytes: float) -> str:
    """A size on disk in words: "2.2 MB"."""
    for unit in ("B", "kB", "MB"):
        if n_bytes < 1000:
            return f"{n_bytes:.0f} {unit}" if unit == "B" or n_bytes >= 10 else f"{n_bytes:.1f} {unit}"
        n_bytes /= 1000
    return f"{n_bytes:.1f} GB"


def _run_folders(runs: Path) -> list[Path]:
    return [path.parent for path in runs.glob(f"*/{RECIPE}")] if runs.is_dir() else []


def _any_entry(path: Path) -> Entry:
    return run_entry(path) if path.is_dir() else file_entry(path, "file")
