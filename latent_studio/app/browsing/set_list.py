"""What stands in the list of sets: gathered from the sources, the data folders, the downloads and what was opened."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, Signal

from latent_studio.app.browsing.downloads import Downloads
from latent_studio.app.disk_work import DiskWork
from latent_studio.app.session import Session
from latent_studio.data import sources
from latent_studio.data.source import SourceInfo
from latent_studio.engine.finding import FoundSet, find_sets
from latent_studio.studio.data_list import DataRef, DataRow, fetching_line, here_line, key_of, remote_line, with_recent
from latent_studio.studio.training import duration_text

DOWNLOAD = "download:"


class SetList(QObject):
    """Signals:
    changed(): `rows` are others now.
    """

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.recent: tuple[DataRef, ...] = ()
        self._disk = DiskWork(session, "set list", self)
        self._downloads = Downloads.of(session)
        self._downloads.changed.connect(self.changed)
        self._built_in: list[SourceInfo] = []
        self._found: tuple[FoundSet, ...] = ()
        self._lines: dict[str, str] = {}

    def look(self) -> None:
        """See anew what there is."""
        self._downloads.look()
        self._disk.ask(sources, self._on_sources, slot="sources")
        self._disk.ask(find_sets, self._on_found, slot="found")

    def note(self, ref: DataRef, line: str) -> None:
        """A set was opened; `line` says what it holds."""
        self._lines[key_of(ref.source, ref.path)] = line
        self.recent = with_recent(self.recent, ref)
        self.changed.emit()

    def rows(self) -> list[DataRow]:
        """All rows, section by section."""
        return [*self._built_in_rows(), *self._recent_rows(), *self._here_rows(), *self._remote_rows()]

    def _built_in_rows(self) -> Iterator[DataRow]:
        for source in self._built_in:
            key = key_of(source.name, "")
            line = self._lines.get(key, source.summary)
            yield DataRow(key, "built in", source.title, line, DataRef(source.name))

    def _recent_rows(self) -> Iterator[DataRow]:
        """Those that lie in no data folder: the others have a row of their own already."""
        known = {(found.source, found.path) for found in self._found}
        for ref in self.recent:
            if (ref.source, ref.path) not in known:
                key = key_of(ref.source, ref.path)
                name = ref.path.rstrip("/").rsplit("/", 1)[-1]
                yield DataRow(key, "recent", name, self._lines.get(key, here_line(ref.source, 0)), ref)

    def _here_rows(self) -> Iterator[DataRow]:
        titles = {name: state.download.title.split(":")[0] for name, state in self._downloads.states.items()}
        for found in self._found:
            key = key_of(found.source, found.path)
            line = self._lines.get(key) or here_line(found.source, found.n_bytes)
            title = titles.get(found.path, found.title)
            yield DataRow(key, "here", title, line, DataRef(found.source, found.path))

    def _remote_rows(self) -> Iterator[DataRow]:
        for name, state in self._downloads.states.items():
            now = self._downloads.under_way.get(name)
            if state.path is not None and now is None:
                continue
            title, n_bytes = state.download.title.split(":")[0], state.download.n_bytes
            if now is None:
                yield DataRow(f"{DOWNLOAD}{name}", "remote", title, remote_line(n_bytes, state.n_here))
            else:
                left = "" if now.seconds_left is None else duration_text(now.seconds_left)
                line = fetching_line(now.n_done, now.n_total, left, now.is_held)
                share = now.n_done / max(1, now.n_total)
                yield DataRow(f"{DOWNLOAD}{name}", "remote", title, line, share=share, is_held=now.is_held)

    def _on_sources(self, found: tuple[SourceInfo, ...]) -> None:
        self._built_in = [source for source in found if not source.needs_path]
        self.changed.emit()

    def _on_found(self, found: tuple[FoundSet, ...]) -> None:
        self._found = found
        self.changed.emit()
