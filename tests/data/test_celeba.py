"""CelebA's files, made here of plain colours: no faces."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from latent_studio import data
from latent_studio.core.errors import StudioError
from latent_studio.core.events import Progress
from latent_studio.data.celeba import _numbers, _read_list

N = 20
NAMES = tuple(f"{k + 1:06d}.jpg" for k in range(N))
ATTRIBUTES = ("Bald", "Blond_Hair", "Smiling")
IS_SO = np.array([[k % 2, k % 3 == 0, k > 9] for k in range(N)], np.int64)
PARTS = [0] * 12 + [1] * 3 + [2] * 5


def picture(k: int) -> bytes:
    """178 x 218: black, with a middle square of 148 in the grey of its number."""
    x = np.zeros((218, 178, 3), np.uint8)
    x[35:183, 15:163] = 12 * k + 10
    out = io.BytesIO()
    Image.fromarray(x).save(out, "JPEG", quality=95)
    return out.getvalue()


def attribute_list(names: tuple[str, ...] = NAMES) -> str:
    rows = [f"{name} {'  '.join('1' if a else '-1' for a in IS_SO[int(name[:6]) - 1])}" for name in names]
    return "\n".join([str(len(rows)), " ".join(ATTRIBUTES) + " ", *rows, ""])


def split_list() -> str:
    return "\n".join(f"{name} {part}" for name, part in zip(NAMES, PARTS, strict=True))


@pytest.fixture
def celeba(tmp_path: Path) -> Path:
    """The folder as its authors give it out."""
    folder = tmp_path / "celeba"
    (folder / "img_align_celeba").mkdir(parents=True)
    for k, name in enumerate(NAMES):
        (folder / "img_align_celeba" / name).write_bytes(picture(k))
    (folder / "list_attr_celeba.txt").write_text(attribute_list())
    (folder / "list_eval_partition.txt").write_text(split_list())
    return folder


def zipped(folder: Path) -> Path:
    """The same with the pictures in their zip."""
    path = folder / "img_align_celeba.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for k, name in enumerate(NAMES):
            archive.writestr(f"img_align_celeba/{name}", picture(k))
            (folder / "img_align_celeba" / name).unlink()
    (folder / "img_align_celeba").rmdir()
    return path


def numbers(images: data.ImageSet) -> list[int]:
    """Which picture each is, by its middle."""
    side = images.image_shape[1]
    return [round((int(x[0, side // 2, side // 2]) - 10) / 12) for x in images.pixels]


def test_pictures_attributes_and_split_belong_together(celeba: Path) -> None:
    assert data.detect(celeba) == "celeba"
    images = data.load("celeba", path=celeba, size=16)
    assert images.image_shape == (3, 16, 16)
    assert (images.n_train, images.n_test) == (12, 8)
    assert numbers(images) == list(range(N))
    assert images.labels is None
    assert tuple(images.attributes) == ATTRIBUTES
    assert all(np.array_equal(images.attributes[name], IS_SO[:, k]) for k, name in enumerate(ATTRIBUTES))
    assert "not commercial" in images.licence


@pytest.mark.parametrize("size", [8, 16, 64])
def test_the_crop_takes_the_middle_and_leaves_the_frame_away(celeba: Path, size: int) -> None:
    cropped = data.load("celeba", path=celeba, size=size)
    whole = data.load("celeba", path=celeba, size=size, crop=178)
    assert np.abs(cropped.pixels[9].astype(int) - (12 * 9 + 10)).max() <= 25  # JPEG rings
    assert whole.pixels[9][:, size // 2, 0].max() < 60  # the black frame
    assert abs(int(whole.pixels[9][0, size // 2, size // 2]) - (12 * 9 + 10)) <= 8


@pytest.mark.parametrize("point_at", ["folder", "pictures", "zip", "folder with zip"])
def test_whatever_of_it_is_pointed_at_the_set_is_the_same(celeba: Path, point_at: str) -> None:
    expected = data.load("celeba", path=celeba, size=16).content_digest()
    place = {"folder": celeba, "pictures": celeba / "img_align_celeba"}.get(point_at)
    if place is None:
        path = zipped(celeba)
        place = path if point_at == "zip" else celeba
    assert data.detect(place) == "celeba"
    assert data.load("celeba", path=place, size=16).content_digest() == expected


def test_lists_in_their_authors_folders_and_as_tables_are_found(celeba: Path) -> None:
    expected = data.load("celeba", path=celeba, size=16)
    (celeba / "Anno").mkdir()
    (celeba / "Eval").mkdir()
    (celeba / "list_attr_celeba.txt").rename(celeba / "Anno" / "list_attr_celeba.txt")
    rows = split_list().replace(" ", ",")
    (celeba / "list_eval_partition.txt").unlink()
    (celeba / "Eval" / "list_eval_partition.csv").write_text(f"image_id,partition\n{rows}")
    images = data.load("celeba", path=celeba, size=16)
    assert images.content_digest() == expected.content_digest()
    table = "\n".join(",".join(line.split()) for line in attribute_list().splitlines()[2:])
    (celeba / "Anno" / "list_attr_celeba.txt").unlink()
    (celeba / "list_attr_celeba.csv").write_text(f"image_id,{','.join(ATTRIBUTES)}\n{table}\n")
    again = data.load("celeba", path=celeba, size=16)
    assert all(np.array_equal(again.attributes[name], expected.attributes[name]) for name in ATTRIBUTES)


def test_without_the_split_the_last_tenth_tests(celeba: Path) -> None:
    (celeba / "list_eval_partition.txt").unlink()
    images = data.load("celeba", path=celeba, size=16)
    assert (images.n_train, images.n_test) == (18, 2)


def test_a_split_in_another_order_puts_training_pictures_first(celeba: Path) -> None:
    rows = [f"{name} {2 if k % 2 else 0}" for k, name in enumerate(NAMES)]
    (celeba / "list_eval_partition.txt").write_text("\n".join(rows))
    images = data.load("celeba", path=celeba, size=16)
    assert numbers(images) == [*range(0, N, 2), *range(1, N, 2)]
    assert np.array_equal(images.attributes["Bald"], np.repeat([0, 1], N // 2))


def test_a_part_of_the_pictures_and_an_unreadable_one_are_no_trouble(celeba: Path) -> None:
    for name in NAMES[5:9]:
        (celeba / "img_align_celeba" / name).unlink()
    (celeba / "img_align_celeba" / NAMES[0]).write_bytes(b"no picture")
    images = data.load("celeba", path=celeba, size=16)
    assert numbers(images) == [1, 2, 3, 4, *range(9, N)]
    assert (images.n_train, images.n_skipped) == (7, 1)
    assert np.array_equal(images.attributes["Smiling"], [0] * 5 + [1] * 10)


def test_it_is_mapped_where_memory_is_short_and_its_reading_told(celeba: Path) -> None:
    told = list(data.loading("celeba", path=celeba, size=16, memory_share=0))
    assert all(isinstance(event, Progress) for event in told)
    assert (told[-1].done, told[-1].total) == (N, N)
    mapped = data.load("celeba", path=celeba, size=16, memory_share=0)
    assert isinstance(mapped.pixels, np.memmap)
    assert mapped.content_digest() == data.load("celeba", path=celeba, size=16).content_digest()


def test_an_attribute_may_be_the_label_and_a_condition(celeba: Path) -> None:
    images = data.load("celeba", path=celeba, size=16, label_column="Smiling", only="Bald=1")
    assert images.label_names == ("0", "1")
    assert images.labels is not None
    assert np.array_equal(images.labels, IS_SO[1::2, 2])


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        ("list_attr_celeba.txt", None, "list_attr_celeba.txt is missing beside"),
        ("list_attr_celeba.txt", "21\n" + attribute_list().split("\n", 1)[1], "tells of 21 pictures and lists 20"),
        ("list_attr_celeba.txt", attribute_list(NAMES[:15]), "lists 15 pictures and 000016.jpg"),
        ("list_attr_celeba.txt", attribute_list()[:-9], "is no list of numbers"),
        ("list_attr_celeba.txt", "a.jpg 1\nb.jpg 1 -1 1\n", "is no list of numbers"),
        ("list_attr_celeba.txt", "a.jpg 1\na.jpg 1\n", "is no list of numbers"),
        ("list_attr_celeba.txt", "", "is no list of numbers"),
        ("list_attr_celeba.txt", attribute_list().replace("Bald Blond_Hair", "Bald"), "names 2 attributes and has 3"),
        ("list_eval_partition.txt", "\n".join(f"{name} 2" for name in NAMES), "none of the pictures"),
        ("list_eval_partition.txt", split_list().replace(" 1", " one"), "is no list of numbers"),
    ],
)
def test_bad_lists_get_one_sentence(celeba: Path, file: str, content: str | None, sentence: str) -> None:
    (celeba / file).unlink()
    if content is not None:
        (celeba / file).write_text(content)
    with pytest.raises(StudioError, match=f"{sentence}[^\n]*\\.$"):
        data.load("celeba", path=celeba, size=16)


def test_no_pictures_get_one_sentence(celeba: Path) -> None:
    for name in NAMES:
        (celeba / "img_align_celeba" / name).unlink()
    with pytest.raises(StudioError, match="holds no pictures"):
        data.load("celeba", path=celeba)


def test_other_folders_are_not_claimed(celeba: Path) -> None:
    other = celeba / "holiday"
    (celeba / "img_align_celeba").rename(other)
    assert data.detect(other) == "folder"


@given(text=st.text(alphabet="12- \n\tx.", max_size=12))
def test_numbers_are_read_where_every_word_is_a_whole_one(text: str) -> None:
    words = text.split()
    all_whole = all(word.removeprefix("-").isdecimal() for word in words)
    assert _numbers(text).tolist() == ([int(word) for word in words] if all_whole else [])


@given(text=st.text(alphabet="ab1-2 ,\n.jpg", max_size=60))
def test_any_text_is_a_list_or_gets_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, attempt: Callable[..., Any], text: str
) -> None:
    file = tmp_path_factory.mktemp("lists") / "list.txt"
    file.write_text(text)
    found = attempt(lambda: _read_list(file))
    if isinstance(found, str):
        assert found.endswith(".")
    else:
        assert found.values.shape == (len(found.row_of), len(found.names))
