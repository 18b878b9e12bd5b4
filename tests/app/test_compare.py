"""Compare in the window: both sides under the same sliders, other models and moments, drops, and undo."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtTest import QTest

from latent_studio.app.comparing.moments import moments_of
from latent_studio.app.comparing.sides import Comparison, Name, Side, split_key
from latent_studio.app.comparing.stage import N_FILM
from latent_studio.app.live_runs import LiveRuns
from latent_studio.app.panels.compare import Compare
from latent_studio.app.widgets.carry import CODE_MIME
from latent_studio.app.widgets.pixels import to_array
from latent_studio.core.header import read_header
from latent_studio.core.pictures import png_bytes
from latent_studio.core.request import Priority, Request
from latent_studio.engine.models import OpenModels
from latent_studio.studio.document import Document, Favourite, ModelRef, with_code
from latent_studio.studio.provenance import provenance_values
from latent_studio.training.snapshots import SnapshotStore
from latent_studio.views.comparing import PreviewSide
from latent_studio.views.decoding import reference
from tests.app.conftest import Open
from tests.app.driving import LEFT, NOTHING, Driver, digits_recipe, drop, trained

# said off-screen of every popup
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)")

B = (0.5, -1.0, 1.5, 0.0)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with saved steps and a best moment, of the same latent space as the ready-made model."""
    folder = tmp_path_factory.mktemp("runs") / "digits-run"
    recipe = digits_recipe("digits-run", 4, n_epochs=4)
    trained(recipe, folder, folder.with_suffix(".safetensors"))
    return folder


def panel_of(driver: Driver) -> Compare:
    """The panel on the screen, with both pictures."""
    driver.window.go_to("compare")
    panel = driver.window.panels["compare"]
    assert isinstance(panel, Compare)
    driver.until(lambda: all(panel.both.picture(name) is not None for name in ("a", "b")))
    return panel


def truth(key: str, code: tuple[float, ...]) -> NDArray[np.uint8]:
    """The picture of a code by the reference path, made without the window."""
    return reference(OpenModels(SnapshotStore())(key), np.asarray(code, np.float32))


def shown(panel: Compare, name: Name) -> NDArray[np.uint8]:
    """The grey picture that a side has on the screen."""
    return to_array(panel.views[name].picture.image())[:, :, 0]


def waits_for(driver: Driver, panel: Compare, name: Name, key: str, code: Callable[[], tuple[float, ...]]) -> None:
    """Until a side shows that code of that model, to the bit."""
    driver.until(lambda: np.array_equal(shown(panel, name), truth(key, code())))


def key_of(driver: Driver) -> str:
    model = driver.session.document.model
    assert model is not None
    return model.key


def put_b(driver: Driver, panel: Compare, code: tuple[float, ...]) -> None:
    """Drop a picture of that code on B."""
    model = driver.session.document.model
    assert model is not None
    mime = QMimeData()
    mime.setData(CODE_MIME, json.dumps(provenance_values(model, code)).encode())
    drop(panel.stage.b.picture, mime)


def test_at_first_both_sides_show_the_current_code_and_say_what_to_do(driver: Driver) -> None:
    panel = panel_of(driver)
    assert np.array_equal(shown(panel, "a"), shown(panel, "b"))
    assert panel.stage.number.text() == "mean |A − B|  0.0000"
    assert "choose another model" in panel.stage.note.text()


