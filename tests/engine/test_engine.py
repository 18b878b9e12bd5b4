"""One lane by hand: `turn` after `turn`, with a clock that moves only when work is done."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from latent_studio.core.errors import StudioError
from latent_studio.core.events import Failed, Held
from latent_studio.core.family import DataSpec
from latent_studio.core.header import Header
from latent_studio.core.latent import LatentSpace
from latent_studio.core.model import GenerativeModel
from latent_studio.core.request import Answer, ModelRequest, OpenModel, Priority, Request
from latent_studio.engine.engine import QUIET_S, Engine


class Lane:
    """An engine with its clock, what it delivered, and what its work noted."""

    def __init__(self, resolve: Callable[[str], OpenModel] | None = None) -> None:
        self.now = 100.0
        self.answers: list[Answer] = []
        self.notes: list[str] = []
        self.engine = Engine(self.answers.append, resolve, clock=lambda: self.now)

    def settle(self) -> None:
        """Turn until there is nothing to do, waiting as told."""
        while (wait := self.engine.turn()) is not None:
            self.now += wait

    def turns(self, n: int) -> None:
        for _ in range(n):
            self.engine.turn()

    @property
    def values(self) -> list[object]:
        return [answer.value for answer in self.answers if answer.value is not None]


@dataclass(frozen=True, kw_only=True)
class Work(Request):
    """So many pieces of so many seconds, each with a value; notes when it is closed, and by whom."""

    lane: Lane
    name: str = "work"
    n_pieces: int = 1
    piece_s: float = 0.008
    slot: str = "work"

    def run(self) -> Iterator[object]:
        try:
            for index in range(self.n_pieces):
                self.lane.now += self.piece_s
                yield f"{self.name}.{index}"
        except GeneratorExit:
            self.lane.notes.append(f"{self.name} closed in {threading.current_thread().name}")
            raise

    def __hash__(self) -> int:
        return id(self)


def preview(lane: Lane, name: str, **changes: object) -> Work:
    options = {"slot": "preview", "priority": Priority.PREVIEW, "piece_s": 0.003, **changes}
    return Work(lane=lane, name=name, **options)  # type: ignore[arg-type]


# ------- slots


def test_a_slot_holds_only_the_newest_request() -> None:
    lane = Lane()
    for index in range(5):
        lane.engine.submit(Work(lane=lane, name=f"drag{index}"))
    lane.settle()
    assert lane.values == ["drag4.0"]
    assert lane.notes == []  # what had not begun needs no closing


def test_a_refining_request_is_closed_when_its_successor_arrives() -> None:
    lane = Lane()
    lane.engine.submit(Work(lane=lane, name="coarse", n_pieces=9))
    lane.turns(3)
    lane.engine.submit(Work(lane=lane, name="next", n_pieces=2))
    lane.settle()
    assert lane.values == ["coarse.0", "coarse.1", "coarse.2", "next.0", "next.1"]
    assert lane.notes == ["coarse closed in MainThread"]


def test_slots_do_not_disturb_each_other() -> None:
    lane = Lane()
    lane.engine.submit(Work(lane=lane, name="a", slot="a", n_pieces=2))
    lane.engine.submit(Work(lane=lane, name="b", slot="b", n_pieces=2))
    lane.settle()
    assert sorted(map(str, lane.values)) == ["a.0", "a.1", "b.0", "b.1"]


@pytest.mark.parametrize("turns_between", [0, 1, 2, 5])
def test_the_last_value_of_a_drag_is_always_rendered(turns_between: int) -> None:
    """However fast the slider and however slow the lane: what the hand let go of is what is seen."""
    lane = Lane()
    for index in range(20):
        lane.engine.submit(preview(lane, f"drag{index}"))
        lane.turns(turns_between)
    lane.settle()
    assert lane.values[-1] == "drag19.0"


def test_pictures_between_are_shown_where_the_lane_keeps_up() -> None:
    lane = Lane()
    for index in range(5):
        lane.engine.submit(preview(lane, f"drag{index}"))
        lane.settle()
    assert lane.values == [f"drag{index}.0" for index in range(5)]


def test_the_end_of_a_request_is_told() -> None:
    lane = Lane()
    lane.engine.submit(Work(lane=lane, n_pieces=2))
    lane.settle()
    assert [(answer.value, answer.is_last) for answer in lane.answers] == [
        ("work.0", False),
        ("work.1", False),
        (None, True),
    ]


def test_nothing_to_do_is_told_by_none() -> None:
    assert Lane().engine.turn() is None


# ------- priorities


def test_the_preview_goes_first_then_the_strip_then_the_rest() -> None:
    lane = Lane()
    for priority in (Priority.BACKGROUND, Priority.MANIFOLD, Priority.STRIP, Priority.PREVIEW):
        lane.engine.submit(Work(lane=lane, name=priority.name, slot=priority.name, priority=priority))
    lane.settle()
    assert lane.values == ["PREVIEW.0", "STRIP.0", "MANIFOLD.0", "BACKGROUND.0"]


def test_no_other_piece_starts_within_150_ms_of_a_preview_request() -> None:
    lane = Lane()
    lane.engine.submit(Work(lane=lane, name="strip", slot="strip", priority=Priority.STRIP, n_pieces=3))
    lane.turns(1)
    lane.engine.submit(preview(lane, "drag"))
    asked_at = lane.now
    lane.turns(2)  # the picture, and its end
    assert lane.values == ["strip.0", "drag.0"]
    wait = lane.engine.turn()
    assert wait is not None
    assert lane.now + wait == pytest.approx(asked_at + QUIET_S)
    lane.now += wait * 0.99
    assert lane.engine.turn() != 0.0
    lane.now = asked_at + QUIET_S
    lane.settle()
    assert lane.values == ["strip.0", "drag.0", "strip.1", "strip.2"]


def test_while_the_drag_goes_on_the_strips_wait() -> None:
    lane = Lane()
    lane.engine.submit(Work(lane=lane, name="strip", slot="strip", priority=Priority.STRIP))
    for index in range(30):
        lane.engine.submit(preview(lane, f"drag{index}"))
        lane.turns(3)
        lane.now += 0.1
    assert "strip.0" not in lane.values
    lane.settle()
    assert lane.values[-1] == "strip.0"


def test_a_lane_without_previews_never_waits() -> None:
    lane = Lane()
    lane.engine.submit(Work(lane=lane, n_pieces=5))
    assert [lane.engine.turn() for _ in range(6)] == [0.0] * 6
    assert lane.engine.turn() is None


# ------- fairness


def shares(lane: Lane, n_turns: int) -> dict[str, int]:
    """How many pieces each job gets from here on."""
    before = len(lane.values)
    lane.turns(n_turns)
    seen = [str(value).partition(".")[0] for value in lane.values[before:]]
    return {name: seen.count(name) for name in sorted(set(seen))}


def job(lane: Lane, name: str, piece_s: float) -> Work:
    return Work(lane=lane, name=name, slot=name, n_pieces=100_000, piece_s=piece_s)


def test_two_jobs_share_the_time_and_not_the_pieces() -> None:
    lane = Lane()
    lane.engine.submit(job(lane, "slow", 0.09))
    lane.engine.submit(job(lane, "swift", 0.01))
    found = shares(lane, 200)
    assert found["swift"] == pytest.approx(9 * found["slow"], abs=18)  # a piece of the slow one is nine of the swift


def test_who_comes_late_starts_level() -> None:
    lane = Lane()
    lane.engine.submit(job(lane, "early", 0.01))
    lane.turns(5000)
    lane.engine.submit(job(lane, "late", 0.01))
    found = shares(lane, 100)
    assert abs(found["early"] - found["late"]) <= 2


def test_who_comes_back_from_a_pause_starts_level() -> None:
    lane = Lane()
    lane.engine.submit(job(lane, "a", 0.01))
    lane.engine.submit(job(lane, "b", 0.01))
    lane.turns(20)
    lane.engine.hold("b")
    lane.turns(5000)
    lane.engine.hold("b", False)
    found = shares(lane, 100)
    assert abs(found["a"] - found["b"]) <= 2


def test_who_begins_while_all_others_are_paused_does_not_wait_for_them_afterwards() -> None:
    lane = Lane()
    lane.engine.submit(job(lane, "a", 0.01))
    lane.turns(1000)
    lane.engine.hold("a")
    lane.engine.submit(job(lane, "b", 0.01))
    lane.turns(10)
    lane.engine.hold("a", False)
    found = shares(lane, 100)
    assert found.get("a", 0) <= found["b"]


def test_the_seconds_told_are_those_of_the_request_itself() -> None:
    lane = Lane()
    lane.engine.submit(job(lane, "early", 1.0))
    lane.turns(100)
    lane.engine.submit(Work(lane=lane, name="late", slot="late", n_pieces=2, piece_s=0.25))
    lane.turns(100)
    told = [answer.seconds for answer in lane.answers if answer.request.slot == "late"]
    assert told == pytest.approx([0.25, 0.5, 0.5])


# ------- hold, send, cancel, close


def test_a_held_job_is_not_asked_for_more_until_it_may_go_on() -> None:
    lane = Lane()
    lane.engine.submit(Work(lane=lane, n_pieces=4))
    lane.turns(2)
    lane.engine.hold("work")
    assert lane.engine.turn() is None
    assert lane.values == ["work.0", "work.1", Held(True)]
    lane.engine.hold("work", False)
    lane.settle()
    assert lane.values == ["work.0", "work.1", Held(True), Held(False), "work.2", "work.3"]


def test_a_held_job_makes_one_step_at_a_time_and_takes_over_what_was_sent_before() -> None:
    """A step is what the work says it is: here every third piece ends one."""
    lane = Lane()

    @dataclass(frozen=True, kw_only=True)
    class Steps(Request):
        slot: str = "work"

        def run(self) -> Generator[str, str | None, None]:
            told: str | None = ""
            for index in range(9):
                told = yield f"{index} {told or ''}".strip()

        def ends_step(self, value: object) -> bool:
            return int(str(value).split()[0]) % 3 == 2

    lane.engine.submit(Steps())
    lane.turns(1)
    lane.engine.hold("work")
    lane.engine.send("work", "slower")
    lane.engine.step("work")
    lane.settle()
    assert lane.values == ["0", Held(True), "1 slower", "2", Held(True)]
    lane.engine.step("work", until=lambda value: value == "4")
    lane.settle()
    assert lane.values[5:] == ["3", "4", Held(True)]
    lane.engine.step("work")
    lane.engine.hold("work", False)  # going on makes an end of stepping
    lane.settle()
    assert lane.values[8:] == [Held(False), "5", "6", "7", "8"]


def test_a_job_is_held_at_a_value_that_it_gives_unless_it_may_go_on_before() -> None:
    lane = Lane()
    lane.engine.submit(Work(lane=lane, n_pieces=6))
    lane.engine.hold("work", until=lambda value: value == "work.2")
    lane.settle()
    assert lane.values == ["work.0", "work.1", "work.2", Held(True)]
    lane.engine.hold("work", False)
    lane.engine.hold("work", until=lambda value: value == "work.4")
    lane.engine.hold("work", False)
    lane.settle()
    assert lane.values[4:] == [Held(False), "work.3", "work.4", "work.5"]


def test_a_step_of_what_is_not_held_changes_nothing() -> None:
    lane = Lane()
    lane.engine.submit(Work(lane=lane, n_pieces=3))
    lane.engine.step("work")
    lane.settle()
    assert lane.values == ["work.0", "work.1", "work.2"]


def test_a_hold_that_cannot_be_noted_still_holds() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Noted(Work):
        def on_hold(self, is_held: bool) -> None:
            raise StudioError("The disk is full: free some room.")

    lane = Lane()
    lane.engine.submit(Noted(lane=lane, n_pieces=2))
    lane.turns(1)
    lane.engine.hold("work")
    assert lane.engine.turn() is None
    assert str(lane.values[-1]) == "Warned(text='The disk is full: free some room.')"


@dataclass(frozen=True, kw_only=True)
class Listening(Request):
    """Yields what it hears."""

    slot: str = "listening"

    def run(self) -> Generator[object, object, None]:
        heard: object = "nothing"
        while True:
            heard = yield heard if heard is not None else "silence"


def test_a_message_reaches_the_generator_at_its_next_piece() -> None:
    lane = Lane()
    lane.engine.submit(Listening())
    lane.turns(2)
    lane.engine.send("listening", "faster")
    lane.engine.send("listening", "slower")
    lane.turns(3)
    assert lane.values == ["nothing", "silence", "faster", "slower", "silence"]


def test_a_message_sent_before_the_first_piece_is_not_lost() -> None:
    lane = Lane()
    lane.engine.submit(Listening())
    lane.engine.send("listening", "hello")
    lane.turns(2)
    assert lane.values == ["nothing", "hello"]


def test_a_message_to_nobody_is_dropped() -> None:
    lane = Lane()
    lane.engine.send("nobody", "hello")
    lane.engine.hold("nobody")
    lane.engine.cancel("nobody")
    assert lane.engine.turn() is None


def test_cancelling_closes_and_tells_so() -> None:
    lane = Lane()
    lane.engine.submit(Work(lane=lane, n_pieces=5))
    lane.turns(1)
    lane.engine.cancel("work")
    lane.settle()
    assert lane.notes == ["work closed in MainThread"]
    assert [(answer.value, answer.is_last) for answer in lane.answers] == [("work.0", False), (None, True)]


def test_a_held_job_is_closed_too() -> None:
    lane = Lane()
    lane.engine.submit(Work(lane=lane, n_pieces=5))
    lane.turns(1)
    lane.engine.hold("work")
    lane.engine.cancel("work")
    lane.settle()
    assert lane.notes == ["work closed in MainThread"]


def test_on_its_own_thread_the_engine_closes_its_generators_there() -> None:
    """A job saves as it is closed; only the lane's thread may touch it."""
    lane = Lane()
    has_begun = threading.Event()
    engine = Engine(lambda answer: has_begun.set())
    thread = threading.Thread(target=engine.run, name="the lane")
    thread.start()
    engine.submit(Work(lane=lane, name="job", n_pieces=10**9))
    engine.submit(Work(lane=lane, name="waiting", slot="held", n_pieces=10**9))
    assert has_begun.wait(10)
    engine.hold("held")
    engine.close()
    thread.join(10)
    assert not thread.is_alive()
    assert "job closed in the lane" in lane.notes
    assert all(note.endswith("in the lane") for note in lane.notes)


