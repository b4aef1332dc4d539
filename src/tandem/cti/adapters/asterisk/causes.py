"""Why a leg ended, from what AMI ``Hangup`` tells: ``Cause`` (ITU-T Q.850) and, of calls that failed, ``TechCause``
(the SIP status of the final response).

Asterisk makes one Q.850 cause of several SIP statuses, and unknown ones of others: where the status says more, it
counts (RFC 3261 section 21, RFC 8197 for 607, RFC 8688 for 608). A person's refusal comes as "403" from a gateway to
the telephone network (RFC 3398 section 8.2.6.1), so "403" is left what Q.850 says. A leg that Asterisk itself gives up
has a ``TechCause`` too, "480".
"""

from __future__ import annotations

from tandem.cti.model.causes import Cause, cause_from_q850

_SIP: dict[int, Cause] = {
    401: Cause.UNREACHABLE,
    402: Cause.UNREACHABLE,
    407: Cause.UNREACHABLE,
    410: Cause.INVALID_NUMBER,
    485: Cause.INVALID_NUMBER,
    488: Cause.UNREACHABLE,
    502: Cause.CONGESTION,
    504: Cause.CONGESTION,
    603: Cause.REJECTED,
    606: Cause.UNREACHABLE,
    607: Cause.REJECTED,
    608: Cause.REJECTED,
}
_NO_WORD_OF_WHY = frozenset({0, 16})


def of_clearing(code: int) -> Cause:
    """Why an answered leg ended. 0: by a BYE that carries no reason."""
    return Cause.NORMAL if code == 0 else cause_from_q850(code)


def of_failure(code: int, *, sip: int = 0, rang: bool = True, over_a_trunk: bool = False) -> Cause:
    """Why a leg was never answered. ``sip`` 0: not known. ``rang``: a ringing or another sound came.

    "Normal" without an answer: it was called off before. When nothing at all has come until the time was over (a dead
    carrier), or "not available" at once (a phone that is off), there was nobody who did not answer.
    """
    if over_a_trunk and sip in _SIP:
        return _SIP[sip]
    if code in _NO_WORD_OF_WHY:
        return Cause.CANCELLED
    cause = cause_from_q850(code)
    if over_a_trunk and cause is Cause.NO_ANSWER and not rang:
        return Cause.UNREACHABLE
    return cause
