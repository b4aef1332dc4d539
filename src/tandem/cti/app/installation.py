"""One installation: its home folder, what lies where in it, and what the parts are told of each other.

home/
  tandem.toml    settings, if any               secrets.json   made once, mode 0600
  asterisk/      the switch: etc, log, spool    postgres/      the embedded database
  recordings/    finished and running           sounds/        prompts, by language
  journal/       what is not in the database yet  tls/         certificate made on the spot
  inputs/        every input, by day             control.sock  where commands ask the running server
  recorded_prompts/  uploaded recordings, by language
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from tandem.cti.adapters.asterisk.config import PROBE, AgentPhone, SwitchSettings, Trunk
from tandem.cti.model.credentials import sip_password
from tandem.cti.model.errors import ResourceMissing
from tandem.cti.model.ids import DeviceId
from tandem.cti.runtime.settings import FIRST_CARRIER, Secrets, Settings, load, load_secrets

DEMO_DNIS = "95001"
DEMO_FLOW = Path(__file__).parent / "demo_flow.yaml"


def default_home() -> Path:
    """``TANDEM_HOME``, else ``tandem`` under the user's data folder (XDG Base Directory)."""
    if home := os.environ.get("TANDEM_HOME"):
        return Path(home)
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "tandem"


def is_installed(home: Path) -> bool:
    given = bool(os.environ.get("TANDEM_DATABASE_URL"))
    return given or any((home / name).exists() for name in ("secrets.json", "tandem.toml"))


def expect_installed(home: Path) -> None:
    """For commands that work on what is there: a slip of the pen is to make no second installation. Raises
    ResourceMissing."""
    if not is_installed(home):
        raise ResourceMissing.because("not_installed", home=str(home))


@dataclass(frozen=True, slots=True)
class Installation:
    home: Path
    settings: Settings
    secrets: Secrets

    @classmethod
    def at(cls, home: Path, overrides: Mapping[str, Any] | None = None) -> Installation:
        """Raises BadSettings."""
        home = home.absolute()
        return cls(home, load(home, os.environ, overrides), load_secrets(home))

    @property
    def asterisk_dir(self) -> Path:
        return self.home / "asterisk"

    @property
    def postgres_dir(self) -> Path:
        return self.home / "postgres"

    @property
    def recordings_dir(self) -> Path:
        return self.home / "recordings"

    @property
    def sounds_dir(self) -> Path:
        return self.home / "sounds"

    @property
    def recorded_prompts_dir(self) -> Path:
        return self.home / "recorded_prompts"

    @property
    def inputs_dir(self) -> Path:
        return self.home / "inputs"

    @property
    def lists_dir(self) -> Path:
        """Lists of leads that were sent, until they are imported; their bad rows."""
        return self.home / "lists"

    @property
    def journal_dir(self) -> Path:
        return self.home / "journal"

    @property
    def certificate(self) -> Path:
        return self.home / "tls" / "certificate.pem"

    @property
    def key(self) -> Path:
        return self.home / "tls" / "key.pem"

    @property
    def serves_tls(self) -> bool:
        """Browsers give a microphone to loopback and HTTPS pages only."""
        try:
            return not ip_address(self.settings.listen).is_loopback
        except ValueError:
            return self.settings.listen != "localhost"

    @property
    def names(self) -> tuple[str, ...]:
        """By which browsers reach us."""
        listen = self.settings.listen
        anywhere = listen in ("0.0.0.0", "::")  # noqa: S104 - that is what is asked here
        own = _host_names() if anywhere else [listen]
        loopback = ["127.0.0.1", "localhost"]
        everything = [*loopback, *own, *self.settings.names] if anywhere else [*own, *self.settings.names, *loopback]
        return tuple(dict.fromkeys(everything))

    @property
    def flows(self) -> dict[DeviceId, Path]:
        """Flow file of each dialled number."""
        if not self.settings.flows:
            return {DeviceId(DEMO_DNIS): DEMO_FLOW}
        return {DeviceId(number): self.home / file for number, file in self.settings.flows.items()}

    def switch_settings(self, phones: Iterable[DeviceId], music_dir: Path, /, **changes: Any) -> SwitchSettings:
        """How Asterisk is to be configured for the seats with these phones. Raises InvalidField."""
        s = self.settings
        secret = self.secrets.sip.encode()
        given: dict[str, Any] = {
            "system_name": self.secrets.system_name,
            "ami_port": s.ami_port,
            "ami_secret": self.secrets.ami,
            "recorder_secret": self.secrets.recorder,
            "sip_port": s.sip_port,
            "http_port": s.phone_port,
            "rtp_ports": (s.rtp_first, s.rtp_last),
            "dnis": tuple(self.flows),
            "phones": tuple(AgentPhone(device=d, password=sip_password(secret, d)) for d in phones),
            "trunk_host": s.trunk_host,
            "trunk_port": s.trunk_port,
            "carriers": tuple(
                Trunk(name=name, host=carrier.host, port=carrier.port)
                for name, carrier in s.all_carriers.items()
                if name != FIRST_CARRIER
            ),
            "recordings_dir": self.recordings_dir,
            "sounds_dir": self.sounds_dir,
            "music_dir": music_dir,
            "listen": s.listen,
            "https_port": s.phone_tls_port if self.serves_tls else None,
            "tls_certificate": self.certificate if self.serves_tls else None,
            "tls_key": self.key if self.serves_tls else None,
            "probe_password": sip_password(secret, DeviceId(PROBE)),
            "guard_s": s.guard_s,
            "ring_s": int(s.ring_s),
            "sip_hosts": tuple(host.lower() for host in s.sip_hosts),
        }
        return SwitchSettings(**(given | changes))


def _host_names() -> list[str]:
    """This host's name and the addresses that it stands for."""
    name = socket.gethostname()
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(name, None)}
    except OSError:
        found = set()
    return [name, *sorted(found)]
