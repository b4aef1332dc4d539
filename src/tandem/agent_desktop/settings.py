"""Settings of the desktop: where it listens, by which names browsers reach it, how long a log-in lasts."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path

from tandem.agent_desktop.core.rate_limit import Rate
from tandem.agent_desktop.core.resources import Disposition, NotReadyChoice
from tandem.agent_desktop.errors import BadSetting

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LOGIN_RATE = Rate(burst=5, interval_s=30.0)
_ADDRESS_RATE = Rate(burst=60, interval_s=2.0)
_COMMAND_RATE = Rate(burst=20, interval_s=0.2)
_NOT_READY = (
    NotReadyChoice(code="break", zh="小休", en="Break"),
    NotReadyChoice(code="meal", zh="用餐", en="Meal"),
    NotReadyChoice(code="training", zh="培训", en="Training"),
    NotReadyChoice(code="meeting", zh="会议", en="Meeting"),
    NotReadyChoice(code="other", zh="其他", en="Other"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DesktopSettings:
    listen: str = "127.0.0.1"
    """Address of both listeners."""
    http_port: int = 8400
    seat_port: int = 8401
    """Port of the seat socket. 0 takes any free port (both)."""
    names: tuple[str, ...] = ("127.0.0.1", "localhost")
    """Host names and addresses by which browsers reach the server; requests for other names are refused."""
    extra_origins: tuple[str, ...] = ()
    """More origins whose pages may talk to the server (``https://desk.example``): a proxy in front, a development
    server. Their host names are accepted like ``names``."""
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    """HTTPS and WSS with this context; None: plain HTTP and WS."""
    seat_socket_url: str | None = None
    """The seat socket as browsers reach it; None: the name in the page's own address, ``seat_port``."""
    softphone_socket_url: str | None = None
    """SIP over WebSocket (RFC 7118) as browsers reach it; None: the page's own host name, ``softphone_port``."""
    softphone_port: int = 8088
    softphone_path: str = "/ws"
    sip_domain: str = "tandem.local"
    sip_secret: bytes = field(repr=False)
    """Every device's SIP password is derived from it; the switch's configuration must be made with the same one."""
    web_dist: Path = Path(__file__).parent / "web_dist"
    """The built pages."""
    dispositions: tuple[Disposition, ...] = ()
    not_ready_reasons: tuple[NotReadyChoice, ...] = _NOT_READY
    session_s: float = 12 * 3600.0
    session_check_s: float = 60.0
    """How often the log-in of an open page is checked again (expired, withdrawn)."""
    store_timeout_s: float = 2.0
    """How long a look-up of a session may take before the one last seen is believed."""
    login_rate: Rate = _LOGIN_RATE
    """Failed log-ins of one name from one address."""
    address_rate: Rate = _ADDRESS_RATE
    """Failed log-ins from one address (an office may share one)."""
    command_rate: Rate = _COMMAND_RATE
    """Messages from one page."""
    hello_timeout_s: float = 5.0
    ping_interval_s: float = 10.0
    ping_timeout_s: float = 7.0
    """A dead page is noticed after at most ``ping_interval_s + ping_timeout_s`` and the time to close it."""
    max_pages: int = 10_000
    boards_per_user: int = 4

    def __post_init__(self) -> None:
        if len(self.sip_secret) < 16:
            raise BadSetting("sip_secret is shorter than 16 bytes: anyone could guess the SIP passwords.")
        if not self.names:
            raise BadSetting("names is empty: no browser could reach the desktop.")
        for origin in self.extra_origins:
            scheme, _, host = origin.partition("://")
            if scheme not in _DEFAULT_PORTS or not host or "/" in host:
                raise BadSetting(f"extra_origins: {origin!r} is not an origin (https://name or https://name:port).")

    @property
    def scheme(self) -> str:
        return "https" if self.tls else "http"

    def hosts(self, http_port: int) -> frozenset[str]:
        """Values of the Host header that we answer to, in lower case."""
        own = {_host(name, http_port) for name in self.names}
        if http_port == _DEFAULT_PORTS[self.scheme]:
            own |= {_bracketed(name) for name in self.names}
        return frozenset(host.lower() for host in own | {origin.partition("://")[2] for origin in self.extra_origins})

    def origins(self, http_port: int) -> frozenset[str]:
        """Origins (RFC 6454) whose pages may talk to us, as browsers write them."""
        own = {
            f"{self.scheme}://{_bracketed(name)}"
            if http_port == _DEFAULT_PORTS[self.scheme]
            else f"{self.scheme}://{_host(name, http_port)}"
            for name in self.names
        }
        return frozenset(origin.lower() for origin in own | set(self.extra_origins))

    def seat_socket(self, host: str, seat_port: int) -> str:
        """Address of the seat socket for a page that was loaded from ``host`` (a Host header that we answer to)."""
        return self.seat_socket_url or f"{self._socket_scheme}://{_host(_name(host), seat_port)}/"

    def softphone_socket(self, host: str) -> str:
        own = f"{self._socket_scheme}://{_host(_name(host), self.softphone_port)}{self.softphone_path}"
        return self.softphone_socket_url or own

    @property
    def _socket_scheme(self) -> str:
        return "wss" if self.tls else "ws"


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name else name


def _host(name: str, port: int) -> str:
    return f"{_bracketed(name)}:{port}"


def _name(host: str) -> str:
    """The name in a Host header, without port and brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
