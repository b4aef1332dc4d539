"""Why calls were not answered: the person, the number, the network and the carrier are told apart."""

from __future__ import annotations

import pytest

from tandem.cti.adapters.asterisk.causes import of_clearing, of_failure
from tandem.cti.model.causes import Cause


@pytest.mark.parametrize(
    ("code", "sip", "cause"),
    [
        (17, 486, Cause.BUSY),
        (17, 600, Cause.BUSY),
        (19, 480, Cause.NO_ANSWER),
        (21, 603, Cause.REJECTED),
        (21, 608, Cause.REJECTED),
        (21, 403, Cause.REJECTED),
        (58, 488, Cause.UNREACHABLE),
        (21, 407, Cause.UNREACHABLE),
        (1, 404, Cause.INVALID_NUMBER),
        (22, 410, Cause.INVALID_NUMBER),
        (28, 484, Cause.INVALID_NUMBER),
        (34, 503, Cause.CONGESTION),
        (38, 500, Cause.CONGESTION),
        (102, 504, Cause.CONGESTION),
        (0, 0, Cause.CANCELLED),
        (16, 0, Cause.CANCELLED),
        (19, 0, Cause.NO_ANSWER),
        (18, 408, Cause.NO_ANSWER),
        (999, 0, Cause.UNKNOWN),
    ],
)
def test_a_call_that_rang(code: int, sip: int, cause: Cause) -> None:
    assert of_failure(code, sip=sip, over_a_trunk=True) is cause


@pytest.mark.parametrize(
    ("code", "sip", "cause"),
    [
        (19, 0, Cause.UNREACHABLE),
        (19, 480, Cause.UNREACHABLE),
        (18, 408, Cause.UNREACHABLE),
        (17, 486, Cause.BUSY),
        (16, 0, Cause.CANCELLED),
    ],
)
def test_a_carrier_that_never_said_anything(code: int, sip: int, cause: Cause) -> None:
    assert of_failure(code, sip=sip, rang=False, over_a_trunk=True) is cause


def test_an_agents_phone_is_taken_at_its_word() -> None:
    assert of_failure(21, sip=407) is Cause.REJECTED
    assert of_failure(19, rang=False) is Cause.NO_ANSWER


def test_who_hangs_up_without_a_word_has_ended_his_call() -> None:
    assert of_clearing(0) is of_clearing(16) is Cause.NORMAL
    assert of_clearing(34) is Cause.CONGESTION
