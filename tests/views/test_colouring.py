"""Which pictures have which colour."""

from __future__ import annotations

import numpy as np

from latent_studio.data.image_set import ImageSet
from latent_studio.views.colouring import N_STEPS, colouring, keys_of, ramp, title_of

WHOLE = slice(0, 6)


def a_set() -> ImageSet:
    return ImageSet(
        name="six",
        pixels=np.zeros((6, 1, 2, 2), np.uint8),
        labels=np.array([0, 1, 2, 2, 1, 0]),
        label_names=("0", "1", "2"),
        attributes={
            "weight": np.array([0.5, 1.5, np.nan, 2.5, 4.5, 3.25]),
            "skin_tone": np.array([3, 5, 5, 3, 3, 5]),
            "maker": np.array([1, 0, -1, 1, 1, 0]),
        },
        attribute_names={"maker": ("Noto", "Open")},
        n_train=4,
        licence="",
        citation="",
    )


def test_the_label_comes_first_and_digits_are_called_so() -> None:
    assert keys_of(a_set()) == ("label", "weight", "skin_tone", "maker")
    assert title_of(a_set(), "label") == "digit"
    assert title_of(a_set(), "skin_tone") == "skin tone"


def test_labels_are_classes_in_their_order() -> None:
    found = colouring(a_set(), "label", slice(4, 6))
    assert (found.classes, found.rows.tolist()) == (("0", "1", "2"), [1, 0])
    assert found.counts() == (1, 1, 0, 0)


def test_few_whole_numbers_are_classes_that_every_part_shares() -> None:
    found = colouring(a_set(), "skin_tone", slice(1, 3))
    assert (found.classes, found.rows.tolist()) == (("3", "5"), [1, 1])


def test_words_keep_their_names_and_what_has_none_is_the_last_colour() -> None:
    found = colouring(a_set(), "maker", WHOLE)
    assert found.classes == ("Noto", "Open")
    assert found.rows.tolist() == [1, 0, 2, 1, 1, 0]
    assert found.n_colours == 3


def test_an_amount_goes_from_the_first_colour_to_the_last() -> None:
    found = colouring(a_set(), "weight", WHOLE)
    assert (found.classes, found.low, found.high) == ((), 0.5, 4.5)
    assert found.rows.tolist() == [0, N_STEPS // 4, N_STEPS, N_STEPS // 2, N_STEPS - 1, N_STEPS * 11 // 16]


def test_without_such_an_attribute_all_are_alike() -> None:
    found = colouring(a_set(), "no such thing", WHOLE)
    assert (found.key, found.n_colours, set(found.rows.tolist())) == ("", 2, {0})


def test_the_ramp_grows_ever_lighter() -> None:
    """Perceptual order: relative luminance rises along all of it."""
    light = (ramp() / 255.0) ** 2.2 @ (0.2126, 0.7152, 0.0722)
    assert (np.diff(light) > -0.002).all()  # rounded to 8 bits
    assert light[-1] > 4 * light[0]
