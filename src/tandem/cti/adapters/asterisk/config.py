"""All of Asterisk's configuration that concerns calls, as text, from one frozen ``SwitchSettings``.

``asterisk_files(settings)`` gives name -> text for ``AsteriskInstance(install, directory, files)``; asterisk.conf and
modules.conf come from there. Nothing here is clever: read the result in ``etc/``, it is commented.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tandem.cti.adapters.asterisk.dialplan import ARRIVALS, FALLBACK_QUEUE, PHONES, extensions_conf
from tandem.cti.model.errors import InvalidField
from tandem.cti.model.ids import DeviceId
from tandem.cti.runtime.settings import FIRST_CARRIER

AMI_USER = "tandem"
RECORDER_USER = "tandem-recorder"
TRUNK = "carrier"
PROBE = "probe"
"""The SIP account of ``tandem probe``: calls the numbers that we serve, like the public network."""
MUSIC_CLASS = "default"

_DEVICE = re.compile(r"[A-Za-z0-9]{1,32}")
_DNIS = re.compile(r"\+?[0-9]{2,15}")
_CARRIER = re.compile(r"[a-z0-9]{1,20}")
_WORD = re.compile(r"[A-Za-z0-9_.~+/=-]{1,128}")
_SIP_HOST = re.compile(r"[a-z0-9.-]{1,255}(:[0-9]{1,5})?")
_HOST = re.compile(r"[A-Za-z0-9.:_-]{1,255}")

# The events that the translator reads; Asterisk sends us no others (a queue call is 95 events unfiltered).
EVENTS = (
    "AsyncAGIEnd",
    "AsyncAGIExec",
    "AsyncAGIStart",
    "BridgeEnter",
    "BridgeLeave",
    "ContactStatus",
    "DTMFBegin",
    "DTMFEnd",
    "DialState",
    "FullyBooted",
    "Hangup",
    "Hold",
    "Newchannel",
    "Newstate",
    "OriginateResponse",
    "QueueCallerJoin",
    "Shutdown",
    "Unhold",
)


# Of the commands whose beginning is told (``AGIExecStart``), those that a key can stop.
COMMANDS = ("EXEC Background", "EXEC Read")
# Of the states of a leg that rings, the one that no other event tells: the network has answered for itself.
PROGRESS = "PROGRESS"
WHISPER = "tandem-whisper"
"""The sound that an agent alone hears when a campaign's call is joined with him."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPhone:
    """A seat's SIP account. ``webrtc`` is False for a plain SIP phone over UDP (hard phone, tests)."""

    device: DeviceId
    password: str
    webrtc: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """A carrier besides the first. ``name``: as ``MakeConnection.carrier`` has it."""

    name: str
    host: str
    port: int

    @property
    def endpoint(self) -> str:
        """No phone can be called so: its name has no underscore."""
        return f"{TRUNK}_{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchSettings:
    """One Asterisk and how we reach it.

    ``system_name`` is a secret of the instance: asterisk.conf carries it, genuine events show it, and the public ids
    of callers' connections are derived from it, so it must outlive a restart of the server. ``listen`` is the address
    of SIP, HTTP and RTP; AMI stays on the loopback address. ``guard_s`` is the dead-man switch: a caller that we hold
    and do not vouch for so long goes to the fallback queue. ``trunk_match_port`` is for a carrier that shares its
    address with phones (demo, tests): its source port is then part of its identity. ``sip_hosts`` are the hosts (small
    letters, with ``:port`` where it is not 5060) that calls may be transferred to as ``sip:user@host``. ``carriers``
    are those besides the first, which is ``trunk_host``.
    """

    system_name: str
    ami_port: int
    ami_secret: str
    recorder_secret: str
    sip_port: int
    http_port: int
    rtp_ports: tuple[int, int]
    dnis: tuple[str, ...]
    phones: tuple[AgentPhone, ...]
    trunk_host: str
    trunk_port: int
    recordings_dir: Path
    sounds_dir: Path
    music_dir: Path
    listen: str = "127.0.0.1"
    https_port: int | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    external_address: str | None = None
    trunk_match_port: bool = False
    probe_password: str = ""
    sip_hosts: tuple[str, ...] = ()
    carriers: tuple[Trunk, ...] = ()
    guard_s: int = 30
    ring_s: int = 20

    def __post_init__(self) -> None:
        for what, value, shape in (
            ("system_name", self.system_name, _WORD),
            ("ami_secret", self.ami_secret, _WORD),
            ("recorder_secret", self.recorder_secret, _WORD),
            ("trunk_host", self.trunk_host, _HOST),
            ("listen", self.listen, _HOST),
            ("external_address", self.external_address or "none", _HOST),
            ("probe_password", self.probe_password or "none", _WORD),
            *(("sip_hosts", host, _SIP_HOST) for host in self.sip_hosts),
            *(("name of a carrier", carrier.name, _CARRIER) for carrier in self.carriers),
            *(("host of a carrier", carrier.host, _HOST) for carrier in self.carriers),
            *(("dnis", number, _DNIS) for number in self.dnis),
            *(("device", phone.device, _DEVICE) for phone in self.phones),
            *(("password of a phone", phone.password, _WORD) for phone in self.phones),
        ):
            if not shape.fullmatch(value):
                raise InvalidField(f"{what}: a value that Asterisk's configuration cannot carry")
        for folder in (self.recordings_dir, self.sounds_dir, self.music_dir, self.tls_certificate, self.tls_key):
            if folder is not None and (not folder.is_absolute() or re.search(r"[;,|&\\\x00-\x1f]", str(folder))):
                raise InvalidField(f"the path {str(folder)!r}: absolute and without ; , | & or \\, please")
        if {TRUNK, PROBE} & {phone.device for phone in self.phones}:
            raise InvalidField(f"no phone may be called {TRUNK} or {PROBE}")
        names = [FIRST_CARRIER, *(carrier.name for carrier in self.carriers)]
        if len(set(names)) < len(names):
            raise InvalidField("two carriers have the same name")
        if self.https_port is not None and (self.tls_certificate is None or self.tls_key is None):
            raise InvalidField("https_port: needs tls_certificate and tls_key")
        if self.guard_s < 1:
            raise InvalidField("guard_s: at least 1")

    @property
    def trunks(self) -> dict[str, str]:
        """The SIP endpoint of each carrier that ``MakeConnection.carrier`` may name; '' is the first."""
        return {"": TRUNK, FIRST_CARRIER: TRUNK} | {carrier.name: carrier.endpoint for carrier in self.carriers}


