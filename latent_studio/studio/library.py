"""The library: what lies in the folders of ready-made models and own runs. Read on the disk lane, shown as cards."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Pixels
from latent_studio.core.files import disk_bytes
from latent_studio.core.header import Header, read_header
from latent_studio.core.pictures import contact_sheet, picture_from_png
from latent_studio.core.runs import RECIPE, RunStatus, newest_weights, read_status
from latent_studio.studio.run_pictures import read_pictures

Kind = Literal["ready-made", "run", "file", "trash"]

N_COLUMNS, N_TILES = 4, 12
"""How the preview in a header is laid out."""


@dataclass(frozen=True)
class Entry:
    """A model or run on the disk.

    key: its path, the model key.  header: None for a run that saved nothing yet, or where `problem` says why not.
    picture: samples in four columns, (h, w) or (h, w, 3): the header's preview, of a run that saved nothing yet its
    newest ones; None where there are none.
    modified: when it was written last, seconds since 1970; of a run under way, when it was started.
    """

    key: str
    name: str
    kind: Kind
    header: Header | None
    status: RunStatus | None = None
    problem: str = ""
    bytes: int = 0
    modified: float = 0.0
    picture: Pixels | None = field(default=None, compare=False, repr=False)

    @property
    def can_open(self) -> bool:
        return self.header is not None

    @property
    def is_run(self) -> bool:
        """Whether it is a run's folder, in the trash too."""
        return self.kind == "run" or (self.kind == "trash" and not self.key.endswith(".safetensors"))

    @property
    def is_under_way(self) -> bool:
        """Whether somebody trains it now."""
        return self.status is not None and self.status.state in ("running", "paused")


@dataclass(frozen=True)
class Seen:
    """What a checkpoint file says of itself, or what is wrong with it."""

    header: Header | None
    problem: str = ""
    picture: Pixels | None = None


def see(path: Path) -> Seen:
    """Read a checkpoint's header and its preview."""
    try:
        header = read_header(path)
        return Seen(header, picture=preview_of(header))
    except StudioError as error:
        return Seen(None, str(error))


class SeenBefore:
    """`see` that reads a file only where it has changed: a library is looked at every other second."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[tuple[int, int], Seen]] = {}

    def __call__(self, path: Path) -> Seen:
        try:
            stat = path.stat()
        except OSError:
            return see(path)  # says what is wrong with it
        stamp = (stat.st_mtime_ns, stat.st_size)
        if self._seen.get(path, (None,))[0] != stamp:
            self._seen[path] = stamp, see(path)
        return self._seen[path][1]


def scan(
    ready_made: Path,
    runs: Path,
    trash: Path,
    opened_files: Iterable[str] = (),
    look: Callable[[Path], Seen] = see,
) -> tuple[Entry, ...]:
    """Everything there is: ready-made models in order of their names, runs newest first, opened files, the trash."""
    models = [file_entry(path, "ready-made", look) for path in sorted(ready_made.glob("*.safetensors"))]
    own = [run_entry(path, look) for path in _run_folders(runs)]
    files = [file_entry(Path(path), "file", look) for path in opened_files]
    thrown = [_thrown(path, look) for path in sorted(trash.glob("*")) if not path.name.startswith(".")]
    return (*models, *sorted(own, key=newest_first), *files, *thrown)


def newest_first(entry: Entry) -> tuple[bool, float]:
    """Sorts what is under way to the front, then by age."""
    return not entry.is_under_way, -entry.modified


def file_entry(path: Path, kind: Kind, look: Callable[[Path], Seen] = see) -> Entry:
    """The entry of one checkpoint file; a bad one says what is wrong with it."""
    seen = look(path)
    try:
        stat = path.stat()
    except OSError:
        return Entry(str(path), path.stem, kind, None, problem=seen.problem)
    name = seen.header.name if seen.header else path.stem
    return Entry(str(path), name, kind, seen.header, None, seen.problem, stat.st_size, stat.st_mtime, seen.picture)


def run_entry(path: Path, look: Callable[[Path], Seen] = see) -> Entry:
    """The entry of one run folder."""
    status, newest = read_status(path), newest_weights(path)
    seen = look(newest) if newest is not None else Seen(None)
    is_told_of = status is not None and status.state not in ("running", "paused")
    modified = status.heartbeat if status and is_told_of else _modified(path / RECIPE)
    size = status.disk_bytes if status and status.disk_bytes else disk_bytes(path)
    name = status.name if status else seen.header.name if seen.header else path.name
    picture = newest_samples(path) if newest is None else seen.picture
    return Entry(str(path), name, "run", seen.header, status, seen.problem, size, modified, picture)


def newest_samples(run: Path) -> Pixels | None:
    """The newest samples of a run, laid out like a header's preview."""
    samples = read_pictures(run).samples[:N_TILES]
    return contact_sheet(samples, N_COLUMNS) if samples else None


def preview_of(header: Header) -> Pixels | None:
    """The picture in a header; None where there is none or it is damaged."""
    if not header.preview:
        return None
    try:
        return picture_from_png(base64.b64decode(header.preview))
    except (ValueError, OSError):
        return None


def matching(entries: Iterable[Entry], words: str) -> tuple[Entry, ...]:
    """The entries in whose name, family or data every word occurs."""
    wanted = words.lower().split()

    def text(entry: Entry) -> str:
        header = entry.header
        parts = [entry.name, *((header.family_title, header.data.name) if header else ())]
        return " ".join(parts).lower()

    return tuple(entry for entry in entries if all(word in text(entry) for word in wanted))


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
    if n_bytes < 1000:
        return f"{n_bytes:.0f} B"
    for unit in ("kB", "MB", "GB"):
        n_bytes /= 1000
        if n_bytes < 999.5 or unit == "GB":
            break
    return f"{n_bytes:.1f} {unit}" if n_bytes < 9.95 else f"{n_bytes:.0f} {unit}"


def _run_folders(runs: Path) -> list[Path]:
    return [path.parent for path in runs.glob(f"*/{RECIPE}")] if runs.is_dir() else []


def _thrown(path: Path, look: Callable[[Path], Seen]) -> Entry:
    return replace(run_entry(path, look) if path.is_dir() else file_entry(path, "file", look), kind="trash")


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
