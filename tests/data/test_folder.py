"""Folders and zips of pictures, whatever somebody may have put into them."""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from latent_studio import data
from latent_studio.core.errors import StudioError
from latent_studio.data import pixel_store
from latent_studio.data.pictures import decoded

Colour = tuple[int, int, int]
RED, GREEN, BLUE, GREY = (255, 0, 0), (0, 255, 0), (0, 0, 255), (128, 128, 128)


def save(path: Path, colour: Colour = RED, size: tuple[int, int] = (20, 16)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


def zipped(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return target


def pixels_of(image: Image.Image, size: int = 4, n_channels: int = 3, file_format: str = "PNG") -> list[int]:
    """The centre pixel of a picture after it went through a file."""
    content = io.BytesIO()
    image.save(content, file_format)
    x = decoded(content.getvalue(), size, n_channels)
    assert x.shape == (n_channels, size, size)
    return [int(value) for value in x[:, size // 2, size // 2]]


@pytest.fixture
def fruit(tmp_path: Path) -> Path:
    """Two classes of 12 and 8 pictures, each of its own brightness."""
    for i in range(12):
        save(tmp_path / "fruit" / "apple" / f"{i:02}.png", (255, i, 0))
    for i in range(8):
        save(tmp_path / "fruit" / "lime" / "deeper" / f"{i}.png", (0, 255, i))
    return tmp_path / "fruit"


# ------------------------------------------------------------------------------------------- folders and classes


def test_sub_folders_are_classes_and_one_in_ten_tests(fruit: Path) -> None:
    images = data.load("folder", fruit, size=8)
    assert images.name == "fruit"
    assert images.image_shape == (3, 8, 8)
    assert images.label_names == ("apple", "lime")
    assert (images.n_train, images.n_test, images.n_skipped) == (18, 2, 0)
    assert images.labels is not None
    assert np.array_equal(images.labels == 0, images.pixels[:, 0, 0, 0] == 255)


def test_a_zip_gives_the_same_set_as_its_folder(fruit: Path, tmp_path: Path) -> None:
    folder, archive = data.load("folder", fruit, size=8), data.load("folder", zipped(fruit, tmp_path / "f.zip"), size=8)
    assert archive.content_digest() == folder.content_digest()
    assert archive.label_names == folder.label_names


def test_the_order_is_a_shuffle_that_is_always_the_same(fruit: Path) -> None:
    images = data.load("folder", fruit, size=8)
    assert images.labels is not None
    assert 0 < np.flatnonzero(images.labels == 1)[0] < 12  # not one class after the other
    assert images.content_digest() == data.load("folder", fruit, size=8).content_digest()


@pytest.mark.parametrize("names", [("train", "test"), ("Training", "Test"), ("TRAIN", "VAL")])
def test_train_and_test_folders_are_the_split(tmp_path: Path, names: tuple[str, str]) -> None:
    for part, n in zip(names, (5, 3), strict=True):
        for i in range(n):
            save(tmp_path / "set" / part / "images" / "ab"[i % 2] / f"{i}.png", (n, 0, 0))
    images = data.load("folder", tmp_path / "set", size=4)
    assert images.label_names == ("a", "b")
    assert (images.pixels[images.train, 0] == 5).all()
    assert (images.pixels[images.test, 0] == 3).all()
    assert (images.n_train, images.n_test) == (5, 3)


def test_outer_folders_that_all_share_are_no_classes(tmp_path: Path) -> None:
    for name in ("x/y/cat/1.png", "x/y/dog/1.png", "x/y/2.png"):
        save(tmp_path / name)
    assert data.load("folder", tmp_path, size=4).label_names == ("cat", "dog", "unsorted")
    assert data.load("folder", tmp_path / "x" / "y" / "cat", size=4).label_names == ()


def test_hidden_files_and_what_a_mac_puts_into_a_zip_are_no_pictures(fruit: Path) -> None:
    for name in (".thumb.png", "apple/._01.png", "__MACOSX/apple/._01.png", ".git/x.png"):
        (fruit / name).parent.mkdir(parents=True, exist_ok=True)
        (fruit / name).write_bytes(b"no picture")
    images = data.load("folder", fruit, size=8)
    assert (len(images.pixels), images.n_skipped) == (20, 0)


def test_a_pipe_and_a_dead_link_with_a_pictures_name_are_left_alone(fruit: Path) -> None:
    os.mkfifo(fruit / "pipe.png")
    (fruit / "link.png").symlink_to(fruit / "nowhere.png")
    assert len(data.load("folder", fruit, size=8).pixels) == 20


# ----------------------------------------------------------------------------------------------- sizes and modes


def test_the_longer_side_is_cropped_to_its_middle() -> None:
    image = Image.new("RGB", (30, 10), RED)
    image.paste(GREEN, (10, 0, 20, 10))
    content = io.BytesIO()
    image.save(content, "PNG")
    x = decoded(content.getvalue(), 10, 3)
    assert (x.transpose(1, 2, 0) == GREEN).all()


def test_a_picture_taken_whole_lies_in_the_middle_of_a_white_square(tmp_path: Path) -> None:
    save(tmp_path / "wide" / "a.png", size=(8, 4))
    save(tmp_path / "tall" / "a.png", size=(4, 8))
    wide = data.load("folder", tmp_path / "wide", size=8, crop="whole").pixels[0]
    expected = np.full((3, 8, 8), 255, np.uint8)
    expected[:, 2:6] = np.array(RED, np.uint8)[:, None, None]
    assert np.array_equal(wide, expected)
    assert np.array_equal(
        data.load("folder", tmp_path / "tall", size=8, crop="whole").pixels[0], expected.swapaxes(1, 2)
    )


def test_a_long_strip_of_a_picture_taken_whole_is_never_made_a_square_of_its_length() -> None:
    content = io.BytesIO()
    Image.new("RGB", (60_000, 2), RED).save(content, "PNG")  # as a square it would be 10 GB
    x = decoded(content.getvalue(), 8, 3, is_whole=True)
    assert (x[:, 3] == np.array(RED)[:, None]).all()
    assert (np.delete(x, 3, axis=1) == 255).all()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_mode_gives_white_for_white(mode: str) -> None:
    white: dict[str, Any] = {
        "1": 1,
        "L": 255,
        "LA": (255, 255),
        "CMYK": (0, 0, 0, 0),
        "I;16": 65535,
        "I": 65535,
        "F": 1.0,
    }
    if mode == "P":
        image = Image.new("RGB", (9, 9), "white").convert("P")
    else:
        image = Image.new(mode, (9, 9), white.get(mode, "white"))
    assert pixels_of(image, file_format="PNG" if mode not in ("CMYK", "I", "F") else "TIFF") == [255, 255, 255]


def test_sixteen_bits_are_scaled_not_cut_off() -> None:
    assert pixels_of(Image.new("I;16", (9, 9), 128 * 257), n_channels=1) == [128]


def test_transparent_parts_are_white_also_in_palettes() -> None:
    assert pixels_of(Image.new("RGBA", (9, 9), (255, 0, 0, 0))) == [255, 255, 255]
    assert pixels_of(Image.new("RGBA", (9, 9), (255, 0, 0, 128))) == pytest.approx([255, 127, 127], abs=1)
    assert pixels_of(Image.new("LA", (9, 9), (0, 0))) == [255, 255, 255]
    content = io.BytesIO()
    Image.new("P", (9, 9), 0).save(content, "GIF", transparency=0)
    assert decoded(content.getvalue(), 4, 3).min() == 255


def test_a_picture_is_turned_as_its_camera_noted() -> None:
    image = Image.new("RGB", (16, 16), RED)
    image.paste(BLUE, (0, 0, 16, 8))  # blue above
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held so that the file's left is the picture's top
    content = io.BytesIO()
    image.save(content, "PNG", exif=exif)
    x = decoded(content.getvalue(), 8, 3)
    assert (x[:, 4, 7] == BLUE).all()  # above in the file is right in the picture
    assert (x[:, 4, 0] == RED).all()


def test_a_large_photograph_is_scaled_from_a_coarser_decoding_to_the_same_colour() -> None:
    image = Image.new("RGB", (1600, 1200), (200, 100, 50))
    assert pixels_of(image, size=16, file_format="JPEG") == pytest.approx([200, 100, 50], abs=2)


def test_a_set_is_grey_only_when_all_its_pictures_are(tmp_path: Path) -> None:
    for i in range(5):
        save(tmp_path / "s" / f"{i}.png", GREY)
    Image.new("L", (9, 9), 7).save(tmp_path / "s" / "g.png")
    assert data.load("folder", tmp_path / "s", size=8).image_shape == (1, 8, 8)
    assert data.load("folder", tmp_path / "s", size=8, channels="colour").image_shape == (3, 8, 8)
    save(tmp_path / "s" / "red.png", RED)
    assert data.load("folder", tmp_path / "s", size=8).image_shape == (3, 8, 8)
    assert data.load("folder", tmp_path / "s", size=8, channels="grey").image_shape == (1, 8, 8)


# ---------------------------------------------------------------------------------------------- what lies beside


def test_attributes_are_read_by_relative_name_words_become_codes(fruit: Path) -> None:
    rows = [f"apple/{i:02}.png,{i},{'green' if i % 2 else 'red'},u{i}" for i in range(12)]
    (fruit / "attributes.csv").write_text("path,weight,ripe,note\n" + "\n".join(rows) + "\n")
    images = data.load("folder", fruit, size=8)
    assert images.labels is not None
    apples = images.labels == 0
    weight, ripe = images.attributes["weight"], images.attributes["ripe"]
    assert np.array_equal(weight[apples], images.pixels[apples, 1, 0, 0])
    assert np.isnan(weight[~apples]).all()
    assert np.array_equal(ripe[apples], 1 - weight[apples] % 2)  # green 0, red 1
    assert (ripe[~apples] == -1).all()
    assert images.attribute_names["ripe"] == ("green", "red")
    assert "weight" not in images.attribute_names
    assert set(images.only("ripe=red").attributes["weight"]) == {0, 2, 4, 6, 8, 10}


def test_the_table_of_attributes_may_lie_anywhere(fruit: Path, tmp_path: Path) -> None:
    table = tmp_path / "elsewhere" / "my table.csv"
    table.parent.mkdir()
    table.write_text("file,weight\n" + "\n".join(f"apple/{i:02}.png,{i}" for i in range(12)))
    images = data.load("folder", fruit, size=8, attributes=str(table))
    assert np.nanmax(images.attributes["weight"]) == 11
    (fruit / "attributes.csv").write_text("no table of these pictures")
    assert data.load("folder", fruit, size=8, attributes=str(table)).attributes.keys() == {"weight"}


def test_a_table_that_is_not_there_or_for_other_pictures_is_told(fruit: Path, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=r"t\.csv is not there: choose the table of attributes again"):
        data.load("folder", fruit, size=8, attributes=str(tmp_path / "t.csv"))
    (tmp_path / "t.csv").write_text("file,weight\nnothing.png,1\n")
    with pytest.raises(StudioError, match=r"No row of t\.csv names a picture"):
        data.load("folder", fruit, size=8, attributes=str(tmp_path / "t.csv"))


def test_a_column_may_be_the_label_and_the_folders_stay_as_an_attribute(fruit: Path) -> None:
    rows = [f"apple/{i:02}.png,{'green' if i % 2 else 'red'}" for i in range(12)]
    (fruit / "attributes.csv").write_text("path,ripe\n" + "\n".join(rows) + "\n")
    by_folder = data.load("folder", fruit, size=8)
    images = data.load("folder", fruit, size=8, label_column="ripe")
    assert images.label_names == ("green", "red", "none")
    assert images.labels is not None
    assert by_folder.labels is not None
    assert np.array_equal(images.labels == 2, by_folder.labels != 0)
    assert np.array_equal(images.attributes["class"], by_folder.labels)
    assert images.attribute_names["class"] == by_folder.label_names
    assert len(images.only("label=red").pixels) == 6


def test_attributes_may_name_files_without_folder_and_ending(fruit: Path) -> None:
    (fruit / "attributes.csv").write_text("name;mass\n" + "\n".join(f"{i:02};{i}.5" for i in range(12)))
    images = data.load("folder", fruit / "apple" / "..", size=8)
    assert np.nanmax(images.attributes["mass"]) == 11.5


def test_an_attributes_file_for_other_pictures_is_told(fruit: Path) -> None:
    (fruit / "attributes.csv").write_text("path,weight\nnothing.png,1\n")
    with pytest.raises(StudioError, match=r'No row of attributes\.csv names a picture: its column "path"'):
        data.load("folder", fruit, size=8)


def test_the_licence_is_the_first_line_of_the_licence_file(fruit: Path) -> None:
    (fruit / "LICENSE").write_text("\nCC0 1.0 Universal\n\nmore text\n")
    assert data.load("folder", fruit, size=8).licence == "CC0 1.0 Universal"


# ----------------------------------------------------------------------------------------------------- bad input


def test_unreadable_pictures_are_skipped_and_counted_and_labels_stay_with_theirs(fruit: Path) -> None:
    (fruit / "lime" / "0text.png").write_text("no picture")
    whole = (fruit / "apple" / "03.png").read_bytes()
    (fruit / "apple" / "03.png").write_bytes(whole[: len(whole) // 2])
    (fruit / "apple" / "empty.jpg").touch()
    images = data.load("folder", fruit, size=8)
    assert (images.n_skipped, len(images.pixels)) == (3, 19)
    assert images.labels is not None
    assert np.array_equal(images.labels == 0, images.pixels[:, 0, 0, 0] == 255)


def test_a_picture_that_would_unpack_to_an_absurd_size_is_skipped(fruit: Path) -> None:
    import struct
    import zlib

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    (fruit / "bomb.png").write_bytes(bomb)
    assert data.load("folder", fruit, size=8).n_skipped == 1


def test_an_empty_folder_and_one_without_a_readable_picture_are_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(StudioError, match=r"^empty holds no pictures"):
        data.load("folder", tmp_path / "empty")
    (tmp_path / "empty" / "a.png").write_text("x")
    with pytest.raises(StudioError, match=r"^None of the 1 pictures in empty can be read"):
        data.load("folder", tmp_path / "empty")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip at all"])
def test_what_is_no_zip_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(StudioError, match=r"x\.zip is no whole zip file"):
        data.load("folder", tmp_path / "x.zip")


def test_a_zip_never_writes_outside_or_anywhere(fruit: Path, tmp_path: Path, home: Path) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.write(fruit / "apple" / "00.png", "../../escaped.png")
        archive.write(fruit / "apple" / "01.png", "/absolute.png")
    before = sorted(tmp_path.rglob("*"))
    assert len(data.load("folder", tmp_path / "evil.zip", size=8).pixels) == 2
    assert sorted(tmp_path.rglob("*")) == before


def test_a_damaged_member_of_a_zip_is_skipped(fruit: Path, tmp_path: Path) -> None:
    path = zipped(fruit, tmp_path / "f.zip")
    content = bytearray(path.read_bytes())
    content[content.index(b"IDAT") + 5] ^= 0xFF
    path.write_bytes(content)
    assert data.load("folder", path, size=8).n_skipped == 1


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(["a/1.png", "a/2.jpg", "b/3.gif", "4.tif", "b/5.webp", "6.bmp", "attributes.csv", "LICENSE"]),
        st.binary(max_size=50)
        | st.sampled_from([b"GIF89a", b"\x89PNG\r\n\x1a\n", b"BM", b"II*\0", b"P5 2 2 255 abcd"]),
        max_size=5,
    ),
    st.booleans(),
)
def test_any_files_give_a_set_or_a_sentence(attempt: Callable[..., Any], files: dict[str, bytes], as_zip: bool) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "folder"
        folder.mkdir()
        for name, content in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)
        path = zipped(folder, Path(place) / "x.zip") if as_zip else folder
        result = attempt(lambda: data.load("folder", path, size=4))
        if isinstance(result, str):
            assert result.endswith(".")
        else:
            n_pictures = sum(not name.startswith(("attr", "LIC")) for name in files)
            assert len(result.pixels) + result.n_skipped == n_pictures


# ---------------------------------------------------------------------------------------------------- large sets


@pytest.mark.parametrize("colour", [RED, GREY])
def test_a_set_larger_than_its_share_of_memory_is_mapped_equal_and_decoded_once(
    tmp_path: Path, colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    for i in range(12):
        save(tmp_path / "s" / f"{i}.png", colour)
    (tmp_path / "s" / "bad.png").write_text("x")
    in_memory = data.load("folder", tmp_path / "s", size=8)
    mapped = data.load("folder", tmp_path / "s", size=8, memory_share=0)
    assert isinstance(mapped.pixels, np.memmap)
    assert mapped.content_digest() == in_memory.content_digest()
    assert (mapped.n_train, mapped.n_skipped) == (in_memory.n_train, 1)

    calls: list[int] = []

    def counting(content: bytes, size: int, n_channels: int, crop: int | None, is_whole: bool) -> NDArray[np.uint8]:
        calls.append(1)
        return decoded(content, size, n_channels, crop, is_whole)

    monkeypatch.setattr("latent_studio.data.decoding.decoded", counting)
    again = data.load("folder", tmp_path / "s", size=8, memory_share=0)
    assert (again.content_digest(), again.n_skipped, calls) == (mapped.content_digest(), 1, [])
    save(tmp_path / "s" / "0.png", (7, 7, 7))  # a file changed: decoded anew
    assert data.load("folder", tmp_path / "s", size=8, memory_share=0).content_digest() != mapped.content_digest()
    assert calls
    assert not list(pixel_store.cache_folder().glob(".tmp-*"))
