"""Where pictures come from: told in text, found again on the disk, and exact."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from latent_studio.core.errors import StudioError
from latent_studio.core.files import write_file
from latent_studio.core.header import read_header
from latent_studio.core.latent import LatentSpace, Normal
from latent_studio.core.pictures import picture_from_png, png_bytes
from latent_studio.core.request import Answer
from latent_studio.core.runs import newest_weights
from latent_studio.engine.engine import Engine
from latent_studio.engine.models import OpenModels
from latent_studio.studio.document import Document, ModelRef
from latent_studio.studio.provenance import (
    KEY,
    Shelves,
    find_weights,
    kept_path,
    parse_provenance,
    provenance_values,
    read_provenance,
    restored,
)
from latent_studio.training.snapshots import SnapshotStore
from latent_studio.views.reference import ReferencePictures, TakeReferences
from tests.app.driving import digits_recipe, trained

READY_MADE = sorted((Path(__file__).parents[2] / "checkpoints").glob("*.safetensors"))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    trained(digits_recipe("tiny", 2), folder, folder.parent / "tiny.safetensors")
    return folder


def shelves(tmp_path: Path, **where: Any) -> Shelves:
    return Shelves(**{"ready_made": tmp_path / "r", "runs": tmp_path / "runs", "kept": tmp_path / "kept", **where})


def ref(path: Path, key: str = "") -> ModelRef:
    header = read_header(path)
    return ModelRef(key=key, name=header.name, digest=header.digest)


# ------- the text


NAMES = st.sampled_from([KEY, "factors", "code", "locked", "temperature", "digest", "key"])
ANYTHING = st.recursive(
    st.none() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=20
)


@given(st.text() | ANYTHING.map(json.dumps) | ANYTHING.map(lambda told: json.dumps({KEY: told})))
def test_any_text_is_a_provenance_or_none(text: str) -> None:
    told = parse_provenance(text)
    assert told is None or all(np.isfinite(told.numbers()))


def test_what_a_picture_says_of_itself_is_read_back() -> None:
    header = read_header(READY_MADE[0])
    code = tuple(0.1 * column for column in range(header.space.dim))
    model = ModelRef(key="k", name="n", digest="d")
    state = Document(temperature=0.4, locked=frozenset({0}))
    told = parse_provenance(json.dumps(provenance_values(model, code, header.space, state)))
    assert told is not None
    assert (told.model, told.temperature, told.locked) == (model, 0.4, frozenset({0}))
    assert told.code(header.space) == told.numbers() == code
    flat = parse_provenance(json.dumps(provenance_values(model, code)))
    assert flat is not None
    assert flat.code(header.space) == code
    assert (flat.temperature, flat.locked) == (None, None)


def test_restoring_another_model_frees_its_locks_and_the_same_model_keeps_them() -> None:
    told = parse_provenance(json.dumps({KEY: {"code": [1.0, 2.0]}}))
    assert told is not None
    here = ModelRef(key="a", name="a", digest="d")
    document = Document(model=here, code=(0.0, 0.0), locked=frozenset({1}))
    assert restored(document, here, (1.0, 2.0), told).locked == frozenset({1})
    assert restored(document, ModelRef(key="b", name="b"), (1.0, 2.0), told).locked == frozenset()


# ------- the search


@pytest.mark.parametrize("shelf", ["ready_made", "kept", "files", "key"])
def test_weights_are_found_wherever_they_lie(run: Path, tmp_path: Path, shelf: str) -> None:
    source = newest_weights(run)
    assert source is not None
    model = ref(source)
    folder = tmp_path / "somewhere"
    path = kept_path(folder, model.digest) if shelf == "kept" else folder / "renamed.safetensors"
    folder.mkdir()
    shutil.copy(source, path)
    where: dict[str, Any] = {shelf: (str(path),) if shelf == "files" else folder} if shelf != "key" else {}
    told = model.model_copy(update={"key": str(path)}) if shelf == "key" else model
    key, header = find_weights(told, shelves(tmp_path, **where))
    assert (Path(key), header.digest) == (path, model.digest)


def test_the_newest_weights_of_a_finished_run_are_the_run_itself_and_older_ones_their_file(run: Path) -> None:
    newest = newest_weights(run)
    assert newest is not None
    found, _ = find_weights(ref(newest), shelves(run.parent, runs=run.parent))
    assert Path(found) == run
    raw = newest.with_name("model.safetensors")
    found, _ = find_weights(ref(raw), shelves(run.parent, runs=run.parent))
    assert Path(found) == raw


def test_a_run_under_way_is_not_taken_for_the_weights_it_goes_on_from(run: Path, tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "tiny"
    shutil.copytree(run, folder)
    status = json.loads((folder / "status.json").read_text())
    write_file(folder / "status.json", json.dumps({**status, "state": "running", "host": "elsewhere",
                                                   "heartbeat": 1e12}))  # fmt: skip
    newest = newest_weights(folder)
    assert newest is not None
    found, header = find_weights(ref(newest), shelves(tmp_path))
    assert Path(found) != folder
    assert header.digest == read_header(newest).digest


def test_other_weights_of_the_same_name_are_not_taken(run: Path, tmp_path: Path) -> None:
    newest = newest_weights(run)
    assert newest is not None
    model = ref(newest, key=str(newest)).model_copy(update={"digest": "f" * 64})
    with pytest.raises(StudioError, match=r"tiny.* \(weights ffffffff\) is not on this machine"):
        find_weights(model, shelves(tmp_path))


# ------- to the bit


class Lane:
    """The interactive lane without its thread."""

    def __init__(self) -> None:
        self._answers: list[Answer] = []
        self._engine = Engine(self._answers.append, OpenModels(SnapshotStore()))

    def pictures(self, key: str, *codes: tuple[float, ...]) -> ReferencePictures:
        self._answers.clear()
        self._engine.submit(TakeReferences(slot="test", model=key, codes=codes))
        while self._engine.turn() is not None:
            pass
        (value,) = [answer.value for answer in self._answers if isinstance(answer.value, ReferencePictures)]
        return value


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ready-made models in another folder, under other names."""
    folder = tmp_path_factory.mktemp("elsewhere")
    for number, path in enumerate(READY_MADE):
        shutil.copy(path, folder / f"{number}.safetensors")
    return folder


