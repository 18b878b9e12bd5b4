"""Names for new runs and copies, and the folders and files that go with them."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import PurePath


def suggested_name(data: str, family: str, n_latent: object, taken: Collection[str]) -> str:
    """A name for a new run that no other has: mnist-vae-16, then mnist-vae-16-2 …"""
    parts = [slug(data), family, str(n_latent) if isinstance(n_latent, int) else ""]
    return free_among("-".join(part for part in parts if part) or "run", taken)


def free_among(name: str, taken: Collection[str]) -> str:
    """The name, or with the first number behind it that nobody has."""
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name}-{number}", number + 1
    return candidate


def slug(text: str) -> str:
    """Words as a file name: `Fashion-MNIST` → fashion-mnist; of a path, its last part without its ending."""
    stem = PurePath(text).name.removesuffix(".gz")
    return re.sub(r"[^\w]+", "-", re.sub(r"\.\w{1,4}$", "", stem).lower()).strip("-")


def folder_name(name: str) -> str:
    """The folder for a run of that name: without what file systems dislike."""
    return re.sub(r"[^\w.\-]+", "-", name).strip("-.") or "run"
