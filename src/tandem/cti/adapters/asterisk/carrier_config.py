"""Configuration of the second Asterisk that plays the public network: callers, numbers outside, plain agent phones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tandem.cti.adapters.asterisk.carrier_people import Behaviour, Crowd, Subscriber
from tandem.cti.adapters.asterisk.config import AgentPhone
from tandem.cti.model.errors import InvalidField

__all__ = ["Behaviour", "CarrierSettings", "carrier_files", "carrier_modules", "phone_variable"]

CARRIER_USER = "carrier"
CALLER_CONTEXT = "caller"
CALLER_START = "start"
VAR_SPEECH = "SPEECH"
VAR_STAY = "STAY"
VAR_LISTEN = "LISTEN"
"""A WAV file: the caller says nothing, and what he hears goes there, packet for packet."""
VAR_HEARS = "HEARS"
"""A raw file: what the caller hears while he talks goes there, from the answer on; beside it lies a file ``.whole``
when nothing more will come."""
CALLS_FILE = "calls.csv"
CALL_COLUMNS = ("number", "calling", "does", "began", "answered", "ended", "heard", "disposition", "noted")


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
    numbers: Mapping[str, Behaviour | Subscriber] = field(default_factory=dict)
    crowds: tuple[Crowd, ...] = ()
    keep_calls: bool = False
    """Write a line for each call to a number outside (``carrier_calls.read_calls``)."""
    messages_dir: Path | None = None
    """Where machines leave what they recorded, as ``NUMBER-UNIQUEID.wav``. None: they only listen."""

    def __post_init__(self) -> None:
        for number in self.numbers:
            if not re.fullmatch(r"\+?[0-9]{2,20}", number):
                raise InvalidField(f"{number!r} is no number")
        if self.messages_dir is not None and not re.fullmatch(r"/[A-Za-z0-9_./-]{1,180}", str(self.messages_dir)):
            raise InvalidField("messages_dir: an absolute path of letters, digits and _ . / - only")


def phone_variable(device: str) -> str:
    """The global variable that holds a phone's ``Behaviour``."""
    return f"PHONE_{device}"


def carrier_modules(module_dir: Path) -> tuple[str, ...]:
    """What ``keep_calls`` needs beyond the usual, of an Asterisk with this folder of modules."""
    return tuple(name for name in ("res_cdrel_custom", "cdr_custom") if (module_dir / f"{name}.so").exists())


def carrier_files(settings: CarrierSettings) -> dict[str, str]:
    """Every file, name -> text, for ``AsteriskInstance``."""
    first, last = settings.rtp_ports
    calls = {"cdr.conf": _CDR_CONF, "cdr_custom.conf": _cdr_custom_conf()} if settings.keep_calls else {}
    return {
        **calls,
        "manager.conf": _manager_conf(settings),
        "http.conf": "[general]\nenabled = no\n",
        "rtp.conf": f"[general]\nrtpstart = {first}\nrtpend = {last}\nicesupport = no\n",
        "pjsip.conf": _pjsip_conf(settings),
        "extensions.conf": _extensions_conf(settings),
    }


_CDR_CONF = "[general]\nenable = yes\nunanswered = yes\ncongestion = yes\nbatch = no\n"