@pytest.fixture(scope="module")
def lanes() -> Callable[[int], Lane]:
    made = Lane(), Lane()
    return lambda number: made[number]


NUMBERS = st.floats(-50, 50)


def valid(numbers: list[float], space: LatentSpace) -> tuple[float, ...]:
    """A code as a document may hold it: within bounds, and one of the categories."""
    code = np.array(numbers)
    for factor, columns in space.blocks():
        if not isinstance(factor, Normal):
            code[columns] = factor.nearest(code[None, columns].astype(np.float32))[0]
    return tuple(code.tolist())


@given(data=st.data())
@settings(max_examples=100)
def test_any_document_exported_and_dropped_back_gives_the_same_picture_to_the_bit(
    data: st.DataObject, elsewhere: Path, lanes: Callable[[int], Lane], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = data.draw(st.sampled_from(READY_MADE))
    header = read_header(path)
    document = Document(
        model=ref(path, key=str(path)),
        code=valid(data.draw(st.lists(NUMBERS, min_size=header.space.dim, max_size=header.space.dim)), header.space),
        temperature=data.draw(st.floats(0, 2)),
        locked=frozenset(data.draw(st.sets(st.integers(0, header.space.dim - 1)))),
    )
    assert document.model is not None
    (exported,) = lanes(0).pictures(str(path), document.code).pictures
    values = provenance_values(document.model, document.code, header.space, document)
    file = tmp_path_factory.mktemp("exported") / "picture.png"
    write_file(file, png_bytes(exported, text={KEY: json.dumps(values)}), sync=False)

    told = read_provenance(file)
    assert told is not None
    gone = told.model.model_copy(update={"key": "/nowhere/at.all"})
    key, found = find_weights(gone, shelves(elsewhere, ready_made=elsewhere))
    back = restored(Document(), ModelRef(key=key, name=found.name, digest=found.digest), told.code(found.space), told)
    (again,) = lanes(1).pictures(key, back.code).pictures
    assert np.array_equal(again, picture_from_png(file.read_bytes()))
    assert (back.code, back.temperature, back.locked) == (document.code, document.temperature, document.locked)


def test_pictures_taken_together_are_those_taken_one_by_one(lanes: Callable[[int], Lane]) -> None:
    path = READY_MADE[0]
    space = read_header(path).space
    codes = [tuple(map(float, code)) for code in space.sample(9, np.random.default_rng(0))]
    together = lanes(0).pictures(str(path), *codes).pictures
    for code, picture in zip(codes, together, strict=True):
        assert np.array_equal(lanes(1).pictures(str(path), code).pictures[0], picture)
