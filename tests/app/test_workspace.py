"""The window goes on where it was left: after it was closed, beside another one, and where something is damaged."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from latent_studio.app.left_off import LeftOff
from latent_studio.app.main import main
from latent_studio.app.session import Places
from latent_studio.app.settings import Settings
from latent_studio.core.files import write_file
from latent_studio.studio.document import Document
from latent_studio.studio.workspace import Workspace, parse_workspace
from tests.app.conftest import Open
from tests.app.driving import Driver

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)")


def kept(home: Path, name: str = "workspace.json") -> Workspace:
    return parse_workspace((home / name).read_bytes())


def settled(driver: Driver) -> Document:
    """The document once it is on the disk."""
    path = driver.window.left_off.autosave.path
    assert path is not None
    driver.until(lambda: path.exists() and parse_workspace(path.read_bytes()).document == driver.session.document)
    return driver.session.document


def test_an_edit_is_on_the_disk_without_anybody_asking(driver: Driver, home: Path) -> None:
    driver.drag_slider(1, 0.5, 1.5)
    assert settled(driver).code[1] != 0.0
    driver.window.go_to("train")
    driver.until(lambda: kept(home).panel == "train")
    assert driver.window.status._saved.text() == "Saved"


def test_code_locks_panel_and_dock_are_as_they_were_left(open_window: Open) -> None:
    first = open_window()
    first.drag_slider(2, 1.25)
    first.session.edit(lambda document: document.replace(locked=frozenset({0}), temperature=0.4))
    first.window.go_to("train")
    first.click(first.window.rail)
    document = first.session.document
    first.close()
    second = open_window("")
    second.until(lambda: second.session.document == document)
    second.until(second.dock.isVisible)
    assert second.window.panel.key == "train"
    assert not second.session.history.can_undo
    second.window.go_to("explore")
    second.wait_for_picture()
    assert second.code == document.code


def test_a_panel_goes_on_where_it_was_left_also_where_it_is_made_later(
    open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from latent_studio.app.panels.library import LibraryPanel

    places: list[object] = []
    monkeypatch.setattr(LibraryPanel, "workspace", lambda _: {"at": [3, 4.5]})
    monkeypatch.setattr(LibraryPanel, "restore", lambda _, values: places.append(values["at"]))
    first = open_window()
    first.until(lambda: any(panel.key == "library" for panel in first.window.panels.made()))
    first.close()
    assert places == []
    second = open_window("")
    second.wait_for_picture()
    second.window.go_to("library")
    assert places == [[3, 4.5]]


@pytest.mark.parametrize(
    ("key", "left"),
    [
        ("traversals", {"model": "another", "scrolled": 300}),
        ("samples", {"scale": 0.0, "scroll": 120, "selection": [3, 5], "nearest": False}),
        ("data", {"recent": [], "place": 800}),
    ],
)
def test_a_panel_that_nobody_looks_at_stays_as_it_was_left(driver: Driver, key: str, left: dict[str, object]) -> None:
    panel = driver.window.panels[key]  # made in idle time; it shows nothing until it is gone to
    panel.restore(left)
    assert panel.workspace() == left


def test_a_damaged_workspace_is_set_aside_whole_and_said_in_one_sentence(open_window: Open, home: Path) -> None:
    home.mkdir(parents=True)
    (home / "workspace.json").write_text('{"document": {"code": [1.0')
    driver = open_window("", settings=Settings()).wait_for_picture()
    driver.until(lambda: "damaged" in driver.explore.banner.message())
    assert (home / "workspace.json.damaged").read_text() == '{"document": {"code": [1.0'
    settled(driver)


def test_a_workspace_whose_model_is_gone_says_so_and_opens_the_first_one(
    open_window: Open, models: Path, tmp_path: Path, home: Path
) -> None:
    mine = Path(shutil.copy(models / "digits-4d.safetensors", tmp_path / "mine.safetensors"))
    only_small = tmp_path / "ready"
    only_small.mkdir()
    shutil.copy(models / "digits-1d.safetensors", only_small)
    first = open_window("digits-1d", ready_made=only_small)
    first.session.open_model(str(mine))
    first.until(lambda: len(first.code) == 4)
    first.session.edit(lambda document: document.replace(temperature=0.25))
    lost = settled(first)
    first.close()
    mine.unlink()
    second = open_window("", ready_made=only_small).wait_for_picture()
    second.until(lambda: "mine.safetensors" in second.explore.banner.message())
    assert len(second.code) == 1
    assert second.session.document.temperature == 0.25
    (aside,) = (home / "workspaces").iterdir()
    assert parse_workspace(aside.read_bytes()).document == lost


def test_two_windows_at_once_keep_out_of_each_others_way(open_window: Open, home: Path) -> None:
    first, second = open_window("digits-4d"), open_window("digits-4d")
    first.drag_slider(0, 1.0)
    second.drag_slider(0, -1.0)
    one, other = settled(first), settled(second)
    assert one.code != other.code
    assert (kept(home).document, kept(home, "workspace-2.json").document) == (one, other)
    first.close()
    second.close()
    third = open_window("")
    third.until(lambda: third.session.document == one)
    fourth = open_window("")
    fourth.until(lambda: fourth.session.document == other)


def test_a_file_named_at_the_start_is_opened_and_the_workspace_put_aside(
    open_window: Open, models: Path, home: Path
) -> None:
    first = open_window("digits-4d")
    first.drag_slider(0, 1.0)
    left = settled(first)
    first.close()
    second = open_window("", first=models / "digits-1d.safetensors").wait_for_picture()
    assert len(second.code) == 1
    assert second.window.panel.key == "explore"
    (aside,) = (home / "workspaces").iterdir()
    assert parse_workspace(aside.read_bytes()).document == left
    second.window.documents.open_earlier(aside)
    second.until(lambda: second.code == left.code)
    second.session.undo()
    second.until(lambda: len(second.code) == 1)


def test_a_full_disk_is_said_once_and_saving_goes_on_when_there_is_room(
    driver: Driver, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from latent_studio.app import autosave
    from latent_studio.core.errors import StudioError

    def full(path: Path, content: str) -> None:
        raise StudioError("The disk is full: free some room.")

    told: list[str] = []
    driver.session.told.connect(lambda level, text, details: told.append(text))
    monkeypatch.setattr(autosave, "write_file", full)
    driver.drag_slider(1, 2.0)
    driver.until(lambda: driver.window.status._saved.text() == "Not saved")
    driver.until(lambda: "is not being saved" in driver.explore.banner.message())
    monkeypatch.setattr(autosave, "write_file", write_file)
    driver.until(lambda: driver.window.status._saved.text() == "Saved")
    assert len([text for text in told if "not being saved" in text]) == 1
    assert kept(home).document == driver.session.document


@pytest.fixture
def gathers(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    n = 0
    gather = LeftOff.gather

    def counted(self: LeftOff) -> Workspace:
        nonlocal n
        n += 1
        return gather(self)

    monkeypatch.setattr(LeftOff, "gather", counted)
    return lambda: n


def test_nothing_is_written_while_nothing_changes(open_window: Open, home: Path, gathers: Callable[[], int]) -> None:
    driver = open_window()
    driver.until(lambda: len(driver.window.panels.made()) == len(driver.window.panels))
    settled(driver)
    n = gathers()
    driver.until(lambda: gathers() >= n + 3)  # looked at, and
    stamp = (home / "workspace.json").stat().st_mtime_ns
    n = gathers()
    driver.until(lambda: gathers() >= n + 3)
    assert (home / "workspace.json").stat().st_mtime_ns == stamp


def test_every_panel_takes_a_workspace_of_another_version(open_window: Open) -> None:
    driver = open_window()
    for panel in driver.window.panels.values():
        panel.restore({})
        panel.restore({"of another version": [1, {"a": None}]})
        again = panel.workspace()
        panel.restore(again)
        assert panel.workspace() == again


def test_a_document_that_is_damaged_is_not_opened_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.latent"
    path.write_text("{")
    assert main([str(path)]) == 2
    assert "mine.latent is damaged" in capsys.readouterr().err


def test_a_window_that_was_never_painted_leaves_no_workspace(qtbot: QtBot, models: Path, home: Path) -> None:
    from latent_studio.app.session import Session
    from latent_studio.app.window import Window

    window = Window(Session(Places(models, home)), Settings())
    window.close()
    window.deleteLater()
    window.session.deleteLater()
    assert not (home / "workspace.json").exists()