def asterisk_files(settings: SwitchSettings) -> dict[str, str]:
    """Every file that concerns calls, name -> text."""
    return {
        "manager.conf": manager_conf(settings),
        "http.conf": http_conf(settings),
        "pjsip.conf": pjsip_conf(settings),
        "rtp.conf": rtp_conf(settings),
        "extensions.conf": extensions_conf(settings.dnis, guard_s=settings.guard_s),
        "queues.conf": queues_conf(settings),
        "features.conf": f"[general]\nxfersound = {settings.sounds_dir / WHISPER}\n",
        "musiconhold.conf": f"[{MUSIC_CLASS}]\nmode = files\ndirectory = {settings.music_dir}\nsort = random\n",
    }


def manager_conf(settings: SwitchSettings) -> str:
    """AMI: loopback only, one session a user, the rights that we use, the events that we read.

    MixMonitor wants the ``system`` right, which also loads modules and reloads: a second user has that and no other.
    """
    filters = "".join(f"eventfilter(action(include),name({name})) =\n" for name in EVENTS if name != "DialState")
    filters += "".join(
        f"eventfilter(action(include),name(AGIExecStart),header(Command),method(starts_with)) = {command}\n"
        for command in COMMANDS
    )
    filters += f"eventfilter(action(include),name(DialState),header(DialStatus),method(exact)) = {PROGRESS}\n"
    return f"""[general]
enabled = yes
webenabled = no
bindaddr = 127.0.0.1
port = {settings.ami_port}
allowmultiplelogin = no
displayconnects = no
authtimeout = 5
authlimit = 20

[{AMI_USER}]
secret = {settings.ami_secret}
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255
read = system,call,agent,agi,dtmf
write = call,originate,agi,agent,reporting
writetimeout = 5000
{filters}
[{RECORDER_USER}]
secret = {settings.recorder_secret}
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255
read = system
write = system
writetimeout = 5000
eventfilter(action(include),name(FullyBooted)) =
eventfilter(action(include),name(Shutdown)) =
"""


