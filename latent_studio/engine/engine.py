"""One lane's work without threads or Qt: requests in slots, refined piece by piece, the newest of each slot.

`turn()` does one piece. A thread of its own calls it in a loop (`run`); tests call it by hand.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Event, Failed, Held, Warned
from latent_studio.core.request import Answer, ModelRequest, OpenModel, Priority, Request

log = logging.getLogger(__name__)

QUIET_S = 0.15
"""No piece of lower priority starts within this time of a preview request: somebody is dragging."""

COURTESY_S = 0.02
"""A job waits at its step boundary for a preview under way on another lane, but no longer than this at a time."""

SHOWING_S = 0.005
"""And so much longer, in which the window shows it."""

Deliver = Callable[[Answer], None]
Resolve = Callable[[str], OpenModel]
Until = Callable[[object], bool]


class Calm:
    """Whether a lane has no preview to make; whoever stands back for it waits here."""

    def __init__(self) -> None:
        self._is_calm = threading.Event()
        self._is_calm.set()
        self._since = -1e9

    def is_set(self) -> bool:
        return self._is_calm.is_set()

    def set(self) -> None:
        if not self._is_calm.is_set():
            self._since = time.monotonic()
            self._is_calm.set()

    def clear(self) -> None:
        self._is_calm.clear()

    def wait(self) -> None:
        """Until the preview is made and shown, but for no longer than 25 ms."""
        self._is_calm.wait(COURTESY_S)
        if (left := self._since + SHOWING_S - time.monotonic()) > 0:
            time.sleep(left)


@dataclass
class _Work:
    """A request under way, or waiting to begin.

    seconds: spent on it.  account_s: what it has had of the lane's time in comparison with the others of its priority.
    until: it goes on to a value that this is true of, and is held there.
    """

    request: Request
    pieces: Iterator[object] | None = None
    digest: str = ""
    seconds: float = 0.0
    account_s: float = 0.0
    is_held: bool = False
    until: Until | None = None
    messages: deque[object] = field(default_factory=deque)


class Engine:
    """Slots of work, served by priority and, within a priority, by who had least time so far.

    All methods but `turn` and `run` may be called from any thread; only the lane's own thread touches a generator.

    is_calm: set while no preview is asked for here.  goes_first: the same of a lane that this one lets go first, since
    both share an interpreter and the memory's bandwidth.
    """

    def __init__(
        self,
        deliver: Deliver,
        resolve: Resolve | None = None,
        clock: Callable[[], float] = time.monotonic,
        goes_first: Calm | None = None,
    ) -> None:
        self.is_calm = Calm()
        self._goes_first = goes_first
        self._deliver, self._resolve, self._clock = deliver, resolve, clock
        self._inbox: deque[Callable[[], None]] = deque()
        self._bell = threading.Condition()
        self._is_closing = self._is_finishing = False
        self._work: dict[str, _Work] = {}
        self._last_preview = -1e9

    def submit(self, request: Request) -> None:
        """Ask for work; it takes the place of what its slot holds."""
        if request.priority is Priority.PREVIEW:
            self.is_calm.clear()
        self._post(lambda: self._place(request))

    def send(self, slot: str, message: object) -> None:
        """Send a message into the slot's generator at its next step boundary."""
        self._post(lambda: self._change(slot, lambda work: work.messages.append(message)))

    def hold(self, slot: str, is_held: bool = True, until: Until | None = None) -> None:
        """Pause a slot (its generator is not asked for more), or let it go on; `Held` is delivered when it is so.

        until: pause it at the next value that this is true of.
        """
        self._post(lambda: self._change(slot, lambda work: self._hold(work, is_held, until)))

    def step(self, slot: str, until: Until | None = None) -> None:
        """Have a held slot go on to the end of its next step, or to the first value that `until` is true of, and be
        held again. What was sent to it before is taken over; a slot that is not held goes on anyway."""
        self._post(lambda: self._change(slot, lambda work: self._step(work, until or work.request.ends_step)))

    def cancel(self, slot: str) -> None:
        """Close what the slot holds; a job saves as it is closed. A last answer without a value tells that it is."""
        self._post(lambda: self._change(slot, self._cancel))

    def close(self, *, finish: bool = False) -> None:
        """Have `run` close everything and return; with `finish`, once what was asked for is done (short errands;
        what is only shown is given up)."""
        if finish:
            self._is_finishing = True
        else:
            self._is_closing = True
        self._ring()

    def turn(self) -> float | None:
        """Do one piece of work. Returns the seconds to wait before the next: 0.0 at once, None until asked again."""
        while self._inbox:
            self._inbox.popleft()()
        self._calm_down()
        ready = [work for work in self._work.values() if not work.is_held or work.until is not None]
        if not ready:
            return None
        work = min(ready, key=lambda w: (w.request.priority, w.account_s))
        quiet_for = self._clock() - self._last_preview
        if work.request.priority > Priority.PREVIEW and quiet_for < QUIET_S:
            return QUIET_S - quiet_for
        if self._goes_first is not None:
            self._goes_first.wait()
        self._advance(work)
        self._calm_down()
        return 0.0

    def _calm_down(self) -> None:
        if not self._inbox and not any(w.request.priority is Priority.PREVIEW for w in self._work.values()):
            self.is_calm.set()

    def run(self) -> None:
        """Serve until `close`, then close every generator (jobs save) and return."""
        while not self._is_closing:
            if self._is_finishing:
                self._give_up_what_is_only_shown()
            wait = self.turn()
            if wait == 0.0:
                continue
            with self._bell:
                if self._inbox or self._is_closing:
                    continue
                if wait is None and self._is_finishing:
                    break
                self._bell.wait(wait)
        for slot in list(self._work):
            self._close(slot)

    def _give_up_what_is_only_shown(self) -> None:
        for slot in [slot for slot, work in self._work.items() if work.request.is_only_shown]:
            self._close(slot)

    def _place(self, request: Request) -> None:
        self._close(request.slot)
        if request.priority is Priority.PREVIEW:
            self.is_calm.clear()  # again: between `submit` and here the lane may have found itself without previews
            self._last_preview = self._clock()
        self._work[request.slot] = _Work(request)

    def _change(self, slot: str, change: Callable[[_Work], None]) -> None:
        if slot in self._work:
            change(self._work[slot])

    def _hold(self, work: _Work, is_held: bool, until: Until | None) -> None:
        work.until = None
        if work.is_held == is_held:
            return
        if is_held and until is not None:
            work.until = until
            return
        work.is_held = is_held
        self._level(work)
        self._tell_held(work)

    def _tell_held(self, work: _Work) -> None:
        told: Event = Held(work.is_held)
        try:
            work.request.on_hold(work.is_held)
        except StudioError as error:
            told = Warned(str(error))
        self._deliver(Answer(work.request, told, work.digest, work.seconds))

    def _step(self, work: _Work, until: Until) -> None:
        if work.is_held:
            work.until = until

    def _cancel(self, work: _Work) -> None:
        if self._close(work.request.slot):
            self._deliver(Answer(work.request, None, work.digest, work.seconds, is_last=True))

    def _advance(self, work: _Work) -> None:
        """One piece; what it gives is delivered, what goes wrong is told in its place."""
        start = self._clock()
        request = work.request
        try:
            if work.pieces is None:  # a message waits for the first piece: a fresh generator takes none
                work.pieces = self._begin(work)
                value = next(work.pieces)
            elif work.messages and isinstance(work.pieces, Generator):
                value = work.pieces.send(work.messages.popleft())
            else:
                value = next(work.pieces)
        except StopIteration:
            self._finish(work, Answer(request, None, work.digest, work.seconds, is_last=True))
        except StudioError as error:
            self._finish(
                work,
                Answer(request, Failed(str(error), kind=type(error).__name__), work.digest, work.seconds, is_last=True),
            )
        except Exception as error:
            log.exception("%s failed", request.slot)
            failed = Failed(f"{type(error).__name__}: {error}", traceback.format_exc())
            self._finish(work, Answer(request, failed, work.digest, work.seconds, is_last=True))
        else:
            work.seconds += self._clock() - start
            work.account_s += self._clock() - start
            if value is not None:
                self._deliver(Answer(request, value, work.digest, work.seconds))
            if work.until is not None and work.until(value):
                work.until, work.is_held = None, True
                self._tell_held(work)

    def _begin(self, work: _Work) -> Iterator[object]:
        request = work.request
        self._level(work)
        if not isinstance(request, ModelRequest):
            return request.run()
        assert self._resolve is not None, "this lane has no models"
        opened = self._resolve(request.model)
        work.digest = opened.header.digest
        return request.answer(opened)

    def _level(self, work: _Work) -> None:
        """Who comes late, or back from a pause, does not get all the time that others had meanwhile."""
        others = [w for w in self._work.values() if w is not work and w.pieces is not None and not w.is_held]
        accounts = [w.account_s for w in others if w.request.priority == work.request.priority]
        work.account_s = max(work.account_s, min(accounts, default=0.0))

    def _finish(self, work: _Work, answer: Answer) -> None:
        if self._work.get(work.request.slot) is work:
            del self._work[work.request.slot]
        self._deliver(answer)

    def _close(self, slot: str) -> bool:
        """Close the slot's generator; False where that failed, which is told."""
        work = self._work.pop(slot, None)
        if work is None or not isinstance(work.pieces, Generator):
            return True
        try:
            work.pieces.close()
        except Exception as error:
            log.exception("%s could not be closed", slot)
            text = str(error) if isinstance(error, StudioError) else f"{type(error).__name__}: {error}"
            self._deliver(Answer(work.request, Failed(text, traceback.format_exc()), is_last=True))
            return False
        return True

    def _post(self, command: Callable[[], None]) -> None:
        self._inbox.append(command)
        self._ring()

    def _ring(self) -> None:
        with self._bell:
            self._bell.notify()
