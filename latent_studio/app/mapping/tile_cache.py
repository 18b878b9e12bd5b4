"""A cache that never holds more than so many bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class ByteCache(Generic[K, V]):
    """What was used longest ago goes first, once the whole would be larger than `max_bytes`."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.n_bytes = 0
        self._items: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, key: K) -> bool:
        """Whether it is there; asking does not count as using."""
        return key in self._items

    def get(self, key: K) -> V | None:
        """What is kept under the key, which thereby was used last."""
        found = self._items.get(key)
        if found is None:
            return None
        self._items.move_to_end(key)
        return found[0]

    def put(self, key: K, value: V, n_bytes: int) -> None:
        """Keep a value of that size; it takes the place of the one under its key."""
        self.drop(key)
        self._items[key] = (value, n_bytes)
        self.n_bytes += n_bytes
        while self.n_bytes > self.max_bytes:
            _, (_, freed) = self._items.popitem(last=False)
            self.n_bytes -= freed

    def drop(self, key: K) -> None:
        """Forget it, where it is there."""
        found = self._items.pop(key, None)
        if found is not None:
            self.n_bytes -= found[1]

    def clear(self) -> None:
        """Forget everything."""
        self._items.clear()
        self.n_bytes = 0
