"""Downloads a set: from the first mirror that answers, going on where it was interrupted, checked before it counts.

Files end in `.part` until all of a set are here and checked, so a half set is never taken for a whole one.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import time
import zlib
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Done, Event, Progress, Warned
from latent_studio.core.files import said_plainly, sync_file, sync_folder, write_file
from latent_studio.data.downloads import ORIGIN, PART, Download, RemoteFile, default_folder
from latent_studio.data.transfer import TIMEOUT_S, Ended, Head, Transfer, is_address

N_TRIES = 3
"""How often in a row a mirror may break off without having sent anything new before the next one is asked."""
WAIT_S = 0.03
"""The longest that a step of the generator waits for the network."""
_PIECE_BYTES = 256 << 10
_LONGEST_STEP_S = 1.0
"""Whoever asks for the next step later than that has paused."""

Events = Generator[Event, None, None]


def fetch(
    entry: Download, folder: Path | None = None, mirrors: Sequence[str] = (), timeout_s: float = TIMEOUT_S
) -> Generator[Event, None, None]:
    """Yields Progress (in bytes), Warned where a mirror fails, and Done(result={"name", "source", "path", "n_bytes"}).

    folder: None is the place where the set is found by its name.  mirrors: instead of the set's own.
    Not asking for more pauses, closing stops; either way what has come stays and the next call goes on from there.
    Files that are here already and have the right content are not asked for. StudioError where no mirror gives them,
    and on a full disk.
    """
    folder = folder or default_folder(entry)
    mirrors = [mirror if mirror.endswith("/") else f"{mirror}/" for mirror in mirrors or entry.mirrors]
    for mirror in mirrors:
        if not is_address(mirror):
            raise StudioError(
                f"{mirror} is no address to download from: give one that begins with https:// or http://."
            )
    with said_plainly(folder):
        folder.mkdir(parents=True, exist_ok=True)
        run = _Fetching(entry, folder, mirrors, timeout_s)
        for file in entry.files:
            yield from run.get(file)
        run.put_in_place()
    path = str(folder.absolute())
    yield Done(
        f"{entry.title.split(':')[0]} is here: {path}",
        {"name": entry.name, "source": entry.source, "path": path, "n_bytes": entry.n_bytes},
    )


@dataclass
class _Fetching:
    """One call of `fetch`. n_done: bytes of the files that are whole.  n_new: bytes that came over the network.
    active_s: spent so far, without pauses."""

    entry: Download
    folder: Path
    mirrors: Sequence[str]
    timeout_s: float
    n_done: int = 0
    n_new: int = 0
    active_s: float = 0.0
    last_s: float = field(default_factory=time.monotonic)

    def get(self, file: RemoteFile) -> Events:
        """Have the file whole, under its name or still with the ending."""
        path, part = self.folder / file.name, self._part(file)
        if (yield from self._is_right(path, file)):
            part.unlink(missing_ok=True)  # of an earlier download: it must not take the place of what is right
        elif not (yield from self._is_right(part, file)):
            if path.exists():
                yield Warned(f"{path.name} here is not the published one and will be replaced.")
            self._refuse_full_disk()
            yield from self._get_from_mirrors(file, part)
        self.n_done += file.n_bytes
        yield self._progress(0, "")

    def put_in_place(self) -> None:
        """Give all files their names."""
        for file in self.entry.files:
            part = self._part(file)
            if part.exists():
                sync_file(part)
                part.replace(self.folder / file.name)
            _origin(part).unlink(missing_ok=True)
        sync_folder(self.folder)

    # ------------------------------------------------------------------------------------------------- one file

    def _get_from_mirrors(self, file: RemoteFile, part: Path) -> Events:
        reasons = []
        for mirror in self.mirrors:
            reason = yield from self._get_right_from(mirror + file.name, file, part)
            if not reason:
                return
            reasons.append(f"{_host(mirror)}: {reason}")
            if mirror != self.mirrors[-1]:
                yield Warned(f"{reasons[-1]}; the next mirror is asked.")
        kept = " What has come so far is kept." if self.n_done or _size(part) else ""
        raise StudioError(
            f"{file.name} could not be downloaded ({'; '.join(reasons)}).{kept} "
            "Try again later, or put the file into the folder yourself."
        )

    def _get_right_from(self, url: str, file: RemoteFile, part: Path) -> Generator[Event, None, str]:
        """Ask one mirror; returns why the right file is not here, or "". A wrong one is thrown away and, where some of
        it was here before, asked for once more from its beginning."""
        had_some = True
        while had_some:
            had_some = _size(part) > 0
            if reason := (yield from self._get_from(url, file, part)):
                return reason
            if (yield from self._is_right(part, file)):
                return ""
            part.unlink()
        return "it sends a damaged or another file"

    def _get_from(self, url: str, file: RemoteFile, part: Path) -> Generator[Event, None, str]:
        """Ask one mirror until the file has its length; returns why it has not, or ""."""
        n_tries, reason = 0, ""
        while n_tries < N_TRIES:
            before = _size(part)
            ended = yield from self._transfer(url, file, part)
            if _size(part) == file.n_bytes:
                return ""
            if ended.is_refusal:
                return ended.reason
            n_tries = 0 if _size(part) > before else n_tries + 1
            reason = ended.reason or "the connection broke off"
        return reason

    def _transfer(self, url: str, file: RemoteFile, part: Path) -> Generator[Event, None, Ended]:
        """One connection: writes what comes behind what is here."""
        start = _size(part)
        if start >= file.n_bytes:
            part.unlink()
            start = 0
        with (
            closing(Transfer(url, start, _validator(part, url), self.timeout_s)) as transfer,
            part.open("r+b" if start else "wb") as out,
        ):
            while True:
                came = transfer.next(WAIT_S)
                match came:
                    case Head():
                        if came.n_bytes not in (None, file.n_bytes) or came.start not in (0, start):
                            return Ended("its file has another length than the published one", is_refusal=True)
                        out.seek(came.start)
                        out.truncate()
                        write_file(_origin(part), json.dumps({"url": url, "validator": came.validator}), sync=False)
                    case bytes():
                        if out.tell() + len(came) > file.n_bytes:
                            out.truncate(0)
                            return Ended("its file is longer than the published one", is_refusal=True)
                        out.write(came)
                        self.n_new += len(came)
                    case Ended():
                        return came
                yield self._progress(out.tell(), f"{file.name} from {_host(url)}")

    def _is_right(self, path: Path, file: RemoteFile) -> Generator[Event, None, bool]:
        """Whether a file is the published one, by length and digest."""
        if _size(path) != file.n_bytes:
            return False
        digest = hashlib.sha256()
        try:
            with gzip.open(path) if file.is_of_content else path.open("rb") as content:
                while piece := content.read(_PIECE_BYTES):
                    digest.update(piece)
                    yield self._progress(file.n_bytes, f"checking {file.name}")
        except (gzip.BadGzipFile, EOFError, zlib.error):
            return False
        return digest.hexdigest() == file.sha256

    # ------------------------------------------------------------------------------------------------- bookkeeping

    def _part(self, file: RemoteFile) -> Path:
        return self.folder / f"{file.name}{PART}"

    def _refuse_full_disk(self) -> None:
        here = sum(max(_size(self._part(file)), _size(self.folder / file.name)) for file in self.entry.files)
        missing = self.entry.n_bytes - here - shutil.disk_usage(self.folder).free
        if missing > 0:
            raise StudioError(
                f"The disk is full: {self.entry.name} needs {missing / 1e6:.0f} MB more than is free in {self.folder}; "
                "free some room or choose another folder."
            )

    def _progress(self, n_of_file: int, text: str) -> Progress:
        now = time.monotonic()
        self.active_s += min(now - self.last_s, _LONGEST_STEP_S)
        self.last_s = now
        done, total = self.n_done + n_of_file, self.entry.n_bytes
        left = (total - done) * self.active_s / self.n_new if self.n_new and self.active_s > 1 else None
        return Progress(done, total, "bytes", left, text)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _origin(part: Path) -> Path:
    """Beside a part: where it came from, so that a file that has changed there since is not glued to it."""
    return part.with_name(f".{part.name}{ORIGIN}")


def _validator(part: Path, url: str) -> str:
    """Of what is here, "" where it came from another mirror."""
    try:
        origin = json.loads(_origin(part).read_text())
        return str(origin["validator"]) if origin["url"] == url else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]
