"""IDX files: what is read is what was written, and whatever else is there gets one sentence."""

from __future__ import annotations

import gzip
import hashlib
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from latent_studio import data
from latent_studio.core.errors import StudioError
from latent_studio.data import known_sets, pixel_store

Numbers = NDArray[np.uint8]
WriteIdx = Callable[[Path, Numbers], Path]

NAMES = ["{}-images-idx3-ubyte", "{}-images.idx3-ubyte", "{}-images-idx3-ubyte.gz", "{}-images.idx3-ubyte.gz"]


def a_file(pictures: Numbers) -> bytes:
    return struct.pack(">IIII", 0x803, *pictures.shape) + pictures.tobytes()


@pytest.fixture
def folder(tmp_path: Path, write_idx: WriteIdx, pictures: Numbers, answers: Numbers) -> Path:
    """30 train and 10 test pictures with labels."""
    write_idx(tmp_path / "set" / "train-images-idx3-ubyte.gz", pictures[:30])
    write_idx(tmp_path / "set" / "train-labels-idx1-ubyte.gz", answers[:30])
    write_idx(tmp_path / "set" / "t10k-images-idx3-ubyte.gz", pictures[30:])
    write_idx(tmp_path / "set" / "t10k-labels-idx1-ubyte.gz", answers[30:])
    return tmp_path / "set"


def test_pictures_labels_and_split_are_those_of_the_files(folder: Path, pictures: Numbers, answers: Numbers) -> None:
    images = data.load("idx", folder)
    assert np.array_equal(images.pixels, pictures[:, None])
    assert images.labels is not None
    assert np.array_equal(images.labels, answers)
    assert (images.name, images.n_train, images.n_test) == ("set", 30, 10)
    assert images.label_names == ("0", "1", "2")


@pytest.mark.parametrize("name", NAMES)
def test_all_customary_names_are_found_plain_and_gzipped(
    tmp_path: Path, write_idx: WriteIdx, pictures: Numbers, name: str
) -> None:
    write_idx(tmp_path / name.format("train"), pictures[:30])
    write_idx(tmp_path / name.format("t10k"), pictures[30:])
    images = data.load("idx", tmp_path)
    assert np.array_equal(images.pixels, pictures[:, None])
    assert images.n_train == 30
    assert images.labels is None
    assert images.label_names == ()


def test_an_images_file_stands_for_the_set_that_it_belongs_to(folder: Path) -> None:
    whole = data.load("idx", folder).content_digest()
    for file in folder.iterdir():
        assert data.load("idx", file).content_digest() == whole


def test_a_lone_file_of_any_name_keeps_its_order_and_its_last_tenth_tests(
    tmp_path: Path, write_idx: WriteIdx, pictures: Numbers
) -> None:
    images = data.load("idx", write_idx(tmp_path / "scans.bin", pictures))
    assert np.array_equal(images.pixels, pictures[:, None])
    assert (images.name, images.n_train, images.n_test) == ("scans", 36, 4)


def test_files_are_found_in_the_raw_folder_that_downloaders_make(folder: Path) -> None:
    (folder.parent / "KMNIST").mkdir()
    folder.rename(folder.parent / "KMNIST" / "raw")
    assert data.load("idx", folder.parent / "KMNIST").name == "KMNIST"
    assert data.load("idx", folder.parent).name == "KMNIST"


def test_a_folder_with_two_sets_asks_which(folder: Path, write_idx: WriteIdx, pictures: Numbers) -> None:
    write_idx(folder / "emnist-digits-train-images-idx3-ubyte", pictures)
    with pytest.raises(StudioError, match=r"several sets.*emnist-digits"):
        data.load("idx", folder)


