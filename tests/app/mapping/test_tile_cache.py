"""A cache within a bound."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from latent_studio.app.mapping.tile_cache import ByteCache


def test_what_was_used_longest_ago_goes_first() -> None:
    cache: ByteCache[str, int] = ByteCache(30)
    for name in "abc":
        cache.put(name, 1, 10)
    assert cache.get("a") == 1
    cache.put("d", 1, 10)
    assert [name in cache for name in "abcd"] == [True, False, True, True]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40)), max_size=60))
def test_it_never_holds_more_than_its_bound_and_counts_right(puts: list[tuple[int, int]]) -> None:
    cache: ByteCache[int, int] = ByteCache(100)
    sizes: dict[int, int] = {}
    for key, size in puts:
        cache.put(key, size, size)
        sizes[key] = size
        assert cache.n_bytes == sum(sizes[k] for k in range(10) if k in cache) <= 100
        assert key in cache
