"""Sets in the data folders, named so that another machine finds them too; and pictures as a training sees them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from latent_studio.core.errors import StudioError
from latent_studio.data.downloads import ORIGIN, PART
from latent_studio.data.places import find
from latent_studio.engine.finding import find_sets, found_set
from latent_studio.engine.seeing import SeenPictures, SeePictures
from latent_studio.training.recipe import AugmentSection
from tests.data.conftest import idx_bytes

PIXELS = np.arange(6 * 8 * 8, dtype=np.uint8).reshape(6, 8, 8)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with an IDX set, a zip in a folder of its own, and things that are no sets."""
    root = tmp_path / "sets"
    (root / "tiny").mkdir(parents=True)
    (root / "tiny" / "train-images-idx3-ubyte").write_bytes(idx_bytes(PIXELS))
    (root / "packed").mkdir()
    np.savez(root / "packed" / "things.npz", images=PIXELS)
    (root / "packed" / "LICENSE").write_text("CC0")
    (root / "notes").mkdir()
    (root / "notes" / "a.txt").write_text("nothing")
    (root / ".hidden").mkdir()
    Image.fromarray(PIXELS[0]).save(root / ".hidden" / "a.png")
    monkeypatch.setenv("LATENT_STUDIO_DATA", str(root))
    return root


def test_sets_are_found_one_folder_deep_and_named_as_a_recipe_that_travels(root: Path) -> None:
    found = {one.path: one for one in find_sets()}
    assert sorted(found) == ["packed/things.npz", "tiny"]
    assert (found["tiny"].source, found["packed/things.npz"].source) == ("idx", "npz")
    assert found["packed/things.npz"].title == "things"
    assert found["tiny"].n_bytes == (root / "tiny" / "train-images-idx3-ubyte").stat().st_size
    for path in found:
        assert find(path).exists()


def test_a_folder_that_may_not_be_read_hides_no_other_set(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "lost+found").mkdir()
    real = Path.iterdir

    def forbidding(folder: Path) -> Iterator[Path]:
        if folder.name == "lost+found":
            raise PermissionError(13, "Permission denied", str(folder))
        return real(folder)

    monkeypatch.setattr(Path, "iterdir", forbidding)
    assert [one.path for one in find_sets()] == ["packed/things.npz", "tiny"]


def test_an_interrupted_download_is_no_set(root: Path) -> None:
    (root / "tiny" / f".train-labels-idx1-ubyte{PART}{ORIGIN}").write_text("{}")
    assert [one.path for one in find_sets()] == ["packed/things.npz"]


def test_without_a_data_folder_there_is_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LATENT_STUDIO_DATA", str(tmp_path / "nowhere"))
    assert find_sets() == ()


def test_a_set_elsewhere_keeps_its_whole_path_and_what_is_none_is_refused(root: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    Image.fromarray(PIXELS[0]).save(elsewhere / "a.png")
    assert (found_set(elsewhere).source, found_set(elsewhere).path) == ("folder", str(elsewhere))
    with pytest.raises(StudioError, match="No pictures"):
        found_set(root / "notes")


# --- pictures as a training sees them


@pytest.mark.parametrize("shape", [(5, 8, 8), (5, 8, 8, 3)])
def test_the_preview_shows_what_the_training_sees(shape: tuple[int, ...]) -> None:
    import torch

    from latent_studio.training.augmenting import augmented

    levels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    section = AugmentSection(mirror=True, shift=0.2, colour=0.3)
    (seen,) = SeePictures(pictures=tuple(levels), section=section, seed=3, draw=11).run()
    assert isinstance(seen, SeenPictures)
    image = torch.from_numpy(levels).float() / 255
    image = image[:, None] if levels.ndim == 3 else image.permute(0, 3, 1, 2)
    expected = (augmented(image, section, 3, 11) * 255).round().to(torch.uint8)
    for picture, wanted in zip(seen.pictures, expected, strict=True):
        assert np.array_equal(picture, wanted[0].numpy() if levels.ndim == 3 else wanted.permute(1, 2, 0).numpy())


def test_pictures_that_nothing_changes_come_back_as_they_are() -> None:
    pictures = tuple(PIXELS)
    (seen,) = SeePictures(pictures=pictures, section=AugmentSection(), seed=0, draw=0).run()
    assert seen.pictures is pictures
