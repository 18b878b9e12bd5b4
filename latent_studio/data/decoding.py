"""Many picture files into pixels, on threads, for Pillow lets go of the interpreter."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from latent_studio.core.errors import StudioError
from latent_studio.data.picture_files import UNREADABLE, PictureFiles
from latent_studio.data.pictures import UnreadableError, decoded
from latent_studio.data.pixel_store import Fill, Pixels, Rows

_N_AT_ONCE = 32
"""Pictures that are decoded in one piece: enough that every thread has work, few enough that a lane is not held up."""


def decoder(
    files: PictureFiles,
    names: Sequence[str],
    size: int,
    n_channels: int,
    where: str,
    crop: int | None = None,
    is_whole: bool = False,
) -> Fill:
    """Fills with the readable ones of those pictures in order; see `decoded`. StudioError where none is.

    where: what the pictures lie in, for that sentence.
    """

    def read(name: str) -> Pixels | UnreadableError:
        try:
            return decoded(files.read(name), size, n_channels, crop, is_whole)
        except UnreadableError as error:
            return error
        except UNREADABLE as error:
            return UnreadableError(str(error))

    def fill() -> Generator[tuple[Rows, Pixels], None, Rows]:
        kept: list[int] = []
        reasons: list[str] = []
        with ThreadPoolExecutor() as threads:
            for first in range(0, len(names), _N_AT_ONCE):
                results = list(threads.map(read, names[first : first + _N_AT_ONCE]))
                good = [(first + i, x) for i, x in enumerate(results) if not isinstance(x, UnreadableError)]
                reasons += [str(x) for x in results if isinstance(x, UnreadableError)]
                if good:
                    rows = np.arange(len(kept), len(kept) + len(good))
                    kept += [i for i, _ in good]
                    yield rows, np.stack([x for _, x in good])
        if not kept:
            raise StudioError(
                f"None of the {len(names):,} pictures in {where} can be read (first: {reasons[0]}): check the files."
            )
        return np.array(kept, np.intp)

    return fill
