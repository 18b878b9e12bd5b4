"""Sets read by several at once, pages of their pictures and what they hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Progress
from latent_studio.data.browsing import DataFacts
from latent_studio.data.pixel_store import at_once
from latent_studio.engine.data import OpenData
from latent_studio.engine.errands import BrowseData, DataPage, DescribeData
from latent_studio.training.recipe import DataSection

N = 120
FRUIT = ("apple", "fig", "pear")


@pytest.fixture
def section(tmp_path: Path) -> DataSection:
    """A set whose picture number i is all of the grey value i, and whose attributes are functions of i."""
    index = np.arange(N)
    x = np.broadcast_to(index[:, None, None], (N, 8, 8)).astype(np.uint8)
    weight = np.where(index % 5 == 0, np.nan, index / 8)
    np.savez(
        tmp_path / "fruit.npz",
        x_train=x[:100],
        x_test=x[100:],
        y_train=index[:100] % 3,
        y_test=index[100:] % 3,
        label_names=np.array(FRUIT),
        ripe_train=index[:100] % 2,
        ripe_test=index[100:] % 2,
        mood_train=np.array(["", "good", "bad"])[index[:100] % 3],
        mood_test=np.array(["", "good", "bad"])[index[100:] % 3],
        weight_train=weight[:100],
        weight_test=weight[100:],
    )
    return DataSection(source="npz", path=str(tmp_path / "fruit.npz"))


def page(section: DataSection, **wanted: object) -> DataPage:
    request = BrowseData(**{"section": section, "data": OpenData(), "start": 0, "n": 5, **wanted})  # type: ignore[arg-type]
    last = list(request.run())[-1]
    assert isinstance(last, DataPage)
    return last


def test_a_page_has_pictures_with_what_is_known_of_each(section: DataSection) -> None:
    found = page(section, start=10, n=3)
    assert found.indices == (10, 11, 12)
    assert [picture[0, 0] for picture in found.pictures] == [10, 11, 12]
    assert found.pictures[0].shape == (8, 8)
    assert found.labels == ("fig", "pear", "apple")
    assert found.attributes == (
        {"ripe": "0", "mood": "good"},
        {"ripe": "1", "mood": "bad", "weight": "1.375"},
        {"ripe": "0", "weight": "1.5"},
    )
    assert found.n_total == 100


@pytest.mark.parametrize(
    ("wanted", "indices", "n_total"),
    [
        ({"split": "test"}, (100, 101, 102, 103, 104), 20),
        ({"split": "all", "start": 118}, (118, 119), 120),
        ({"start": 100}, (), 100),
        ({"only": "label=fig"}, (1, 4, 7, 10, 13), 33),
        ({"only": "label=fig,pear", "split": "test"}, (100, 101, 103, 104, 106), 14),
        ({"only": "mood=good"}, (1, 4, 7, 10, 13), 33),
        ({"only": "mood="}, (0, 3, 6, 9, 12), 34),
        ({"only": "weight=1.5"}, (12,), 1),
        ({"only": "weight="}, (0, 5, 10, 15, 20), 20),
        ({"sort": "label"}, (0, 3, 6, 9, 12), 100),
        ({"sort": "-label"}, (2, 5, 8, 11, 14), 100),
        ({"sort": "-weight"}, (99, 98, 97, 96, 94), 100),
        ({"sort": "weight", "start": 78}, (98, 99, 0, 5, 10), 100),
        ({"sort": "mood", "start": 64}, (94, 97, 0, 3, 6), 100),
        ({"sort": "-ripe", "only": "label=apple", "split": "all"}, (3, 9, 15, 21, 27), 40),
    ],
)
def test_a_list_is_a_part_a_condition_and_an_order(
    section: DataSection, wanted: dict[str, object], indices: tuple[int, ...], n_total: int
) -> None:
    found = page(section, **wanted)
    assert (found.indices, found.n_total) == (indices, n_total)
    assert [int(picture[0, 0]) for picture in found.pictures] == list(indices)


def test_a_condition_on_what_the_set_lacks_is_told(section: DataSection) -> None:
    for wanted in ({"only": "weigth=1"}, {"sort": "weigth"}):
        with pytest.raises(StudioError, match='has no "weigth": did you mean "weight"'):
            page(section, **wanted)


def test_what_a_set_holds_is_counted(section: DataSection) -> None:
    facts = list(DescribeData(section=section, data=OpenData()).run())[-1]
    assert isinstance(facts, DataFacts)
    assert (facts.n_train, facts.n_test, facts.image_shape, facts.n_bytes) == (100, 20, (1, 8, 8), N * 64)
    assert facts.counts == {"apple": (34, 6), "fig": (33, 7), "pear": (33, 7)}
    ripe, mood, weight = (facts.attributes[name] for name in ("ripe", "mood", "weight"))
    assert (ripe.kind, ripe.names, ripe.counts, ripe.n_missing) == ("choices", ("0", "1"), (60, 60), 0)
    assert (mood.kind, mood.names, mood.counts, mood.n_missing) == ("choices", ("bad", "good"), (40, 40), 40)
    assert (weight.kind, weight.low, weight.high, weight.n_missing) == ("number", 1 / 8, 119 / 8, 24)
    assert sum(weight.counts) == 96


def test_colour_pictures_have_three_channels_last(tmp_path: Path) -> None:
    x = np.random.default_rng(0).integers(0, 256, (20, 8, 9, 3), dtype=np.uint8)
    np.savez(tmp_path / "set.npz", x_train=x[:15], x_test=x[15:])
    found = page(DataSection(source="npz", path=str(tmp_path / "set.npz")), split="test")
    assert np.array_equal(found.pictures, x[15:])
    assert (found.labels, found.attributes) == (("",) * 5, ({},) * 5)


def test_two_that_want_a_set_read_it_together_and_one_may_stop(section: DataSection) -> None:
    data = OpenData()
    first, second = data.loading(section), data.loading(section)
    assert isinstance(next(first), Progress)
    assert isinstance(next(second), Progress)  # the next piece, not the same one again
    first.close()
    images = at_once(second)
    assert len(images.pixels) == N
    assert data(section) is images


def test_a_set_that_nobody_waits_for_any_more_is_given_up(section: DataSection) -> None:
    data = OpenData()
    begun = data.loading(section)
    next(begun)
    begun.close()
    assert len(data(section).pixels) == N


def test_what_is_wrong_with_a_set_is_told_to_each_and_again(tmp_path: Path) -> None:
    (tmp_path / "bad.npz").write_bytes(b"not a zip")
    data = OpenData()
    section = DataSection(source="npz", path=str(tmp_path / "bad.npz"))
    for _ in range(2):
        with pytest.raises(StudioError, match=r"damaged or no \.npz"):
            data(section)
