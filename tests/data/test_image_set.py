"""ImageSet: what it tells of itself, its digest and its subsets."""

from __future__ import annotations

import hashlib
import json
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from latent_studio.core.errors import StudioError
from latent_studio.data import ImageSet, load

PIXELS = np.random.default_rng(0).integers(0, 256, (10, 3, 4, 5), dtype=np.uint8)


def an_image_set(**changes: Any) -> ImageSet:
    images = ImageSet(
        name="ten",
        pixels=PIXELS,
        labels=np.arange(10) % 2,
        label_names=("even", "odd"),
        attributes={"index": np.arange(10)},
        n_train=7,
        licence="CC0",
        citation="",
    )
    return replace(images, **changes)


def test_it_tells_its_shape_and_split() -> None:
    images = an_image_set()
    assert (images.image_shape, images.n_train, images.n_test) == ((3, 4, 5), 7, 3)
    assert np.array_equal(np.concatenate([PIXELS[images.train], PIXELS[images.test]]), PIXELS)


def test_the_description_is_plain_data() -> None:
    told = an_image_set().describe()
    assert json.loads(json.dumps(told))["attributes"] == ["index"]
    assert told["n_test"] == 3


def test_it_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        an_image_set().n_train = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    "changes",
    [
        {"pixels": PIXELS.astype(np.float32)},
        {"pixels": PIXELS[0]},
        {"n_train": 0},
        {"n_train": 11},
        {"labels": np.arange(9)},
        {"labels": np.arange(10, dtype=np.uint8)},
        {"attributes": {"index": np.arange(11)}},
        {"attribute_names": {"index": ("zero",)}},
        {"attribute_names": {"missing": ("zero",)}},
    ],
)
def test_a_source_that_breaks_the_promises_is_a_defect(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        an_image_set(**changes)


def test_the_digest_is_sha_256_over_shape_split_pixels_and_labels() -> None:
    labels = (np.arange(10) % 2).astype("<i8").tobytes()
    expected = hashlib.sha256(b"((10, 3, 4, 5), 7)" + PIXELS.tobytes() + labels)
    assert an_image_set().content_digest() == expected.hexdigest()
    assert an_image_set(name="other", licence="").content_digest() == expected.hexdigest()


def test_the_digest_changes_with_a_pixel_the_split_or_the_labels() -> None:
    pixels = PIXELS.copy()
    pixels[9, 2, 3, 4] ^= 1
    sets = [an_image_set(), an_image_set(pixels=pixels), an_image_set(n_train=8), an_image_set(labels=None)]
    sets += [an_image_set(labels=np.zeros(10, np.int64)), an_image_set(pixels=PIXELS.reshape(10, 3, 5, 4))]
    assert len({images.content_digest() for images in sets}) == len(sets)


def test_pixels_that_do_not_lie_in_a_row_have_the_same_digest() -> None:
    wide = np.repeat(PIXELS, 2, axis=3)
    assert an_image_set(pixels=wide[..., ::2]).content_digest() == an_image_set().content_digest()


@given(st.floats(0, 1, exclude_min=True))
def test_a_subset_is_a_prefix_of_the_train_part_and_all_of_the_test_part(fraction: float) -> None:
    images, part = an_image_set(), an_image_set().subset(fraction)
    n = max(1, round(7 * fraction))
    kept = [*range(n), 7, 8, 9]
    assert (part.n_train, part.n_test) == (n, 3)
    assert np.array_equal(part.pixels, PIXELS[kept])
    assert part.labels is not None
    assert np.array_equal(part.labels, np.array(kept) % 2)
    assert np.array_equal(part.attributes["index"], kept)
    assert (part.content_digest() == images.content_digest()) == (n == 7)


@pytest.mark.parametrize("fraction", [0, -0.1, 1.01, float("nan"), float("inf")])
def test_an_impossible_fraction_is_told(fraction: float) -> None:
    with pytest.raises(StudioError, match="above 0 and at most 1"):
        an_image_set().subset(fraction)


@pytest.mark.parametrize("fits", [True, False])
def test_a_subset_of_a_mapped_set_is_equal_and_stays_mapped_where_memory_is_short(
    tmp_path: Path, fits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save(tmp_path / "p.npy", PIXELS)
    mapped = an_image_set(pixels=np.load(tmp_path / "p.npy", mmap_mode="r"))
    if not fits:
        monkeypatch.setattr("latent_studio.data.pixel_store.memory_bytes", lambda: 100)
    part = mapped.subset(0.5)
    assert isinstance(part.pixels, np.memmap) == (not fits)
    assert part.content_digest() == an_image_set().subset(0.5).content_digest()


def test_only_keeps_the_pictures_of_a_label_or_attribute_in_their_order() -> None:
    moons = load("moons", size=8, n=40, tilt=True)
    assert moons.labels is not None
    name = moons.label_names[int(moons.labels[0])]
    kept = load("moons", size=8, n=40, tilt=True, only=f"label={name}")
    is_kept = moons.labels == moons.labels[0]
    np.testing.assert_array_equal(kept.pixels, moons.pixels[is_kept])
    assert kept.n_train == int(is_kept[: moons.n_train].sum())
    assert all((kept.attributes[key] == values[is_kept]).all() for key, values in moons.attributes.items())


def test_only_says_what_there_is_when_nothing_fits() -> None:
    with pytest.raises(StudioError, match="label is one of 0, 1, 2"):
        load("digits", only="label=12")
    with pytest.raises(StudioError, match='has no "lable": did you mean "label"'):
        load("digits", only="lable=1")


NAMED = {
    "attributes": {"index": np.arange(10), "kind": np.array([0, 1, -1, 1, 0, 0, 1, -1, 0, 1]), "x": np.arange(10) / 4},
    "attribute_names": {"kind": ("Apple 6", "Fig, dried")},
}


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ("kind=Apple 6", [0, 4, 5, 8]),
        ("kind=Fig, dried", [1, 3, 6, 9]),
        ("kind=", [2, 7]),
        ("index=3, 8", [3, 8]),
        ("x=0.25,1.5", [1, 6]),
        ("label=odd", [1, 3, 5, 7, 9]),
    ],
)
def test_a_condition_names_what_a_person_reads(condition: str, kept: list[int]) -> None:
    part = an_image_set(**NAMED).only(condition)
    assert list(part.attributes["index"]) == kept
    assert part.attribute_names == NAMED["attribute_names"]
    assert part.n_train == sum(k < 7 for k in kept)