def test_an_idle_engine_wakes_for_work_and_for_closing() -> None:
    delivered: list[Answer] = []
    is_done = threading.Event()

    def deliver(answer: Answer) -> None:
        delivered.append(answer)
        if answer.is_last:
            is_done.set()

    lane = Lane()
    engine = Engine(deliver)
    thread = threading.Thread(target=engine.run)
    thread.start()
    for _ in range(3):
        is_done.clear()
        engine.submit(Work(lane=lane))
        assert is_done.wait(10)
    engine.close()
    thread.join(10)
    assert not thread.is_alive()
    assert [answer.value for answer in delivered] == ["work.0", None] * 3


def test_closing_with_finish_does_what_was_asked_for_first() -> None:
    lane = Lane()
    for index in range(20):
        lane.engine.submit(Work(lane=lane, name=f"errand{index}", slot=f"errand{index}"))
    lane.engine.close(finish=True)
    lane.engine.run()
    assert len(lane.values) == 20


def test_closing_with_finish_gives_up_what_is_only_shown() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Reading(Work):
        is_only_shown: ClassVar[bool] = True

    lane = Lane()
    lane.engine.submit(Reading(lane=lane, name="set", slot="set", n_pieces=10_000))
    lane.engine.submit(Work(lane=lane, name="save", slot="save"))
    lane.turns(3)
    lane.engine.close(finish=True)
    lane.engine.run()
    assert "save.0" in lane.values
    assert len(lane.values) <= 4


