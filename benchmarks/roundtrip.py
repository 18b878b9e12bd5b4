"""Pictures exported and dropped back: does the same document give the same picture, to the bit?

    python benchmarks/roundtrip.py [--documents 1000]

Random documents over the ready-made models (codes from the prior at temperatures from 0 to 2, and numbers of 64 bits
far out of it; any temperature, any locks) are exported as PNG by one window. Another window, whose models lie in
another folder under other names, and which shows something else each time, is given the file as if it had been dropped.
The picture that it then decodes by the reference path is compared with the file's pixels, its code with the document's.

Bound: every one of them is equal.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "10000")
os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtWidgets import QApplication

from latent_studio.app.keeping.references import Reference, References
from latent_studio.app.picture_actions import PictureActions, Shown
from latent_studio.app.session import Places, Session
from latent_studio.app.settings import Settings
from latent_studio.app.theme import apply_theme
from latent_studio.app.window import Window
from latent_studio.core.header import Header, read_header
from latent_studio.core.pictures import picture_from_png
from latent_studio.studio.document import Document, ModelRef

PATIENCE_S = 60.0
NOTHING = np.zeros((1, 1), np.uint8)


@dataclass
class Tally:
    """What came of the documents."""

    n: int = 0
    n_same_picture: int = 0
    n_same_code: int = 0
    n_same_rest: int = 0

    def text(self) -> str:
        """One line."""
        return (
            f"{self.n:,} documents: {self.n_same_picture:,} pictures equal to the bit, {self.n_same_code:,} codes, "
            f"{self.n_same_rest:,} temperatures and locks"
        )


class Bench:
    """A window with its lanes."""

    def __init__(self, ready_made: Path, home: Path) -> None:
        self.session = Session(Places(ready_made, home))
        self.window = Window(self.session, Settings())
        self.actions = PictureActions(self.session, self.window)
        self.references = References(self.session, self.window)
        self.window.show()
        spin(lambda: self.session.header is not None)

    def show(self, document: Document, header: Header) -> None:
        """Open the document, model and all."""
        assert document.model is not None
        self.session.know(document.model.key, header)
        self.session.edit(lambda _: document)
        spin(lambda: self.session.header == header)

    def dropped(self, file: Path) -> Document:
        """The document once a dropped file has changed it."""
        before = self.session.document.code
        self.window.incoming.take_files([str(file)])
        spin(lambda: self.session.document.code != before)
        return self.session.document

    def picture(self) -> Reference:
        """The picture of the present document, by the reference path."""
        taken: list[Reference] = []
        self.references.take([Shown(NOTHING, self.session.document.code)], taken.extend)
        spin(lambda: bool(taken))
        return taken[0]


def spin(until: Callable[[], bool]) -> None:
    """Let the window work until something is so."""
    end = time.monotonic() + PATIENCE_S
    while not until():
        QApplication.processEvents()
        time.sleep(0.0005)
        if time.monotonic() > end:
            raise TimeoutError("the window did not answer")


def random_document(key: str, header: Header, rng: np.random.Generator) -> Document:
    """Any state of that model."""
    space = header.space
    if rng.random() < 0.7:
        code = space.sample(1, rng, float(rng.uniform(0, 2)))[0].astype(np.float64)
    else:
        code = rng.normal(0, 3, space.dim)  # as typed: not of 32 bits, and improbable
    return Document(
        model=ModelRef(key=key, name=header.name, digest=header.digest),
        code=tuple(float(value) for value in code),
        temperature=round(float(rng.uniform(0, 2)), 2),
        locked=frozenset(np.flatnonzero(rng.random(space.dim) < 0.2).tolist()),
    )


def measure(n_documents: int, folder: Path) -> Tally:
    """Export and drop back."""
    ready_made = Path(__file__).parents[1] / "checkpoints"
    moved = folder / "moved"
    moved.mkdir()
    headers = {str(path): read_header(path) for path in sorted(ready_made.glob("*.safetensors"))}
    for number, path in enumerate(headers):
        shutil.copy(path, moved / f"model {number}.safetensors")
    there = [(str(path), read_header(path)) for path in sorted(moved.glob("*.safetensors"))]
    sender, receiver = Bench(ready_made, folder / "sender"), Bench(moved, folder / "receiver")
    rng, tally, keys = np.random.default_rng(0), Tally(), list(headers)
    for number in range(n_documents):
        key = keys[rng.integers(len(keys))]
        document, file = random_document(key, headers[key], rng), folder / f"{number}.png"
        sender.show(document, headers[key])
        sender.actions.save(Shown(NOTHING, document.code), file)
        spin(file.exists)

        other_key, other = there[int(rng.integers(len(there)))]
        receiver.show(random_document(other_key, other, rng), other)
        after = receiver.dropped(file)
        tally.n += 1
        tally.n_same_picture += np.array_equal(receiver.picture().picture, picture_from_png(file.read_bytes()))
        tally.n_same_code += after.code == document.code
        tally.n_same_rest += (after.temperature, after.locked) == (document.temperature, document.locked)
        file.unlink()
    for bench in (sender, receiver):
        bench.window.close()
    return tally


def main() -> int:
    """Run it; 1 where the bound does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--documents", type=int, default=1000)
    n_documents = parser.parse_args().documents
    apply_theme(QApplication(sys.argv[:1]), "dark")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LATENT_STUDIO_HOME"] = folder
        tally = measure(n_documents, Path(folder))
    print(f"{tally.text()} ({time.monotonic() - began:.0f} s)")
    return int(not tally.n == tally.n_same_picture == tally.n_same_code == tally.n_same_rest)


if __name__ == "__main__":
    sys.exit(main())
