"""Settings of an installation: defaults, then ``tandem.toml`` in its home folder, then ``TANDEM_*`` in the environment.

Secrets are made once and kept in ``secrets.json`` (mode 0600) in the home folder; they are never settings.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from tandem.cti.model.errors import BadRequest

_LONGEST_HEADER = 4000
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_HEADER_VALUE = re.compile(rf"[!-~](?:[ -~]{{0,{_LONGEST_HEADER - 2}}}[!-~])?")
_OUR_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
        "upgrade",
    }
)


class BadSettings(BadRequest):
    code = "bad_settings"


class DataCredential(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A header that proves to a service who asks. Its value is no setting: the environment or a file has it."""

    hosts: list[str]
    """The only hosts that it is sent to."""
    header: str = "Authorization"
    value_env: str = ""
    value_file: str = ""
    """Relative to the home folder."""


class Carrier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A trunk to the public network, and what it takes."""

    host: str = ""
    port: int = 5060
    lines: int = 30
    """Calls of campaigns at once."""
    calls_per_s: float = 5.0
    """Calls of campaigns begun in a second."""
    prices: dict[str, float] = {}
    """Of a minute, by how a number begins (``+86``, ``+8610``); any currency, the same for all carriers."""


FIRST_CARRIER = "trunk"
"""The carrier of ``trunk_host`` and ``trunk_port``; it has all calls for which no other is named."""
_CARRIER_NAME = re.compile(r"[a-z0-9]{1,20}")
_PREFIX = re.compile(r"\+[0-9]{1,15}")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All ports are loopback unless ``listen`` says otherwise."""

    listen: str = "127.0.0.1"
    """Address of the pages, the live channel and the phones. Another than loopback turns HTTPS and WSS on."""
    names: list[str] = []
    """More host names or addresses by which browsers reach the server."""
    http_port: int = 8400
    seat_port: int = 8401
    ami_port: int = 5038
    sip_port: int = 5060
    phone_port: int = 8088
    """SIP over WebSocket, served by Asterisk."""
    phone_tls_port: int = 8089
    rtp_first: int = 10000
    rtp_last: int = 10999
    database_url: str = ""
    """``postgresql://...``; empty: an embedded PostgreSQL with its data in the home folder."""
    region: str = "CN"
    """Default region of numbers without a country code (ISO 3166)."""
    dial_countries: list[str] = msgspec.field(default_factory=lambda: ["CN", "HK", "MO", "TW"])
    """Countries whose numbers may be the target of a transfer."""
    flows: dict[str, str] = {}
    """Dialled number -> flow file; relative to the home folder. Empty: the demo flow on ``95001``."""
    sip_hosts: list[str] = []
    """Hosts whose SIP addresses a flow may transfer calls to (`sip:` of a transfer step)."""
    trunk_host: str = "127.0.0.1"
    trunk_port: int = 5070
    carriers: dict[str, Carrier] = {}
    """More carriers by name; under ``trunk`` what the first one takes (its address is ``trunk_host``)."""
    pop_s: float = 3.0
    """How long an agent's page may take to show who is calling, before the caller is offered to another agent."""
    ring_s: float = 20.0
    wrap_up_s: float = 60.0
    lookup_budget_s: float = 0.2
    guard_s: int = 30
    """Dead-man switch: a caller whom no server vouches for goes to the switch's own queue after so long."""
    record: bool = True
    journal_days: int = 30
    """How long every input of the routing core is kept, to run a day again (`tandem replay`, `tandem whatif`)."""
    data_allow: list[str] = []
    """Hosts and networks inside that data dips may ask; else only public addresses."""
    data_credentials: dict[str, DataCredential] = {}
    """By the name that flows say."""
    speech_url: str = ""
    """A text-to-speech service; empty: espeak-ng. ``{text}``, ``{language}``, ``{voice}`` are filled in."""
    speech_body: dict[str, Any] = {}
    """The JSON object that is posted, its texts filled in alike. Empty: a GET."""
    speech_audio: str = ""
    """Where in a JSON answer the sound stands, in Base64. Empty: the answer is the sound."""
    speech_voices: dict[str, str] = {}
    """Voice of each language. Empty: espeak-ng's own."""
    speech_credentials: str = ""
    """A name of ``data_credentials``."""

    @property
    def all_carriers(self) -> dict[str, Carrier]:
        """By name; ``FIRST_CARRIER`` is the first."""
        first = msgspec.structs.replace(
            self.carriers.get(FIRST_CARRIER, Carrier()), host=self.trunk_host, port=self.trunk_port
        )
        return {FIRST_CARRIER: first} | {n: carrier for n, carrier in self.carriers.items() if n != FIRST_CARRIER}


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    system_name: str
    ami: str
    recorder: str
    sip: str


