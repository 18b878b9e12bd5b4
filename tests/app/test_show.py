"""A person's own network, opened from code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pytestqt.qtbot import QtBot
from torch import nn

import latent_studio
from latent_studio.app.panels.explore import Explore
from latent_studio.app.window import Window
from latent_studio.core.errors import StudioError
from latent_studio.core.latent import Categorical, LatentSpace, Normal
from latent_studio.core.model import GenerativeModel
from latent_studio.core.request import OpenModel
from latent_studio.engine.own_module import Output, own_model
from latent_studio.views.decoding import reference

EXAMPLE = Path(__file__).parents[2] / "docs" / "from-code.md"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LATENT_STUDIO_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def windows() -> Iterator[list[Window]]:
    opened: list[Window] = []
    yield opened
    for window in opened:
        window.close()
        window.session.deleteLater()
        window.deleteLater()


def test_the_example_of_the_page_opens_a_window_that_decodes_and_encodes(
    qtbot: QtBot, home: Path, windows: list[Window]
) -> None:
    code = re.search(r"```python\n(.+?)```", EXAMPLE.read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    names: dict[str, Any] = {}
    exec(code[1], names)  # noqa: S102
    window: Window = names["window"]
    windows.append(window)
    session = window.session
    qtbot.waitUntil(lambda: session.header is not None, timeout=20_000)
    assert session.header is not None
    assert session.header.name == "my first decoder"
    assert set(session.header.capabilities) == {"Decodes", "Encodes"}
    explore = window.panels["explore"]
    assert isinstance(explore, Explore)
    preview = explore.preview
    qtbot.waitUntil(lambda: not preview.image().isNull(), timeout=20_000)
    with torch.inference_mode():
        expected = torch.sigmoid(names["decoder"](torch.tensor([session.document.code])))[0, 0]
    shown = np.asarray(preview.image().pixelColor(3, 5).red())
    assert abs(int(shown) - round(255 * float(expected[5, 3]))) <= 1


def test_undo_comes_back_to_a_model_in_memory(qtbot: QtBot, home: Path, windows: list[Window]) -> None:
    decoder = nn.Sequential(nn.Linear(2, 64), nn.Sigmoid(), nn.Unflatten(1, (1, 8, 8)))
    window = latent_studio.show(decoder, 2)
    windows.append(window)
    session = window.session
    qtbot.waitUntil(lambda: session.header is not None, timeout=20_000)
    ready_made = sorted(session.places.ready_made.glob("*.safetensors"))[0]
    session.open_model(str(ready_made))
    qtbot.waitUntil(lambda: session.header is not None and session.header.name == ready_made.stem, timeout=20_000)
    session.undo()
    qtbot.waitUntil(lambda: session.header is not None and session.header.name == "Sequential", timeout=20_000)
    assert session.document.model is not None
    assert session.document.model.key == "module:Sequential"


@pytest.mark.parametrize(
    ("output", "expected"),
    [("unit", [0.0, 0.25, 1.0]), ("signed", [0.0, 0.625, 1.0]), ("logits", [0.0474, 0.5622, 0.9526])],
)
def test_what_the_decoders_numbers_are_decides_the_picture(output: Output, expected: list[float]) -> None:
    class Fixed(nn.Module):
        def forward(self, code: torch.Tensor) -> torch.Tensor:
            return torch.tensor([-3.0, 0.25, 3.0]).expand(len(code), 3)

    published = own_model(Fixed(), 1, image_shape=(1, 1, 3), output=output)
    decoded = published.weights.decode(torch.zeros(1, 1))  # type: ignore[union-attr, operator]
    assert decoded.flatten().tolist() == pytest.approx(expected, abs=1e-3)


def test_a_decoder_without_weights_is_opened_like_any_other() -> None:
    class Formula(nn.Module):
        def forward(self, code: torch.Tensor) -> torch.Tensor:
            return torch.sigmoid(code)[:, :1, None, None].expand(-1, 1, 2, 2)

    published = own_model(Formula(), 2)
    assert isinstance(published.weights, GenerativeModel)
    opened = OpenModel("module:Formula", published.header, published.weights)
    assert reference(opened, np.zeros(2, np.float32)).tolist() == [[128, 128], [128, 128]]


def test_a_space_of_several_factors_is_taken_and_without_an_encoder_none_is_claimed() -> None:
    space = LatentSpace(factors=(Normal(name="z", shape=(3,)), Categorical(name="kind", shape=(4,))))
    decoder = nn.Sequential(nn.Linear(7, 12), nn.Unflatten(1, (3, 2, 2)))
    header = own_model(decoder, space).header
    assert header.space == space
    assert header.capabilities == ("Decodes",)
    assert header.data.image_shape == (3, 2, 2)


def test_other_weights_give_another_digest() -> None:
    decoder = nn.Sequential(nn.Linear(2, 16), nn.Unflatten(1, (1, 4, 4)))
    before = own_model(decoder, 2).header.digest
    with torch.no_grad():
        next(decoder.parameters()).add_(1)
    assert own_model(decoder, 2).header.digest != before


@pytest.mark.parametrize(
    ("module", "space", "remedy"),
    [
        (nn.Linear(3, 64), 2, "takes no codes of 2 numbers"),
        (nn.Linear(2, 64), 2, r"say image_shape=\(channels, height, width\)"),
        (nn.Sequential(nn.Linear(2, 32), nn.Unflatten(1, (2, 4, 4))), 2, "1 or 3 channels"),
    ],
)
def test_what_does_not_fit_is_said_before_a_window_opens(module: nn.Module, space: int, remedy: str) -> None:
    with pytest.raises(StudioError, match=remedy):
        own_model(module, space)


def test_an_encoder_of_another_size_is_refused() -> None:
    decoder = nn.Sequential(nn.Linear(2, 16), nn.Unflatten(1, (1, 4, 4)))
    with pytest.raises(StudioError, match="gives \\(3,\\) numbers per picture: give one with 2"):
        own_model(decoder, 2, encoder=nn.Sequential(nn.Flatten(), nn.Linear(16, 3)))