def _cdr_custom_conf() -> str:
    values = {
        "number": "CDR(userfield)",
        "calling": "CDR(src)",
        "does": "CDR(accountcode)",
        "began": "CDR(start,u)",
        "answered": "CDR(answer,u)",
        "ended": "CDR(end,u)",
        "heard": "CDR(heard)",
        "disposition": "CDR(disposition)",
    }
    columns = [f"${{CSV_QUOTE(${{{values[column]}}})}}" for column in CALL_COLUMNS[:-1]]
    # EPOCH, for Asterisk 22.10 takes a line of CDR() alone for a faster format of its own, which knows no option u.
    return f"[mappings]\n{CALLS_FILE} => {','.join([*columns, '${EPOCH}'])}\n"


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
max_random_initial_delay = 0

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
        f"exten => {phone.device},1,Set(RINGS=0.3)\n same => n,Set(STAYS=3600)\n same => n,Set(SAYS=hello)\n"
        f" same => n,Goto(does-${{{phone_variable(phone.device)}}},s,1)\n"
        for phone in settings.phones
    )
    numbers = "".join(
        f"exten => {number},1,{_NOTE}\n{_member(who if isinstance(who, Subscriber) else Subscriber(does=who))}"
        for number, who in settings.numbers.items()
    )
    crowds = "".join(
        f"exten => _{crowd.prefix}{'X' * crowd.digits},1,{_NOTE}\n same => n,Goto(crowd-{index},${{EXTEN:-2}},1)\n"
        for index, crowd in enumerate(settings.crowds)
    )
    members = "".join(
        f"\n[crowd-{index}]\n"
        + "".join(f"exten => {last:02},1,NoOp()\n{_member(who)}" for last, who in enumerate(crowd.members))
        for index, crowd in enumerate(settings.crowds)
    )
    initial = "".join(f"{phone_variable(phone.device)} = {Behaviour.ANSWER}\n" for phone in settings.phones)
    recording = " same => n,Wait(${STAYS})\n"
    if settings.messages_dir is not None:
        # Four seconds of silence and the machine has had enough, as machines do.
        recording = f" same => n,Record({settings.messages_dir}/${{CALLED}}-${{UNIQUEID}}.wav,4,60,kqx)\n"
    return f"""[general]
static = yes
writeprotect = yes

[globals]
{initial}
[public]
{phones}{numbers}{crowds}{members}
; The people who call in: they talk for ever, or for {VAR_STAY} seconds.
[{CALLER_CONTEXT}]
exten => {CALLER_START},1,Set(TIMEOUT(absolute)=${{{VAR_STAY}}})
 same => n,GotoIf($["${{{VAR_HEARS}}}" = ""]?listen)
 same => n,MixMonitor(${{{VAR_HEARS}}}.both.raw,r(${{{VAR_HEARS}}}),touch ${{{VAR_HEARS}}}.whole)
 same => n(listen),ExecIf($["${{{VAR_LISTEN}}}" != ""]?Record(${{{VAR_LISTEN}}},0,0,kqx))
 same => n(talk),Playback(${{{VAR_SPEECH}}})
 same => n,Wait(1)
 same => n,Goto(talk)
exten => T,1,Hangup(16)

[does-{Behaviour.ANSWER}]
exten => s,1,Ringing()
 same => n,Wait(${{RINGS}})
 same => n,Answer()
 same => n(talk),Playback(demo-congrats)
 same => n,Goto(talk)

[does-{Behaviour.ANSWER_AT_ONCE}]
exten => s,1,Answer()
 same => n(talk),Playback(demo-congrats)
 same => n,Goto(talk)

[does-{Behaviour.SILENT}]
exten => s,1,Ringing()
 same => n,Wait(${{RINGS}})
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

[does-{Behaviour.PERSON}]
exten => s,1,Ringing()
 same => n,Wait(${{RINGS}})
 same => n,Answer(,i)
 same => n,Wait(0.3)
 same => n,Playback(${{SAYS}})
 same => n,WaitForNoise(60,1,20)
 same => n,ExecIf($["${{WAITSTATUS}}" = "NOISE"]?Set(CDR(heard)=${{STRFTIME(,,%s.%3q)}}))
 same => n,Wait(${{STAYS}})
 same => n,Hangup(16)

[does-{Behaviour.MACHINE}]
exten => s,1,Ringing()
 same => n,Wait(${{RINGS}})
 same => n,Answer(,i)
 same => n,Wait(0.4)
 same => n,Playback(${{SAYS}})
 same => n,ExecIf($["${{PAUSES}}" != "0"]?Wait(${{PAUSES}}))
 same => n,Playback(beep)
{recording} same => n,Hangup(16)

[does-{Behaviour.BRIEF}]
exten => s,1,Ringing()
 same => n,Wait(${{RINGS}})
 same => n,Answer(,i)
 same => n,Wait(0.1)
 same => n,Hangup(16)

[does-{Behaviour.ANNOUNCEMENT}]
exten => s,1,Progress()
 same => n,Playback(im-sorry,noanswer)
 same => n,Hangup(20)

[does-{Behaviour.CONGESTION}]
exten => s,1,Hangup(34)

[does-{Behaviour.DEAD}]
exten => s,1,Wait(300)
"""


_NOTE = "Set(CDR(userfield)=${EXTEN})\n same => n,Set(CALLED=${EXTEN})"


def _member(who: Subscriber) -> str:
    return (
        f" same => n,Set(CHANNEL(accountcode)={who.does})\n same => n,Set(RINGS={who.rings_s:g})\n"
        f" same => n,Set(STAYS={who.stays_s:g})\n same => n,Set(SAYS={who.says})\n"
        f" same => n,Set(PAUSES={who.pause_s:g})\n"
        f" same => n,Goto(does-{who.does},s,1)\n"
    )
