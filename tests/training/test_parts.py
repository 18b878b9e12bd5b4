"""The small parts of training: the moving average, the snapshot store, devices and precision, measuring, estimates."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Done, Progress
from latent_studio.core.family import DataSpec
from latent_studio.core.header import Header
from latent_studio.core.latent import LatentSpace
from latent_studio.core.model import Batch, GenerativeModel
from latent_studio.core.objective import Objective, Phase, Step, Term
from latent_studio.training import device as device_module
from latent_studio.training.device import n_cores, resolve_device, resolve_precision, use_threads
from latent_studio.training.ema import MovingAverage
from latent_studio.training.feed import Feed
from latent_studio.training.measuring import measure
from latent_studio.training.setting_up import estimate
from latent_studio.training.snapshots import MIN_INTERVAL_S, PublishedWeights, SnapshotStore
from tests.training.toys import digits, game, recipe

LARGE = nn.Linear(500, 500)

# ------- the moving average


def test_an_average_that_moves_every_fourth_step_forgets_as_fast() -> None:
    """Long after warm-up four steps at once keep decay⁴ of what was there; without memory every step counts."""
    model = nn.Linear(1, 1, bias=False)
    model.weight.data.fill_(0.0)
    average = MovingAverage(model, 0.9, every=4)
    average.model.weight.data.fill_(1.0)
    for step in range(100_000, 100_004):
        average.after_step(step)
    assert float(average.model.weight.detach()) == pytest.approx(0.9**4)
    at_once = MovingAverage(model, 0.0, every=4)
    model.weight.data.fill_(5.0)
    at_once.after_step(3)
    assert float(at_once.model.weight.detach()) == 5.0


@given(st.floats(0, 0.9999), st.lists(st.floats(-10, 10, width=32), min_size=1, max_size=30))
def test_the_average_follows_with_a_memory_that_warms_up(decay: float, values: list[float]) -> None:
    """w̄ ← m w̄ + (1 − m) w with m = min(decay, (1 + t) / (10 + t)) at update t."""
    model = nn.Linear(1, 1, bias=False)
    average = MovingAverage(model, decay)
    expected = float(average.model.weight.detach())
    for t, value in enumerate(values):
        model.weight.data.fill_(value)
        average.update(t)
        memory = min(decay, (1 + t) / (10 + t))
        expected = memory * expected + (1 - memory) * value
    assert float(average.model.weight.detach()) == pytest.approx(expected, rel=1e-4, abs=1e-4)


def test_without_memory_the_average_is_the_raw_weights_bit_for_bit() -> None:
    played = game(recipe("fragile", ema_decay=0.0))
    for _ in range(3):
        played.advance()
        for averaged, raw in zip(played.ema.model.parameters(), played.model.parameters(), strict=True):
            assert torch.equal(averaged, raw)


def test_the_average_is_in_eval_mode_learns_nothing_and_takes_buffers_as_they_are() -> None:
    model = nn.BatchNorm1d(3)
    average = MovingAverage(model, 0.99)
    model(torch.randn(8, 3) + 5)
    average.update(0)
    assert model.running_mean is not None
    assert average.model.running_mean is not None
    assert torch.equal(average.model.running_mean, model.running_mean)
    assert torch.equal(average.model.state_dict()["num_batches_tracked"], torch.tensor(1))
    assert not average.model.training
    assert model.training
    assert not any(parameter.requires_grad for parameter in average.model.parameters())


def test_the_raw_model_does_not_follow_the_average() -> None:
    model = nn.Linear(2, 2)
    before = model.weight.detach().clone()
    MovingAverage(model, 0.5).update(3)
    assert torch.equal(model.weight, before)


# ------- the snapshot store

HEADER = Header(
    name="m",
    family="none",
    family_title="None",
    config={},
    space=LatentSpace(),
    data=DataSpec(name="d", image_shape=(1, 1, 1)),
    capabilities=(),
)


def published(step: int) -> PublishedWeights:
    return PublishedWeights(HEADER.model_copy(update={"step": step}), {})


def test_training_publishes_once_and_then_only_when_asked_and_at_most_ten_times_a_second() -> None:
    now = [100.0]
    store = SnapshotStore(clock=lambda: now[0])
    assert store.is_due("run")
    store.publish("run", published(1))
    now[0] += 10
    assert not store.is_due("run")
    store.want("run")
    assert store.is_due("run")
    store.publish("run", published(2))
    store.want("run")
    now[0] += MIN_INTERVAL_S * 0.9
    assert not store.is_due("run")
    now[0] += MIN_INTERVAL_S * 0.2
    assert store.is_due("run")


def test_each_run_has_weights_of_its_own() -> None:
    store = SnapshotStore()
    store.publish("a", published(1))
    store.publish("b", published(2))
    store.want("a")
    assert store.newest("a") == published(1)
    assert store.newest("b") == published(2)
    assert store.newest("c") is None
    assert not store.is_due("b")


# ------- devices


def test_a_device_that_is_not_there_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert resolve_device("auto") == torch.device("cpu")
    for name, words in (("cuda", "No CUDA device"), ("mps", "No Apple GPU")):
        with pytest.raises(StudioError, match=f'{words} is at hand: set training.device = "auto" or "cpu"'):
            resolve_device(name)


def test_auto_takes_cuda_then_apples_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert resolve_device("auto").type == "mps"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert resolve_device("auto").type == "cuda"


@pytest.mark.parametrize("name", ["float32", "bfloat16"])
def test_a_chosen_precision_is_not_overruled(name: str) -> None:
    assert resolve_precision(name, torch.device("cpu"), LARGE, 28) == name


@pytest.mark.parametrize(
    ("model", "side", "has_bfloat16", "expected"),
    [
        (LARGE, 28, True, "bfloat16"),
        (LARGE, 28, False, "float32"),
        (nn.Linear(100, 100), 28, True, "float32"),
        (nn.Conv2d(3, 8, 3), 64, True, "bfloat16"),
        (nn.Conv2d(3, 8, 3), 32, True, "float32"),
        (nn.Conv2d(3, 8, 3), 64, False, "float32"),
    ],
)
def test_auto_computes_heavy_work_in_bfloat16_where_the_processor_can(
    model: nn.Module, side: int, has_bfloat16: bool, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_module, "cpu_has_bfloat16", lambda: has_bfloat16)
    assert resolve_precision("auto", torch.device("cpu"), model, side) == expected


def test_threads_are_set_for_who_asks() -> None:
    before = torch.get_num_threads()
    use_threads(1)
    assert torch.get_num_threads() == 1
    use_threads(before)
    assert torch.get_num_threads() == before
    assert n_cores() >= 1


# ------- measuring


class Told(Objective[GenerativeModel]):
    """Measures the labels themselves, and the random numbers it is given."""

    phases = (Phase("none", owns=()),)

    def terms(self, model: GenerativeModel, step: Step) -> Mapping[str, Term]:
        return {}

    def measures(self, model: GenerativeModel, batch: Batch, generator: torch.Generator) -> Mapping[str, Tensor]:
        label = batch["label"].double()
        noise = torch.randn(len(label), generator=generator)
        return {"loss": label, "pair": torch.stack([label, 2 * label], dim=1), "noise": noise}


@pytest.mark.parametrize("batch_size", [7, 360, 1000])
def test_measures_are_means_over_all_pictures_however_they_are_portioned(batch_size: int) -> None:
    images = digits()
    assert images.labels is not None
    feed = game(recipe("fragile")).feed
    model = GenerativeModel(LatentSpace(), (1, 8, 8))
    found = measure(model, Told(), feed.test_batches("test", batch_size), 5, torch.device("cpu"))
    mean = float(images.labels[images.test].mean())
    assert found["loss"] == pytest.approx(mean)
    assert found["pair"] == pytest.approx((mean, 2 * mean))
    again = measure(model, Told(), feed.test_batches("test", batch_size), 5, torch.device("cpu"))
    assert again == found


def test_only_so_many_training_pictures_are_measured() -> None:
    feed = game(recipe("fragile")).feed
    assert [len(batch["image"]) for batch in feed.test_batches("train", 30, limit=70)] == [30, 30, 10]
    assert sum(len(batch["image"]) for batch in feed.test_batches("test", 30)) == 360


def test_pictures_reach_the_model_as_numbers_between_0_and_1() -> None:
    batch = game(recipe("fragile")).feed.rows(torch.arange(3))
    expected = torch.from_numpy(digits().pixels[:3]).float() / 255
    torch.testing.assert_close(batch["image"], expected)
    assert batch["label"].dtype == torch.int64


@given(st.integers(2, 500))
def test_the_portions_of_an_epoch_differ_by_at_most_one_picture(batch_size: int) -> None:
    feed = Feed(digits(), torch.device("cpu"), batch_size, seed=0)
    sizes = [len(feed.training_batch(draw)["image"]) for draw in range(feed.n_batches)]
    assert sum(sizes) == 400
    assert max(sizes) <= batch_size
    assert max(sizes) - min(sizes) <= 1
    assert sizes[-1] == max(sizes)


# ------- the estimate before the start


def test_the_estimate_times_a_few_steps_and_tells_the_whole() -> None:
    *progress, done = estimate(recipe("fragile", n_epochs=50), digits())
    assert isinstance(done, Done)
    assert done.result["n_steps"] == 200
    assert done.result["seconds"] > 0
    assert done.result["pictures_per_s"] == pytest.approx(100 * 200 / done.result["seconds"])
    assert done.result["n_numbers"] == 64 * 2 + 2 + 2 * 64 + 64
    assert all(isinstance(event, Progress) for event in progress)
