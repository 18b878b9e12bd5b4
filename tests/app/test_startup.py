"""The start: the window is on the screen before torch is loaded, and what it remembers from the day before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from latent_studio.app.main import has_display, main
from latent_studio.app.panel import find_panels
from latent_studio.app.settings import Settings, read_settings
from latent_studio.app.widgets.empty import EmptyState
from latent_studio.app.widgets.segmented import SegmentedControl
from tests.app.conftest import Open

FIRST_PAINT = """
import sys
sys.argv = ["main.py", sys.argv[1]]
from PySide6.QtCore import QTimer
from latent_studio.app import main as starting
from latent_studio.app.window import Window

class Watched(Window):
    def __init__(self, *args):
        super().__init__(*args)
        self.first_painted.connect(self.on_painted)
        self.session.previewed.connect(self.on_previewed)

    def on_painted(self):
        heavy = [name for name in ("torch", "sklearn", "scipy", "PIL.Image") if name in sys.modules]
        print("painted", self.isVisible(), heavy, flush=True)

    def on_previewed(self, answer):
        if type(answer.value).__name__ == "PreviewPicture":
            print("picture", "torch" in sys.modules, flush=True)
            QTimer.singleShot(0, self.close)

starting.Window = Watched
sys.exit(starting.main(sys.argv[1:]))
"""


ROOT = Path(__file__).parents[2]


def run(code: str, *arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    names = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**names, **environment},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_window_is_painted_before_torch_is_imported(models: Path) -> None:
    done = run(FIRST_PAINT, str(models / "digits-4d.safetensors"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["painted True []", "picture True"]


def test_without_a_display_the_main_job_is_done_off_screen_and_its_pictures_are_saved(tmp_path: Path) -> None:
    program = ROOT / "main.py"
    code = f"import runpy, sys; sys.argv[0] = 'main.py'; runpy.run_path({str(program)!r}, run_name='__main__')"
    done = run(code, "--seconds", "3", "--theme", "light", cwd=tmp_path, QT_QPA_PLATFORM="")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("There is no display here")
    assert any(line.startswith("trained it for ") for line in lines)
    saved = {path.name: QImage(str(path)) for path in (tmp_path / "pictures").iterdir()}
    whole = {f"{name}-light.png" for name in (*(panel.key for panel in find_panels()), "explore-while-training")}
    assert whole <= set(saved)
    assert all((saved[name].width(), saved[name].height()) == (1440, 900) for name in whole)
    assert saved["train-light.png"] != saved["library-light.png"]
    assert lines[-1] == f"{len(saved)} pictures are in {(tmp_path / 'pictures').resolve()}"


def test_a_broken_checkpoint_on_the_command_line_is_a_sentence_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "half.safetensors"
    path.write_bytes(b"\x10\x00")
    assert main([str(path)]) == 2
    told = capsys.readouterr().err
    assert told.startswith("half.safetensors")
    assert "Traceback" not in told


def test_a_display_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert has_display() is (sys.platform != "linux")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert has_display()


def test_geometry_theme_and_model_are_remembered(open_window: Open, home: Path, models: Path) -> None:
    first = open_window("digits-1d")
    first.window.setGeometry(20, 30, 1100, 700)
    first.window.set_theme("light")
    first.close()
    settings = read_settings(home)
    assert settings.geometry == (20, 30, 1100, 700)
    assert settings.theme == "light"
    assert settings.model == str(models / "digits-1d.safetensors")
    second = open_window("", settings=settings).wait_for_picture()
    assert second.session.document.model is not None
    assert second.session.document.model.name == "digits-1d"


def test_a_window_that_stood_on_a_screen_that_is_gone_comes_back_to_one_that_is_there(open_window: Open) -> None:
    driver = open_window(settings=Settings(geometry=(90_000, 0, 1200, 700)))
    screen = driver.window.screen().availableGeometry()
    assert screen.intersects(driver.window.geometry())


def test_damaged_settings_are_the_defaults(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "settings.json").write_text('{"theme": "mauve"')
    assert read_settings(home) == Settings()


def test_a_model_that_is_gone_gives_way_to_the_first_ready_made_one(open_window: Open, home: Path) -> None:
    driver = open_window("", settings=Settings(model="/nowhere/gone.safetensors")).wait_for_picture()
    assert driver.session.document.model is not None
    assert driver.session.document.model.name == "digits-1d"
    assert driver.explore.banner.message() == ""


def test_without_any_model_explore_says_what_to_do_and_offers_it(open_window: Open, tmp_path: Path) -> None:
    driver = open_window("", ready_made=tmp_path / "none")
    driver.until(driver.explore._empty.isVisible)
    assert not driver.dock.isVisible()
    driver.click(driver.explore._empty._button)
    assert driver.window.panel.key == "train"


def test_without_any_model_the_map_shows_a_way_on_and_no_bare_controls(open_window: Open, tmp_path: Path) -> None:
    driver = open_window("", ready_made=tmp_path / "nothing")
    driver.until(lambda: driver.session.has_nothing)
    driver.window.go_to("manifold")
    manifold = driver.window.panels["manifold"]
    assert any(page.isVisible() for page in manifold.findChildren(EmptyState))
    assert not any(button.isVisible() for button in manifold.findChildren(SegmentedControl))
