"""CIFAR's binary version, from files that are written here by the published format."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from latent_studio import data
from latent_studio.core.errors import StudioError
from latent_studio.data.cifar import CIFAR_10

N = 7  # pictures in each file
X = np.random.default_rng(0).integers(0, 256, (6 * N, 3, 32, 32), dtype=np.uint8)
Y = (np.arange(6 * N, dtype=np.uint8) * 3) % 10
KINDS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def records(*columns: NDArray[np.uint8], x: NDArray[np.uint8]) -> bytes:
    return b"".join(bytes([*codes]) + picture.tobytes() for *codes, picture in zip(*columns, x, strict=True))


def cifar_10() -> dict[str, bytes]:
    files = {
        name: records(Y[k * N : (k + 1) * N], x=X[k * N : (k + 1) * N])
        for k, name in enumerate((*CIFAR_10.train, CIFAR_10.test))
    }
    return {**files, "batches.meta.txt": "\n".join(KINDS).encode() + b"\n\n"}


def cifar_100() -> dict[str, bytes]:
    fine, coarse = np.arange(6 * N, dtype=np.uint8) * 2, np.arange(6 * N, dtype=np.uint8) % 20
    return {
        "train.bin": records(coarse[: 5 * N], fine[: 5 * N], x=X[: 5 * N]),
        "test.bin": records(coarse[5 * N :], fine[5 * N :], x=X[5 * N :]),
        "coarse_label_names.txt": "\n".join(f"group {k}" for k in range(20)).encode(),
        "fine_label_names.txt": "\n".join(f"aquarium_fish {k}" for k in range(100)).encode(),
    }


def as_folder(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def as_archive(path: Path, files: dict[str, bytes], inside: str = "cifar-10-batches-bin") -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"{inside}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture(params=["folder", "its parent", "archive", "the archive's folder"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    match request.param:
        case "folder":
            return as_folder(tmp_path / "unpacked", cifar_10())
        case "its parent":
            return as_folder(tmp_path / "cifar-10-batches-bin", cifar_10()).parent
        case "archive":
            return as_archive(tmp_path / "renamed.tgz", cifar_10())
    return as_archive(tmp_path / "cifar-10-binary.tar.gz", cifar_10()).parent


def test_all_pictures_come_in_the_order_of_the_files_with_their_names(place: Path) -> None:
    assert data.detect(place) == "cifar"
    images = data.load("cifar", path=place)
    assert images.name == "CIFAR-10"
    assert (images.n_train, images.n_test) == (5 * N, N)
    assert np.array_equal(images.pixels, X)
    assert images.labels is not None
    assert np.array_equal(images.labels, Y)
    assert images.label_names == KINDS
    assert "Krizhevsky" in images.citation


def test_other_sizes_and_mapped_ones_are_equal(tmp_path: Path) -> None:
    place = as_folder(tmp_path / "set", cifar_10())
    in_memory = data.load("cifar", path=place, size=16)
    mapped = data.load("cifar", path=place, size=16, memory_share=0)
    assert in_memory.image_shape == (3, 16, 16)
    assert isinstance(mapped.pixels, np.memmap)
    assert mapped.content_digest() == in_memory.content_digest()


def test_cifar_100_has_its_fine_classes_as_labels_and_the_coarse_as_an_attribute(tmp_path: Path) -> None:
    images = data.load("cifar", path=as_folder(tmp_path / "set", cifar_100()))
    assert (images.name, images.n_train, images.n_test) == ("CIFAR-100", 5 * N, N)
    assert np.array_equal(images.pixels, X)
    assert images.labels is not None
    assert images.label_names[images.labels[3]] == "aquarium fish 6"
    assert images.attribute_names["coarse"][images.attributes["coarse"][21]] == "group 1"
    assert len(images.only("coarse=group 1").pixels) == 3


@pytest.mark.parametrize("is_archive", [True, False])
def test_the_python_version_is_refused_and_its_pickle_never_read(tmp_path: Path, is_archive: bool) -> None:
    bomb = b"cbuiltins\nexit\n(tR."  # would end the program
    files = dict.fromkeys(("data_batch_1", "data_batch_2", "test_batch", "batches.meta"), bomb)
    if is_archive:
        place = as_archive(tmp_path / "cifar-10-python.tar.gz", files, "cifar-10-batches-py")
    else:
        place = as_folder(tmp_path / "cifar-10-batches-py", files)
    assert data.detect(place) == "cifar"
    with pytest.raises(StudioError, match=r"is pickle .* download the binary version \(cifar-10-binary.tar.gz\)"):
        data.load("cifar", path=place)


def without(files: dict[str, bytes], name: str) -> dict[str, bytes]:
    return {key: content for key, content in files.items() if key != name}


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({**cifar_10(), "data_batch_3.bin": cifar_10()["data_batch_3.bin"][:-1]}, "data_batch_3.bin is cut short"),
        ({**cifar_10(), "test_batch.bin": b""}, "test_batch.bin is cut short"),
        (without(cifar_10(), "data_batch_4.bin"), "data_batch_4.bin is missing"),
        (without(cifar_10(), "batches.meta.txt"), "batches.meta.txt is missing"),
        ({**cifar_10(), "batches.meta.txt": b"airplane\nbird"}, "has labels up to 9 and batches.meta.txt names 2"),
        ({"holiday.txt": b""}, "holds no CIFAR files"),
    ],
)
def test_bad_files_get_one_sentence(tmp_path: Path, files: dict[str, bytes], sentence: str) -> None:
    with pytest.raises(StudioError, match=f"{sentence}[^\n]*\\.$"):
        data.load("cifar", path=as_folder(tmp_path / "set", files))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE])
def test_an_archives_links_are_not_followed(tmp_path: Path, kind: bytes) -> None:
    path, link = tmp_path / "cifar-10-binary.tar", tarfile.TarInfo("test_batch.bin")
    link.type, link.linkname = kind, "nowhere"
    with tarfile.open(path, "w") as archive:
        for name, content in without(cifar_10(), "test_batch.bin").items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        archive.addfile(link)
    with pytest.raises(StudioError, match=r"test_batch\.bin is missing"):
        data.load("cifar", path=path)


@given(share=st.floats(0, 1, exclude_max=True))
def test_an_archive_cut_anywhere_gets_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, attempt: Callable[..., Any], share: float
) -> None:
    path = as_archive(tmp_path_factory.mktemp("cut") / "cifar-10-binary.tar.gz", cifar_10())
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * (len(whole) - 200))])
    told = attempt(lambda: data.load("cifar", path=path))
    assert isinstance(told, str)
    assert told.endswith(".")
