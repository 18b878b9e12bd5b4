"""UCI handwritten digits: 1,797 pictures of 8x8 pixels that scikit-learn carries; they need no file of one's own."""

from __future__ import annotations

import gzip
import importlib.util
import zlib
from pathlib import Path

import numpy as np
from pydantic import Field

from latent_studio.core.errors import StudioError
from latent_studio.data.image_set import ImageSet
from latent_studio.data.resizing import resized
from latent_studio.data.rows import n_train_of, shuffled
from latent_studio.data.source import Source, SourceOptions

TEST_ONE_IN = 5
"""There is no customary split of these 1,797: a shuffle with a fixed seed gives 1,437 to train and 360 to test."""


class Options(SourceOptions):
    size: int = Field(
        default=8,
        ge=4,
        le=128,
        title="Picture size",
        description="Side of the square pictures; 8 is their own size, others are resized (bicubic).",
        json_schema_extra={"unit": "px"},
    )


def load(options: Options) -> ImageSet:
    """Pixels 0 … 16 are scaled to 0 … 255."""
    try:
        with gzip.open(_file(), "rt") as text:
            table = np.loadtxt(text, delimiter=",", dtype=np.int64)
        if table.ndim != 2 or table.shape[1] != 65:
            raise ValueError("not 64 pixels and a label per row")
    except (OSError, ValueError, EOFError, zlib.error) as error:
        raise StudioError(f"The digits in scikit-learn cannot be read ({error}): install scikit-learn again.") from None
    table = table[shuffled(len(table))]
    pixels = np.round(table[:, :64] * (255 / 16)).astype(np.uint8).reshape(-1, 1, 8, 8)
    return ImageSet(
        name="UCI digits",
        pixels=resized(pixels, options.size),
        labels=table[:, 64],
        label_names=tuple("0123456789"),
        attributes={},
        n_train=n_train_of(len(table), TEST_ONE_IN),
        licence="CC BY 4.0",
        citation="E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, "
        "1998, doi:10.24432/C50P49 (its test part, as carried by scikit-learn)",
    )


def _file() -> Path:
    """Found without importing scikit-learn, which would hold the interpreter for 150 ms."""
    package = importlib.util.find_spec("sklearn")
    if package is None or package.origin is None:
        raise StudioError("The handwritten digits come with scikit-learn, which is missing: run `make run` again.")
    return Path(package.origin).parent / "datasets" / "data" / "digits.csv.gz"


SOURCE = Source(
    name="digits",
    title="Handwritten digits (UCI)",
    summary="1,797 small grey digits that come with the program.",
    options=Options,
    load=load,
)
