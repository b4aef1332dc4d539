from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tandem.agent_desktop.core.rate_limit import Rate, RateLimit, network_of

RATE = Rate(burst=3, interval_s=10.0)


def test_a_burst_then_one_per_interval() -> None:
    limit = RateLimit(RATE)
    assert [limit.take("mei", 0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert limit.take("mei", 0.0) == 10.0
    assert limit.take("mei", 4.0) == 6.0
    assert limit.take("mei", 10.0) == 0.0
    assert limit.take("mei", 10.0) == 10.0


def test_keys_do_not_disturb_each_other() -> None:
    limit = RateLimit(Rate(burst=1, interval_s=10.0))
    assert limit.take("mei", 0.0) == 0.0
    assert limit.take("tom", 0.0) == 0.0
    assert limit.take("mei", 0.0) == 10.0


def test_what_was_given_back_does_not_count() -> None:
    limit = RateLimit(Rate(burst=1, interval_s=10.0))
    for _ in range(5):
        assert limit.take("mei", 0.0) == 0.0
        limit.give_back("mei", 0.0)
    assert len(limit) == 0


def test_the_number_of_keys_is_bounded() -> None:
    limit = RateLimit(RATE, max_keys=10)
    for number in range(1000):
        limit.take(number, 0.0)
    assert len(limit) == 10


@given(st.lists(st.floats(0, 5), max_size=200))
def test_never_more_than_the_burst_and_the_time_that_passed_allow(pauses: list[float]) -> None:
    limit, now, allowed = RateLimit(RATE), 0.0, 0
    for pause in pauses:
        now += pause
        allowed += limit.take("mei", now) == 0.0
    assert allowed <= RATE.burst + now / RATE.interval_s + 1e-6


@given(st.lists(st.floats(0, 30), min_size=1, max_size=50))
def test_whoever_waits_as_long_as_told_is_let_in(pauses: list[float]) -> None:
    limit, now = RateLimit(RATE), 0.0
    for pause in pauses:
        now += pause
        wait_s = limit.take("mei", now)
        if wait_s:
            now += wait_s + 1e-6
            assert limit.take("mei", now) == 0.0


def test_an_ipv6_line_counts_as_one_and_mapped_ipv4_as_ipv4() -> None:
    assert network_of("2001:db8:1:2:aaaa::1") == network_of("2001:db8:1:2:bbbb::9") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1")
    assert network_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert network_of("fe80::1%eth0") == "fe80::/64"
    assert network_of("unix") == ""
