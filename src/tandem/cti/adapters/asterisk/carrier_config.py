"""Configuration of the second Asterisk that plays the public network: callers, numbers outside, plain agent phones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tandem.cti.adapters.asterisk.config import AgentPhone
from tandem.cti.model.errors import InvalidField

CARRIER_USER = "carrier"
CALLER_CONTEXT = "caller"
CALLER_START = "start"
VAR_SPEECH = "SPEECH"
VAR_STAY = "STAY"
VAR_LISTEN = "LISTEN"
"""A WAV file: the caller says nothing, and what he hears goes there, packet for packet."""


class Behaviour(StrEnum):
    """What a phone or a number outside does when it is called."""

    ANSWER = "answer"
    """Rings for 0.3 s, answers, talks until hung up."""
    ANSWER_AT_ONCE = "at-once"
    SILENT = "silent"
    """Answers like ANSWER and says nothing."""
    BUSY = "busy"
    DECLINE = "decline"
    RING = "ring"
    """Rings and is never answered."""
    UNALLOCATED = "unallocated"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierSettings:
    """``tandem_port`` is the SIP port of the Asterisk under test. ``phones`` register there and are rung at
    ``phones_port``; ``numbers`` are the subscribers outside. The carrier listens on the loopback address;
    ``tandem_host`` is another one when the Asterisk under test serves other computers."""

    system_name: str
    ami_port: int
    ami_secret: str
    sip_port: int
    phones_port: int
    rtp_ports: tuple[int, int]
    tandem_port: int
    tandem_host: str = "127.0.0.1"
    phones: tuple[AgentPhone, ...] = ()
    typists: int = 0
    """More log-ins to press keys with: one presses ten a second at most, whoever's they are."""
    numbers: Mapping[str, Behaviour] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number in self.numbers:
            if not re.fullmatch(r"\+?[0-9]{2,20}", number):
                raise InvalidField(f"{number!r} is no number")


def phone_variable(device: str) -> str:
    """The global variable that holds a phone's ``Behaviour``."""
    return f"PHONE_{device}"


def carrier_files(settings: CarrierSettings) -> dict[str, str]:
    """Every file, name -> text, for ``AsteriskInstance``."""
    first, last = settings.rtp_ports
    return {
        "manager.conf": _manager_conf(settings),
        "http.conf": "[general]\nenabled = no\n",
        "rtp.conf": f"[general]\nrtpstart = {first}\nrtpend = {last}\nicesupport = no\n",
        "pjsip.conf": _pjsip_conf(settings),
        "extensions.conf": _extensions_conf(settings),
    }


def _manager_conf(settings: CarrierSettings) -> str:
    names = ("FullyBooted", "Hangup", "Newchannel", "Newstate", "OriginateResponse")
    filters = "".join(f"eventfilter(action(include),name({name})) =\n" for name in names)
    return f"""[general]
enabled = yes
webenabled = no
bindaddr = 127.0.0.1
port = {settings.ami_port}
displayconnects = no

[{CARRIER_USER}]
secret = {settings.ami_secret}
read = system,call
write = call,originate,reporting
writetimeout = 5000
{filters}"""


def _pjsip_conf(settings: CarrierSettings) -> str:
    registrations = "".join(
        f"""
[register-{phone.device}]
type = registration
transport = transport-phones
server_uri = sip:{settings.tandem_host}:{settings.tandem_port}
client_uri = sip:{phone.device}@{settings.tandem_host}:{settings.tandem_port}
contact_user = {phone.device}
outbound_auth = auth-{phone.device}
expiration = 600
retry_interval = 1
forbidden_retry_interval = 1
fatal_retry_interval = 1
max_retries = 10000

[auth-{phone.device}]
type = auth
auth_type = digest
username = {phone.device}
password = {phone.password}
"""
        for phone in settings.phones
    )
    return f"""[global]
type = global
endpoint_identifier_order = ip
max_random_initial_delay = 0

[transport-trunk]
type = transport
protocol = udp
bind = 127.0.0.1:{settings.sip_port}

; The phones' calls come in here; their registrations go out from here.
[transport-phones]
type = transport
protocol = udp
bind = 127.0.0.1:{settings.phones_port}

[tandem]
type = endpoint
transport = transport-trunk
context = public
aors = tandem
disallow = all
allow = ulaw
direct_media = no
dtmf_mode = rfc4733
trust_id_inbound = yes
trust_id_outbound = yes

[tandem]
type = aor
contact = sip:{settings.tandem_host}:{settings.tandem_port}

[tandem]
type = identify
endpoint = tandem
match = {settings.tandem_host}
{registrations}"""


def _extensions_conf(settings: CarrierSettings) -> str:
    phones = "".join(
        f"exten => {phone.device},1,Goto(does-${{{phone_variable(phone.device)}}},s,1)\n" for phone in settings.phones
    )
    numbers = "".join(
        f"exten => {number},1,Goto(does-{behaviour},s,1)\n" for number, behaviour in settings.numbers.items()
    )
    initial = "".join(f"{phone_variable(phone.device)} = {Behaviour.ANSWER}\n" for phone in settings.phones)
    return f"""[general]
static = yes
writeprotect = yes

[globals]
{initial}
[public]
{phones}{numbers}
; The people who call in: they talk for ever, or for {VAR_STAY} seconds.
[{CALLER_CONTEXT}]
exten => {CALLER_START},1,Set(TIMEOUT(absolute)=${{{VAR_STAY}}})
 same => n,ExecIf($["${{{VAR_LISTEN}}}" != ""]?Record(${{{VAR_LISTEN}}},0,0,kqx))
 same => n(talk),Playback(${{{VAR_SPEECH}}})
 same => n,Wait(1)
 same => n,Goto(talk)
exten => T,1,Hangup(16)

[does-{Behaviour.ANSWER}]
exten => s,1,Ringing()
 same => n,Wait(0.3)
 same => n,Answer()
 same => n(talk),Playback(demo-congrats)
 same => n,Goto(talk)

[does-{Behaviour.ANSWER_AT_ONCE}]
exten => s,1,Answer()
 same => n(talk),Playback(demo-congrats)
 same => n,Goto(talk)

[does-{Behaviour.SILENT}]
exten => s,1,Ringing()
 same => n,Wait(0.3)
 same => n,Answer()
 same => n(listen),Wait(3600)
 same => n,Goto(listen)

[does-{Behaviour.RING}]
exten => s,1,Ringing()
 same => n,Wait(300)

[does-{Behaviour.BUSY}]
exten => s,1,Hangup(17)

[does-{Behaviour.DECLINE}]
exten => s,1,Hangup(21)

[does-{Behaviour.UNALLOCATED}]
exten => s,1,Hangup(1)
"""
