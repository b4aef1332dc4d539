"""extensions.conf: the dialplan that hands calls to Tandem and looks after them when Tandem is not there.

A connection that we control sits at ``loop``: the dead-man switch (``TIMEOUT(absolute)``) is set, then Asynchronous AGI
waits for our commands. Whatever ends that (a bridge that came to its end, a Redirect) leads back to ``loop``; a
dead-man switch that nobody refreshed leads to ``T``: the plain queue for callers, the end for legs that we made.

No pattern matches anything here: an extension either is one of our own names or a DNIS, digit by digit.
"""

from __future__ import annotations

from collections.abc import Iterable

ARRIVALS = "from-carrier"
PHONES = "from-phones"
CALLERS = "tandem-callers"
LEGS = "tandem-legs"
LOOP = "loop"
ANSWERED = "answered"
"""Where a customer's phone that we rang begins when it is answered."""
DEADMAN = "T"
CONTROL_PRIORITY = 2
"""The priority of ``AGI(agi:async)`` at ``loop``."""

FALLBACK_QUEUE = "tandem-fallback"

# Channel variables: what the next server, or the next session of this one, learns about a leg.
VAR_CALL = "TANDEM_CALL"
VAR_PARTY = "TANDEM_PARTY"
VAR_DEVICE = "TANDEM_DEVICE"
VAR_DNIS = "TANDEM_DNIS"
VAR_MEMORY = ("TANDEM_MEMORY", "TANDEM_MEMORY_2")
"""Two halves: AMI ``Status`` cuts the value of a variable at 511 bytes."""
VAR_DIGITS = "TANDEM_DIGITS"
VAR_ASKED = "TANDEM_ASKED"
"""Token of the prompt or menu that the leg was last given; a successor asks for its outcome instead of repeating it."""
VAR_SERVED = "TANDEM_SERVED"
VAR_ANSWERED = "TANDEM_ANSWERED"
"""When somebody whom we called has answered, epoch seconds of the switch's clock."""
CLOCK = "STRFTIME(,,%s.%3q)"
"""That clock now, as a function of the dialplan."""


def extensions_conf(dnis: Iterable[str], *, guard_s: int) -> str:
    """The whole dialplan. ``dnis``: the numbers that callers may dial, checked digits with an optional plus."""
    arrivals = "".join(
        f"exten => {number},1,Set({VAR_DNIS}={number})\n"
        " same => n,Set(CALLERID(num)=${FILTER(0-9A-Za-z+.*#_,${CALLERID(num)})})\n"
        f" same => n,Answer()\n same => n,Goto({CALLERS},{LOOP},1)\n"
        for number in dnis
    )
    return f"""; Written by Tandem at each start: changes made here are lost.
[general]
static = yes
writeprotect = yes
autofallthrough = yes

[{ARRIVALS}]
; Calls from the public network: the numbers that we serve and no others (404 for the rest).
; The caller's number is the caller's own text: without FILTER it could add lines to every AMI event of the call.
{arrivals}
[{PHONES}]
; What a phone may dial by itself: nothing. Tandem makes the calls.

[{CALLERS}]
; Controlled by Tandem, which refreshes the dead-man switch every {guard_s / 3:g} s.
exten => {LOOP},1,Set(TIMEOUT(absolute)={guard_s})
 same => n,AGI(agi:async)
 same => n,Goto({LOOP},1)
; Somebody whom we called has answered.
exten => {ANSWERED},1,Set({VAR_ANSWERED}=${{{CLOCK}}})
 same => n,Goto({LOOP},1)
; The dead-man switch: no server. Asterisk rings ready agents by itself; Tandem takes the caller back when it returns.
exten => {DEADMAN},1,GotoIf($["${{{VAR_SERVED}}}" = "yes"]?bye,1)
 same => n,Queue({FALLBACK_QUEUE},c)
 same => n,ExecIf($["${{QUEUESTATUS}}" = "CONTINUE"]?Set({VAR_SERVED}=yes))
 same => n,Goto({LOOP},1)
; An agent has talked to the caller and hung up, and still no server wants him.
exten => bye,1,Hangup()

[{LEGS}]
; The legs that Tandem makes, to agents and to the outside.
exten => {LOOP},1,Set(TIMEOUT(absolute)={guard_s})
 same => n,AGI(agi:async)
 same => n,Goto({LOOP},1)
exten => {DEADMAN},1,Hangup()
"""
