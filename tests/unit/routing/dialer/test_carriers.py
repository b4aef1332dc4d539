"""Lines and calls a second of a carrier, and when it is left in peace."""

from __future__ import annotations

import pickle

import pytest

from tandem.cti.model.campaigns import AttemptResult
from tandem.routing.core.dialer.carriers import WHY, CarrierPlan, Carriers, NetworkResult, Room, network_result


def carriers(**more: object) -> Carriers:
    plan: dict[str, object] = {"name": "main", "lines": 100, "per_s": 10.0} | more
    return Carriers([CarrierPlan(**plan), CarrierPlan(name="other")])  # type: ignore[arg-type]


def end_all(of: Carriers, result: NetworkResult, now: float, count: int, name: str = "main") -> None:
    for n in range(count):
        of.took(name, f"{now}.{n}", now)
        of.ended(name, f"{now}.{n}", result, now)


def test_calls_a_second() -> None:
    of = carriers()
    assert of.room("main", 0.0) == Room(calls=10, again_at=None)
    for n in range(10):
        of.took("main", str(n), 0.0)
    assert of.room("main", 0.0) == Room(calls=0, again_at=0.1, why="per_second")
    assert of.room("main", 0.1).calls == 1
    assert of.room("main", 100.0).calls == 10  # not what was saved up over minutes


def test_no_more_than_the_rate_in_any_second() -> None:
    of = carriers(per_s=4.0)
    began: list[float] = []
    for tick in range(400):
        now = tick * 0.05
        for n in range(of.room("main", now).calls):
            of.took("main", f"{tick}.{n}", now)
            began.append(now)
    assert len(began) == pytest.approx(4 * 20 + 4, abs=1)
    assert max(sum(at <= other < at + 1.0 for other in began) for at in began) <= 8


def test_lines_at_once() -> None:
    of = carriers(lines=2)
    for n in range(2):
        of.took("main", str(n), 0.0)
    of.took("main", "1", 0.0)  # said twice is one call
    assert of.room("main", 5.0) == Room(calls=0, again_at=None, why="lines")
    of.ended("main", "0", "through", 5.0)
    assert of.room("main", 5.0).calls == 1


def test_the_first_one_is_for_who_names_none() -> None:
    of = carriers()
    assert (of.name(""), of.name("other"), of.name("gone")) == ("main", "other", None)
    assert of.room("gone", 0.0) == Room(calls=0, again_at=None, why="unknown")
    assert Carriers().room("", 0.0).why == "unknown"
    of.took("gone", "x", 0.0)
    of.ended("gone", "x", "through", 0.0)
    of.through("gone", "x")
    assert of.cost("gone", "+86", 60.0) == 0.0


def test_a_congested_network_is_asked_less_then_rests_and_is_tried_with_one_call() -> None:
    of = carriers()
    end_all(of, "congestion", 0.0, 1)
    assert of.rows(0.0)[0].rate_share == 0.5
    end_all(of, "congestion", 1.0, 2)
    assert of.room("main", 1.0) == Room(calls=0, again_at=6.0, why="resting")
    assert of.room("main", 6.0).calls == 1
    of.took("main", "probe", 6.0)
    assert of.room("main", 6.5) == Room(calls=0, again_at=None, why="resting")
    of.ended("main", "probe", "congestion", 7.0)
    assert of.room("main", 7.0).again_at == 17.0  # twice as long
    of.took("main", "probe 2", 17.0)
    of.through("main", "probe 2")
    assert of.room("main", 18.0).calls > 0
    assert of.rows(18.0)[0].resting_until is None


def test_the_rest_has_an_end_however_long_it_goes_on() -> None:
    of = carriers()
    now = 0.0
    for _ in range(60):
        end_all(of, "congestion", now, 3)
        room = of.room("main", now)
        assert room.calls == 0
        assert room.again_at is not None
        assert 0.0 < room.again_at - now <= 300.0
        now = room.again_at
    assert of.rows(now)[0].rate_share == 0.05


@pytest.mark.parametrize("result", ["failed", "silent"])
def test_a_network_where_nothing_gets_through_rests(result: NetworkResult) -> None:
    of = carriers()
    end_all(of, result, 0.0, 19)
    assert of.room("main", 1.0).calls > 0
    end_all(of, result, 1.0, 1)
    assert of.room("main", 1.0).why == "resting"


def test_one_that_gets_through_now_and_then_does_not_rest() -> None:
    of = carriers()
    for n in range(50):
        end_all(of, "failed", float(n), 5)
        end_all(of, "through", float(n), 1)
    assert of.room("main", 51.0).calls > 0


def test_calls_that_were_under_way_make_no_rest_longer() -> None:
    of = carriers()
    for n in range(20):
        of.took("main", str(n), 0.0)
    for n in range(20):
        of.ended("main", str(n), "congestion", 1.0)
    assert of.room("main", 1.0).again_at == 6.0


def test_a_clock_set_back_stops_nobody_for_long() -> None:
    of = carriers()
    end_all(of, "congestion", 10_000.0, 3)
    assert of.room("main", 0.0).calls >= 1
    of = carriers()
    end_all(of, "through", 10_000.0, 10)
    assert of.room("main", 0.0).again_at == pytest.approx(0.1)
    assert of.room("main", 1.0).calls == 10


def test_changed_settings_keep_the_calls() -> None:
    of = carriers()
    of.took("main", "a", 0.0)
    of.set([CarrierPlan(name="main", lines=1), CarrierPlan(name="new")])
    assert of.room("main", 1.0).why == "lines"
    assert of.room("other", 1.0).why == "unknown"
    of.ended("main", "a", "through", 1.0)
    of.ended("main", "a", "through", 1.0)
    assert of.room("main", 2.0).calls == 1


def test_prices_by_minutes_begun() -> None:
    of = carriers(prices={"": 1.0, "+86": 0.1, "+8610": 0.5})
    assert of.cost("main", "+8613800138000", 61.0) == pytest.approx(0.2)
    assert of.cost("main", "+861012345678", 60.0) == 0.5
    assert of.cost("main", "+12125550100", 1.0) == 1.0
    assert of.cost("main", "+12125550100", 0.0) == 0.0
    assert of.cost("other", "+12125550100", 60.0) == 0.0


@pytest.mark.parametrize(
    ("result", "rang", "expected"),
    [
        ("talked", True, "through"),
        ("busy", False, "through"),
        ("invalid_number", False, "through"),
        ("no_answer", True, "through"),
        ("no_answer", False, "silent"),
        ("congestion", False, "congestion"),
        ("failed", False, "failed"),
    ],
)
def test_what_a_result_says_of_the_network(result: AttemptResult, rang: bool, expected: str) -> None:
    assert network_result(result, rang=rang) == expected


def test_words_and_freezing() -> None:
    assert all(set(texts) == {"zh", "en"} for texts in WHY.values())
    of = carriers()
    end_all(of, "congestion", 0.0, 3)
    assert pickle.loads(pickle.dumps(of)).room("main", 1.0) == of.room("main", 1.0)  # noqa: S301 - our own bytes
