"""Why a leg ended, from what AMI ``Hangup`` tells: ``Cause`` (ITU-T Q.850) and, of calls that failed, ``TechCause``
(the SIP status of the final response).

Asterisk makes one Q.850 cause of several SIP statuses, and for a dialer they are not the same: "403" is the carrier
who does not let us, "603" the person who does not want. So the status counts where a carrier gave one; RFC 3261
section 21, RFC 8197 (607), RFC 8688 (608).
"""

from __future__ import annotations

from tandem.cti.model.causes import Cause, cause_from_q850

_SIP: dict[int, Cause] = {
    401: Cause.UNREACHABLE,
    402: Cause.UNREACHABLE,
    403: Cause.UNREACHABLE,
    404: Cause.INVALID_NUMBER,
    407: Cause.UNREACHABLE,
    410: Cause.INVALID_NUMBER,
    480: Cause.NO_ANSWER,
    484: Cause.INVALID_NUMBER,
    485: Cause.INVALID_NUMBER,
    486: Cause.BUSY,
    500: Cause.CONGESTION,
    502: Cause.CONGESTION,
    503: Cause.CONGESTION,
    504: Cause.CONGESTION,
    600: Cause.BUSY,
    603: Cause.REJECTED,
    604: Cause.INVALID_NUMBER,
    607: Cause.REJECTED,
    608: Cause.REJECTED,
}
_NO_WORD_OF_WHY = frozenset({0, 16})
_TIMED_OUT = 408


def of_clearing(code: int) -> Cause:
    """Why an answered leg ended. 0: by a BYE that carries no reason."""
    return Cause.NORMAL if code == 0 else cause_from_q850(code)


def of_failure(code: int, *, sip: int = 0, rang: bool = True, over_a_trunk: bool = False) -> Cause:
    """Why a leg was never answered. ``sip`` 0: no final response. ``rang``: the other side has said anything.

    "Normal" without an answer: it was called off before. A carrier from whom nothing came until the time was over does
    not answer for the person: the leg reached nobody.
    """
    if over_a_trunk and sip in _SIP:
        return _SIP[sip]
    if code in _NO_WORD_OF_WHY:
        return Cause.CANCELLED
    cause = cause_from_q850(code)
    if over_a_trunk and cause is Cause.NO_ANSWER and not rang and sip in (0, _TIMED_OUT):
        return Cause.UNREACHABLE
    return cause
