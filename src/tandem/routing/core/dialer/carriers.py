"""Lines to the network: how many calls each carrier takes at once and a second, and when it is left in peace. Pure.

A network that has no line (SIP 503; Q.850 34, 38, 42) is asked less: its rate is halved, and after several such answers
in a row it rests, twice as long each time, and is then tried with one call. The same when nothing at all gets through,
or when it never answers. Data only: it can be frozen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tandem.cti.model.campaigns import AttemptResult

IN_A_ROW = 3
"""So many answers of a congested network in a row, and it rests."""
DEAD_IN_A_ROW = 20
"""So many calls in a row that failed in any way of the network, or that it never answered, and it rests."""
REST_S = 5.0
REST_MOST_S = 300.0
LEAST_RATE = 0.05
"""Share of its calls a second that is left at least."""
RECOVERY = 0.05
"""Of its calls a second, that each call which gets through gives back."""

NetworkResult = Literal["through", "congestion", "failed", "silent"]
"""``through``: it rang, was busy, was answered or refused by the callee. ``failed``: an error of the network.
``silent``: it gave no sign at all."""
_BY_RESULT: Mapping[str, NetworkResult] = {"congestion": "congestion", "failed": "failed"}


def network_result(result: AttemptResult, *, rang: bool) -> NetworkResult:
    """Of an attempt that was dialled and is over. ``rang``: the network gave any sign of the callee."""
    if result == "no_answer" and not rang:
        return "silent"
    return _BY_RESULT.get(result, "through")


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierPlan:
    """``lines``: calls at once. ``per_s``: new calls a second. ``prices``: beginning of a number (``+86``, '' the
    rest) -> price of a minute begun."""

    name: str
    lines: int = 30
    per_s: float = 5.0
    prices: Mapping[str, float] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class _Carrier:
    plan: CarrierPlan
    tokens: float
    filled_at: float | None = None
    share: float = 1.0
    """Of the plan's calls a second."""
    calls: dict[str, None] = field(default_factory=dict)
    congested: int = 0
    dead: int = 0
    rests: int = 0
    rest_until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """``calls``: so many may be begun now. ``again_at``: when there may be more; None = when a call ends."""

    calls: int
    again_at: float | None
    why: str = ""
    """``lines``, ``per_second``, ``resting``, ``unknown``; '' when there is room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierRow:
    """For a page. ``lines``, ``in_use``: calls at once. ``rate_share``: of its calls a second that congestion has left,
    above 0 to 1. ``resting_until`` None: it does not rest."""

    name: str
    lines: int
    in_use: int
    rate_share: float
    resting_until: float | None


WHY: Mapping[str, Mapping[str, str]] = {
    "lines": {"zh": "线路已占满", "en": "all lines are in use"},
    "per_second": {"zh": "每秒呼叫数已达上限", "en": "calls per second are used up"},
    "resting": {"zh": "线路拥塞或无响应，暂停一会儿", "en": "the network is congested or silent: a pause"},
    "unknown": {"zh": "没有这条线路", "en": "there is no such carrier"},
}


class Carriers:
    """All carriers of an installation; the first is the one of campaigns that name none."""

    def __init__(self, plans: Iterable[CarrierPlan] = ()) -> None:
        self._carriers: dict[str, _Carrier] = {}
        self.set(plans)

    def set(self, plans: Iterable[CarrierPlan]) -> None:
        """From now on these; what is known of a carrier that stays is kept."""
        known = self._carriers
        self._carriers = {}
        for plan in plans:
            carrier = known.get(plan.name)
            if carrier is None:
                carrier = _Carrier(plan=plan, tokens=max(1.0, plan.per_s))
            carrier.plan = plan
            self._carriers[plan.name] = carrier

    def name(self, wanted: str) -> str | None:
        """None when there is none of this name; '' asks for the first."""
        return wanted if wanted in self._carriers else next(iter(self._carriers), None) if not wanted else None

    def room(self, name: str, now: float) -> Room:
        """``name``: of a carrier, '' the first. ``now`` in seconds, monotonic or not: what is in the future is now."""
        carrier = self._find(name)
        if carrier is None:
            return Room(calls=0, again_at=None, why="unknown")
        if carrier.rest_until is not None and now < carrier.rest_until <= now + REST_MOST_S:
            return Room(calls=0, again_at=carrier.rest_until, why="resting")
        free = carrier.plan.lines - len(carrier.calls)
        if free <= 0:
            return Room(calls=0, again_at=None, why="lines")
        if carrier.rest_until is not None and carrier.rests:
            # after a rest one call tries it; the next waits for what comes of that
            return Room(calls=0 if carrier.calls else 1, again_at=None, why="resting" if carrier.calls else "")
        self._fill(carrier, now)
        calls = min(free, int(carrier.tokens + 1e-9))
        if calls <= 0:
            rate = carrier.plan.per_s * carrier.share
            again_at = now + (1.0 - carrier.tokens) / rate if rate > 0.0 else None
            return Room(calls=0, again_at=again_at, why="per_second")
        return Room(calls=calls, again_at=None)

    def took(self, name: str, call: str, now: float) -> None:
        """The call is being dialled there."""
        carrier = self._find(name)
        if carrier is not None and call not in carrier.calls:
            self._fill(carrier, now)
            carrier.tokens = max(0.0, carrier.tokens - 1.0)
            carrier.calls[call] = None

    def through(self, name: str, call: str) -> None:
        """It rings: the network works."""
        carrier = self._find(name)
        if carrier is not None and call in carrier.calls:
            _works(carrier)

    def ended(self, name: str, call: str, result: NetworkResult, now: float) -> None:
        """The call is over. A call that is not known (it was begun before a restart) is no news."""
        carrier = self._find(name)
        if carrier is None or call not in carrier.calls:
            return
        del carrier.calls[call]
        if result == "through":
            _works(carrier)
            return
        carrier.dead += 1
        carrier.congested = carrier.congested + 1 if result == "congestion" else 0
        if result == "congestion":
            carrier.share = max(LEAST_RATE, carrier.share / 2.0)
        if carrier.congested >= IN_A_ROW or carrier.dead >= DEAD_IN_A_ROW or carrier.rest_until is not None:
            _rest(carrier, now)

    def cost(self, name: str, number: str, talk_s: float) -> float:
        """Of a call, by minutes begun; 0 without an answer or a price."""
        carrier = self._find(name)
        if carrier is None or talk_s <= 0.0:
            return 0.0
        return price_of(number, carrier.plan.prices) * -(-talk_s // 60.0)

    def rows(self, now: float) -> list[CarrierRow]:
        """One a carrier, the usual one first."""
        return [
            CarrierRow(
                name=carrier.plan.name,
                lines=carrier.plan.lines,
                in_use=len(carrier.calls),
                rate_share=carrier.share,
                resting_until=carrier.rest_until if carrier.rest_until and carrier.rest_until > now else None,
            )
            for carrier in self._carriers.values()
        ]

    def _find(self, name: str) -> _Carrier | None:
        known = self.name(name)
        return None if known is None else self._carriers[known]

    @staticmethod
    def _fill(carrier: _Carrier, now: float) -> None:
        """Tokens for the seconds that went by; at most those of one second are saved up."""
        passed = 0.0 if carrier.filled_at is None else max(0.0, now - carrier.filled_at)
        rate = carrier.plan.per_s * carrier.share
        carrier.tokens = min(max(1.0, rate), carrier.tokens + passed * rate)
        carrier.filled_at = now


def price_of(number: str, prices: Mapping[str, float]) -> float:
    """Of a minute: that of the longest beginning; 0 without one."""
    return next((prices[number[:end]] for end in range(len(number), -1, -1) if number[:end] in prices), 0.0)


def _works(carrier: _Carrier) -> None:
    carrier.congested = carrier.dead = carrier.rests = 0
    carrier.rest_until = None
    carrier.share = min(1.0, carrier.share + RECOVERY)


def _rest(carrier: _Carrier, now: float) -> None:
    if carrier.rest_until is not None and now < carrier.rest_until:
        return  # of the calls that were under way when the rest began
    carrier.rest_until = now + min(REST_MOST_S, REST_S * 2.0 ** min(carrier.rests, 10))
    carrier.rests += 1