def http_conf(settings: SwitchSettings) -> str:
    """The web server that carries the phones' WebSocket; plain only where nobody else can reach it, else TLS."""
    lines = ["[general]", "enabled = yes", "enable_static = no", "enable_status = no", "servername = none"]
    if settings.https_port is not None:
        lines += [
            "bindaddr = 127.0.0.1",
            f"bindport = {settings.http_port}",
            "tlsenable = yes",
            f"tlsbindaddr = {settings.listen}:{settings.https_port}",
            f"tlscertfile = {settings.tls_certificate}",
            f"tlsprivatekey = {settings.tls_key}",
        ]
    else:
        lines += [f"bindaddr = {settings.listen}", f"bindport = {settings.http_port}"]
    return "\n".join(lines) + "\n"


def rtp_conf(settings: SwitchSettings) -> str:
    first, last = settings.rtp_ports
    return f"[general]\nrtpstart = {first}\nrtpend = {last}\nicesupport = yes\nstrictrtp = yes\n"


def queues_conf(settings: SwitchSettings) -> str:
    """The plain queue behind the dead-man switch. Its members come and go by AMI; it survives us and a restart."""
    return f"""[general]
persistentmembers = yes
autofill = yes

[{FALLBACK_QUEUE}]
musicclass = {MUSIC_CLASS}
strategy = leastrecent
timeout = {settings.ring_s}
retry = 1
ringinuse = no
joinempty = yes
leavewhenempty = no
"""


def pjsip_conf(settings: SwitchSettings) -> str:
    """SIP: the trunk is known by its address, phones by name and password, nobody else gets in."""
    outside = ""
    if settings.external_address is not None:
        outside = (
            f"external_media_address = {settings.external_address}\n"
            f"external_signaling_address = {settings.external_address}\n"
        )
    parts = [
        f"""[global]
type = global
; the trunk first: a caller who calls himself like one of our phones is still the trunk's
endpoint_identifier_order = ip,username
user_agent = tandem

[transport-udp]
type = transport
protocol = udp
bind = {settings.listen}:{settings.sip_port}
{outside}
[transport-ws]
type = transport
protocol = {"ws" if settings.https_port is None else "wss"}
bind = {settings.listen}
{outside}"""
    ]
    parts.append(_trunk(TRUNK, settings.trunk_host, settings.trunk_port, match_port=settings.trunk_match_port))
    parts += [_trunk(c.endpoint, c.host, c.port, match_port=settings.trunk_match_port) for c in settings.carriers]
    if settings.probe_password:
        parts.append(_probe(settings.probe_password))
    parts += [_phone(phone) for phone in settings.phones]
    return "\n".join(parts)


def _trunk(endpoint: str, host: str, port: int, *, match_port: bool) -> str:
    # Connected lines stay on their side: a customer is not to see the agent's extension, nor to write into our events.
    return f"""
[{endpoint}]
type = endpoint
context = {ARRIVALS}
transport = transport-udp
aors = {endpoint}
disallow = all
allow = ulaw,alaw
direct_media = no
dtmf_mode = rfc4733
trust_id_inbound = yes
send_pai = yes
send_connected_line = no
trust_connected_line = no
allow_transfer = no
allow_subscribe = no

[{endpoint}]
type = aor
contact = sip:{host}:{port}

[{endpoint}]
type = identify
endpoint = {endpoint}
match = {host}{f":{port}" if match_port else ""}
"""


def _probe(password: str) -> str:
    return f"""
[{PROBE}]
type = endpoint
context = {ARRIVALS}
transport = transport-udp
auth = {PROBE}
disallow = all
allow = ulaw,alaw
direct_media = no
allow_transfer = no
allow_subscribe = no

[{PROBE}]
type = auth
auth_type = userpass
username = {PROBE}
password = {password}
"""


def _phone(phone: AgentPhone) -> str:
    # u-law first: neither transcoding nor a second rate in the recording; Opus where a browser has nothing else.
    # A browser sends sound even when muted: half a minute without any, and not on hold, and nobody is there any more.
    browser = "webrtc = yes\ntransport = transport-ws\nrtp_timeout = 30"
    media = browser if phone.webrtc else "transport = transport-udp"
    return f"""[{phone.device}]
type = endpoint
context = {PHONES}
{media}
auth = {phone.device}
aors = {phone.device}
disallow = all
allow = ulaw,alaw,opus
direct_media = no
dtmf_mode = auto_info
allow_transfer = no
allow_subscribe = no
device_state_busy_at = 1

[{phone.device}]
type = auth
auth_type = digest
username = {phone.device}
password = {phone.password}

[{phone.device}]
type = aor
max_contacts = 1
remove_existing = yes
qualify_frequency = 15
qualify_timeout = 3.0
"""
