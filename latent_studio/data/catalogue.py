"""Finds the sources in the folder and loads from them: adding a source is adding one file."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from latent_studio.core.errors import StudioError, did_you_mean
from latent_studio.data.downloads import is_partial
from latent_studio.data.image_set import ImageSet
from latent_studio.data.pixel_store import at_once
from latent_studio.data.places import find

if TYPE_CHECKING:
    from latent_studio.data.source import Loading, Source, SourceInfo

_PACKAGE = "latent_studio.data"


def load(source: str, path: str | Path | None = None, size: int | None = None, **options: Any) -> ImageSet:
    """The pictures of a source, all at once; see `loading`."""
    return at_once(loading(source, path, size, **options))


def loading(source: str, path: str | Path | None = None, size: int | None = None, **options: Any) -> Loading:
    """The pictures of a source, telling the progress where they are many.

    path: for sources that read files.  size: side of the square pictures in pixels; None is the source's default.
    options: what the source declares.  StudioError on an unknown source or option and on files that cannot be read.
    """
    from latent_studio.core.schema import validated

    found = _source(source)
    values = dict(options)
    if size is not None:
        values["size"] = size
    if found.needs_path:
        if path is None or path == "":
            raise StudioError(f'The source "{source}" needs a path: choose the file or folder to read.')
        values["path"] = find(path)
    elif path:
        raise StudioError(f'The source "{source}" reads no path: leave it out, or choose {_path_sources()}.')
    checked = validated(found.options, values, where="data")
    if found.needs_path:
        _refuse_missing(path, values["path"])
    with _said_plainly(path):
        begun = found.load(checked)
        images = begun if isinstance(begun, ImageSet) else (yield from begun)
        images = images.labelled_by(checked.label_column) if checked.label_column else images
        return images.only(checked.only) if checked.only else images


def sources() -> tuple[SourceInfo, ...]:
    """All sources, by name."""
    from latent_studio.data.source import SourceInfo

    return tuple(
        SourceInfo(found.name, found.title, found.summary, found.needs_path, _schema(found)) for found in _all_sources()
    )


def detect(path: str | Path) -> str:
    """The name of the source that reads a file or folder; StudioError where none does."""
    place = find(path)
    _refuse_missing(path, place)
    with _said_plainly(path):
        claims = {found.name: found.claims(place) for found in _all_sources() if found.needs_path}
    best = max(sorted(claims), key=lambda name: claims[name])
    if claims[best] == 0:
        raise StudioError(
            f"No pictures were found in {place.name}: choose a folder or zip of images, MNIST-format IDX files "
            "or an .npz file."
        )
    return best


def _refuse_missing(path: str | Path | None, place: Path) -> None:
    if not place.exists():
        raise StudioError(f"{path} is not there: it was moved or deleted; choose it again.")
    if is_partial(place):
        raise StudioError(
            f"{place.name} is only partly downloaded: go on with `latent-studio data fetch {place.name}`."
        )


@contextmanager
def _said_plainly(path: str | Path | None) -> Iterator[None]:
    """Turns what the system says of a file into a StudioError."""
    try:
        yield
    except PermissionError as error:
        raise StudioError(f"{error.filename or path} may not be read: change its rights or copy it.") from error
    except IsADirectoryError as error:
        raise StudioError(f"{error.filename or path} is a folder: choose the file in it, or another source.") from error
    except OSError as error:
        raise StudioError(f"{error.filename or path} cannot be read ({error.strerror}): choose it again.") from error


def _source(name: str) -> Source:
    found = _declared(name) if name in _module_names() else None
    if found is None:
        raise StudioError(f'There is no data source "{name}": {did_you_mean(name, [s.name for s in _all_sources()])}')
    return found


def _all_sources() -> list[Source]:
    return [found for name in _module_names() if (found := _declared(name)) is not None]


def _module_names() -> list[str]:
    package = importlib.import_module(_PACKAGE)
    return sorted(module.name for module in pkgutil.iter_modules(package.__path__))


def _declared(name: str) -> Source | None:
    """The SOURCE of a file of the folder; None where the file is no source."""
    module = importlib.import_module(f"{_PACKAGE}.{name}")
    found: Source | None = getattr(module, "SOURCE", None)
    return found


def _path_sources() -> str:
    return " or ".join(f'"{found.name}"' for found in _all_sources() if found.needs_path)


def _schema(found: Source) -> dict[str, Any]:
    schema = found.options.model_json_schema()
    schema["properties"].pop("path", None)
    schema["required"] = [name for name in schema.get("required", []) if name != "path"]
    return schema
