"""Documents from files: their models found again, or left out with a sentence."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from latent_studio.core.errors import StudioError
from latent_studio.core.header import read_header
from latent_studio.studio.document import Document, Favourite, ModelRef, document_text, first_code
from latent_studio.studio.documents import beside, is_same, made_ready, read_document
from latent_studio.studio.provenance import Shelves
from tests.app.driving import digits_recipe, trained


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    return trained(digits_recipe("small", 2), folder / "run", folder / "small.safetensors")


def shelves(folder: Path) -> Shelves:
    return Shelves(folder / "ready", folder / "runs", folder / "kept")


def document_of(path: Path, code: tuple[float, ...] = (0.25, -1.5)) -> Document:
    ref = ModelRef(key=str(path), name="small", digest=read_header(path).digest)
    kept = Favourite(name="a", model=ref, code=code)
    return Document(model=ref, code=code, locked=frozenset({1}), temperature=0.5, favourites=(kept,))


def test_a_document_whose_model_is_here_comes_back_as_it_was(model: Path, tmp_path: Path) -> None:
    document, path = document_of(model), tmp_path / "mine.latent"
    path.write_text(document_text(document))
    ready = read_document(path, shelves(tmp_path))
    assert ready.document == document
    assert ready.header == read_header(model)
    assert ready.missing == ""


def test_a_model_that_lies_elsewhere_now_is_found_by_its_weights(model: Path, tmp_path: Path) -> None:
    document = document_of(model)
    moved = document.replace(model=document.model.model_copy(update={"key": "/gone/x.safetensors"}))  # type: ignore[union-attr]
    (tmp_path / "ready").mkdir()
    here = Path(shutil.copy(model, tmp_path / "ready" / "other-name.safetensors"))
    ready = made_ready(moved, shelves(tmp_path))
    assert ready.document.model is not None
    assert ready.document.model.key == str(here)
    assert ready.document.code == document.code
    assert ready.document.locked == document.locked


def test_without_its_model_a_document_keeps_all_else_and_says_so(model: Path, tmp_path: Path) -> None:
    document = document_of(model)
    gone = document.replace(model=ModelRef(key="/gone/x.safetensors", name="lost", digest="0" * 64))
    ready = made_ready(gone, shelves(tmp_path))
    assert ready.header is None
    assert "lost" in ready.missing
    assert (ready.document.favourites, ready.document.temperature) == (document.favourites, 0.5)
    shown = beside(ready.document, document_of(model, (1.0, 1.0)))
    assert shown.code == (1.0, 1.0)
    assert shown.favourites == document.favourites


@pytest.mark.parametrize("code", [(0.0,), (float("nan"), 0.0), (0.0, float("inf")), ()])
def test_a_code_that_the_model_cannot_take_gives_way_to_the_first_one(
    model: Path, tmp_path: Path, code: tuple[float, ...]
) -> None:
    ready = made_ready(document_of(model, code), shelves(tmp_path))
    assert ready.header is not None
    assert ready.document.code == first_code(ready.header.space)


def test_locks_of_columns_that_are_not_there_are_left_out(model: Path, tmp_path: Path) -> None:
    document = document_of(model).replace(locked=frozenset({0, 511}))
    assert made_ready(document, shelves(tmp_path)).document.locked == frozenset({0})


def test_a_file_that_is_no_document_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.latent"
    with pytest.raises(StudioError, match=r"x\.latent cannot be read"):
        read_document(path, shelves(tmp_path))
    path.write_bytes(b"\xff\xfe{")
    with pytest.raises(StudioError, match=r"x\.latent is damaged"):
        read_document(path, shelves(tmp_path))


def test_newer_weights_of_the_same_run_are_no_change_and_everything_else_is(model: Path) -> None:
    document = document_of(model)
    assert document.model is not None
    trained_on = document.replace(model=document.model.model_copy(update={"digest": "1" * 64}))
    assert is_same(trained_on, document)
    assert not is_same(trained_on.replace(temperature=0.6), document)
    assert not is_same(document.replace(model=None), document)
    assert not is_same(document.replace(code=(0.0, 0.0)), document)
