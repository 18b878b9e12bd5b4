"""The window's frame: activity bar, header, status bar, rail."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel
from pytestqt.qtbot import QtBot

from latent_studio.app.widgets import activity_bar, header, rail, status_bar
from latent_studio.app.widgets.activity_bar import ActivityBar, ActivityItem
from latent_studio.app.widgets.buttons import Button
from latent_studio.app.widgets.choice import Choice, Option
from latent_studio.app.widgets.elide import ElidedLabel
from latent_studio.app.widgets.header import HeaderBar
from latent_studio.app.widgets.progress import ProgressLine
from latent_studio.app.widgets.rail import Rail
from latent_studio.app.widgets.status_bar import JobLine, StatusBar

LEFT = Qt.MouseButton.LeftButton
ITEMS = (
    ActivityItem("library", "Library", "books", "Ctrl+1"),
    ActivityItem("explore", "Explore", "sliders-horizontal", "Ctrl+2"),
    ActivityItem("keys", "Keys", "question", "?", at_bottom=True),
)


def test_the_frame_has_the_measures_of_the_look(qtbot: QtBot) -> None:
    bar, head, status, folded = ActivityBar(ITEMS), HeaderBar(), StatusBar(), Rail("Code")
    for widget in (bar, head, status, folded):
        qtbot.addWidget(widget)
    assert (bar.width(), head.height(), status.height()) == (76, 56, 28)
    assert (activity_bar.WIDTH, header.HEIGHT, status_bar.HEIGHT, rail.WIDTH) == (76, 56, 28, 40)
    assert folded.sizeHint().width() == 40


def test_the_activity_bar_chooses_a_panel_and_tells_why_one_is_grey(qtbot: QtBot) -> None:
    bar = ActivityBar(ITEMS, "library")
    qtbot.addWidget(bar)
    bar.show()
    heard: list[str] = []
    bar.chosen.connect(heard.append)
    library, explore, keys = bar._items.values()
    QTest.mouseClick(explore, LEFT)
    QTest.mouseClick(keys, LEFT)
    assert heard == ["explore", "keys"]
    assert bar.current() == "explore"
    bar.set_reason("explore", "needs an encoder")
    assert "needs an encoder" in explore.toolTip()
    assert "Ctrl+2" in explore.toolTip()
    QTest.keyClick(library, Qt.Key.Key_Space)
    assert heard[-1] == "library"


def test_the_header_offers_undo_only_where_there_is_something_to_undo(qtbot: QtBot) -> None:
    head = HeaderBar()
    qtbot.addWidget(head)
    head.resize(900, 56)
    head.show()
    undo = next(b for b in head.findChildren(Button) if "Undo" in b.toolTip())
    with qtbot.assertNotEmitted(head.undo_requested):
        QTest.mouseClick(undo, LEFT)
    head.set_undo("move z7")
    assert undo.toolTip() == "Undo: move z7 (Ctrl+Z)"
    with qtbot.waitSignal(head.undo_requested):
        QTest.mouseClick(undo, LEFT)
    find = next(b for b in head.findChildren(Button) if b.text() == "Find")
    with qtbot.waitSignal(head.find_requested):
        QTest.mouseClick(find, LEFT)


def test_the_header_names_the_open_model(qtbot: QtBot) -> None:
    head = HeaderBar()
    qtbot.addWidget(head)
    head.show()
    chooser = head.findChild(Choice)
    assert isinstance(chooser, Choice)
    assert not chooser.isVisible()
    head.set_models([Option("a", "mnist-vae-2d"), Option("b", "moons-vae-1d")], "b")
    assert (chooser.isVisible(), chooser.text()) == (True, "moons-vae-1d")
    with qtbot.waitSignal(head.model_chosen) as chosen:
        QTest.keyClick(chooser, Qt.Key.Key_Up)
    assert chosen.args == ["a"]


def test_the_status_bar_tells_what_runs_and_lets_it_be_paused(qtbot: QtBot) -> None:
    status = StatusBar()
    qtbot.addWidget(status)
    status.resize(1200, 28)
    status.show()
    line = status.findChild(ProgressLine)
    assert isinstance(line, ProgressLine)
    assert not line.isVisible()
    status.set_job(JobLine("training", "mnist-vae-16", 0.61, "61 % · 2 min left"))
    status.set_picture_ms(2.44)
    said = {label.text() for label in status.findChildren(QLabel) if label.isVisible()}
    assert {"training", "mnist-vae-16", "61 % · 2 min left", "picture 2.4 ms"} <= said
    pause = status.findChild(Button)
    assert isinstance(pause, Button)
    with qtbot.waitSignal(status.job_pause_requested):
        QTest.mouseClick(pause, LEFT)
    with qtbot.waitSignal(status.job_clicked):
        QTest.mouseClick(line, LEFT, pos=QPoint(5, 3))
    status.set_job(None)
    assert not line.isVisible()


def test_the_rail_asks_for_its_dock(qtbot: QtBot) -> None:
    folded = Rail("Code")
    qtbot.addWidget(folded)
    folded.show()
    with qtbot.waitSignal(folded.clicked):
        QTest.mouseClick(folded, LEFT)


def test_long_names_give_way_to_what_must_be_read(qtbot: QtBot) -> None:
    status, head = StatusBar(), HeaderBar()
    for widget in (status, head):
        qtbot.addWidget(widget)
        widget.resize(828, widget.height())
    status.set_device("cuda · a graphics card with a very long name indeed, the second of four")
    status.set_job(JobLine("training", "a-run-with-a-very-long-name-" * 4, 0.61, "61 % · 2 h 14 min left"))
    status.set_saved("Not saved: the disk is full", is_trouble=True)
    head.set_title("Explore")
    head.set_models([Option("a", "a-model-with-a-very-long-name-" * 4)])
    head.set_caption("conditional VAE · 28 × 28 · 12 normal + digit + a few more factors than one would like")
    for widget in (status, head):
        widget.show()
    cut = {label.text() for bar in (status, head) for label in bar.findChildren(ElidedLabel) if label.is_cut()}
    whole = {label.text() for bar in (status, head) for label in bar.findChildren(ElidedLabel)} - cut
    assert {"training", "61 % · 2 h 14 min left", "Not saved: the disk is full", "Explore"} <= whole
    assert any(text.startswith("a-run") for text in cut)
    assert all(child.geometry().right() <= head.width() for child in head.findChildren(Button))


@pytest.mark.parametrize(("n_panels", "height", "n_behind"), [(9, 800, 0), (9, 612, 0), (11, 612, 0), (16, 612, 6)])
def test_many_panels_move_together_and_what_has_no_room_is_behind_more(
    qtbot: QtBot, n_panels: int, height: int, n_behind: int
) -> None:
    panels = [ActivityItem(f"p{k}", f"Panel {k}", "books") for k in range(n_panels)]
    foot = [ActivityItem(name, name, "gear-six", at_bottom=True) for name in ("keys", "settings")]
    bar = ActivityBar([*panels, *foot], "p0")
    qtbot.addWidget(bar)
    bar.resize(activity_bar.WIDTH, height)
    bar.show()
    QApplication.sendPostedEvents()  # the layout follows before the next painting
    buttons = [button for button in bar.findChildren(QAbstractButton) if button.isVisible()]
    areas = sorted((button.geometry() for button in buttons), key=lambda area: area.top())
    assert all(above.bottom() < below.top() for above, below in itertools.pairwise(areas))
    assert areas[-1].bottom() < height
    assert len(bar.hidden()) == n_behind
    last = f"p{n_panels - 1}"
    bar.set_current(last)
    assert last not in bar.hidden()
    assert len(bar.hidden()) == n_behind
