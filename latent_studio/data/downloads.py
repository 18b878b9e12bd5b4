"""The sets that can be downloaded. Adding one is adding an entry to `DOWNLOADS`.

What comes is checked by SHA-256. For MNIST and Fashion-MNIST it is that of the unpacked content, so that a mirror may
have packed it anew; for the others that of the file itself, as TensorFlow Datasets publishes it (url_checksums/).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from latent_studio.core.errors import StudioError, did_you_mean
from latent_studio.core.files import home
from latent_studio.data.known_sets import CIFAR_CITATION, CIFAR_LICENCE, FASHION_MNIST, KMNIST, MNIST
from latent_studio.data.places import find

PART = ".part"
"""Ending of what has not come whole yet, or waits for the set's other files."""

ORIGIN = ".json"
"""Ending of the hidden file beside a part that says where it comes from."""


@dataclass(frozen=True)
class RemoteFile:
    """name: at the mirrors and here.  sha256: of the unpacked content, or of the file as it is sent."""

    name: str
    n_bytes: int
    sha256: str
    is_of_content: bool = False


@dataclass(frozen=True)
class Download:
    """A set and where it comes from.

    name: of its folder.  source: which reads it.  mirrors: addresses in whose place the file names are, in order.
    """

    name: str
    title: str
    source: str
    files: tuple[RemoteFile, ...]
    mirrors: tuple[str, ...]
    licence: str
    citation: str

    @property
    def n_bytes(self) -> int:
        return sum(file.n_bytes for file in self.files)


@dataclass(frozen=True)
class DownloadState:
    """What of a set is on this machine. path: of the whole set, None while it is not here.
    n_here: bytes, of the whole set or of an interrupted download."""

    download: Download
    path: Path | None
    n_here: int


def download(name: str) -> Download:
    """The entry of a name; StudioError where there is none."""
    found = {entry.name: entry for entry in DOWNLOADS}
    if name not in found:
        raise StudioError(f'There is no download "{name}": {did_you_mean(name, found)}')
    return found[name]


def default_folder(entry: Download) -> Path:
    """Where `places.find` looks for the name."""
    return home() / "data" / entry.name


def states() -> tuple[DownloadState, ...]:
    """All sets that can be downloaded, and what is here of each. Looks at names and sizes only."""
    return tuple(_state(entry) for entry in DOWNLOADS)


def is_partial(folder: Path) -> bool:
    """Whether an interrupted download of ours lies in a folder."""
    return folder.is_dir() and any(folder.glob(f".*{PART}{ORIGIN}"))


def _state(entry: Download) -> DownloadState:
    found = find(entry.name)
    if found.is_dir() and all(_size(found / file.name) == file.n_bytes for file in entry.files):
        return DownloadState(entry, found.absolute(), entry.n_bytes)
    folder = default_folder(entry)
    n_here = sum(max(_size(folder / file.name), _size(folder / f"{file.name}{PART}")) for file in entry.files)
    return DownloadState(entry, None, n_here)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _mnist_files(*files: tuple[int, str], is_of_content: bool) -> tuple[RemoteFile, ...]:
    names = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    return tuple(
        RemoteFile(f"{name}-ubyte.gz", n_bytes, sha256, is_of_content)
        for name, (n_bytes, sha256) in zip(names, files, strict=True)
    )


DOWNLOADS = (
    Download(
        "mnist",
        "MNIST: handwritten digits",
        "idx",
        _mnist_files(
            (9_912_422, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
            (28_881, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
            (1_648_877, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
            (4_542, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
            is_of_content=True,
        ),
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "http://yann.lecun.com/exdb/mnist/",
        ),
        MNIST.licence,
        MNIST.citation,
    ),
    Download(
        "fashion-mnist",
        "Fashion-MNIST: clothes",
        "idx",
        _mnist_files(
            (26_421_880, "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
            (29_515, "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
            (4_422_102, "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
            (5_148, "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
            is_of_content=True,
        ),
        (
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        ),
        FASHION_MNIST.licence,
        FASHION_MNIST.citation,
    ),
    Download(
        "kmnist",
        "KMNIST: handwritten hiragana",
        "idx",
        _mnist_files(
            (18_165_135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
            (29_497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
            (3_041_136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
            (5_120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
            is_of_content=False,
        ),
        ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
        KMNIST.licence,
        KMNIST.citation,
    ),
    Download(
        "cifar-10",
        "CIFAR-10: small colour photographs of ten kinds",
        "cifar",
        (
            RemoteFile(
                "cifar-10-binary.tar.gz",
                170_052_171,
                "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            ),
        ),
        ("https://www.cs.toronto.edu/~kriz/",),
        CIFAR_LICENCE,
        CIFAR_CITATION,
    ),
    Download(
        "cifar-100",
        "CIFAR-100: small colour photographs of a hundred kinds",
        "cifar",
        (
            RemoteFile(
                "cifar-100-binary.tar.gz",
                168_513_733,
                "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
            ),
        ),
        ("https://www.cs.toronto.edu/~kriz/",),
        CIFAR_LICENCE,
        CIFAR_CITATION,
    ),
)
