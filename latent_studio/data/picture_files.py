"""The files of a folder or of a zip, read alike. Nothing of a zip is ever unpacked to the disk."""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from latent_studio.core.errors import StudioError

LARGEST_FILE_BYTES = 512 << 20
"""No picture is larger; what claims to be is not read."""

UNREADABLE = (OSError, RuntimeError, zipfile.BadZipFile, zlib.error, EOFError)
"""What reading a file can raise: forbidden, vanished, or a damaged, encrypted or strangely packed member of a zip."""


class PictureFiles(Protocol):
    """names: relative paths with slashes, sorted; hidden files and what systems put beside them are left out.
    stamp: changes when a file does."""

    names: list[str]
    stamp: object

    def read(self, name: str) -> bytes:
        """The content of a file; one of UNREADABLE where that does not work."""


@contextmanager
def opened_files(path: Path) -> Iterator[PictureFiles]:
    """A folder or zip; StudioError where a file is no zip."""
    if path.is_dir():
        yield _Folder(path)
        return
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        raise StudioError(f"{path.name} is no whole zip file: copy or download it again, or choose a folder.") from None
    with archive:
        yield _Zip(archive, path)


def any_file(path: Path, is_wanted: Callable[[str], bool]) -> bool:
    """Whether a folder or zip has such a file; False for what is neither."""
    if path.is_dir():
        return any(is_wanted(name) for name, _, _ in _regular_files(path))
    try:
        with opened_files(path) as files:
            return any(is_wanted(name) for name in files.names)
    except StudioError:
        return False


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root
        states = sorted(_regular_files(root))
        self.names = [name for name, _, _ in states]
        self.stamp: object = (str(root.resolve()), states)

    def read(self, name: str) -> bytes:
        path = self._root / name
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise OSError("the file is too large")
        return path.read_bytes()


class _Zip:
    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self._archive = archive
        members = {info.filename.replace("\\", "/"): info for info in archive.infolist() if not info.is_dir()}
        self._members = {name: info for name, info in members.items() if not _is_hidden(name)}
        self.names = sorted(self._members)
        self.stamp: object = (str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns)

    def read(self, name: str) -> bytes:
        info = self._members[name]
        if info.file_size > LARGEST_FILE_BYTES:
            raise OSError("the file is too large")
        return self._archive.read(info)


def _regular_files(root: Path) -> Iterator[tuple[str, int, int]]:
    """Name, size and time of each file; pipes and sockets would block whoever reads them."""
    for directory, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        for name in names:
            path = Path(directory) / name
            if _is_hidden(name) or not path.exists():  # a link that leads nowhere
                continue
            state = path.stat()
            if stat.S_ISREG(state.st_mode):
                yield path.relative_to(root).as_posix(), state.st_size, state.st_mtime_ns


def _is_hidden(name: str) -> bool:
    return any(part == "__MACOSX" or (part.startswith(".") and part != "..") for part in name.split("/"))
