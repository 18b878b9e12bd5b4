"""The digits that scikit-learn carries, without importing it."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from latent_studio import data
from latent_studio.core.errors import StudioError


def test_they_are_the_digits_of_scikit_learn_in_a_fixed_shuffle() -> None:
    from sklearn.datasets import load_digits

    images = data.load("digits")
    original = load_digits()
    assert images.labels is not None
    ours = sorted(zip(map(bytes, images.pixels), images.labels.tolist(), strict=True))
    scaled = np.round(original.images * 255 / 16).astype(np.uint8)
    theirs = sorted(zip(map(bytes, scaled), original.target.tolist(), strict=True))
    assert ours == theirs
    assert images.pixels.max() == 255
    assert (images.image_shape, images.n_train, images.n_test) == ((1, 8, 8), 1437, 360)
    assert images.label_names == tuple("0123456789")


def test_the_split_never_changes() -> None:
    digest = "48b0858c24ae0a0f6d901e6d82e9de9c5a37119378ab48246a8ca06470039067"
    assert data.load("digits").content_digest() == digest


def test_every_digit_is_in_both_parts() -> None:
    images = data.load("digits")
    assert images.labels is not None
    for part in (images.train, images.test):
        assert np.bincount(images.labels[part]).min() > 0.07 * len(images.labels[part])


def test_another_size_is_resized() -> None:
    assert data.load("digits", size=16).image_shape == (1, 16, 16)


def test_loading_them_imports_neither_scikit_learn_nor_pillow_nor_torch() -> None:
    code = (
        "import sys; from latent_studio import data; data.sources(); data.load('digits'); data.load('moons', n=10); "
        "print([m for m in ('sklearn', 'PIL', 'torch', 'PySide6') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_without_scikit_learn_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(StudioError, match="scikit-learn, which is missing"):
        data.load("digits")