@given(
    st.lists(
        st.floats(-1e300, 1e300) | st.just(float("nan")) | st.integers(-(2**53), 2**53).map(float),
        min_size=10,
        max_size=10,
    )
)
def test_a_number_is_found_by_what_is_written_of_it(values: list[float]) -> None:
    images = an_image_set(attributes={"x": np.array(values)})
    written = images.column("x")
    for k in range(10):
        assert images.has(f"x={written[k]}")[k]


def test_large_and_negative_numbers_are_written_whole() -> None:
    images = an_image_set(attributes={"id": np.arange(10) + 1_234_567, "t": np.arange(10) - 0.5})
    assert images.column("id")[3] == "1234570"
    assert images.column("t")[0] == "-0.5"


def test_an_attribute_becomes_the_label_in_the_order_of_its_codes_or_numbers() -> None:
    images = an_image_set(**NAMED).labelled_by("kind")
    assert images.label_names == ("Apple 6", "Fig, dried", "none")
    assert images.labels is not None
    assert list(images.labels) == [0, 1, 2, 1, 0, 0, 1, 2, 0, 1]
    assert list(images.attributes["class"]) == list(np.arange(10) % 2)
    assert images.attribute_names["class"] == ("even", "odd")
    by_number = an_image_set(attributes={"n": np.array([12.0, 3, np.nan, 3, 12, 12, 3, 3, 12, 3])}).labelled_by("n")
    assert by_number.label_names == ("3", "12", "none")
    assert by_number.labels is not None
    assert list(by_number.labels) == [1, 0, 2, 0, 1, 1, 0, 0, 1, 0]


def test_what_is_measured_is_no_label() -> None:
    with pytest.raises(StudioError, match="x is measured, not a kind"):
        an_image_set(**NAMED).labelled_by("x")
    with pytest.raises(StudioError, match='has no "knid": did you mean "kind"'):
        an_image_set(**NAMED).labelled_by("knid")
    assert an_image_set().labelled_by("label").label_names == ("even", "odd")