# ------- what goes wrong


@dataclass(frozen=True, kw_only=True)
class Broken(Request):
    """Fails at its second piece, or as it is closed."""

    error: Exception
    when: str = "running"
    slot: str = "broken"

    def run(self) -> Iterator[object]:
        try:
            yield "first"
            if self.when == "running":
                raise self.error
            yield "second"
        except GeneratorExit:
            raise self.error from None

    def __hash__(self) -> int:
        return id(self)


def test_a_users_mistake_is_a_sentence_in_the_answer() -> None:
    lane = Lane()
    lane.engine.submit(Broken(error=StudioError("The file is gone: choose another.")))
    lane.settle()
    last = lane.answers[-1]
    assert last.value == Failed("The file is gone: choose another.", kind="StudioError")
    assert last.is_last


def test_a_defect_is_told_with_its_traceback_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    lane = Lane()
    with caplog.at_level(logging.ERROR):
        lane.engine.submit(Broken(error=ZeroDivisionError("oh")))
        lane.settle()
    failed = lane.answers[-1].value
    assert isinstance(failed, Failed)
    assert failed.text == "ZeroDivisionError: oh"
    assert "raise self.error" in failed.details
    assert "broken failed" in caplog.text


def test_a_job_that_cannot_be_closed_is_told_as_failed_and_not_as_ended(caplog: pytest.LogCaptureFixture) -> None:
    lane = Lane()
    lane.engine.submit(Broken(error=StudioError("The disk is full: free some room."), when="closing"))
    lane.turns(1)
    lane.engine.cancel("broken")
    lane.settle()
    last = [answer for answer in lane.answers if answer.is_last]
    assert [str(answer.value) for answer in last] == [str(last[0].value)]
    assert isinstance(last[0].value, Failed)


