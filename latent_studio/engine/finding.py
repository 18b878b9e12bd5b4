"""What sets of pictures lie in the data folders of this machine. For the disk lane."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from latent_studio.core.errors import StudioError
from latent_studio.data.catalogue import detect
from latent_studio.data.downloads import is_partial
from latent_studio.data.places import find, folders

MOST_PLACES = 200
"""So many files and folders are looked into; a folder with more is somebody's archive."""
_PACKED = frozenset({".npz", ".zip", ".gz"})


@dataclass(frozen=True)
class FoundSet:
    """A set and how a recipe names it. path: short where every machine finds it by that, "" for what needs none."""

    title: str
    source: str
    path: str
    n_bytes: int = 0


def found_set(path: Path, source: str = "") -> FoundSet:
    """The set at a path; StudioError where there is none."""
    source = source or detect(path)
    title = path.name if path.is_dir() else path.name.split(".")[0]
    return FoundSet(title, source, _named(path), _bytes(path))


def find_sets() -> tuple[FoundSet, ...]:
    """The sets in the data folders, one folder deep: a folder that is one, or the files and folders in it that are."""
    found: dict[str, FoundSet] = {}
    for root in folders():
        for place in _entries(root):
            for candidate in (place, *_entries(place)):
                known = _recognised(candidate)
                if known is not None:
                    found.setdefault(known.path, known)
                    if candidate == place:
                        break
    return tuple(found.values())


def _entries(folder: Path) -> Iterator[Path]:
    try:
        names = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
        yield from [path for path in names[:MOST_PLACES] if path.is_dir() or path.suffix in _PACKED]
    except OSError:  # a file, nothing at all, or another's folder, which hides no set of those that may be read
        return


def _recognised(place: Path) -> FoundSet | None:
    if is_partial(place):  # a download that was interrupted is offered as such
        return None
    try:
        return found_set(place)
    except (StudioError, OSError):
        return None


def _named(path: Path) -> str:
    """The shortest name that `places.find` finds it by."""
    for root in folders():
        if path.is_relative_to(root):
            short = path.relative_to(root)
            if not short.exists() and find(short) == path:
                return short.as_posix()
    return str(path)


def _bytes(path: Path) -> int:
    files = [path] if path.is_file() else list(path.iterdir())[:10_000]
    return sum(file.stat().st_size for file in files if file.is_file())
