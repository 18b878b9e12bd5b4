"""Files that are never seen half-written: a temporary name, fsync, then a rename."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from latent_studio.core.errors import StudioError

TEMPORARY = ".tmp-"
"""Prefix of what is still being written; leftovers of a crash carry it and may be removed."""


def home() -> Path:
    """Where this user's runs, documents and settings lie: LATENT_STUDIO_HOME, else the system's data folder."""
    import platformdirs

    chosen = os.environ.get("LATENT_STUDIO_HOME")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("latent-studio", appauthor=False))


def write_file(path: Path, content: bytes | str, sync: bool = True) -> None:
    """Replace `path` by `content`; a crash leaves the old file or the new one, never a mixture.

    Without `sync` (a heartbeat) a power cut may still lose the newest version, a crash of the program may not.
    """
    with said_plainly(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}")
        try:
            with temporary.open("wb") as file:
                file.write(content.encode() if isinstance(content, str) else content)
                if sync:
                    file.flush()
                    os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        if sync:
            sync_folder(path.parent)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder to fill, renamed to `path` when the block ends well and removed when it fails."""
    with said_plainly(path):
        temporary = path.with_name(f"{TEMPORARY}{path.name}")
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        try:
            yield temporary
            for file in temporary.iterdir():
                sync_file(file)
            sync_folder(temporary)
            if path.exists():
                shutil.rmtree(path)
            temporary.rename(path)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
        sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Have the disk hold what was written to the file."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Have the disk hold the folder's names; Windows cannot open a folder and needs no such thing."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def said_plainly(path: Path) -> Iterator[None]:
    """Turns a full disk, a forbidden folder or an occupied name into a StudioError."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StudioError(
                f"The disk is full: {path} was not written and what was saved before is whole; free some room."
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise StudioError(f"{path} may not be written: choose another folder or change its rights.") from error
        if error.errno in (errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY):
            raise StudioError(f"{path} is taken by another file or folder: choose another name.") from error
        raise


def disk_bytes(folder: Path) -> int:
    """The size of all files below `folder`; a file that vanishes meanwhile counts nothing."""
    total = 0
    for directory, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(directory) / name).stat().st_size
            except FileNotFoundError:
                continue
    return total
