"""Finding sources: a new file is a new source, and mistakes get a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latent_studio import data
from latent_studio.core.errors import StudioError

STRIPES = """
import numpy as np
from pydantic import Field
from latent_studio.data import ImageSet
from latent_studio.data.source import Source, SourceOptions

class Options(SourceOptions):
    n: int = Field(default=5, ge=1, title="Pictures", description="How many.")

def load(options):
    pixels = np.zeros((options.n, 1, 4, 4), np.uint8)
    return ImageSet("Stripes", pixels, None, (), {}, options.n, "CC0", "")

SOURCE = Source("stripes", "Stripes", "Black stripes on black.", Options, load)
"""


@pytest.fixture
def stripes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with one more source, as a person would add it."""
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "stripes.py").write_text(STRIPES)
    monkeypatch.setattr(data, "__path__", [*data.__path__, str(tmp_path / "more")])


def test_the_sources_are_those_of_the_folder() -> None:
    named = [source.name for source in data.sources()]
    assert named == ["celeba", "cifar", "digits", "folder", "gaussians", "idx", "moons", "npz"]
    assert [source.name for source in data.sources() if source.needs_path] == [
        "celeba",
        "cifar",
        "folder",
        "idx",
        "npz",
    ]


def test_every_source_is_named_like_its_file_and_tells_its_options_as_json() -> None:
    for source in data.sources():
        assert (Path(data.__path__[0]) / f"{source.name}.py").is_file()
        properties = json.loads(json.dumps(source.schema))["properties"]
        assert "size" in properties
        assert "path" not in properties
        assert all({"title", "description"} <= set(told) for told in properties.values())


@pytest.mark.usefixtures("stripes")
def test_a_new_file_is_a_new_source() -> None:
    assert "stripes" in [source.name for source in data.sources()]
    assert len(data.load("stripes", n=3).pixels) == 3
    with pytest.raises(StudioError, match='did you mean "stripes"'):
        data.load("stripe")


@pytest.mark.parametrize(
    ("source", "options", "sentence"),
    [
        ("mnist", {}, 'no data source "mnist"'),
        ("digit", {}, 'did you mean "digits"'),
        ("image_set", {}, 'no data source "image_set"'),
        ("digits", {"sise": 3}, 'sise: is not known; did you mean "size"'),
        ("digits", {"size": 1}, "size: 1 does not fit"),
        ("moons", {"n": "many"}, "n: 'many' does not fit"),
        ("idx", {}, "needs a path"),
        ("digits", {"path": "/somewhere"}, "reads no path"),
        ("folder", {"path": "/no/such/folder"}, "is not there"),
        ("folder", {"path": "/", "channels": "gray"}, "channels: 'gray' does not fit"),
    ],
)
def test_a_mistake_gets_one_sentence(source: str, options: dict[str, object], sentence: str) -> None:
    with pytest.raises(StudioError, match=sentence) as told:
        data.load(source, **options)  # type: ignore[arg-type]
    assert str(told.value).endswith((".", "?"))


def test_a_folder_where_a_file_is_needed_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="is a folder"):
        data.load("npz", tmp_path)


def test_what_lies_at_a_path_is_recognised(tmp_path: Path) -> None:
    picture = tmp_path / "photos" / "holiday" / "1.png"
    picture.parent.mkdir(parents=True)
    Image.new("L", (4, 4)).save(picture)
    idx = tmp_path / "numbers" / "train-images-idx3-ubyte"
    idx.parent.mkdir()
    idx.write_bytes(bytes([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 5]))
    np.savez(tmp_path / "arrays.npz", images=np.zeros((2, 4, 4), np.uint8))
    (tmp_path / "renamed.bin").write_bytes(idx.read_bytes())
    found = {path: data.detect(tmp_path / path) for path in ("photos", "numbers", "arrays.npz", "renamed.bin")}
    assert found == {"photos": "folder", "numbers": "idx", "arrays.npz": "npz", "renamed.bin": "idx"}
    for path, source in found.items():
        data.load(source, tmp_path / path)


def test_what_no_source_reads_is_told(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing to see")
    for path in (tmp_path, tmp_path / "notes.txt"):
        with pytest.raises(StudioError, match="No pictures were found"):
            data.detect(path)
    with pytest.raises(StudioError, match="is not there"):
        data.detect(tmp_path / "gone")
