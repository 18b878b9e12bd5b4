"""Headers are read without torch, and a bad file is answered with a sentence whatever is wrong with it."""

from __future__ import annotations

import json
import os
import struct
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from latent_studio.core.errors import StudioError
from latent_studio.core.family import DataSpec
from latent_studio.core.header import FORMAT_VERSION, KEY, Header, parse_header, read_header
from latent_studio.core.latent import LatentSpace, Normal
from latent_studio.training.checkpoint import checkpoint_bytes, load_checkpoint
from tests.core.spaces import spaces

HEADER = Header(
    name="small",
    family="vae",
    family_title="VAE",
    config={"network": "mlp", "n_latent": 1, "width": 8},
    space=LatentSpace(factors=(Normal(name="z"),)),
    data=DataSpec(name="dots", image_shape=(1, 8, 8)),
    capabilities=("Decodes",),
    statistics={"kl": (0.5,)},
    metrics={"loss": 1.5},
)
CONTENT = checkpoint_bytes({"w": torch.arange(6.0).reshape(2, 3)}, HEADER)
N_TABLE = struct.unpack("<Q", CONTENT[:8])[0]


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    return path


def with_table(table: object) -> bytes:
    text = json.dumps(table).encode()
    return struct.pack("<Q", len(text)) + text + CONTENT[8 + N_TABLE :]


def test_a_header_survives_the_file(tmp_path: Path) -> None:
    assert read_header(written(tmp_path, CONTENT)) == HEADER


@given(
    spaces(),
    st.text(),
    st.dictionaries(st.text(), st.floats(allow_nan=False)),
    st.dictionaries(st.text(), st.lists(st.floats(allow_nan=False)).map(tuple)),
)
def test_any_header_survives_json(
    space: LatentSpace, name: str, metrics: dict[str, float], statistics: dict[str, tuple[float, ...]]
) -> None:
    header = HEADER.model_copy(
        update={"space": space, "name": name, "metrics": metrics, "statistics": statistics, "step": 7}
    )
    assert parse_header(json.dumps(header.model_dump(mode="json")), "x") == header


def test_a_measurement_that_is_no_number_does_not_spoil_the_header() -> None:
    header = HEADER.model_copy(update={"metrics": {"loss": float("nan")}})
    again = parse_header(json.dumps(header.model_dump(mode="json")), "x")
    assert again.metrics["loss"] != again.metrics["loss"]


@pytest.mark.parametrize("n_bytes", [0, 5, 8, 100, len(CONTENT) // 2, len(CONTENT) - 1])
def test_a_file_cut_short_says_so(tmp_path: Path, n_bytes: int) -> None:
    with pytest.raises(StudioError, match=r"x\.safetensors is cut short.*copy it again from its source"):
        read_header(written(tmp_path, CONTENT[:n_bytes]))


def test_a_newer_format_is_refused_by_number(tmp_path: Path) -> None:
    newer = HEADER.model_copy(update={"format_version": FORMAT_VERSION + 1})
    with pytest.raises(StudioError, match=f"has format {FORMAT_VERSION + 1} and this program reads up to"):
        read_header(written(tmp_path, checkpoint_bytes({"w": torch.zeros(1)}, newer)))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (with_table({"w": {"dtype": "F32", "shape": [6], "data_offsets": [0, 24]}}), "without a Latent Studio header"),
        (with_table({"__metadata__": {KEY: "{}"}}), "header of .* is damaged"),
        (with_table({"__metadata__": {KEY: "no json"}}), "header of .* is damaged"),
        (with_table({"__metadata__": {KEY: 5}}), "header of .* is damaged"),
        (with_table({"__metadata__": {KEY: "[" * 100_000}}), "header of .* is damaged"),
        (with_table({"__metadata__": None}), "no safetensors file"),
        (with_table([1, 2]), "no safetensors file"),
        (with_table({"w": 5}), "no safetensors file"),
        (with_table({"w": {"data_offsets": [0, "far"]}}), "no safetensors file"),
        (struct.pack("<Q", 200_000) + b"[" * 200_000, "no safetensors file"),
        (b"GIF89a" * 100, "cut short or is no checkpoint"),
        (b"", "cut short or is no checkpoint"),
    ],
)
def test_what_is_no_checkpoint_says_so(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(StudioError, match=sentence):
        read_header(written(tmp_path, content))


@given(st.data())
def test_whatever_happens_to_the_bytes_the_answer_is_a_model_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Bytes of the table changed, or a stretch of the file cut out."""
    content = bytearray(CONTENT)
    for place in data.draw(st.lists(st.integers(0, 8 + N_TABLE - 1), max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    start = data.draw(st.integers(0, len(content)))
    del content[start : start + data.draw(st.sampled_from([0, 0, 1, 50, 10_000]))]
    path = tmp_path_factory.getbasetemp() / "fuzzed.safetensors"
    path.write_bytes(content)
    for read in (read_header, load_checkpoint):
        with suppress(StudioError):  # anything else fails the test
            read(path)


def test_what_is_not_there_or_is_a_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="is not there: it was moved or deleted"):
        read_header(tmp_path / "gone.safetensors")
    with pytest.raises(StudioError, match=r"is a folder: choose the \.safetensors file in it"):
        read_header(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = written(tmp_path, CONTENT)
    path.chmod(0)
    with pytest.raises(StudioError, match="may not be read"):
        read_header(path)


def test_a_permission_refused_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = written(tmp_path, CONTENT)
    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(StudioError, match="may not be read: change its rights or copy it"):
        read_header(path)
