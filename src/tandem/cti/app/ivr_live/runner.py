"""Runs the tests of flows as real calls, several at once, and holds what happened against what is expected."""

from __future__ import annotations

import asyncio
import secrets
import wave
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from tandem.cti.app.ivr_live.caller import TALK_S, LiveCall
from tandem.cti.app.ivr_live.ground import FlowOnDisk, Ground, People
from tandem.cti.app.ivr_live.listening import Listened, anywhere, listen
from tandem.cti.app.ivr_live.rows import Rows, rows_of
from tandem.cti.app.ivr_live.stage import Given
from tandem.cti.model.errors import CtiError
from tandem.ivr.core.speech import Prompt
from tandem.ivr.fingerprint import Fingerprint, fingerprint, read_wav
from tandem.ivr.testing import CaseReport, Failure, FlowTests, Report
from tandem.ivr.testing.case import Agent, Case
from tandem.ivr.testing.course import Course, Heard, ended_by_flow, path_of
from tandem.ivr.testing.coverage import coverage
from tandem.ivr.testing.expectations import failures
from tandem.ivr.testing.failures import failure
from tandem.ivr.testing.runner import call_that_takes, run_case

AT_ONCE = 8
LONGEST_S = 120.0
SLOWER = 1.5
"""A real call may last so many times longer than the virtual one, and GRACE_S."""
GRACE_S = 20.0
ANSWER_S = 10.0
ROWS_S = 10.0
WRITTEN_S = 5.0
_LOOK_EVERY_S = 0.05
_DISTINCT = 4096

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Planned:
    """``virtual``: the same test without a line."""

    tested: FlowOnDisk
    file: str
    case: Case
    virtual: CaseReport
    why_not: Failure | None

    @property
    def alone(self) -> bool:
        """Who waits for an agent must be the only one who does."""
        return any(isinstance(action, Agent) for action in self.case.caller)


def plan(tested: Sequence[tuple[FlowOnDisk, Sequence[FlowTests]]], longest_s: float = LONGEST_S) -> list[Planned]:
    """Every test of the files, in order."""
    planned = []
    for each, files in tested:
        for file in files:
            for case in file.cases:
                virtual = run_case(each.flow, case, file.file)
                planned.append(Planned(each, file.file, case, virtual, _why_not(case, virtual, longest_s)))
    return planned


def _why_not(case: Case, virtual: CaseReport, longest_s: float) -> Failure | None:
    talks_s = sum(max(0.0, action.talk_s - TALK_S) for action in case.caller if isinstance(action, Agent))
    seconds = virtual.seconds - talks_s
    if seconds > longest_s:
        return failure("too_long", seconds=round(seconds), longest=round(longest_s))
    return None


async def run_live(
    planned: Sequence[Planned], *, progress: Progress = lambda _: None, at_once: int = AT_ONCE
) -> list[Report]:
    """Starts an installation, makes the calls, and removes it. A report for each flow, in order.

    Raises CtiError with a sentence for the one who asked, when a part cannot be started.
    """
    stage = Given(asyncio.get_running_loop().time)
    flows = list({each.tested.file: each.tested for each in planned}.values())
    async with Ground(flows, stage, people=people_in(planned), progress=progress) as ground:
        progress(f"{sum(each.why_not is None for each in planned)} calls, {at_once} at once")
        return await Runner(ground, stage, progress=progress, at_once=at_once).run(planned)


def people_in(planned: Sequence[Planned]) -> People:
    """Who must be there for these tests."""
    actions = [action for each in planned for action in each.case.caller]
    agents = dict.fromkeys(action.login for action in actions if isinstance(action, Agent))
    numbers = dict.fromkeys(each.virtual.number for each in planned if each.virtual.outcome == "transferred")
    return People(tuple(agents), tuple(number for number in numbers if number))


