"""NumPy files: arrays by name, read without ever running code."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latent_studio import data
from latent_studio.core.errors import StudioError

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (20, 6, 7), dtype=np.uint8)
COLOUR = RNG.integers(0, 256, (20, 6, 7, 3), dtype=np.uint8)


def saved(folder: Path, **arrays: Any) -> Path:
    np.savez_compressed(folder / "set.npz", **arrays)
    return folder / "set.npz"


def by_index(folder: Path, **arrays: Any) -> tuple[data.ImageSet, Any]:
    """The set, and the row of the file that each of its rows came from."""
    images = data.load("npz", saved(folder, **arrays, index=np.arange(20)))
    return images, images.attributes["index"]


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (GREY, GREY[:, None]),
        (COLOUR, COLOUR.transpose(0, 3, 1, 2)),
        (COLOUR.transpose(0, 3, 1, 2), COLOUR.transpose(0, 3, 1, 2)),
        (GREY[..., None], GREY[:, None]),
        (GREY / np.float32(255), GREY[:, None]),
        (GREY.astype(np.int64), GREY[:, None]),
        (np.asfortranarray(GREY), GREY[:, None]),
        (GREY > 99, 255 * (GREY > 99)[:, None]),
        ((GREY > 99).astype(np.uint8), 255 * (GREY > 99)[:, None]),
    ],
    ids=["grey", "channels last", "channels first", "one channel", "float", "int64", "fortran", "bool", "0 and 1"],
)
def test_every_layout_gives_the_same_pictures(tmp_path: Path, stored: Any, expected: Any) -> None:
    images, index = by_index(tmp_path, images=stored)
    assert np.array_equal(images.pixels, expected[index])
    assert (images.n_train, images.n_test) == (18, 2)
    assert sorted(index) == list(range(20))


def test_transparent_parts_are_white(tmp_path: Path) -> None:
    rgba = np.zeros((20, 4, 4, 4), np.uint8)
    rgba[:10, ..., 3] = 255
    images, index = by_index(tmp_path, images=rgba)
    assert (images.pixels[index < 10] == 0).all()
    assert (images.pixels[index >= 10] == 255).all()


def test_train_and_test_arrays_are_the_split_in_their_own_order(tmp_path: Path) -> None:
    labels = np.arange(20, dtype=np.uint8)[:, None] % 4 + 3
    arrays = {"x_train": COLOUR[:12], "x_test": COLOUR[12:], "y_train": labels[:12], "y_test": labels[12:]}
    images = data.load("npz", saved(tmp_path, **arrays))
    assert np.array_equal(images.pixels, COLOUR.transpose(0, 3, 1, 2))
    assert images.n_train == 12
    assert images.labels is not None
    assert np.array_equal(images.labels, labels[:, 0] - 3)
    assert images.label_names == ("3", "4", "5", "6")


def test_names_with_the_part_in_front_and_a_validation_part_are_read(tmp_path: Path) -> None:
    arrays = {"train_images": GREY[:10], "val_images": GREY[10:14], "test_images": GREY[14:]}
    images = data.load("npz", saved(tmp_path, **arrays))
    assert np.array_equal(images.pixels[:, 0], GREY)
    assert (images.n_train, images.n_test) == (10, 10)


def test_labels_take_their_names_and_words_are_labels_too(tmp_path: Path) -> None:
    codes = np.arange(20) % 3
    images, index = by_index(tmp_path, images=GREY, group=codes, group_names=np.array(["x", "y", "z"]))
    assert images.label_names == ("x", "y", "z")
    assert images.labels is not None
    assert np.array_equal(images.labels, codes[index])
    assert "group" not in images.attributes
    images, index = by_index(tmp_path, images=GREY, labels=np.array(["pear", "fig"])[codes % 2])
    assert images.label_names == ("fig", "pear")
    assert images.labels is not None
    assert np.array_equal(images.labels, 1 - codes[index] % 2)


def test_numbers_per_picture_are_attributes_and_file_names_are_not(tmp_path: Path) -> None:
    images, index = by_index(
        tmp_path,
        images=GREY,
        angle=np.linspace(0, 1, 20),
        factors=np.arange(40).reshape(20, 2),
        mood=np.array(["sad", "", "gay", "sad"] * 5),
        other_length=np.arange(7),
    )
    assert set(images.attributes) == {"index", "angle", "factors[0]", "factors[1]", "mood"}
    assert np.array_equal(images.attributes["factors[1]"], 2 * index + 1)
    assert np.array_equal(images.attributes["mood"], np.array([1, -1, 0, 1])[index % 4])
    assert images.attribute_names == {"mood": ("gay", "sad")}


def test_codes_with_names_beside_them_keep_the_names(tmp_path: Path) -> None:
    codes = np.arange(20) % 3
    names = np.array(["light", "middle", "dark"])
    images, index = by_index(tmp_path, images=GREY, labels=codes, tone=codes, tone_names=names)
    assert images.attribute_names == {"tone": ("light", "middle", "dark")}
    assert set(images.attributes) == {"index", "tone"}
    kept = data.load("npz", tmp_path / "set.npz", only="tone=dark, light")
    assert np.array_equal(kept.attributes["index"], index[codes[index] != 1])


def test_codes_without_a_name_are_told(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match='attribute "tone" go from 0 to 2 and have 1 names: give one name per code'):
        data.load("npz", saved(tmp_path, images=GREY, tone=np.arange(20) % 3, tone_names=np.array(["light"])))


def test_name_licence_and_citation_may_lie_in_the_file(tmp_path: Path) -> None:
    images = data.load("npz", saved(tmp_path, images=GREY, name="Mine", license="CC0", citation="me, 2024"))
    assert (images.name, images.licence, images.citation) == ("Mine", "CC0", "me, 2024")


def test_another_size_is_resized_and_cropped(tmp_path: Path) -> None:
    assert data.load("npz", saved(tmp_path, images=COLOUR), size=5).image_shape == (3, 5, 5)


@pytest.mark.parametrize("split", [False, True])
def test_a_set_larger_than_its_share_of_memory_is_mapped_and_equal(tmp_path: Path, split: bool) -> None:
    path = saved(tmp_path, **({"x_train": COLOUR[:9], "x_test": COLOUR[9:]} if split else {"images": COLOUR}))
    mapped = data.load("npz", path, memory_share=0)
    assert isinstance(mapped.pixels, np.memmap)
    assert mapped.content_digest() == data.load("npz", path).content_digest()


# ------------------------------------------------------------------------------------------------------ bad input


class Trap:
    """Unpickling it would be noticed."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("code in a data file was run",))


