"""What every test stands on: an off-screen Qt, a home of its own, and guards against leaks and warnings."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

# Before the first import of Qt or torch, which read them once.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")

import pytest
from hypothesis import HealthCheck, settings
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

# Timing decides no test here: the machine may be busy. CI draws the same examples each time.
settings.register_profile(
    "studio", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("studio")


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data sets; the test is skipped where there is none."""
    folder = os.environ.get("LATENT_STUDIO_DATA")
    if not folder:
        pytest.skip("needs real data: set LATENT_STUDIO_DATA to a folder that holds mnist/, fashion-mnist/ …")
    if not Path(folder).is_dir():
        pytest.skip(f"needs real data: LATENT_STUDIO_DATA names {folder}, which is not a folder")
    return Path(folder)


@pytest.fixture(scope="session", autouse=True)
def _no_real_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fixtures that outlive a test keep out of the user's files too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENT_STUDIO_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the app keeps this test's user files: settings, runs, trash."""
    folder = tmp_path / "home"
    monkeypatch.setenv("LATENT_STUDIO_HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def _empty_clipboard() -> Iterator[None]:
    """No test finds what another copied; and Qt off-screen crashes at exit with a picture in its clipboard."""
    yield
    if isinstance(QGuiApplication.instance(), QGuiApplication):
        QGuiApplication.clipboard().clear()


@pytest.fixture(autouse=True)
def _no_leaked_widgets(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that leaves a window behind fails, unless it failed already."""
    before = set(top_level_widgets())
    n_failed = request.session.testsfailed
    yield
    if request.session.testsfailed > n_failed or not set(top_level_widgets()) - before:
        return
    gc.collect()  # widgets in reference cycles, then those that wait for deleteLater
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    leaked = set(top_level_widgets()) - before
    assert not leaked, f"left behind: {[describe(widget) for widget in leaked]}"


def top_level_widgets() -> list[QWidget]:
    """The open windows, without the one tool tip that Qt keeps for itself."""
    if QApplication.instance() is None:
        return []
    return [widget for widget in QApplication.topLevelWidgets() if widget.metaObject().className() != "QTipLabel"]


def describe(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName() or widget.windowTitle()!r}"
