"""The books of a campaign's benchmark notice what does not agree."""

from __future__ import annotations

from dataclasses import replace

import pytest
from benchmarks.campaign_load.books import Attempt, compare

from tandem.cti.adapters.asterisk.carrier_calls import CarrierCall
from tandem.cti.adapters.asterisk.carrier_people import Behaviour

CALL = CarrierCall(
    number="+8613800000001",
    calling="95001",
    does=Behaviour.PERSON,
    began_at=10.0,
    answered_at=12.0,
    ended_at=20.0,
    heard_at=13.0,
    disposition="ANSWERED",
)
ATTEMPT = Attempt(
    id="lead.1",
    number="+8613800000001",
    caller_id="95001",
    at=9.99,
    answered_at=12.01,
    connected_at=12.2,
    ended_at=20.1,
    message_at=None,
    result="talked",
    cause=None,
)


def test_equal_books_have_no_faults() -> None:
    pairs, faults = compare([CALL], [ATTEMPT])
    assert (len(pairs), faults) == (1, [])


@pytest.mark.parametrize(
    ("call", "attempt", "fault"),
    [
        (CALL, replace(ATTEMPT, caller_id="95002"), "shown 95001"),
        (CALL, replace(ATTEMPT, result="busy"), "result busy"),
        (CALL, replace(ATTEMPT, answered_at=None), "answered at the carrier"),
        (CALL, replace(ATTEMPT, answered_at=14.0), "2.00 s apart"),
        (CALL, replace(ATTEMPT, ended_at=None), "still open"),
        (CALL, replace(ATTEMPT, number="+8613800000002"), "1 calls at the carrier, 0 attempts"),
    ],
)
def test_what_differs_is_named(call: CarrierCall, attempt: Attempt, fault: str) -> None:
    assert any(fault in found for found in compare([call], [attempt])[1])


def test_a_number_that_was_called_twice_for_one_attempt_is_noticed() -> None:
    assert compare([CALL, CALL], [ATTEMPT])[1] == ["+8613800000001: 2 calls at the carrier, 1 attempts"]