def test_objects_are_never_read(tmp_path: Path) -> None:
    objects = np.empty(20, object)
    objects[:] = [Trap() for _ in range(20)]
    with pytest.raises(StudioError, match=r'"images" in set\.npz holds Python objects'):
        data.load("npz", saved(tmp_path, images=objects))
    with pytest.raises(StudioError, match=r'"labels" in set\.npz holds Python objects'):
        data.load("npz", saved(tmp_path, images=GREY, labels=objects))
    assert "metadata" not in data.load("npz", saved(tmp_path, images=GREY, metadata=objects)).attributes


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"numbers": np.arange(3)}, "no array of pictures"),
        ({"images": np.arange(3)}, r"has the shape \(3,\)"),
        ({"images": GREY[:0]}, r"has the shape \(0, 6, 7\)"),
        ({"images": np.zeros((5, 8, 8, 7), np.uint8)}, "1, 3 or 4 channels"),
        ({"images": GREY.astype(np.float32)}, r"values from 0 to 255"),
        ({"images": GREY.astype(np.int32) - 300}, "save pictures as uint8"),
        ({"images": np.full((5, 4, 4), np.nan)}, "save pictures as uint8"),
        ({"images": np.full((5, 4, 4), "x")}, "and not numbers"),
        ({"images": GREY, "labels": np.arange(19)}, '"labels" has 19 entries for 20 pictures'),
        ({"images": GREY, "labels": np.arange(20), "label_names": np.array(["a"])}, "one name per code"),
        ({"x_train": GREY, "x_test": GREY[:, :3]}, "different shapes"),
    ],
)
def test_bad_arrays_get_one_sentence(tmp_path: Path, arrays: dict[str, Any], sentence: str) -> None:
    with pytest.raises(StudioError, match=f"{sentence}[^\n]*\\.$"):
        data.load("npz", saved(tmp_path, **arrays))


def test_a_header_that_lies_about_the_size_allocates_nothing(tmp_path: Path) -> None:
    header = io.BytesIO()
    huge = {"descr": "|u1", "fortran_order": False, "shape": (1 << 20, 1 << 10, 1 << 10)}
    np.lib.format.write_array_header_1_0(header, huge)
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr("images.npy", header.getvalue())
    with pytest.raises(StudioError, match="another size than its header"):
        data.load("npz", tmp_path / "x.npz")


def test_a_file_cut_short_is_told(tmp_path: Path) -> None:
    path = saved(tmp_path, images=GREY)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(StudioError, match=r"set\.npz is damaged or no \.npz"):
        data.load("npz", path)


@settings(max_examples=200)
@given(st.data(), st.booleans())
def test_a_file_with_any_bytes_changed_gives_a_set_or_a_sentence(
    attempt: Callable[..., Any], choice: st.DataObject, packed: bool
) -> None:
    content = io.BytesIO()
    save = np.savez_compressed if packed else np.savez
    save(content, images=GREY[:3], labels=np.arange(3), label_names=np.array(["a", "b", "c"]))
    changed = bytearray(content.getvalue())
    for _ in range(choice.draw(st.integers(1, 3))):
        changed[choice.draw(st.integers(0, len(changed) - 1))] = choice.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.npz"
        path.write_bytes(changed)
        result = attempt(lambda: data.load("npz", path))
        if isinstance(result, str):
            assert result.endswith(".")
        else:
            assert result.pixels.shape[1:] == (1, 6, 7)