class Runner:
    def __init__(
        self, ground: Ground, stage: Given, *, progress: Progress = lambda _: None, at_once: int = AT_ONCE
    ) -> None:
        self._ground = ground
        self._stage = stage
        self._progress = progress
        self._at_once = at_once
        self._now = asyncio.get_running_loop().time
        self._lengths = {prompt: _seconds(path) for prompt, path in ground.sounds.items()}

    async def run(self, planned: Sequence[Planned]) -> list[Report]:
        done: dict[int, CaseReport] = {}
        places = asyncio.Semaphore(self._at_once)

        async def carry_out(number: int, each: Planned) -> None:
            async with places:
                done[number] = await self.one(each)

        # the longest first: the last ones to end are then short
        order = sorted(enumerate(planned), key=lambda pair: -pair[1].virtual.seconds)
        async with asyncio.TaskGroup() as together:
            for number, each in order:
                if not each.alone:
                    together.create_task(carry_out(number, each))
        for number, each in order:
            if each.alone:
                await carry_out(number, each)
        return _reports(planned, done)

    async def one(self, each: Planned) -> CaseReport:
        """One test as a real call."""
        if each.why_not is not None:
            return replace(each.virtual, failures=(), skipped=each.why_not)
        try:
            report = await self._call(each)
        except (CtiError, TimeoutError) as error:
            report = replace(each.virtual, failures=(failure("no_call", why=str(error) or "timeout"),))
        verdict = "ok" if report.ok else "FAILED: " + "; ".join(each.text["en"] for each in report.failures)
        self._progress(f"{each.tested.flow.name}: {each.case.name}: {verdict} ({report.seconds:.1f} s)")
        return report

    async def _call(self, each: Planned) -> CaseReport:
        flow, case = each.tested.flow, each.case
        name = f"live-{secrets.token_hex(4)}"
        recording = self._ground.home / "heard" / f"{name}.wav"
        live = LiveCall(flow, case, call_that_takes(flow, case.given.split) or "test-0", self._lengths)
        self._stage.admit(name, live)
        most_s = each.virtual.seconds * SLOWER + GRACE_S
        placed = await self._ground.carrier.place_call(
            self._ground.numbers[flow.name], case.given.ani, name, stay_s=most_s + GRACE_S, listen=str(recording)
        )
        await placed.wait_answered(ANSWER_S)
        assert placed.answered_at is not None
        await live.run(placed, self._ground.staff, self._now, most_s=most_s)
        await placed.wait_ended()
        assert placed.ended_at is not None
        if live.state is None:
            raise TimeoutError("the flow did not begin")
        rows = await rows_of(self._ground.database, live.call, within_s=ROWS_S)
        await self._ground.know({prompt for turn in live.turns for prompt in turn.prompts})
        await _written(recording)
        listened, intruder = await asyncio.to_thread(self._listen, live, recording, placed.answered_at)
        answers = self._stage.answers(live)
        course = Course(
            state=live.state,
            outcome=live.outcome or self._outcome(live, rows),
            ani=case.given.ani,
            visits=rows.visits,
            path=path_of(rows.visits, live.state.step),
            answers=rows.answers,
            heard=tuple(Heard(found.at_s, found.turn, found.prompt) for found in listened if found.heard),
            enqueued=live.enqueued,
            hung_up=live.hung_up,
            callback=live.callback,
            transfer=live.transfer,
            message_queue=live.message_queue,
            asked=answers.asked,
            unanswered=tuple(answers.unanswered),
            unknown=tuple(answers.unknown),
            left=live.caller.left,
        )
        found = failures(course, case.expect) + _wrong_sounds(listened)
        if intruder is not None:
            found += (failure("heard", wanted=intruder.text, heard="-"),)
        if course.outcome == "queue" and course.enqueued and rows.queue != course.enqueued.queue:
            found += (failure("other_row", wanted=course.enqueued.queue, found=rows.queue or "-"),)
        return CaseReport.of(case, course, found, file=each.file, seconds=placed.ended_at - placed.answered_at)

    def _outcome(self, live: LiveCall, rows: Rows) -> str:
        """Of a call that ended without the caller's doing."""
        if live.transfer is not None and rows.outcome == "transferred":
            return "transferred"
        if not live.hung_up:
            return rows.outcome
        return ended_by_flow(live.flow, rows.visits, promised=live.callback is not None)

    def _listen(self, live: LiveCall, file: Path, began_at: float) -> tuple[list[Listened], Prompt | None]:
        def sound(prompt: Prompt) -> Fingerprint:
            return _sound(self._ground.sounds[prompt])

        recording = fingerprint(read_wav(file))
        unwanted = {text for said in live.case.expect.not_heard for text in said.texts}
        prompts = [prompt for prompt in self._ground.sounds if prompt.text in unwanted]
        return listen(recording, live.turns, sound, began_at), anywhere(recording, prompts, sound)


def _wrong_sounds(listened: Sequence[Listened]) -> tuple[Failure, ...]:
    return tuple(
        failure("other_sound", wanted=found.prompt.text, at=f"{found.at_s:.1f}", score=f"{found.score:.2f}")
        for found in listened
        if found.sure and not found.heard
    )


def _reports(planned: Sequence[Planned], done: Mapping[int, CaseReport]) -> list[Report]:
    reports = []
    for _, numbered in groupby(enumerate(planned), key=lambda pair: pair[1].tested.file):
        numbers = [number for number, _ in numbered]
        cases, flow = tuple(done[number] for number in numbers), planned[numbers[0]].tested.flow
        ways = ((case.path, case.visits) for case in cases if case.skipped is None)
        reports.append(Report(flow=flow.name, cases=cases, coverage=coverage(flow, ways), live=True))
    return reports


async def _written(recording: Path) -> None:
    """Asterisk writes a recording in pieces, and its length last of all. Raises TimeoutError."""
    async with asyncio.timeout(WRITTEN_S):
        while not (recording.exists() and _length_written(recording)):  # noqa: ASYNC110 - it does not tell
            await asyncio.sleep(_LOOK_EVERY_S)


def _length_written(path: Path) -> int:
    """Bytes of sound, as the header says."""
    with path.open("rb") as file:
        return int.from_bytes(file.read(44)[40:], "little")


@lru_cache(_DISTINCT)
def _sound(path: Path) -> Fingerprint:
    return fingerprint(read_wav(path))


@lru_cache(_DISTINCT)
def _seconds(path: Path) -> float:
    with wave.open(str(path), "rb") as file:
        return file.getnframes() / file.getframerate()
