"""A sensible recipe for a set of pictures, from how many there are and how large they are, with the reasons in words.

The rules, in one place:

- Grey pictures of at most 1,024 pixels take a fully connected network, all others a convolutional one, which is the
  narrower the fewer pictures there are to learn by heart.
- About so many steps in all, whatever the number of pictures: then few pictures are seen often and many seldom. Few
  pictures get fewer steps, for they are learned by heart otherwise.
- Pictures in colour that are no writing are mirrored; few ones are also shifted and shown in another light.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ImageShape = tuple[int, int, int]

MLP_UP_TO_PIXELS = 1024
LARGEST_SIDE = 64  # px; the time of a step grows with the square of it
FEW, SOME, MANY = 1_000, 5_000, 20_000
"""Training pictures: below FEW they are stretched by every means, from MANY on none is needed."""
N_STEPS, N_STEPS_FEW = 12_000, 4_000
FEWEST_EPOCHS, MOST_EPOCHS = 10, 600


@dataclass(frozen=True)
class Proposal:
    """values: by path in the recipe.  reasons: one sentence each."""

    values: Mapping[str, Any]
    reasons: tuple[str, ...]


def propose(n_train: int, image_shape: ImageShape, label_names: Sequence[str] = ()) -> Proposal:
    """The recipe for `n_train` pictures of (channels, height, width); label_names tell writing from the rest."""
    n_channels, height, width = image_shape
    values: dict[str, Any] = {}
    reasons: list[str] = []
    side = min(LARGEST_SIDE, max(height, width))
    if side < max(height, width):
        values["data.size"] = side
        reasons.append(f"{side} px are enough to begin with: the time of a step grows with the square of the side.")
    _network(values, reasons, n_train, n_channels, side)
    _length(values, reasons, n_train)
    _changes(values, reasons, n_train, side, n_channels == 3 and not is_writing(label_names))
    if is_writing(label_names):
        reasons.append("Not mirrored: these are signs, and another sign from the other side.")
    return Proposal(values, tuple(reasons))


def _network(values: dict[str, Any], reasons: list[str], n_train: int, n_channels: int, side: int) -> None:
    kind = "colour" if n_channels == 3 else "grey"
    if n_channels == 1 and side * side <= MLP_UP_TO_PIXELS:
        values |= {"model.network": "mlp", "model.n_latent": 16, "model.likelihood": "bernoulli"}
        reasons.append(f"Small {kind} pictures: a fully connected network sees them whole and is quick.")
        return
    channels = 16 if n_train < FEW else 24 if n_train < SOME else 32
    n_latent = 16 if n_train < FEW else 32
    values |= {"model.network": "conv", "model.n_latent": n_latent, "model.channels": channels}
    values |= {"model.likelihood": "gaussian", "model.noise_std": 0.1}
    breadth = "a narrow one, for few pictures are soon learned by heart" if n_train < FEW else f"{channels} channels"
    reasons.append(f"Pictures of {side} px in {kind}: a convolutional network, {breadth}; {n_latent} dimensions.")


def _length(values: dict[str, Any], reasons: list[str], n_train: int) -> None:
    batch_size = 16 if n_train < FEW else 32 if n_train < SOME else 64 if n_train < MANY else 128
    n_batches = -(-n_train // batch_size)
    wanted = (N_STEPS_FEW if n_train < FEW else N_STEPS) / n_batches
    n_epochs = max(FEWEST_EPOCHS, min(MOST_EPOCHS, rounded(wanted)))
    values |= {"training.batch_size": batch_size, "training.n_epochs": n_epochs}
    values["optimizer.final_learning_rate"] = 0.05
    reasons.append(
        f"{n_train:,} pictures, {batch_size} at a time, {n_epochs} times over: some {rounded(n_batches * n_epochs):,} "
        "steps, the last ones small, so that the pictures settle."
    )


def _changes(values: dict[str, Any], reasons: list[str], n_train: int, side: int, can_mirror: bool) -> None:
    is_few = n_train < FEW
    is_mirrored = can_mirror and n_train < MANY
    values["augment.mirror"] = True if is_mirrored else None
    values["augment.shift"] = 0.05 if can_mirror and is_few and side >= 20 else None
    values["augment.colour"] = 0.1 if can_mirror and is_few else None
    if is_mirrored:
        more = ", a little shifted and in varying light" if is_few else ""
        reasons.append(
            f"Mirrored every second time{more}: there is more to learn from. Switch it off where left and right matter."
        )


def is_writing(label_names: Sequence[str]) -> bool:
    """Whether the labels are signs: `0` … `9`, `a` … `z`, `ki き`. What nobody named is none."""
    return len(label_names) > 1 and all(len(name.split(" ")[-1]) == 1 for name in label_names)


def rounded(number: float) -> int:
    """To two figures, so that it reads as the rule of thumb that it is."""
    if number < 10:
        return max(1, round(number))
    power: int = 10 ** (len(str(int(number))) - 2)
    return round(number / power) * power