def test_a_drag_moves_both_sides_with_the_priority_of_a_preview(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = panel_of(driver)
    asked: list[PreviewSide] = []
    submit = driver.session.ask

    def ask(request: Request) -> None:
        if isinstance(request, PreviewSide):
            asked.append(request)
        submit(request)

    monkeypatch.setattr(driver.session, "ask", ask)
    driver.drag_slider(0, 0.5, 1.5)
    assert {request.slot for request in asked} == {"compare a", "compare b"}
    assert {request.priority for request in asked} == {Priority.PREVIEW}
    for name in ("a", "b"):
        waits_for(driver, panel, name, key_of(driver), lambda: driver.code)


def test_a_dropped_code_is_b_s_own_and_keeps_its_difference_while_linked(driver: Driver) -> None:
    panel = panel_of(driver)
    put_b(driver, panel, B)
    waits_for(driver, panel, "b", key_of(driver), lambda: B)
    start = driver.code
    assert panel.stage.line.text() == f"codes {math.dist(B, start):.2f} apart"
    driver.drag_slider(0, 0.5, 1.0)
    moved = driver.code[0] - start[0]
    waits_for(driver, panel, "b", key_of(driver), lambda: (B[0] + moved, *B[1:]))
    waits_for(driver, panel, "a", key_of(driver), lambda: driver.code)
    driver.session.undo()
    waits_for(driver, panel, "b", key_of(driver), lambda: B)
    driver.session.undo()
    waits_for(driver, panel, "b", key_of(driver), lambda: driver.code)


def test_unlinked_b_stays_and_linking_again_makes_nothing_jump(driver: Driver) -> None:
    panel = panel_of(driver)
    put_b(driver, panel, B)
    waits_for(driver, panel, "b", key_of(driver), lambda: B)
    driver.click(panel.linked)
    driver.drag_slider(1, 2.0)
    waits_for(driver, panel, "a", key_of(driver), lambda: driver.code)
    assert np.array_equal(shown(panel, "b"), truth(key_of(driver), B))
    driver.click(panel.linked)
    driver.qtbot.wait(200)
    assert np.array_equal(shown(panel, "b"), truth(key_of(driver), B))
    driver.drag_slider(1, 1.0)
    waits_for(driver, panel, "b", key_of(driver), lambda: (B[0], B[1] + driver.code[1] - 2.0, *B[2:]))


def test_the_number_is_the_mean_difference_of_what_is_shown(driver: Driver) -> None:
    panel = panel_of(driver)
    put_b(driver, panel, B)
    waits_for(driver, panel, "b", key_of(driver), lambda: B)
    a, b = shown(panel, "a").astype(int), shown(panel, "b").astype(int)
    assert panel.stage.number.text() == f"mean |A − B|  {np.abs(a - b).mean() / 255:.4f}"
    assert np.array_equal(to_array(panel.stage.mix.image())[:, :, 0], np.abs(a - b))


def test_the_film_goes_from_a_to_b_and_a_click_adopts_while_b_stays(driver: Driver) -> None:
    panel = panel_of(driver)
    driver.session.edit(lambda document: with_code(document, (1.0, 0.0, 0.0, 0.0)))
    put_b(driver, panel, (0.0, 1.0, 0.0, 0.0))
    driver.until(lambda: panel.stage.title.text() == "From A to B" and len(panel.stage.film._pictures) == N_FILM)
    first = panel.stage.film._pictures[0]
    assert first is not None
    assert np.abs(first.astype(int) - shown(panel, "a")).max() <= 1
    place = panel.stage.film.cell(5).center().toPoint()
    QTest.mouseClick(panel.stage.film, LEFT, NOTHING, place)
    half = math.sqrt(0.5)
    assert driver.code == pytest.approx((half, half, 0.0, 0.0), abs=1e-5)  # half way along the arc
    waits_for(driver, panel, "b", key_of(driver), lambda: (0.0, 1.0, 0.0, 0.0))


def test_swapping_exchanges_the_sides_and_is_one_step(driver: Driver) -> None:
    panel = panel_of(driver)
    put_b(driver, panel, B)
    waits_for(driver, panel, "b", key_of(driver), lambda: B)
    a, b = shown(panel, "a"), shown(panel, "b")
    driver.click(panel.swap)
    driver.until(lambda: np.array_equal(shown(panel, "a"), b) and np.array_equal(shown(panel, "b"), a))
    driver.session.undo()
    driver.until(lambda: np.array_equal(shown(panel, "a"), a) and np.array_equal(shown(panel, "b"), b))


def test_a_favourite_is_chosen_for_a_side(driver: Driver) -> None:
    panel, model = panel_of(driver), driver.session.document.model
    assert model is not None
    kept = (Favourite(name="mine", model=model, code=B), Favourite(name="other", model=model, code=(1.0,)))
    driver.session.edit(lambda document: document.replace(favourites=kept))
    assert [option.title for option in panel.stage.b.code._options] == ["Current", "Hold this one", "mine"]
    panel.stage.b.code._choose("favourite 0")
    waits_for(driver, panel, "b", key_of(driver), lambda: B)
    assert panel.stage.b.code.text() == "mine"


def test_a_held_code_stays_when_the_sliders_go_on_unlinked(driver: Driver) -> None:
    panel = panel_of(driver)
    driver.click(panel.linked)
    panel.stage.b.code._choose("hold")
    before = driver.code
    driver.drag_slider(2, 2.0)
    waits_for(driver, panel, "a", key_of(driver), lambda: driver.code)
    assert np.array_equal(shown(panel, "b"), truth(key_of(driver), before))


def test_two_models_show_the_same_code_and_other_codes_below(driver: Driver, run: Path) -> None:
    panel = panel_of(driver)
    driver.drop_files(panel.stage.b.picture, run.with_suffix(".safetensors"))
    other = str(run.with_suffix(".safetensors"))
    driver.session.edit(lambda document: with_code(document, B))
    waits_for(driver, panel, "b", other, lambda: B)
    waits_for(driver, panel, "a", key_of(driver), lambda: B)
    assert panel.stage.b.model.text() == "digits-run"
    driver.until(lambda: panel.stage.title.text() == "Other codes on both")
    driver.until(lambda: len(panel.stage.film._pictures) == 2 * N_FILM)
    QTest.mouseClick(panel.stage.film, LEFT, NOTHING, panel.stage.film.cell(N_FILM + 3).center().toPoint())
    assert driver.code != B
    waits_for(driver, panel, "a", key_of(driver), lambda: driver.code)
    waits_for(driver, panel, "b", other, lambda: driver.code)
    assert key_of(driver) != other  # adopting a code opens no model


def test_a_moment_of_a_run_is_chosen_beside_its_newest(driver: Driver, run: Path) -> None:
    panel = panel_of(driver)
    panel.edits.choose_model("b", str(run))
    driver.until(lambda: not panel.stage.b.moment.isHidden())
    titles = [option.title for option in panel.stage.b.moment._options]
    assert titles[:2] == ["newest", "best"]
    assert titles[2].startswith("step ")
    waits_for(driver, panel, "b", str(run), lambda: driver.code)
    first = panel.stage.b.moment._options[-1]
    panel.stage.b.moment._choose(first.key)
    waits_for(driver, panel, "b", str(run / first.key), lambda: driver.code)
    panel.stage.b.moment._choose("best.safetensors")
    waits_for(driver, panel, "b", str(run / "best.safetensors"), lambda: driver.code)
    assert panel.stage.b.line.text().startswith(f"step {read_header(run / 'best.safetensors').step:,}")
    assert panel.stage.a.moment.isHidden()  # a file has no moments


def test_a_run_in_training_is_followed_beside_a_ready_made_model(driver: Driver) -> None:
    panel = panel_of(driver)
    live, folder = LiveRuns.of(driver.session), driver.session.places.runs / "live"
    key = live.start(digits_recipe("live", 4, n_epochs=400), folder)
    driver.until(lambda: driver.session.snapshots.newest(key) is not None)
    panel.edits.choose_model("b", key)
    driver.until(lambda: panel.stage.b.line.text().startswith("step "))
    driver.until(lambda: panel.stage.b.moment.text() == "live")
    seen = set()

    def has_moved_on() -> bool:
        value = panel.both.picture("b")
        seen.add("" if value is None else value.header.digest)
        return len(seen) > 3

    driver.until(has_moved_on)
    assert np.array_equal(shown(panel, "a"), truth(key_of(driver), driver.code))
    live.stop(key)
    driver.until(lambda: live.get(key) is None)


def test_differing_spaces_are_said_in_one_sentence_and_each_side_keeps_its_code(driver: Driver, models: Path) -> None:
    panel = panel_of(driver)
    other = str(models / "digits-1d.safetensors")
    panel.edits.choose_model("b", other)
    driver.until(lambda: "share no latent space" in panel.stage.note.text())
    assert panel._told.text() == "the sliders move A"
    waits_for(driver, panel, "b", other, lambda: (0.0,))
    driver.drag_slider(0, 1.0)
    waits_for(driver, panel, "a", key_of(driver), lambda: driver.code)
    assert np.array_equal(shown(panel, "b"), truth(other, (0.0,)))
    assert panel.stage.number.text() != ""  # the pictures have one size: they can be subtracted
    driver.click(panel.stage.b.draw)
    driver.until(lambda: not np.array_equal(shown(panel, "b"), truth(other, (0.0,))))
    assert panel.stage.b.code.text() == "drawn"


def test_a_picture_of_another_model_brings_its_model_along(driver: Driver, models: Path) -> None:
    panel, other = panel_of(driver), models / "digits-1d.safetensors"
    header = read_header(other)
    ref = ModelRef(key=str(other), name=header.name, digest=header.digest)
    mime = QMimeData()
    mime.setData(CODE_MIME, json.dumps(provenance_values(ref, (1.5,), header.space)).encode())
    drop(panel.stage.b.picture, mime)
    waits_for(driver, panel, "b", str(other), lambda: (1.5,))
    assert panel.stage.b.model.text() == "digits-1d"


def test_a_bare_picture_is_encoded_by_the_model_of_its_side(driver: Driver, tmp_path: Path) -> None:
    panel, path = panel_of(driver), tmp_path / "photo.png"
    path.write_bytes(png_bytes(truth(key_of(driver), B)))
    driver.drop_files(panel.stage.b.picture, path)
    driver.until(lambda: panel.comparison.b.code is not None)
    assert panel.comparison.b.caption == "photo.png"
    assert panel.comparison.a.code is None


def test_a_model_that_is_gone_says_so_on_its_side(driver: Driver, tmp_path: Path) -> None:
    panel = panel_of(driver)
    panel.edits.choose_model("b", str(tmp_path / "gone.safetensors"))
    driver.until(lambda: "is not there" in panel.stage.b.picture._empty_text)
    assert panel.stage.b.picture.image().isNull()
    assert not panel.stage.a.picture.image().isNull()
    driver.session.undo()
    driver.until(lambda: not panel.stage.b.picture.image().isNull())


def test_the_wipe_is_dragged_and_one_drag_is_one_step(driver: Driver) -> None:
    panel = panel_of(driver)
    put_b(driver, panel, B)
    panel.stage.view.chosen.emit("wipe")
    mix = panel.stage.mix
    area = mix.picture_rect()
    middle = int(area.center().y())
    QTest.mousePress(mix, LEFT, NOTHING, QPoint(int(area.width() / 2), middle))
    for share in (0.4, 0.3, 0.25):
        QTest.mouseMove(mix, QPoint(int(area.width() * share), middle))
    QTest.mouseRelease(mix, LEFT, NOTHING, QPoint(int(area.width() / 4), middle))
    assert panel.comparison.mix == pytest.approx(0.25, abs=0.01)
    waits_for(driver, panel, "b", key_of(driver), lambda: B)
    painted = to_array(mix.grab().toImage())[: int(area.height()), : int(area.width()), 0]
    scale = painted.shape[0] // 8
    at = slice(scale // 2, 8 * scale, scale)
    expected = np.where(np.arange(8) < 2, shown(panel, "a"), shown(panel, "b"))
    rows = [0, 1, 2, 5, 6, 7]  # the knob stands in the middle
    columns = [0, 1, 3, 4, 5, 6, 7]  # the divider's shade reaches into its neighbours
    found = painted[at, at][np.ix_(rows, columns)].astype(int)
    wanted = expected[np.ix_(rows, columns)].astype(int)
    corner = np.ones_like(found, bool)
    corner[[0, 0, -1, -1], [0, -1, 0, -1]] = False  # rounded
    assert np.abs(found - wanted)[corner].max() <= 2
    driver.session.undo()
    assert panel.comparison.mix == 0.5
    QTest.keyClick(mix, Qt.Key.Key_Right)
    assert panel.comparison.mix == pytest.approx(0.55)


def test_x_swaps(driver: Driver) -> None:
    panel = panel_of(driver)
    put_b(driver, panel, B)
    driver.until(lambda: panel.comparison.b.code == B)
    driver.key(Qt.Key.Key_X)
    assert panel.comparison.a.code == B
    assert panel.comparison.b.code is None


def test_another_open_model_is_followed_by_the_sides_that_show_the_open_one(open_window: Open, models: Path) -> None:
    driver = open_window()
    panel = panel_of(driver)
    put_b(driver, panel, B)
    waits_for(driver, panel, "b", key_of(driver), lambda: B)
    driver.session.open_model(str(models / "digits-1d.safetensors"))
    driver.until(lambda: key_of(driver).endswith("digits-1d.safetensors"))
    for name in ("a", "b"):  # B's own code fits no longer: it follows the sliders
        waits_for(driver, panel, name, key_of(driver), lambda: driver.code)
    driver.session.undo()
    driver.until(lambda: key_of(driver).endswith("digits-4d.safetensors"))
    waits_for(driver, panel, "b", key_of(driver), lambda: B)


def test_moments_are_read_from_the_folder(run: Path, tmp_path: Path) -> None:
    found = moments_of(run)
    assert [moment.title for moment in found[:2]] == ["newest", "best"]
    assert all((run / moment.path).is_file() for moment in found[1:])
    assert moments_of(tmp_path / "nothing") == ()
    for moment in found[1:]:
        assert split_key(str(run / moment.path)) == (str(run), moment.path)
    assert split_key("/models/a.safetensors") == ("/models/a.safetensors", "")


def test_what_another_version_wrote_counts_for_nothing() -> None:
    damaged = Document(panels={"compare": {"a": {"code": "three"}, "mix": 7}})
    assert Comparison.of(damaged) == Comparison()
    assert Comparison.of(Document(panels={"compare": {"b": {"model": "m"}}})).b == Side(model="m")


def test_while_another_model_is_on_its_way_what_is_shown_is_still_of_the_former(driver: Driver, models: Path) -> None:
    panel = panel_of(driver)
    put_b(driver, panel, B)
    waits_for(driver, panel, "b", key_of(driver), lambda: B)
    panel.edits.choose_model("b", str(models / "digits-1d.safetensors"))
    standing = panel.both.standing("b")  # nothing was decoded yet
    assert standing is not None
    assert (standing.key, standing.code) == (key_of(driver), B)
    driver.until(lambda: panel.both.key("b").endswith("digits-1d.safetensors"))
