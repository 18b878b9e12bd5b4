"""What is known of the sets that come without a word about themselves: names of the classes, licence, whom to cite.

MNIST and Fashion-MNIST are known by their labels, whatever the files are called; KMNIST and EMNIST by the names that
their authors gave to folder and files.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase, digits

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class KnownSet:
    """label_names: of the labels first_label, first_label + 1, …  transposed: its files hold columns as rows."""

    name: str
    label_names: tuple[str, ...]
    licence: str
    citation: str
    first_label: int = 0
    transposed: bool = False


MNIST = KnownSet(
    "MNIST",
    tuple(digits),
    "CC BY-SA 3.0",
    "Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-based learning applied to document recognition, "
    "Proc. IEEE 86(11):2278-2324, 1998",
)
FASHION_MNIST = KnownSet(
    "Fashion-MNIST",
    ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    "MIT, (c) 2017 Zalando SE",
    "H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning "
    "Algorithms, arXiv:1708.07747, 2017",
)
KMNIST = KnownSet(
    "KMNIST",
    ("o お", "ki き", "su す", "tsu つ", "na な", "ha は", "ma ま", "ya や", "re れ", "wo を"),
    "CC BY-SA 4.0",
    "T. Clanuwat, M. Bober-Irizar, A. Kitamoto, A. Lamb, K. Yamamoto, D. Ha, Deep Learning for Classical Japanese "
    "Literature, arXiv:1812.01718, 2018",
)

CIFAR_LICENCE = "not stated by its authors"
CIFAR_CITATION = (
    "A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, technical report, University of Toronto, "
    "2009"
)

_MERGED = (*digits, *ascii_uppercase, *"abdefghnqrt")
"""Balanced and ByMerge: fifteen small letters look like their capitals and share their class (Cohen et al., II.B)."""
_EMNIST_CLASSES = {
    "balanced": _MERGED,
    "bymerge": _MERGED,
    "byclass": (*digits, *ascii_uppercase, *ascii_lowercase),
    "letters": tuple(ascii_lowercase),
    "digits": tuple(digits),
    "mnist": tuple(digits),
}
_DIGESTS = {  # SHA-256 of the labels, one byte each, of the train and the test part
    "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13": MNIST,
    "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5": MNIST,
    "657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7": FASHION_MNIST,
    "3d0e6c6ea990b53b6f8f500a41cac93881d981b315f84578b7d915342ade01e9": FASHION_MNIST,
}


def known_by_labels(labels: NDArray[np.int64]) -> KnownSet | None:
    """labels: of the whole train or the whole test part."""
    if labels.size == 0 or labels.min() < 0 or labels.max() > 255:
        return None
    return _DIGESTS.get(hashlib.sha256(labels.astype(np.uint8).tobytes()).hexdigest())


def known_by_name(folder: str, prefix: str) -> KnownSet | None:
    """folder: the name of the folder that the files lie in; prefix: what their names begin with ("emnist-letters")."""
    if _letters(folder) in ("kmnist", "kuzushijimnist") or _letters(prefix) in ("kmnist", "kuzushijimnist"):
        return KMNIST
    for split, names in _EMNIST_CLASSES.items():
        if _letters(prefix) == f"emnist{split}":
            return KnownSet(
                f"EMNIST {split}",
                names,
                "not stated by its authors; made from NIST Special Database 19, a work of the US government",
                "G. Cohen, S. Afshar, J. Tapson, A. van Schaik, EMNIST: an extension of MNIST to handwritten letters, "
                "arXiv:1702.05373, 2017",
                first_label=1 if split == "letters" else 0,
                transposed=True,
            )
    return None


def _letters(name: str) -> str:
    return re.sub("[^a-z]", "", name.lower())
