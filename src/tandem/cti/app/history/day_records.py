"""A day as the records tell it: calls, their stretches, what agents did. The same for records that come out of a replay
and for rows of the database. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import mean
from typing import Literal

import msgspec

from tandem.cti.core import contact as ct
from tandem.cti.core.contact import Contact
from tandem.cti.model.ids import AgentId, CallId, CustomerId, DeviceId, QueueId
from tandem.cti.model.records import AgentStateRecord, CallRecord, Record, SegmentRecord
from tandem.cti.model.states import AgentState, NotReadyReason, Outcome
from tandem.routing.core.day import Arrival, Day, Shift

_REFUSED = {NotReadyReason.NO_ANSWER, NotReadyReason.DECLINED, NotReadyReason.CALL_FAILED}
_OFFER = ("offer", "ring")
_TALK = ("talk", "rejoin")


@dataclass(slots=True)
class DayRecords:
    """Give it every record of the day (and the agents' states from before it), then ask for the day."""

    calls: dict[CallId, CallRecord] = field(default_factory=dict)
    segments: dict[CallId, dict[int, SegmentRecord]] = field(default_factory=dict)
    states: dict[AgentId, dict[int, AgentStateRecord]] = field(default_factory=dict)
    tiers: dict[CustomerId, str] = field(default_factory=dict)
    """Of the customers who called."""

    def add(self, record: Record) -> None:
        if isinstance(record, CallRecord):
            known = self.calls.get(record.id)
            if known is None or known.rev <= record.rev:
                self.calls[record.id] = record
        elif isinstance(record, SegmentRecord):
            self.segments.setdefault(record.call, {})[record.number] = record
        elif isinstance(record, AgentStateRecord):
            self.states.setdefault(record.agent, {})[record.number] = record

    def day(
        self, name: str, begins_at: float, ends_at: float, *, source: Literal["journal", "database"], until: float
    ) -> Day:
        """``until``: when the records end (now, for a day that is not over)."""
        until = min(until, ends_at)
        wrapped = self._wrap_ups(until)
        offers = _Offers()
        arrivals = [
            arrival
            for call in self.calls.values()
            for arrival in self._arrivals(call, wrapped, offers)
            if begins_at <= arrival.at < until
        ]
        arrivals.sort(key=lambda arrival: (arrival.at, arrival.id))
        shifts = [shift for agent in self.states for shift in self._shifts(agent, begins_at, until)]
        shifts.sort(key=lambda shift: (shift.begins_at, shift.agent))
        return Day(
            name=name,
            begins_at=begins_at,
            ends_at=ends_at,
            arrivals=tuple(arrivals),
            shifts=tuple(shifts),
            answer_delays_s=tuple(sorted(offers.delays_s)),
            offers=len(offers.delays_s) + len(offers.refused_s),
            refusals=len(offers.refused_s),
            refused_after_s=mean(offers.refused_s) if offers.refused_s else 20.0,
            pause_s=sum(self._pauses()) / len(offers.refused_s) if offers.refused_s else 60.0,
            source=source,
        )

    # ---- calls ----

    def _arrivals(
        self, call: CallRecord, wrapped: Mapping[tuple[AgentId, CallId], float], offers: _Offers
    ) -> Iterable[Arrival]:
        """One for each time that he waited: when he was transferred, he waited again. None for a campaign's call."""
        contact = _contact(call) if call.queued_at is not None else None
        if contact is None:
            return
        stretches = [stretch for _, stretch in sorted(self.segments.get(call.id, {}).items())]
        waits = _waits(stretches)
        for number, (wait, talk) in enumerate(waits):
            first, last = wait[0], wait[-1]
            offers.count(wait, answered=bool(talk))
            queue = first.queue or call.queue
            if queue is None:
                continue
            agent = talk[0].agent if talk else None
            yield Arrival(
                id=call.id if number == 0 else f"{call.id}+{number}",
                at=first.started_at,
                queue=QueueId(queue),
                needs=contact.needs,
                tier=self.tiers.get(call.customer, "") if call.customer is not None else "",
                priority=contact.priority,
                language=call.language,
                number=DeviceId(call.dnis),
                end="answered" if talk else _end(call, last_wait=number == len(waits) - 1),
                waited_s=max(0.0, last.ended_at - first.started_at),
                agent=agent,
                handle_s=None
                if agent is None
                else sum(each.ended_at - each.started_at for each in talk) + wrapped.get((agent, call.id), 0.0),
            )

    # ---- agents ----

    def _rows(self, agent: AgentId) -> list[AgentStateRecord]:
        return [row for _, row in sorted(self.states[agent].items())]

    def _wrap_ups(self, until: float) -> dict[tuple[AgentId, CallId], float]:
        """Seconds of wrap-up after each call."""
        found: dict[tuple[AgentId, CallId], float] = {}
        for agent in self.states:
            rows = self._rows(agent)
            for row, following in zip(rows, [*rows[1:], None], strict=True):
                if row.state == AgentState.WORKING_AFTER_CALL and row.call is not None:
                    end = until if following is None else following.at
                    key = (agent, row.call)
                    found[key] = found.get(key, 0.0) + max(0.0, end - row.at)
        return found

    def _shifts(self, agent: AgentId, begins_at: float, until: float) -> Iterable[Shift]:
        """From log-on to log-off. NotReady is a break, and so is what he did for campaigns; a pause after a missed call
        is not, for it is simulated."""
        since: float | None = None
        breaks: list[tuple[float, float]] = []
        rows = self._rows(agent)
        for row, following in zip(rows, [*rows[1:], None], strict=True):
            begin, end = max(row.at, begins_at), min(until if following is None else following.at, until)
            if row.state == AgentState.LOGGED_OFF:
                if since is not None and begin > since:
                    yield Shift(agent=agent, begins_at=since, ends_at=min(begin, until), breaks=tuple(breaks))
                since, breaks = None, []
                continue
            if end <= begin:
                continue
            since = begin if since is None else since
            away = row.state == AgentState.NOT_READY and row.reason not in _REFUSED
            if away or (row.call is not None and self._of_campaign(row.call)):
                if breaks and breaks[-1][1] >= begin:
                    breaks[-1] = (breaks[-1][0], end)
                else:
                    breaks.append((begin, end))
        if since is not None and until > since:
            yield Shift(agent=agent, begins_at=since, ends_at=until, breaks=tuple(breaks))

    def _of_campaign(self, call: CallId) -> bool:
        known = self.calls.get(call)
        return known is not None and known.queued_at is None

    def _pauses(self) -> Iterable[float]:
        for agent in self.states:
            rows = self._rows(agent)
            for row, following in pairwise(rows):
                if row.state == AgentState.NOT_READY and row.reason in _REFUSED:
                    yield following.at - row.at


@dataclass(slots=True)
class _Offers:
    delays_s: list[float] = field(default_factory=list)
    refused_s: list[float] = field(default_factory=list)

    def count(self, wait: list[SegmentRecord], *, answered: bool) -> None:
        """Each run of offer and ring in a wait is one offer; the last one was answered, or cut short by the caller."""
        runs: list[list[SegmentRecord]] = []
        for before, stretch in zip([None, *wait], wait, strict=False):
            if stretch.kind in _OFFER:
                if before is not None and before.kind in _OFFER and before.agent == stretch.agent:
                    runs[-1].append(stretch)
                else:
                    runs.append([stretch])
        for number, run in enumerate(runs):
            seconds = run[-1].ended_at - run[0].started_at
            if number < len(runs) - 1 or wait[-1].kind not in _OFFER:
                self.refused_s.append(seconds)
            elif answered:
                self.delays_s.append(seconds)


def _waits(stretches: list[SegmentRecord]) -> list[tuple[list[SegmentRecord], list[SegmentRecord]]]:
    """What he waited through (queue, offer, ring), and the talk that followed (empty: none did)."""
    found: list[tuple[list[SegmentRecord], list[SegmentRecord]]] = []
    open_ = False
    for stretch in stretches:
        if stretch.kind == "queue" or stretch.kind in _OFFER:
            if not open_:
                found.append(([], []))
            open_ = True
            found[-1][0].append(stretch)
        elif stretch.kind in _TALK and found:
            found[-1][1].append(stretch)
            open_ = False
        else:
            open_ = False
    return found


def _end(call: CallRecord, *, last_wait: bool) -> Literal["abandoned", "left"]:
    return "abandoned" if last_wait and call.outcome == Outcome.ABANDONED_IN_QUEUE else "left"


def _contact(call: CallRecord) -> Contact | None:
    try:
        return ct.decode(call.state)
    except msgspec.ValidationError:
        return None  # written by another version