def test_labels_of_a_known_set_tell_its_name_whatever_its_files_are_called(
    folder: Path, answers: Numbers, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = hashlib.sha256(answers[:30].tobytes()).hexdigest()
    monkeypatch.setitem(known_sets._DIGESTS, digest, known_sets.FASHION_MNIST)
    images = data.load("idx", folder)
    assert images.name == "Fashion-MNIST"
    assert images.label_names[9] == "Ankle boot"
    assert images.licence.startswith("MIT")
    assert "1708.07747" in images.citation


def test_emnist_pictures_are_put_upright_and_letters_counted_from_a(
    tmp_path: Path, write_idx: WriteIdx, pictures: Numbers, answers: Numbers
) -> None:
    for part, rows in (("train", slice(0, 30)), ("test", slice(30, 40))):
        write_idx(tmp_path / f"emnist-letters-{part}-images-idx3-ubyte.gz", pictures[rows])
        write_idx(tmp_path / f"emnist-letters-{part}-labels-idx1-ubyte.gz", answers[rows] + 1)
    images = data.load("idx", tmp_path)
    assert images.name == "EMNIST letters"
    assert np.array_equal(images.pixels[:, 0], pictures.swapaxes(1, 2))
    assert images.labels is not None
    assert np.array_equal(images.labels, answers)
    assert images.label_names[:3] == ("a", "b", "c")
    as_stored = data.load("idx", tmp_path, transpose="no")
    assert np.array_equal(as_stored.pixels[:, 0], pictures)


def test_the_47_classes_of_emnist_balanced_are_those_of_its_mapping_file() -> None:
    known = known_sets.known_by_name("gzip", "emnist-balanced")
    assert known is not None
    # emnist-balanced-mapping.txt: label 10 is "A" (65), 35 "Z" (90), 36 "a" (97), 46 "t" (116)
    assert [known.label_names[i] for i in (0, 10, 35, 36, 46)] == ["0", "A", "Z", "a", "t"]
    assert len(known.label_names) == 47


def test_28_pixels_become_32_by_a_black_frame_and_14_by_shrinking(tmp_path: Path, write_idx: WriteIdx) -> None:
    path = write_idx(tmp_path / "x-idx3-ubyte", np.full((10, 28, 28), 200, np.uint8))
    framed = data.load("idx", path, size=32).pixels
    assert framed.shape == (10, 1, 32, 32)
    assert (framed[:, :, 2:30, 2:30] == 200).all()
    assert framed.sum() == 10 * 28 * 28 * 200
    assert (data.load("idx", path, size=14).pixels == 200).all()


# ----------------------------------------------------------------------------------------------------- large sets


@pytest.mark.parametrize("size", [None, 8])
def test_a_set_larger_than_its_share_of_memory_is_mapped_and_equal(folder: Path, size: int | None) -> None:
    in_memory = data.load("idx", folder, size=size)
    mapped = data.load("idx", folder, size=size, memory_share=0)
    assert isinstance(mapped.pixels, np.memmap)
    assert not isinstance(in_memory.pixels, np.memmap)
    assert mapped.content_digest() == in_memory.content_digest()


def test_a_large_plain_file_is_mapped_where_it_lies(
    tmp_path: Path, home: Path, write_idx: WriteIdx, pictures: Numbers
) -> None:
    path = write_idx(tmp_path / "big-idx3-ubyte", pictures)
    images = data.load("idx", path, memory_share=0)
    assert isinstance(images.pixels, np.memmap)
    assert Path(str(images.pixels.filename)) == path
    assert np.array_equal(images.pixels, pictures[:, None])
    assert not pixel_store.cache_folder().exists()


# ------------------------------------------------------------------------------------------------------ bad input


def test_a_file_cut_anywhere_is_refused_plain_or_gzipped(tmp_path: Path, pictures: Numbers) -> None:
    for whole in (a_file(pictures[:2]), gzip.compress(a_file(pictures[:2]))):
        for n_bytes in range(len(whole)):
            path = tmp_path / "x-images-idx3-ubyte"
            path.write_bytes(whole[:n_bytes])
            with pytest.raises(StudioError, match=r"cut short|is not an IDX file"):
                data.load("idx", path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PNG\x89 is something else", "is not an IDX file"),
        (b"\0\0\x08\0", "is not an IDX file"),
        (b"\0\0\x07\x03" + bytes(12), "is not an IDX file"),
        (struct.pack(">IIII", 0x803, 0, 28, 28), "no pictures"),
        (struct.pack(">IIII", 0x803, 1, 2**32 - 1, 2**32 - 1), "cut short"),
        (struct.pack(">IIII", 0x803, 1, 2, 2) + bytes(5), "longer than its header"),
        (struct.pack(">II", 0x801, 3) + bytes(3), "holds labels, not pictures"),
        (struct.pack(">IIII", 0xD03, 1, 1, 1) + bytes(4), "one byte per pixel"),
        (gzip.compress(struct.pack(">IIII", 0x803, 2**31, 2**10, 2**10)), "cut short"),
        (gzip.compress(a_file(np.zeros((3, 2, 2), np.uint8)) + b"x"), "longer than its header"),
        (b"\x1f\x8b\x08\x00" + bytes(30), "damaged|cut short"),
    ],
)
def test_a_bad_file_gets_one_sentence_that_names_it(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "bad-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(StudioError, match=f"^bad-images-idx3-ubyte .*({sentence})[^\n]*\\.$"):
        data.load("idx", path)


def test_a_flipped_bit_in_a_gzipped_file_is_noticed(folder: Path) -> None:
    path = folder / "train-images-idx3-ubyte.gz"
    content = bytearray(path.read_bytes())
    content[-6] ^= 1  # in the checksum
    path.write_bytes(content)
    with pytest.raises(StudioError, match="damaged"):
        data.load("idx", folder)


def test_a_wrong_count_of_labels_is_told_with_both_numbers(folder: Path, write_idx: WriteIdx, answers: Numbers) -> None:
    write_idx(folder / "train-labels-idx1-ubyte.gz", answers[:29])
    with pytest.raises(StudioError, match=r"29 labels and train-images-idx3-ubyte\.gz 30 pictures"):
        data.load("idx", folder)


def test_labels_without_pictures_and_test_pictures_of_another_size_are_told(
    folder: Path, write_idx: WriteIdx, answers: Numbers
) -> None:
    write_idx(folder / "t10k-images-idx3-ubyte.gz", np.zeros((10, 9, 9), np.uint8))
    with pytest.raises(StudioError, match="different sizes"):
        data.load("idx", folder)
    for file in folder.glob("*images*"):
        file.unlink()
    with pytest.raises(StudioError, match="pictures are missing"):
        data.load("idx", folder)


def test_pictures_given_as_labels_are_told(folder: Path, write_idx: WriteIdx, pictures: Numbers) -> None:
    write_idx(folder / "train-labels-idx1-ubyte.gz", pictures[:30])
    with pytest.raises(StudioError, match="does not hold labels"):
        data.load("idx", folder)


headers = st.builds(
    lambda kind, lengths: bytes([0, 0, kind, len(lengths)]) + struct.pack(f">{len(lengths)}I", *lengths),
    st.sampled_from([0x08, 0x09, 0x0D, 0x07]),
    st.lists(st.integers(0, 4) | st.integers(0, 2**32 - 1), max_size=4),
)


@given(st.builds(bytes.__add__, headers, st.binary(max_size=80)) | st.binary(max_size=40), st.booleans())
@example(a_file(np.ones((2, 3, 3), np.uint8)), False)
@example(a_file(np.ones((2, 3, 3), np.uint8)), True)
def test_any_bytes_give_a_set_or_a_sentence(attempt: Callable[..., Any], content: bytes, zipped: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x-images-idx3-ubyte"
        path.write_bytes(gzip.compress(content) if zipped else content)
        result = attempt(lambda: data.load("idx", path))
        if isinstance(result, str):
            assert result.endswith(".")
            assert "\n" not in result
        else:
            n, h, w = struct.unpack(">III", content[4:16])
            assert result.pixels.shape == (n, 1, h, w)
            assert result.pixels.tobytes() == content[16:]


@given(st.binary(max_size=60))
def test_any_bytes_that_begin_like_gzip_give_a_set_or_a_sentence(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x-images-idx3-ubyte.gz"
        path.write_bytes(b"\x1f\x8b" + content)
        with pytest.raises(StudioError):
            data.load("idx", path)
