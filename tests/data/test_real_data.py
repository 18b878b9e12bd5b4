"""The real sets, where they are on this machine: shapes, counts and published checksums."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from latent_studio import data


def place(data_dir: Path, name: str) -> Path:
    path = data_dir / name
    if not path.exists():
        pytest.skip(f"needs {name} in the folder of real data")
    return path


def test_mnist_is_the_published_one(data_dir: Path) -> None:
    images = data.load("idx", place(data_dir, "mnist"))
    assert images.name == "MNIST"
    assert (images.image_shape, images.n_train, images.n_test) == ((1, 28, 28), 60_000, 10_000)
    assert images.label_names == tuple("0123456789")
    header = bytes([0, 0, 8, 3, 0, 0, 0xEA, 0x60, 0, 0, 0, 28, 0, 0, 0, 28])
    train = hashlib.md5(header + images.pixels[images.train].tobytes(), usedforsecurity=False)
    assert train.hexdigest() == "6bbc9ace898e44ae57da46a324031adb"  # of the unpacked train-images-idx3-ubyte
    assert images.labels is not None
    assert list(images.labels[:10]) == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]


def test_fashion_mnist_is_known_with_its_classes(data_dir: Path) -> None:
    images = data.load("idx", place(data_dir, "fashion-mnist"))
    assert images.name == "Fashion-MNIST"
    assert images.licence.startswith("MIT")
    assert images.labels is not None
    assert images.label_names[images.labels[0]] == "Ankle boot"
    assert np.array_equal(np.bincount(images.labels[images.train]), [6000] * 10)


def test_noto_emoji_has_groups_as_labels_and_skin_tones_as_attribute(data_dir: Path) -> None:
    images = data.load("npz", place(data_dir, "noto-emoji/noto_emoji_64.npz"))
    assert (images.image_shape, len(images.pixels)) == ((3, 64, 64), 3583)
    assert images.labels is not None
    counts = dict(zip(images.label_names, np.bincount(images.labels), strict=True))
    assert (counts["People"], counts["Flags"]) == (1940, 8)
    assert set(images.attributes) == {"skin_tone", "gender_sign", "zwj_sequence"}
    assert (images.attributes["skin_tone"] == 0).sum() == 1688


def test_the_zip_of_noto_emoji_holds_the_same_pictures_as_the_npz(data_dir: Path) -> None:
    archive = data.load("folder", place(data_dir, "noto-emoji/noto_emoji_64_png.zip"))
    arrays = data.load("npz", place(data_dir, "noto-emoji/noto_emoji_64.npz"))
    assert sorted(map(bytes, archive.pixels)) == sorted(map(bytes, arrays.pixels))
    assert archive.n_skipped == 0


def test_fruits_keep_their_split_classes_and_frames(data_dir: Path) -> None:
    images = data.load("folder", place(data_dir, "fruits360-3body/fruits360_3body_100px_every10th.zip"), size=32)
    assert (images.image_shape, images.n_train, images.n_test) == ((3, 32, 32), 3589, 1394)
    assert images.label_names == ("Apple", "Cherry", "Tomato")
    assert images.labels is not None
    assert np.array_equal(images.labels, images.attributes["class_id"])
    assert set(images.attributes["frame"] % 10) == {0}
    assert len(images.attribute_names["variety"]) == 67
    assert set(images.only("variety=Apple 5").column("variety")) == {"Apple 5"}
    assert images.licence == "CC BY-SA 4.0"
