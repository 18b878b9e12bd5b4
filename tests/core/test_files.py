"""Files are seen whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from latent_studio.core.errors import StudioError
from latent_studio.core.files import TEMPORARY, disk_bytes, home, new_folder, write_file


def test_a_file_is_replaced_whole_and_its_folder_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deep" / "x.txt"
    write_file(path, "früher")
    write_file(path, b"later")
    assert path.read_bytes() == b"later"
    assert [file.name for file in path.parent.iterdir()] == ["x.txt"]


def test_who_has_the_old_file_open_reads_it_to_its_end(tmp_path: Path) -> None:
    """The new content takes the name; it is never written into the old file."""
    path = tmp_path / "x.txt"
    write_file(path, "old")
    with path.open() as reader:
        write_file(path, "new")
        assert reader.read() == "old"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    path = tmp_path / "x.txt"
    write_file(path, "old")

    def full(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        StudioError, match=r"The disk is full: .*x\.txt was not written and what was saved before is whole"
    ):
        write_file(path, "new")
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["x.txt"]


def test_a_new_folder_appears_under_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    with new_folder(tmp_path / "step") as partial:
        (partial / "a").write_text("1")
        assert not (tmp_path / "step").exists()
        assert partial.name.startswith(TEMPORARY)
    assert (tmp_path / "step" / "a").read_text() == "1"
    assert [path.name for path in tmp_path.iterdir()] == ["step"]


@pytest.mark.parametrize("trouble", [ValueError("a defect"), KeyboardInterrupt(), GeneratorExit()])
def test_a_folder_that_could_not_be_filled_leaves_the_old_one(tmp_path: Path, trouble: BaseException) -> None:
    with new_folder(tmp_path / "step") as partial:
        (partial / "a").write_text("old")

    def fill_and_fail() -> None:
        with new_folder(tmp_path / "step") as partial:
            (partial / "a").write_text("new")
            raise trouble

    with pytest.raises(type(trouble)):
        fill_and_fail()
    assert (tmp_path / "step" / "a").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["step"]


def test_a_full_disk_while_a_folder_is_filled_is_said(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="The disk is full"), new_folder(tmp_path / "step"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_leftovers_of_a_crash_are_written_over(tmp_path: Path) -> None:
    leftover = tmp_path / f"{TEMPORARY}step"
    leftover.mkdir()
    (leftover / "half").write_text("…")
    with new_folder(tmp_path / "step") as partial:
        (partial / "a").write_text("1")
    assert [path.name for path in (tmp_path / "step").iterdir()] == ["a"]


def test_a_forbidden_place_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refused)
    with pytest.raises(StudioError, match="may not be written: choose another folder or change its rights"):
        write_file(tmp_path / "a" / "x.txt", "…")


def test_another_trouble_of_the_disk_is_a_defect_and_keeps_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output error"):
        write_file(tmp_path / "x.txt", "…")


def test_disk_used_is_the_size_of_all_files_below(tmp_path: Path) -> None:
    write_file(tmp_path / "a", b"12345")
    write_file(tmp_path / "b" / "c", b"678")
    assert disk_bytes(tmp_path) == 8
    assert disk_bytes(tmp_path / "gone") == 0


def test_the_users_files_lie_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LATENT_STUDIO_HOME", str(tmp_path))
    assert home() == tmp_path
    monkeypatch.delenv("LATENT_STUDIO_HOME")
    assert home().name == "latent-studio"