def test_the_lane_goes_on_after_a_failure(caplog: pytest.LogCaptureFixture) -> None:
    lane = Lane()
    lane.engine.submit(Broken(error=ZeroDivisionError("oh")))
    lane.engine.submit(Work(lane=lane, n_pieces=3))
    lane.settle()
    assert "work.2" in lane.values
    lane.engine.submit(Work(lane=lane, name="again", slot="broken"))
    lane.settle()
    assert lane.values[-1] == "again.0"


@pytest.mark.parametrize("error", [StudioError("The disk is full: free some room."), ZeroDivisionError("oh")])
def test_trouble_while_closing_is_told_and_the_successor_begins(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    lane = Lane()
    lane.engine.submit(Broken(error=error, when="closing"))
    lane.turns(1)
    lane.engine.submit(Work(lane=lane, name="next", slot="broken"))
    lane.settle()
    failed = next(value for value in lane.values if isinstance(value, Failed))
    assert str(error) in failed.text
    assert lane.values[-1] == "next.0"


# ------- models


HEADER = Header(
    name="m",
    family="none",
    family_title="None",
    config={},
    space=LatentSpace(),
    data=DataSpec(name="d", image_shape=(1, 1, 1)),
    capabilities=(),
)


@dataclass
class Shelf:
    """A model that becomes newer each time it is resolved."""

    n_resolved: int = 0
    model: GenerativeModel = field(default_factory=lambda: GenerativeModel(LatentSpace(), (1, 1, 1)))

    def __call__(self, key: str) -> OpenModel:
        if key == "gone":
            raise StudioError("gone is not there: it was moved or deleted.")
        self.n_resolved += 1
        return OpenModel(key, HEADER.model_copy(update={"digest": f"weights {self.n_resolved}"}), self.model)


@dataclass(frozen=True, kw_only=True)
class Look(ModelRequest):
    """Tells the weights it sees, piece by piece."""

    n_pieces: int = 1
    slot: str = "look"

    def answer(self, opened: OpenModel) -> Iterator[object]:
        for _ in range(self.n_pieces):
            yield opened.header.digest


def test_a_request_gets_the_newest_weights_when_it_begins_and_keeps_them_to_its_end() -> None:
    shelf = Shelf()
    lane = Lane(shelf)
    lane.engine.submit(Look(model="run", n_pieces=3))
    lane.engine.submit(Look(model="run", slot="other"))
    lane.settle()
    told = [(answer.request.slot, answer.value, answer.digest) for answer in lane.answers if answer.value]
    assert sorted(told) == [("look", "weights 1", "weights 1")] * 3 + [("other", "weights 2", "weights 2")]


def test_a_dropped_request_costs_no_look_at_the_model() -> None:
    shelf = Shelf()
    lane = Lane(shelf)
    for _ in range(9):
        lane.engine.submit(Look(model="run"))
    lane.settle()
    assert shelf.n_resolved == 1


def test_a_model_that_is_gone_is_a_sentence() -> None:
    lane = Lane(Shelf())
    lane.engine.submit(Look(model="gone"))
    lane.settle()
    assert isinstance(lane.values[-1], Failed)
    assert "moved or deleted" in lane.values[-1].text


# ------- whatever order things come in


class AnyOrder(RuleBasedStateMachine):
    """Submissions, turns, holds and cancellations in any order: one newest request a slot, all closed in the end."""

    SLOTS = ("preview", "strip", "job")

    def __init__(self) -> None:
        super().__init__()
        self.lane = Lane()
        self.newest: dict[str, str] = {}
        self.n = 0

    @rule(slot=st.sampled_from(SLOTS), n_pieces=st.integers(1, 4))
    def submit(self, slot: str, n_pieces: int) -> None:
        priority = {"preview": Priority.PREVIEW, "strip": Priority.STRIP, "job": Priority.BACKGROUND}[slot]
        self.n += 1
        self.newest[slot] = f"{slot}{self.n}"
        self.lane.engine.submit(
            Work(lane=self.lane, name=self.newest[slot], slot=slot, n_pieces=n_pieces, priority=priority)
        )

    @rule(n=st.integers(1, 5))
    def turn(self, n: int) -> None:
        for _ in range(n):
            wait = self.lane.engine.turn()
            self.lane.now += wait or 0.0

    @rule(slot=st.sampled_from(SLOTS), is_held=st.booleans())
    def hold(self, slot: str, is_held: bool) -> None:
        self.lane.engine.hold(slot, is_held)

    @precondition(lambda self: self.newest)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        slot = data.draw(st.sampled_from(sorted(self.newest)))
        self.lane.engine.cancel(slot)
        del self.newest[slot]

    @invariant()
    def nobody_is_answered_after_a_successor_was(self) -> None:
        for slot in self.SLOTS:
            seen = [a.request.name for a in self.lane.answers if isinstance(a.request, Work) and a.request.slot == slot]
            numbers = [int(name.removeprefix(slot)) for name in seen]
            assert numbers == sorted(numbers)

    def teardown(self) -> None:
        for slot in self.SLOTS:
            self.lane.engine.hold(slot, False)
        self.lane.settle()
        finished = {
            answer.request.name for answer in self.lane.answers if answer.is_last and isinstance(answer.request, Work)
        }
        assert set(self.newest.values()) <= finished
        assert self.lane.engine.turn() is None


TestAnyOrder = AnyOrder.TestCase


# ------- a real job


def test_a_training_job_hears_what_is_sent_while_it_reads_its_data(tmp_path: Path) -> None:
    from latent_studio.core.controls import Controls
    from latent_studio.engine.data import OpenData
    from latent_studio.engine.jobs import TrainJob
    from latent_studio.training.runs import Run
    from latent_studio.training.snapshots import SnapshotStore
    from tests.training.toys import recipe

    lane = Lane()
    of = recipe("vae", {"n_latent": 2, "width": 8, "network": "mlp"})
    job_of = TrainJob(slot="run", recipe=of, folder=tmp_path, data=OpenData(), snapshots=SnapshotStore())
    lane.engine.submit(job_of)
    lane.engine.send("run", Controls(learning_rate=0.5))
    lane.turns(3)
    lane.engine.cancel("run")
    lane.settle()
    assert [controls.learning_rate for _, controls in Run(tmp_path).controls_from(0)] == [0.5]
    assert Run(tmp_path).saved_steps()


def test_a_job_waits_at_its_step_boundary_while_a_preview_is_under_way_on_the_other_lane() -> None:
    views, jobs = Lane(), Lane()
    jobs.engine = Engine(jobs.answers.append, clock=lambda: jobs.now, goes_first=views.engine.is_calm)
    assert views.engine.is_calm.is_set()
    views.engine.submit(Work(lane=views, slot="preview", priority=Priority.PREVIEW))
    assert not views.engine.is_calm.is_set()
    views.settle()
    assert views.engine.is_calm.is_set()
    views.engine.submit(Work(lane=views, slot="preview", n_pieces=9, priority=Priority.PREVIEW))
    views.turns(2)
    assert not views.engine.is_calm.is_set()
    jobs.engine.submit(Work(lane=jobs, slot="job"))
    jobs.settle()  # waits, but never for ever
    assert jobs.values
    views.engine.cancel("preview")
    views.settle()
    assert views.engine.is_calm.is_set()


def test_a_preview_is_waited_for_also_where_the_lane_calmed_down_while_it_was_asked_for() -> None:
    views = Lane()
    views.engine.submit(Work(lane=views, slot="preview", n_pieces=2, priority=Priority.PREVIEW))
    views.engine.is_calm.set()  # as a turn does that ended its last preview between the two lines of `submit`
    views.turns(1)
    assert not views.engine.is_calm.is_set()
    views.settle()
    assert views.engine.is_calm.is_set()


def test_a_request_that_is_no_preview_disturbs_no_job() -> None:
    views = Lane()
    views.engine.submit(Work(lane=views, slot="strip", priority=Priority.STRIP))
    assert views.engine.is_calm.is_set()
