"""How a download is shown: a bar for people, a line of JSON per event for programs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from latent_studio.cli.output import console, duration_text, print_json
from latent_studio.core.events import Done, Event, Progress, Warned
from latent_studio.data.downloads import Download


def follow(entry: Download, events: Iterator[Event], as_json: bool) -> None:
    """Play a download to its end and show how it goes."""
    if as_json:
        _as_lines(events)
    else:
        _as_bar(entry, events)


def size_text(n_bytes: float) -> str:
    """`11.6 MB`, with thousands as downloads are told everywhere."""
    return f"{n_bytes / 1e6:,.1f} MB" if n_bytes >= 1e5 else f"{n_bytes / 1e3:,.1f} kB"


def _as_lines(events: Iterator[Event]) -> None:
    """Progress only when another hundredth is done, or something else is being done."""
    last: tuple[int, str] = (-1, "")
    for event in events:
        if isinstance(event, Progress):
            told = (100 * event.done // max(event.total, 1), event.text)
            if told == last:
                continue
            last = told
        values: dict[str, Any] = {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}
        print_json({"event": type(event).__name__.lower(), **values}, indent=None)


def _as_bar(entry: Download, events: Iterator[Event]) -> None:
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    screen = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[right]}"))
    with Bar(*columns, console=screen, disable=not screen.is_terminal) as bar:
        task = bar.add_task(entry.name, total=entry.n_bytes, right="")
        for event in events:
            match event:
                case Progress():
                    left = "" if event.seconds_left is None else f"   {duration_text(event.seconds_left)} left"
                    right = f"{size_text(event.done)} of {size_text(event.total)}{left}   {event.text}"
                    bar.update(task, completed=event.done, right=right)
                case Warned():
                    screen.print(event.text, soft_wrap=True)
                case Done():
                    done = event
    print(done.text)
