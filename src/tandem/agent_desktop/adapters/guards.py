"""What every HTTP answer carries, and which requests are turned away before anything looks at them."""

from __future__ import annotations

from aiohttp import web

from tandem.agent_desktop.errors import ForeignOrigin
from tandem.agent_desktop.settings import DesktopSettings
from tandem.cti.model.errors import BadRequest

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = {
    "Server": "Tandem",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=(), display-capture=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guards:
    """``http_port``, ``seat_port``: where we listen; they decide which origins and addresses are ours."""

    def __init__(self, settings: DesktopSettings, *, http_port: int, seat_port: int) -> None:
        self._origins = settings.origins(http_port)
        self._policies = {
            host: content_security_policy(settings.seat_socket(host, seat_port), settings.softphone_socket(host))
            for host in settings.hosts(http_port)
        }
        self._strictest = content_security_policy()

    def admit(self, request: web.Request) -> None:
        """Raises BadRequest (a name that is not ours: DNS rebinding) or ForeignOrigin (another site's page asks).

        Browsers say where a request comes from: ``Origin`` on all that may change something, ``Sec-Fetch-Site`` (W3C
        Fetch Metadata) nearly always. A program that says neither carries no cookie that it was not given.
        """
        if _host(request) not in self._policies:
            raise BadRequest(
                "The server does not answer to this host name. Open it by one of the names in the setting names, "
                "or add this one there."
            )
        origin = request.headers.get("Origin")
        site = request.headers.get("Sec-Fetch-Site")
        changes = request.method not in _SAFE
        if changes and origin is not None and origin.lower() not in self._origins:
            raise ForeignOrigin("Another site's page may not do this. Open the desktop by its own address.")
        asks_api = request.path == "/api" or request.path.startswith("/api/")
        if origin is None and asks_api and site not in (None, "same-origin", "none"):
            raise ForeignOrigin("Another site's page may not do this. Open the desktop by its own address.")

    async def put_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        """Signal handler ``on_response_prepare``: every answer of the application passes here."""
        response.headers.update(_HEADERS)
        policy = self._policies.get(_host(request), self._strictest)
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Cache-Control", "no-store")


def content_security_policy(*sockets: str) -> str:
    """No inline and no foreign script or style; connections to ourselves and to ``sockets`` only.

    ``blob:`` audio is what the page has fetched itself. Styles need no 'unsafe-inline': the pages put those of Ant
    Design into constructed style sheets.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "media-src 'self' blob:",
            "manifest-src 'self'",
            " ".join(("connect-src 'self'", *sockets)),
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _host(request: web.Request) -> str:
    return request.headers.get("Host", "").lower()
