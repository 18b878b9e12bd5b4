"""What the window remembers from one day to the next: where it stood, how it looked, what was open."""

from __future__ import annotations

import logging
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from latent_studio.app.theme import ThemeName
from latent_studio.engine.errands import WriteFile

log = logging.getLogger(__name__)


class Settings(BaseModel):
    """geometry: x, y, width, height in logical pixels.  located: name of a data set → where a person found it.

    recent: paths of models and documents, the newest first.
    """

    model_config = ConfigDict(frozen=True)

    theme: ThemeName = "system"
    geometry: tuple[int, int, int, int] | None = None
    is_maximized: bool = False
    model: str = ""
    opened_files: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()
    located: dict[str, str] = {}


def settings_path(home: Path) -> Path:
    return home / "settings.json"


def read_settings(home: Path) -> Settings:
    """What was remembered, or the defaults.

    The one file that is read on the window's thread: a few hundred bytes, needed before there is a window.
    """
    try:
        return Settings.model_validate_json(settings_path(home).read_bytes())
    except FileNotFoundError:
        return Settings()
    except (OSError, ValidationError) as error:
        log.warning("%s is not readable, defaults are taken: %s", settings_path(home), error)
        return Settings()


def write_settings(home: Path, settings: Settings) -> WriteFile:
    """The errand that remembers them."""
    return WriteFile(path=settings_path(home), content=settings.model_dump_json(indent=1) + "\n", slot="settings")