def load(home: Path, environ: Mapping[str, str], overrides: Mapping[str, Any] | None = None) -> Settings:
    """Raises BadSettings, which names the file or variable and what is wrong with it."""
    file = home / "tandem.toml"
    values: dict[str, Any] = {}
    if file.exists():
        try:
            values = tomllib.loads(file.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadSettings.because("settings_toml", file=str(file), why=str(error)) from None
    for name in Settings.__struct_fields__:
        variable = f"TANDEM_{name.upper()}"
        if variable in environ:
            values[name] = _from_text(environ[variable])
    values |= {name: value for name, value in (overrides or {}).items() if value is not None}
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise BadSettings.because("settings_misfit", file=str(file), why=str(error)) from None
    for name, carrier in settings.carriers.items():
        if fault := _fault_of(name, carrier):
            raise BadSettings.because("carrier_wrong", carrier=name[:40], texts=fault)
    return settings


def _fault_of(name: str, carrier: Carrier) -> Mapping[str, str]:
    """By language; empty: none."""
    if not _CARRIER_NAME.fullmatch(name):
        return _both("运营商的名称为 1 到 20 个小写字母和数字", "a carrier's name is 1 to 20 small letters and digits")
    if (name == FIRST_CARRIER) == bool(carrier.host):
        if carrier.host:
            return _both("它的地址是 trunk_host", "its address is trunk_host")
        return _both("缺少 host", "its host is missing")
    if not 0 < carrier.port < 65_536:
        return _both("port 为 1 到 65535", "port is 1 to 65535")
    if carrier.lines < 1 or not 0 < carrier.calls_per_s <= 1_000:
        return _both(
            "lines 至少为 1，calls_per_s 大于 0 且最多 1000",
            "lines is at least 1, calls_per_s more than 0 and at most 1000",
        )
    if not all(_PREFIX.fullmatch(prefix) and 0 <= price < float("inf") for prefix, price in carrier.prices.items()):
        return _both(
            "prices 为号码开头（如 +86）对应的不小于 0 的数", "prices are numbers from 0, by beginnings such as +86"
        )
    return {}


def _both(zh: str, en: str) -> Mapping[str, str]:
    return {"zh": zh, "en": en}


def _from_text(text: str) -> Any:
    """Lists and tables are given as JSON in the environment; anything else as it is."""
    if text[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def header_value(credential: DataCredential, home: Path, environ: Mapping[str, str]) -> str:
    """The secret itself. Raises BadSettings, which does not show it."""
    if bool(credential.value_env) == bool(credential.value_file):
        raise BadSettings("data_credentials: give either value_env or value_file")
    if credential.value_env:
        where = f"the environment variable {credential.value_env}"
        value = environ.get(credential.value_env, "").strip()
    else:
        file = home / credential.value_file
        where = str(file)
        try:
            with file.open(encoding="utf-8") as opened:
                value = opened.read(_LONGEST_HEADER + 2).strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BadSettings(f"{where} cannot be read: {getattr(error, 'strerror', None) or 'no UTF-8'}") from None
    if not _HEADER_NAME.fullmatch(credential.header) or credential.header.lower() in _OUR_HEADERS:
        raise BadSettings(f'data_credentials: "{credential.header[:40]}" is no header for credentials')
    if not _HEADER_VALUE.fullmatch(value):
        raise BadSettings(
            f"{where}: one line of 1 to {_LONGEST_HEADER} printable ASCII characters is wanted, such as Bearer ..."
        )
    return value


def load_secrets(home: Path) -> Secrets:
    """The installation's secrets, made on first use."""
    file = home / "secrets.json"
    if file.exists():
        try:
            return msgspec.json.decode(file.read_bytes(), type=Secrets)
        except msgspec.DecodeError as error:
            raise BadSettings.because("secrets_damaged", file=str(file), why=str(error)) from None
    made = Secrets(
        system_name=secrets.token_hex(16),
        ami=secrets.token_urlsafe(24),
        recorder=secrets.token_urlsafe(24),
        sip=secrets.token_hex(32),
    )
    home.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(msgspec.json.encode(made))
    return made
