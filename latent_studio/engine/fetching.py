"""Downloads as requests for a lane of their own: they wait for the network, and nothing shall wait for them."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

from latent_studio.core.events import Event
from latent_studio.core.request import Request
from latent_studio.data.downloads import Download
from latent_studio.data.fetching import fetch


@dataclass(frozen=True, kw_only=True)
class FetchData(Request):
    """Download a set to where it is found by its name. Held it waits, closed it leaves what has come for the next."""

    entry: Download
    mirrors: tuple[str, ...] = ()

    def run(self) -> Generator[Event, None, None]:
        yield from fetch(self.entry, mirrors=self.mirrors)
