"""Why a connection was cleared or failed (ECMA-269 clause 12.2.4 "EventCause"), with ITU-T Q.850 codes mapped in."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    NORMAL = "normal_clearing"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "call_rejected"
    UNREACHABLE = "destination_unreachable"
    CONGESTION = "network_congestion"
    INVALID_NUMBER = "invalid_number"
    CANCELLED = "call_cancelled"
    SWITCH_FAILURE = "switch_failure"
    UNKNOWN = "unknown"


_Q850: dict[int, Cause] = {
    1: Cause.INVALID_NUMBER,
    3: Cause.UNREACHABLE,
    16: Cause.NORMAL,
    17: Cause.BUSY,
    18: Cause.NO_ANSWER,
    19: Cause.NO_ANSWER,
    20: Cause.UNREACHABLE,
    21: Cause.REJECTED,
    26: Cause.CANCELLED,
    27: Cause.UNREACHABLE,
    28: Cause.INVALID_NUMBER,
    31: Cause.NORMAL,
    34: Cause.CONGESTION,
    38: Cause.CONGESTION,
    41: Cause.CONGESTION,
    42: Cause.CONGESTION,
    127: Cause.UNKNOWN,
}


def cause_from_q850(code: int) -> Cause:
    """The cause for an ITU-T Q.850 code (AMI ``Hangup`` header ``Cause``); codes not listed are UNKNOWN."""
    return _Q850.get(code, Cause.UNKNOWN)
