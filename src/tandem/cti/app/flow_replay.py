"""Recorded journeys against another version of a flow: where callers would go, and how sure that is.

The computing happens in a process of its own (``flow_replay_worker``), so that thousands of calls hold up none.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from tandem.agent_desktop.core import flow_resources as shapes
from tandem.cti.adapters.postgres.flow_numbers import RecordedCall
from tandem.cti.app.flow_numbers import ratio
from tandem.cti.model.errors import Unavailable
from tandem.ivr.core.dialogue import Visit
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.journey import ERROR, End, StepFacts, before_the_talk, end_of, until_queued
from tandem.ivr.core.replay import (
    ASKED_MORE,
    CHOICE_GONE,
    DATA_UNKNOWN,
    MASKED,
    NEVER_MET,
    NEW_KEY,
    Journey,
    Tried,
    replay,
)
from tandem.ivr.core.shares import paired_difference, wilson
from tandem.ivr.core.world import World

MOST_CALLS = 8_000
MOST_EXAMPLES = 100
MOST_LINES = 50
DEADLINE_S = 25.0
"""For the pages; the command line may take longer."""
UNDETERMINED = "undetermined"

WHY: Mapping[str, Mapping[str, str]] = {
    NEVER_MET: {"zh": "来电者从未到过这一步，不知道会怎么做。", "en": "They were never asked this."},
    ASKED_MORE: {"zh": "新版本在这里问的次数比当时多。", "en": "The new version asks here more often."},
    CHOICE_GONE: {"zh": "当时选择的选项已不存在。", "en": "What they chose here is not offered any more."},
    NEW_KEY: {"zh": "当时无效的按键现在有了含义。", "en": "They pressed a key that meant nothing then, and does now."},
    DATA_UNKNOWN: {"zh": "取决于查询到的数据，数据没有保存。", "en": "It hangs on looked-up data, which is not kept."},
    MASKED: {
        "zh": "当时输入的号码未保存，而这一步现在可能判断得不同。",
        "en": "The digits that they entered were not kept, and may be judged differently here now.",
    },
}  # fmt: skip


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    main: str
    files: dict[str, str]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """``olds``: the versions that the calls were in; one that is missing, or cannot be read any more, is left out."""

    name: str
    version: int | None
    new: Bundle
    olds: dict[int, Bundle]
    calls: list[RecordedCall]
    since: float
    until: float
    left_out: int


async def replayed(order: Order, *, deadline_s: float = DEADLINE_S) -> shapes.ReplayReport:
    """Raises Unavailable: it took too long, or there is not enough memory."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # what lies in the current folder is no part of us
        "-m",
        "tandem.cti.app.flow_replay_worker",
        stdin=PIPE,
        stdout=PIPE,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(deadline_s):
            answer, _ = await process.communicate(msgspec.json.encode(order))
    except TimeoutError:
        raise Unavailable.because("replay_late", most_s=round(deadline_s)) from None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if not answer:
        raise Unavailable.because("replay_broken")
    return msgspec.json.decode(answer, type=shapes.ReplayReport)


# ---- the report ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pair:
    call: RecordedCall
    before: End
    tried: Tried
    path_before: tuple[str, ...]

    @property
    def after(self) -> str:
        return UNDETERMINED if self.tried.end is None else str(self.tried.end)


def report(order: Order, new: Flow, olds: Mapping[int, Flow]) -> shapes.ReplayReport:
    """Slow: for a process of its own."""
    facts = {version: step_facts(flow) for version, flow in olds.items()}
    pairs = [_pair(call, new, olds.get(call.version), facts.get(call.version, {})) for call in order.calls]
    ended = [pair for pair in pairs if pair.tried.end is not None]
    counts = Counter((pair.tried.end.contained, pair.before.contained) for pair in ended if pair.tried.end)
    both, gained, lost, none = counts[True, True], counts[True, False], counts[False, True], counts[False, False]
    change = paired_difference(both, gained, lost, none)
    same = sum(pair.tried.end == pair.before for pair in ended)
    return shapes.ReplayReport(
        name=order.name,
        version=order.version,
        since=order.since,
        until=order.until,
        calls=len(pairs),
        left_out=order.left_out,
        same=same,
        moved=len(ended) - same,
        undetermined=len(pairs) - len(ended),
        moves=_moves(pairs),
        stops=_stops(pair.tried for pair in pairs),
        dead_ends=dict(
            Counter(
                pair.tried.path[-1] for pair in ended if pair.tried.end == End(ERROR) and pair.tried.path
            ).most_common(MOST_LINES)
        ),
        examples=[_example(pair) for pair in pairs if pair.tried.end != pair.before][:MOST_EXAMPLES],
        before=ratio(wilson(both + lost, len(ended))),
        after=ratio(wilson(both + gained, len(ended))),
        difference=None if change is None else shapes.Difference(value=change.value, low=change.low, high=change.high),
    )


def step_facts(flow: Flow) -> dict[str, StepFacts]:
    return {name: StepFacts(step.kind, getattr(step, "queue", "")) for name, step in flow.steps.items()}


def _pair(call: RecordedCall, new: Flow, old: Flow | None, facts: Mapping[str, StepFacts]) -> _Pair:
    visits = until_queued(before_the_talk([_visit(each) for each in call.visits]))
    journey = Journey(
        call=call.id, world=_world(call), language=call.customer.get("language", ""), visits=visits, flow=old
    )
    return _Pair(call, end_of(visits, facts), replay(new, journey), tuple(visit.step for visit in visits))


def _visit(recorded: object) -> Visit:
    return Visit(**{**msgspec.structs.asdict(recorded), "heard": tuple(recorded.heard)})  # type: ignore[arg-type,attr-defined]


def _world(call: RecordedCall) -> World:
    fields = ("id", "name", "tier", "language", "company", "email", "owner")
    return World(
        now=call.at,
        call={
            "id": call.id,
            "ani": call.ani,
            "number": call.ani_e164,
            "dnis": call.dnis,
            "name": call.caller_name,
        },
        customer={"known": bool(call.customer), **{field: call.customer.get(field, "") for field in fields}},
    )


def _moves(pairs: Iterable[_Pair]) -> list[shapes.ReplayMove]:
    counted = Counter((str(pair.before), pair.after) for pair in pairs)
    return [
        shapes.ReplayMove(before=before, after=after, calls=calls)
        for (before, after), calls in counted.most_common(MOST_LINES)
    ]


def _stops(tried: Iterable[Tried]) -> list[shapes.ReplayStop]:
    counted = Counter((each.at, each.why) for each in tried if each.end is None)
    return [
        shapes.ReplayStop(step=step, why=dict(WHY[why]), calls=calls)
        for (step, why), calls in counted.most_common(MOST_LINES)
    ]


def _example(pair: _Pair) -> shapes.ReplayCall:
    return shapes.ReplayCall(
        call=pair.call.id,
        at=pair.call.at,
        before=str(pair.before),
        after=pair.after,
        stopped_at=pair.tried.at,
        path_before=list(pair.path_before),
        path_after=list(pair.tried.path),
    )
