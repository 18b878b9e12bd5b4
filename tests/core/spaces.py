"""Hypothesis strategies for latent spaces and codes."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from latent_studio.core.latent import Categorical, Factor, Floats, LatentSpace, Normal, Uniform

_NAMES = st.text(min_size=1, max_size=6)
_SHAPES = st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple)


@st.composite
def uniforms(draw: st.DrawFn, name: str) -> Uniform:
    low = draw(st.floats(-1e3, 1e3))
    width = draw(st.floats(1e-3, 1e3))
    return Uniform(name=name, shape=draw(_SHAPES), low=low, high=low + width, condition=draw(st.booleans()))


@st.composite
def categoricals(draw: st.DrawFn, name: str) -> Categorical:
    shape = draw(_SHAPES)
    labels = tuple(f"value {k}" for k in range(shape[-1])) if draw(st.booleans()) else ()
    return Categorical(name=name, shape=shape, labels=labels, condition=draw(st.booleans()))


@st.composite
def factors(draw: st.DrawFn, name: str) -> Factor:
    normal = st.builds(Normal, name=st.just(name), shape=_SHAPES, condition=st.booleans())
    return draw(st.one_of(normal, uniforms(name), categoricals(name)))


@st.composite
def spaces(draw: st.DrawFn, min_factors: int = 0) -> LatentSpace:
    """Any latent space, the one without a code among them."""
    names = draw(st.lists(_NAMES, min_size=min_factors, max_size=4, unique=True))
    return LatentSpace(factors=tuple(draw(factors(name)) for name in names))


def rows(width: int, n: int) -> st.SearchStrategy[Floats]:
    """(n, width) float32 numbers of every kind, nan and infinities too."""
    return arrays.arrays(np.float32, (n, width), elements=st.floats(width=32))
