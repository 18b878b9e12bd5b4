"""What a side can be set to: models, moments and codes, as the options of its lists."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from latent_studio.app.comparing.moments import Moment, moments_of
from latent_studio.app.comparing.sides import Side
from latent_studio.app.disk_work import DiskWork
from latent_studio.app.live_runs import LiveRuns
from latent_studio.app.session import Session
from latent_studio.app.shelf import Shelf
from latent_studio.app.widgets.choice import Option
from latent_studio.core.latent import LatentSpace
from latent_studio.studio.captions import family_line, space_text
from latent_studio.views.comparing import alike

CURRENT, KEPT, HOLD, FAVOURITE = "current", "kept", "hold", "favourite "


class SideChoices(QObject):
    """Signals:
    changed(): there are other models, or other moments of a run.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._shelf, self._live = Shelf.of(session), LiveRuns.of(session)
        self._disk = DiskWork(session, "moments", self)
        self._moments: dict[str, tuple[Moment, ...]] = {}
        self._shelf.changed.connect(self.changed)

    def look(self, *keys: str) -> None:
        """See which moments these models have (none, where one is no run)."""
        for key in {key for key in keys if key and not key.endswith(".safetensors")}:
            self._disk.ask(partial(moments_of, Path(key)), partial(self._found, key), slot=key)

    def _found(self, key: str, found: tuple[Moment, ...]) -> None:
        if self._moments.get(key, ()) != found:
            self._moments[key] = found
            self.changed.emit()

    def models(self, side: Side) -> tuple[list[Option], str]:
        """The models of this machine, the open one first, and which of them the side has."""
        model = self._session.document.model
        open_key, open_name = ("", "") if model is None else (model.key, model.name)
        options = [Option("", open_name, tooltip="The open model, whichever that is")]
        options += [
            Option(entry.key, entry.name, family_line(entry), reason=entry.problem)
            for entry in self._shelf.entries
            if entry.kind != "trash" and entry.key != open_key
            if entry.can_open or entry.problem or self._live.get(entry.key) is not None
        ]
        current = "" if side.model == open_key else side.model
        if all(option.key != current for option in options):
            options.append(Option(current, Path(current).stem, current))
        return options, current

    def moments(self, side: Side) -> tuple[list[Option], str]:
        """The moments of the side's run; none where it shows a file."""
        model = self._session.document.model
        base = side.model or ("" if model is None else model.key)
        found = self._moments.get(base, ())
        is_live = self._live.get(base) is not None
        options = [Option(m.path, "live" if is_live and not m.path else m.title) for m in found]
        if is_live and not options:
            options = [Option("", "live")]
        if side.moment and all(option.key != side.moment for option in options):
            options.append(Option(side.moment, Path(side.moment).parts[0], reason="It is no longer there"))
        return options, side.moment

    def codes(self, side: Side, space: LatentSpace, open_space: LatentSpace) -> tuple[list[Option], str]:
        """The codes that the side can show, and which it has."""
        follows = alike(space, open_space)
        reason = "" if follows else f"The sliders move {space_text(open_space)}, this model takes {space_text(space)}"
        options = [Option(CURRENT, "Current", tooltip="The current code, that of the sliders", reason=reason)]
        has_own = side.code is not None and len(side.code) == space.dim
        if has_own or not follows:
            options.append(Option(KEPT, side.caption or "Its own"))
        else:
            options.append(Option(HOLD, "Hold this one", tooltip="Keep what is shown as a code of its own"))
        options += [
            Option(f"{FAVOURITE}{place}", kept.name or f"favourite {place + 1}", tooltip=kept.model.name, icon="heart")
            for place, kept in enumerate(self._session.document.favourites)
            if len(kept.code) == space.dim
        ]
        return options, KEPT if has_own or not follows else CURRENT
