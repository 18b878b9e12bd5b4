"""The Data panel as a person uses it: look, filter, bring pictures, fetch others, encode one, train on them."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

import latent_studio.data.downloads as downloads
from latent_studio.app.browsing.counts import N_FOLDED, CountRow, Counts
from latent_studio.app.panels.data import DataPanel
from latent_studio.app.panels.train import TrainPanel
from latent_studio.core.runs import read_status
from latent_studio.studio.data_list import DataRef
from tests.app.driving import LEFT, NOTHING, Driver
from tests.data.conftest import idx_bytes
from tests.data.mirror import Mirror, serving

Open = Callable[..., Driver]


def panel(driver: Driver) -> DataPanel:
    found = driver.window.panels["data"]
    assert isinstance(found, DataPanel)
    return found


def train(driver: Driver) -> TrainPanel:
    found = driver.window.panels["train"]
    assert isinstance(found, TrainPanel)
    return found


@pytest.fixture
def driver(open_window: Open) -> Driver:
    """A window on the Data panel that shows the digits."""
    driver = open_window()
    driver.window.go_to("data")
    driver.until(lambda: panel(driver).wall.page(0) is not None)
    return driver


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    """A folder of 30 reddish cats and 10 bluish dogs."""
    rng = np.random.default_rng(0)
    for kind, n, tint in (("cats", 30, (200, 60, 60)), ("dogs", 10, (60, 60, 200))):
        (tmp_path / "pets" / kind).mkdir(parents=True)
        for i in range(n):
            picture = np.clip(np.array(tint) + rng.integers(-50, 50, (20, 30, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(picture).save(tmp_path / "pets" / kind / f"{i}.png")
    return tmp_path / "pets"


def click_row(driver: Driver, counts: Counts, name: str, several: bool = False) -> None:
    index = [row.name for row in counts.rows()].index(name)
    held = Qt.KeyboardModifier.ControlModifier if several else NOTHING
    QTest.mouseClick(counts, LEFT, held, counts.row_rect(index).center().toPoint())


def shown_labels(driver: Driver) -> set[str]:
    page = panel(driver).wall.page(0)
    return set() if page is None else set(page[0].labels)


# --- looking


def test_the_digits_are_there_at_once_with_their_counts(driver: Driver) -> None:
    data = panel(driver)
    assert data.caption() == "UCI digits · 1,437 + 360 test · 8 × 8 · grey"
    assert data.wall.count() == 1437
    rows = data.facts.counts["label"].rows()
    assert [row.name for row in rows] == [str(digit) for digit in range(10)]
    assert sum(row.n for row in rows) == 1437
    driver.click(data.controls.split)  # the middle segment: the test part
    driver.until(lambda: data.wall.count() == 360)
    assert sum(row.n for row in data.facts.counts["label"].rows()) == 360


def test_pictures_far_down_the_list_come_when_they_are_scrolled_to_and_are_the_right_ones(driver: Driver) -> None:
    data = panel(driver)
    bar = data.wall.verticalScrollBar()
    bar.setValue(bar.maximum())
    driver.until(lambda: data.wall.page(1436) is not None)
    found = data.wall.page(1436)
    assert found is not None
    page, at = found
    assert page.indices[at] == 1436
    from latent_studio.data import load

    assert np.array_equal(page.pictures[at], load("digits").pixels[1436, 0])


def test_a_click_on_a_label_shows_only_these_and_undo_brings_the_others_back(driver: Driver) -> None:
    data = panel(driver)
    click_row(driver, data.facts.counts["label"], "3")
    driver.until(lambda: shown_labels(driver) == {"3"})
    assert data.wall.count() == 151
    click_row(driver, data.facts.counts["label"], "7", several=True)
    driver.until(lambda: shown_labels(driver) == {"3", "7"})
    driver.session.undo()
    driver.until(lambda: shown_labels(driver) == {"3"})
    click_row(driver, data.facts.counts["label"], "3")
    driver.until(lambda: data.wall.count() == 1437)


def test_pointing_at_a_picture_tells_what_it_is_and_a_click_keeps_it(driver: Driver) -> None:
    data = panel(driver)
    page = data.wall.page(0)
    assert page is not None
    QTest.mouseMove(data.wall.viewport(), data.wall.cell(2).center().toPoint())
    driver.until(lambda: data.facts.picture.title() == page[0].labels[2])
    assert not data.facts.picture.picture.image().isNull()
    QTest.mouseClick(data.wall.viewport(), LEFT, NOTHING, data.wall.cell(5).center().toPoint())
    assert data.wall.selection() == [5]
    QTest.mouseMove(data.wall.viewport(), data.wall.cell(1).center().toPoint())
    data.wall.leaveEvent(None)  # type: ignore[arg-type]  # the pointer is gone: what was clicked is told again
    assert data.facts.picture.title() == page[0].labels[5]


@pytest.mark.parametrize("side", ["s", "m", "l"])
def test_every_picture_is_found_where_it_is_painted(driver: Driver, side: str) -> None:
    wall = panel(driver).wall
    panel(driver)._set("side", side)
    for place in (0, 1, wall.n_columns() - 1, wall.n_columns(), 37):
        assert wall.place_at(wall.cell(place).center()) == place
    assert wall.place_at(QPointF(2, 2)) == -1
    assert wall.cell(wall.n_columns() - 1).right() <= wall.viewport().width()


def test_a_long_list_of_labels_is_folded_and_a_wanted_one_unfolds_it(driver: Driver) -> None:
    counts = Counts("variety")
    counts.set_rows([CountRow(f"Variety {i} of a rather long name", i) for i in range(67)])
    folded = counts.sizeHint().height()
    assert folded == counts.row_rect(N_FOLDED).bottom()
    counts.set_wanted(["Variety 60 of a rather long name"])
    assert counts.sizeHint().height() > 5 * folded
    counts.deleteLater()


def test_the_keyboard_goes_through_the_pictures(driver: Driver) -> None:
    wall = panel(driver).wall
    wall.setFocus()
    QTest.keyClick(wall, Qt.Key.Key_Right)
    QTest.keyClick(wall, Qt.Key.Key_Down)
    assert wall.selection() == [wall.n_columns()]
    QTest.keyClick(wall, Qt.Key.Key_End)
    assert wall.selection() == [1436]
    driver.until(lambda: wall.page(1436) is not None)


def test_where_one_was_and_what_was_opened_is_found_again(driver: Driver, pets: Path) -> None:
    data = panel(driver)
    data.wall.show_place(800)
    left = data.workspace()
    data.restore({**left, "recent": [DataRef("folder", str(pets)).values(), "nonsense", {"source": 3}]})
    assert [row.title for row in data.sets.rows() if row.section == "recent"] == ["pets"]
    data._shown = None  # as after a start
    data._show()
    driver.until(lambda: data.wall.count() == 1437 and data.wall.first_in_view() == left["place"] > 700)
    data.restore({"recent": 7, "place": "x"})  # of another version: counts for nothing
    assert data.sets.recent == ()


def test_settings_that_another_version_wrote_wrongly_count_for_nothing(driver: Driver) -> None:
    data = panel(driver)
    wrong = {"set": 3, "only": [7], "split": ["x"], "sort": None, "side": {"m": 1}}
    driver.session.edit(lambda document: document.with_setting("data", **wrong))
    driver.until(lambda: data.wall.count() == 1437)
    driver.session.edit(lambda document: document.with_setting("data", only={"name": "label", "values": 4}))
    driver.until(lambda: data.wall.count() == 1437)


# --- to other panels


def test_a_picture_of_the_data_is_encoded_in_explore(driver: Driver) -> None:
    data = panel(driver)
    QTest.mouseClick(data.wall.viewport(), LEFT, NOTHING, data.wall.cell(3).center().toPoint())
    page = data.wall.page(3)
    assert page is not None
    driver.click(data.facts.picture.encode)
    driver.until(lambda: driver.session.document.source is not None)
    source = driver.session.document.source
    assert source is not None
    assert (source.caption, source.label) == ("UCI digits train 3", page[0].labels[3])
    assert driver.window.panel.key == "explore"
    assert driver.code == source.code


def test_own_pictures_are_dropped_filtered_trained_on_and_explored(driver: Driver, pets: Path, home: Path) -> None:
    data = panel(driver)
    driver.drop_files(driver.window, pets)
    driver.until(lambda: data.caption() == "pets · 36 + 4 test · 64 × 64 · colour")
    driver.until(lambda: shown_labels(driver) == {"cats", "dogs"})
    assert [row.title for row in data.list.rows() if row.section == "recent"] == ["pets"]
    click_row(driver, data.facts.counts["label"], "cats")
    driver.until(lambda: shown_labels(driver) == {"cats"})
    n_cats = data.wall.count()
    driver.click(data.controls.everything)
    driver.until(lambda: data.wall.count() == 36 > n_cats)
    driver.click(data.controls.train)
    form = train(driver).form
    driver.until(lambda: "36 pictures, 16 at a time" in form.why.text())
    recipe = train(driver).recipe()
    assert recipe is not None
    assert (recipe.data.source, recipe.data.path) == ("folder", str(pets))
    assert recipe.augment.mirror
    assert recipe.model["network"] == "conv"
    assert recipe.name == "pets-vae-16"
    driver.until(lambda: "timed on" in train(driver).start_bar.time_text())
    train(driver).set_recipe(recipe.with_values(training={"n_epochs": 1}))
    driver.click(train(driver).start_bar.start)
    driver.until(lambda: (s := read_status(home / "runs" / "pets-vae-16")) is not None and s.state == "finished")
    driver.until(lambda: train(driver).board.view.head.explore.isEnabled())
    driver.click(train(driver).board.view.head.explore)
    driver.until(lambda: driver.session.header is not None and driver.session.header.name == "pets-vae-16")
    assert driver.window.panel.key == "explore"
    assert len(driver.code) == 16


def test_the_pictures_change_before_the_eyes_as_the_augmentation_is_chosen(driver: Driver, pets: Path) -> None:
    form, seen = train(driver).form, train(driver).seen
    panel(driver).open_set(DataRef("folder", str(pets)))
    driver.until(lambda: panel(driver).controls.train.isEnabled())
    driver.click(panel(driver).controls.train)
    driver.until(lambda: form.why.text() != "" and bool(seen.grid._pictures))
    driver.click(form.why.undo)  # without the proposal every picture is as it is
    driver.until(lambda: len(seen.originals()) == 10 and same(seen.grid._pictures, seen.originals()))
    assert seen.note.text() == "as they are"
    driver.click(form.augment.field("augment.mirror"))
    driver.until(lambda: not same(seen.grid._pictures, seen.originals()))
    for before, after in zip(seen.originals(), seen.grid._pictures, strict=True):
        assert after is not None
        assert np.array_equal(after, before) or np.array_equal(after, before[:, ::-1])
    first = list(seen.grid._pictures)
    driver.click(seen.again)
    driver.until(lambda: not same(seen.grid._pictures, first))


def same(first: object, second: object) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))  # type: ignore[call-overload]


def test_taking_the_proposal_back_leaves_the_form_as_it_was(driver: Driver, pets: Path) -> None:
    driver.window.go_to("train")
    form = train(driver).form
    driver.until(lambda: bool(form.model.paths()))
    before = dict(form.draft.sections)
    driver.drop_files(driver.window, pets)
    driver.until(lambda: form.why.text() != "")
    assert form.draft.get("model.likelihood") == "gaussian"
    driver.click(form.why.undo)
    assert form.why.text() == ""
    assert form.draft.sections["model"] == before["model"]
    assert form.draft.sections["training"] == before["training"]
    assert form.draft.get("data.path") == str(pets)


# --- what cannot be read


def test_an_empty_folder_is_refused_with_a_sentence(driver: Driver, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    driver.drop_files(driver.window, tmp_path / "empty")
    driver.until(lambda: "No pictures were found in empty" in panel(driver).banner.message())
    assert panel(driver).wall.count() == 1437  # what was there is still there


def test_a_set_that_was_moved_away_is_said_and_others_can_be_opened(driver: Driver, tmp_path: Path) -> None:
    data = panel(driver)
    data.open_set(DataRef("idx", str(tmp_path / "gone")))
    driver.until(lambda: "is not there" in data.empty.sentence())
    data.open_set(DataRef("digits"))
    driver.until(lambda: data.wall.page(0) is not None)


# --- downloads

LABELS = np.repeat(np.arange(3, dtype=np.uint8), 20)
PIXELS = np.random.default_rng(1).integers(0, 255, (60, 28, 28), np.uint8)
FILES = {
    "train-images-idx3-ubyte.gz": gzip.compress(idx_bytes(PIXELS)),
    "train-labels-idx1-ubyte.gz": gzip.compress(idx_bytes(LABELS)),
}


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    """The only set that can be downloaded comes from this machine."""
    monkeypatch.setenv("no_proxy", "*")
    files = tuple(
        downloads.RemoteFile(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in FILES.items()
    )
    with serving(Mirror(files=dict(FILES))) as mirror:
        entry = downloads.Download("tiny", "Tiny: for tests", "idx", files, (mirror.url,), "CC0", "nobody")
        monkeypatch.setattr(downloads, "DOWNLOADS", (entry,))
        yield mirror


def choose_download(driver: Driver) -> None:
    data = panel(driver)
    driver.until(lambda: any(row.key == "download:tiny" for row in data.list.rows()))
    QTest.mouseClick(data.list.viewport(), LEFT, NOTHING, data.list.row_rect("download:tiny").center())


def test_a_set_is_downloaded_and_shown(mirror: Mirror, open_window: Open) -> None:
    driver = open_window()
    driver.window.go_to("data")
    choose_download(driver)
    assert panel(driver).remote.start.text().startswith("Download ")
    driver.click(panel(driver).remote.start)
    driver.until(lambda: panel(driver).caption().endswith("28 × 28 · grey"))
    assert all(row.section != "remote" for row in panel(driver).list.rows())
    driver.until(lambda: panel(driver).wall.page(0) is not None)
    page = panel(driver).wall.page(0)
    assert page is not None
    assert np.array_equal(page[0].pictures[0], PIXELS[0])


def test_a_download_is_paused_cancelled_and_goes_on_where_it_was(mirror: Mirror, open_window: Open) -> None:
    mirror.stalls_after = 20_000
    driver = open_window()
    driver.window.go_to("data")
    choose_download(driver)
    remote = panel(driver).remote
    driver.click(remote.start)
    driver.until(lambda: "20 kB of" in remote.line())
    driver.click(remote.pause)
    driver.until(lambda: remote.pause.text() == "Go on" and "paused" in remote.line())
    driver.click(remote.pause)
    driver.until(lambda: remote.pause.text() == "Pause")
    driver.click(remote.stop)
    driver.until(lambda: remote.start.isVisible())
    driver.until(lambda: remote.start.text() == "Go on downloading")
    mirror.stalls_after = None
    driver.click(remote.start)
    driver.until(lambda: panel(driver).caption().endswith("28 × 28 · grey"))
    assert "bytes=20000-" in mirror.ranges


def test_closing_the_window_leaves_a_download_to_go_on_with(mirror: Mirror, open_window: Open, home: Path) -> None:
    mirror.stalls_after = 20_000
    driver = open_window()
    driver.window.go_to("data")
    choose_download(driver)
    driver.click(panel(driver).remote.start)
    driver.until(lambda: "20 kB of" in panel(driver).remote.line())
    driver.close()
    assert (home / "data" / "tiny" / "train-images-idx3-ubyte.gz.part").stat().st_size == 20_000


def test_what_no_mirror_gives_is_said_where_it_was_asked_for(mirror: Mirror, open_window: Open) -> None:
    mirror.status = 503
    driver = open_window()
    driver.window.go_to("data")
    choose_download(driver)
    driver.click(panel(driver).remote.start)
    driver.until(lambda: "could not be downloaded" in panel(driver).remote.problem())
    assert panel(driver).remote.start.isVisible()
