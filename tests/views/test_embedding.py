"""A model's codes of its data, and these over a plane."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Progress
from latent_studio.core.family import DataSpec
from latent_studio.core.header import Header
from latent_studio.core.latent import Categorical, Factor, LatentSpace, Normal
from latent_studio.core.model import CategoricalPosterior, GenerativeModel, NormalPosterior
from latent_studio.core.request import OpenModel
from latent_studio.data import load
from latent_studio.data.image_set import ImageSet
from latent_studio.views.embedding import (
    Contours,
    DataRows,
    DrawContours,
    Embed,
    Embedded,
    Place,
    Placed,
    encode_rows,
    part_of,
)
from latent_studio.views.plane import over_columns


@pytest.fixture(scope="module")
def digits() -> ImageSet:
    return load("digits")


class Means(GenerativeModel):
    """Encodes a picture as the mean of its upper and of its lower half; a condition is added to both."""

    def encode(
        self, image: torch.Tensor, conditions: dict[str, torch.Tensor]
    ) -> dict[str, NormalPosterior | CategoricalPosterior]:
        half = image.shape[2] // 2
        mean = torch.stack([image[:, 0, :half].mean((1, 2)), image[:, 0, half:].mean((1, 2))], dim=1)
        if "label" in conditions:
            mean = mean + conditions["label"].argmax(1, keepdim=True)
        return {"z": NormalPosterior(mean, torch.zeros_like(mean))}


def opened(*more: Factor, image_shape: tuple[int, int, int] = (1, 8, 8)) -> OpenModel:
    space = LatentSpace(factors=(Normal(name="z", shape=(2,)), *more))
    model = Means(space, image_shape)
    model.register_parameter("any", torch.nn.Parameter(torch.zeros(1)))
    header = Header(
        name="means", family="f", family_title="F", config={}, space=space,
        data=DataSpec(name="digits", image_shape=image_shape), capabilities=("Encodes",),
    )  # fmt: skip
    return OpenModel("", header, model)


def means_of(images: ImageSet, rows: slice) -> np.ndarray:
    x = images.pixels[rows, 0] / 255.0
    half = x.shape[1] // 2
    return np.stack([x[:, :half].mean((1, 2)), x[:, half:].mean((1, 2))], axis=1)


class TestEmbed:
    def test_every_picture_of_the_part_gets_its_own_code(self, digits: ImageSet) -> None:
        model = opened(image_shape=digits.image_shape)
        rows = part_of(digits, "train")
        *before, last = Embed(model="", rows=rows, code=(0.0, 0.0)).answer(model)
        assert isinstance(last, Embedded)
        assert last.is_last
        assert last.codes == pytest.approx(means_of(digits, digits.train), abs=1e-5)
        done = [value.done if isinstance(value, Progress) else len(value.codes) for value in before]
        assert done == sorted(set(done))

    def test_what_is_done_so_far_is_the_beginning_of_the_whole(
        self, digits: ImageSet, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("latent_studio.views.embedding.FIRST_SHOWN", 100)
        model = opened(image_shape=digits.image_shape)
        values = list(Embed(model="", rows=part_of(digits, "all"), code=(0.0, 0.0)).answer(model))
        parts = [value for value in values if isinstance(value, Embedded)]
        assert len(parts) > 1
        assert [part.is_last for part in parts] == [False] * (len(parts) - 1) + [True]
        for part in parts:
            assert np.array_equal(part.codes, parts[-1].codes[: len(part.codes)])

    def test_a_label_that_the_model_takes_is_each_pictures_own(self, digits: ImageSet) -> None:
        label = Categorical(name="label", shape=(10,), condition=True)
        model = opened(label, image_shape=digits.image_shape)
        codes = encode_rows(model, digits, slice(0, 50), tuple([0.0] * 12))
        assert digits.labels is not None
        assert codes[:, :2] == pytest.approx(means_of(digits, slice(0, 50)) + digits.labels[:50, None], abs=1e-5)

    def test_another_condition_is_the_current_one(self, digits: ImageSet) -> None:
        style = Normal(name="style", shape=(1,), condition=True)
        codes = encode_rows(opened(style, image_shape=digits.image_shape), digits, slice(0, 5), (0.0, 0.0, 0.75))
        assert codes[:, 2] == pytest.approx(0.75)

    def test_a_model_gone_wrong_is_told(self, digits: ImageSet, monkeypatch: pytest.MonkeyPatch) -> None:
        model = opened(image_shape=digits.image_shape)
        nothing = NormalPosterior(torch.full((5, 2), torch.nan), torch.zeros(5, 2))
        monkeypatch.setattr(model.model, "encode", lambda image, conditions: {"z": nothing})
        with pytest.raises(StudioError, match="no numbers"):
            encode_rows(model, digits, slice(0, 5), (0.0, 0.0))


class TestParts:
    def test_a_row_is_named_by_its_split(self, digits: ImageSet) -> None:
        assert part_of(digits, "test").place(3) == ("test", 3)
        everything = part_of(digits, "all")
        assert everything.place(3) == ("train", 3)
        assert everything.place(digits.n_train + 3) == ("test", 3)
        assert everything.n == digits.n_train + digits.n_test

    def test_a_set_without_a_test_part_shows_what_it_has(self, digits: ImageSet) -> None:
        alone = ImageSet("one", digits.pixels[:5], None, (), {}, 5, "", "")
        assert part_of(alone, "test").split == "train"


class TestPlace:
    def test_points_lie_where_the_plane_puts_their_codes(self, digits: ImageSet) -> None:
        space = opened().header.space
        codes = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
        plane = over_columns(space, (0.0, 0.0), 1, 0)
        rows = DataRows(digits, "train")
        *_, placed = Place(rows=rows, codes=codes, plane=plane, by="label").run()
        assert isinstance(placed, Placed)
        assert placed.points == pytest.approx(plane.project(codes))
        x, y = placed.points[7].tolist()
        assert placed.index.nearest(x, y, 1e-6) == 7
        assert placed.ways == (("label", "digit"),)
        assert len(placed.colouring.rows) == digits.n_train

    def test_a_colouring_that_these_data_lack_gives_way_to_the_first(self, digits: ImageSet) -> None:
        plane = over_columns(opened().header.space, (0.0, 0.0), 0, 1)
        codes = np.zeros((3, 2), np.float32)
        *_, placed = Place(rows=DataRows(digits, "test"), codes=codes, plane=plane, by="weight").run()
        assert isinstance(placed, Placed)
        assert placed.colouring.key == "label"


class TestContours:
    points = np.random.default_rng(0).normal(size=(3000, 2))
    rows = np.repeat([0, 1, 2], 1000).astype(np.uint8)
    endless = ((-np.inf, np.inf), (-np.inf, np.inf))

    def lines(self, shown: tuple[int, ...], is_per_class: bool) -> Contours:
        request = DrawContours(
            points=self.points, colour_rows=self.rows, shown=shown, is_per_class=is_per_class, limits=self.endless
        )
        *_, found = request.run()
        assert isinstance(found, Contours)
        return found

    def test_each_class_that_is_shown_has_its_own(self) -> None:
        assert set(self.lines((0, 2), True).lines) == {0, 2}

    def test_all_together_have_one_set(self) -> None:
        assert set(self.lines((0, 1, 2), False).lines) == {-1}

    def test_nothing_shown_has_none(self) -> None:
        assert not self.lines((), True).lines


def test_the_module_needs_no_torch_to_be_imported(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = "import sys, latent_studio.views.embedding; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0
