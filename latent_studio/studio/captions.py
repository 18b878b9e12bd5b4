"""Models and runs in words: the small lines under a card, and the losses in their unit."""

from __future__ import annotations

import time

from latent_studio.core.header import Header
from latent_studio.core.latent import LatentSpace
from latent_studio.studio.library import Entry, age_text, size_text

_DIGEST_LETTERS = 6


def family_line(entry: Entry) -> str:
    """What it is: `VAE · MNIST · 16 dim`."""
    header, status = entry.header, entry.status
    if header is not None:
        size = header.data.size or 0
        side = f"{size} px" if size and (header.data.image_shape[0] > 1 or size > 32) else ""
        parts = [header.family_title, header.data.name, side, space_text(header.space)]
    else:
        parts = [status.family, status.data] if status is not None else []
    return " · ".join(part for part in parts if part)


def facts_line(entry: Entry, now: float | None = None) -> str:
    """How good, how large, how old, which: `test 104.5 nats · 2.6 MB · 5 min ago · b81f4d`."""
    loss = test_loss(entry)
    parts = [f"test {loss_text(loss, entry.header)}" if loss is not None else ""]
    parts.append(size_text(entry.bytes) if entry.bytes else "")
    if entry.kind != "ready-made" and entry.modified:
        parts.append(age_text(entry.modified, time.time() if now is None else now))
    parts.append(entry.header.digest[:_DIGEST_LETTERS] if entry.header is not None else "")
    return " · ".join(part for part in parts if part)


def test_loss(entry: Entry) -> float | None:
    """The loss on the test part: where it stands now, as its header or its status tells."""
    if entry.status is not None and entry.status.loss is not None:
        return entry.status.loss
    return entry.header.metrics.get("loss") if entry.header is not None else None


def is_in_nats(header: Header | None) -> bool:
    """Whether a model's loss is a bound on the likelihood: such a family measures its KL term, too."""
    return header is not None and "kl" in header.metrics


def loss_text(loss: float, header: Header | None = None) -> str:
    """A loss with four figures, and its unit where it has one: `104.5 nats`."""
    return figures(loss) + (" nats" if is_in_nats(header) else "")


def figures(value: float) -> str:
    """A measured number with four figures: `104.5`, `0.01234`, `26.80`."""
    if value != value or abs(value) >= 1e6 or (value and abs(value) < 1e-3):
        return f"{value:.3g}"
    n_before = len(str(int(abs(value))))
    return f"{value:,.{max(0, 4 - n_before)}f}"


def space_text(space: LatentSpace) -> str:
    """`16 dim`, with what else a code holds: `12 dim + digit`."""
    n_plain = sum(f.width for f in space.factors if not f.condition and f.kind != "categorical")
    named = [f.name for f in space.factors if f.condition or f.kind == "categorical"]
    return " + ".join([*([f"{n_plain} dim"] if n_plain else []), *named])
