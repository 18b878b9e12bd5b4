"""Counting which labels go with the categories that a model sees."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from latent_studio.core.errors import StudioError
from latent_studio.core.family import DataSpec
from latent_studio.core.header import Header
from latent_studio.core.latent import Categorical, LatentSpace, Normal
from latent_studio.core.model import CategoricalPosterior, GenerativeModel, Posterior
from latent_studio.core.request import OpenModel
from latent_studio.data.image_set import ImageSet
from latent_studio.metrics.clusters import matched
from latent_studio.views.codes import category_groups
from latent_studio.views.embedding import DataRows
from latent_studio.views.meaning import CategoryCounts, CountCategories, reason_against

SPACE = LatentSpace(factors=(Normal(name="noise", shape=(3,)), Categorical(name="c", shape=(2, 4))))
N = 900


class Reads(GenerativeModel):
    """The first group is the first pixel, the second one is the second; the noise it cannot see."""

    def __init__(self, sees: bool = True) -> None:
        super().__init__(SPACE, (1, 1, 2))
        self.nothing, self.sees = nn.Parameter(torch.zeros(1)), sees

    def encode(self, image: Tensor, conditions: Mapping[str, Tensor]) -> Posterior:
        levels = (image[:, 0, 0] * 255).round().long()
        logits = nn.functional.one_hot(levels, 4).flatten(1).float()
        return {"c": CategoricalPosterior(logits, 4)} if self.sees else {}


def model(sees: bool = True) -> OpenModel:
    spec = DataSpec(name="pairs", image_shape=(1, 1, 2), fields=("image", "label"), source="idx")
    header = Header(
        name="reads", family="r", family_title="R", config={}, space=SPACE, data=spec, capabilities=("Encodes",)
    )
    return OpenModel("", header, Reads(sees))


@pytest.fixture
def images() -> ImageSet:
    """The first pixel is the label's number in another order but for one picture in ten, the second is of no use."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, N)
    first = np.array([2, 0, 3, 1])[labels]
    first[::10] = (first[::10] + 1) % 4
    pixels = np.stack([first, rng.integers(0, 4, N)], axis=1).astype(np.uint8)
    return ImageSet("pairs", pixels.reshape(N, 1, 1, 2), labels, ("a", "b", "c", "d"), {}, N - 100, "", "")


def counted(images: ImageSet, group: int = 0, limit: int | None = None, split: str = "train") -> list[CategoryCounts]:
    rows = DataRows(images, split)  # type: ignore[arg-type]
    request = CountCategories(
        model="", rows=rows, group=category_groups(SPACE)[group], code=(0.0,) * SPACE.dim, limit=limit
    )
    return [value for value in request.answer(model()) if value is not None]


def test_every_picture_is_counted_once_at_its_category_and_label(images: ImageSet) -> None:
    *_, whole = counted(images)
    assert images.labels is not None
    expected = np.zeros((4, 4), np.int64)
    for picture, label in zip(images.pixels[:800, 0, 0, 0], images.labels[:800], strict=True):
        expected[picture, label] += 1
    assert np.array_equal(whole.counts, expected)
    assert (whole.n, whole.labels, whole.is_last) == (800, ("a", "b", "c", "d"), True)
    found = matched(whole.counts)
    assert found.label_of == (1, 3, 0, 2)
    assert found.error == 80 / 800


def test_groups_that_stand_side_by_side_are_counted_each_for_itself(images: ImageSet) -> None:
    assert matched(counted(images, 1)[-1].counts).error > 0.6


def test_the_test_part_can_be_counted_and_so_many_as_are_wanted(images: ImageSet) -> None:
    assert counted(images, split="test")[-1].n == 100
    assert counted(images, limit=50)[-1].n == 50


def test_what_is_counted_so_far_is_given_on_the_way(images: ImageSet) -> None:
    told = counted(images)
    assert [value.is_last for value in told] == [False] * (len(told) - 1) + [True]
    sizes = [value.n for value in told]
    assert sizes[0] < 800
    assert sizes == sorted(set(sizes))


def test_an_encoder_that_cannot_see_the_category_is_said_and_not_counted(images: ImageSet) -> None:
    request = CountCategories(model="", rows=DataRows(images, "train"), group=category_groups(SPACE)[0], code=())
    with pytest.raises(StudioError, match="reads cannot see c in a picture: train a model that finds it there"):
        list(request.answer(model(sees=False)))


def test_data_without_labels_are_said(images: ImageSet) -> None:
    bare = ImageSet("bare", images.pixels, None, (), {}, N, "", "")
    request = CountCategories(model="", rows=DataRows(bare, "train"), group=category_groups(SPACE)[0], code=())
    with pytest.raises(StudioError, match="bare has no labels"):
        list(request.answer(model()))


def test_why_it_cannot_be_found_out() -> None:
    header, group = model().header, category_groups(SPACE)[0]
    assert reason_against(header, group) == ""
    told = category_groups(LatentSpace(factors=(Categorical(name="label", shape=(3,), condition=True),)))[0]
    assert "the data's own" in reason_against(header, told)
    assert "has no encoder" in reason_against(header.model_copy(update={"capabilities": ("Decodes",)}), group)
    for spec, why in (({"fields": ("image",)}, "pairs has no labels"), ({"source": ""}, "does not say which data")):
        other = header.model_copy(update={"data": header.data.model_copy(update=spec)})
        assert why in reason_against(other, group)
