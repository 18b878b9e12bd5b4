"""Short paths in recipes are found on every machine that keeps the data somewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from latent_studio import data
from latent_studio.data.places import find, travelling


def test_a_relative_path_is_looked_for_in_the_data_folders(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LATENT_STUDIO_DATA", str(tmp_path / "shared"))
    assert find("set.npz") == Path("set.npz")
    for folder in (home / "data", tmp_path / "shared", tmp_path):  # each is preferred to those before it
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / "set.npz", images=np.zeros((2, 4, 4), np.uint8))
        assert find("set.npz").resolve() == folder / "set.npz"
        assert data.detect("set.npz") == "npz"
        assert len(data.load("npz", "set.npz").pixels) == 2


def test_an_absolute_path_is_taken_as_it_is(tmp_path: Path) -> None:
    assert find(tmp_path / "nothing") == tmp_path / "nothing"


def test_what_travels_tells_the_path_below_the_data_folders_and_nobodys_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LATENT_STUDIO_DATA", str(tmp_path))
    assert travelling(tmp_path / "fruit" / "set.zip") == str(Path("fruit") / "set.zip")
    assert travelling("fruit/set.zip") == "fruit/set.zip"
    assert travelling(Path(tmp_path.anchor) / "somebody" / "set.zip") == "set.zip"
    assert travelling("") == ""
