"""HTTP with aiohttp: a name is resolved once, the addresses are checked, and the connection goes to one of these.

No redirects, no cookies, no proxy of the environment; the answer's size is bounded, also once it is unpacked.
"""

from __future__ import annotations

import asyncio
import socket
import zlib
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from ipaddress import ip_address

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from tandem.ivr.adapters.addresses import AddressPolicy
from tandem.ivr.errors import DataRefused, DataUnavailable, DataUnusable
from tandem.ivr.ports import HttpReply, HttpRequest

_AGENT = "tandem"
_RESOLVERS = 8
_NAMES_S = 30
_CONNECTIONS = 400
_KEEP_ALIVE_S = 4.0
"""Less than servers commonly keep an idle connection: one that they close just then fails a POST."""
_CHUNK = 64 * 1024


class _CheckedResolver(AbstractResolver):
    """In threads of its own: a name server that is silent must not hold up what else runs in threads."""

    def __init__(self, policy: AddressPolicy) -> None:
        self._policy = policy
        self._threads = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="resolve")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        def look_up() -> list[tuple[int, str]]:
            found = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
            return [(entry[0], str(entry[4][0])) for entry in found]

        found = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        allowed = [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
            for kind, address in found
            if self._policy.allows(host, address)
        ]
        if not allowed:
            raise _inside(host)
        return allowed

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class WebClient:
    """Implements HttpClient."""

    def __init__(self, session: aiohttp.ClientSession, policy: AddressPolicy) -> None:
        self._session = session
        self._policy = policy

    async def send(self, request: HttpRequest) -> HttpReply:
        try:
            url = URL(request.url)
            host = url.host or ""
            if url.scheme not in ("http", "https") or not host or url.user is not None or url.password is not None:
                raise DataRefused("http:// or https://, a host, and no user or password belong into a URL")
            self._check(host)
            async with self._session.request(
                request.method, url, headers=request.headers, data=request.body or None, allow_redirects=False
            ) as response:
                body = await _read(response, request.most_bytes)
                return HttpReply(response.status, response.content_type.lower(), body)
        except aiohttp.InvalidURL:
            raise DataRefused("this is no URL") from None
        except (aiohttp.ClientError, zlib.error, OSError) as error:
            # only the kind: the text may hold the URL, and the URL what the caller typed
            raise DataUnavailable(f"no answer ({type(error).__name__})") from None
        except ValueError:
            raise DataRefused("this is no URL, or a header has a sign that may not stand there") from None

    def _check(self, host: str) -> None:
        """A name is checked when it is resolved; an address is not resolved."""
        try:
            address = str(ip_address(host))
        except ValueError:
            return
        if not self._policy.allows(host, address):
            raise _inside(host)


@asynccontextmanager
async def web_client(policy: AddressPolicy) -> AsyncIterator[WebClient]:
    resolver = _CheckedResolver(policy)
    connector = aiohttp.TCPConnector(
        resolver=resolver,
        limit=_CONNECTIONS,
        ttl_dns_cache=_NAMES_S,
        keepalive_timeout=_KEEP_ALIVE_S,
    )
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        headers={"User-Agent": _AGENT, "Accept-Encoding": "gzip"},
        auto_decompress=False,
        trust_env=False,
    )
    try:
        async with session:
            yield WebClient(session, policy)
    finally:
        await resolver.close()


async def _read(response: aiohttp.ClientResponse, most: int) -> bytes:
    """The body, unpacked. Raises DataUnusable when it is larger, or packed in a way that was not asked for."""
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip", ""):
        raise DataUnusable("its answer is packed in a way that was not asked for")
    unpack = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS) if packing == "gzip" else None
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        # one byte more than may be is enough to know
        body += chunk if unpack is None else unpack.decompress(chunk, most + 1 - len(body))
        if len(body) > most:
            raise DataUnusable(f"its answer is larger than {most // 1024} KiB")
    return bytes(body)


def _inside(host: str) -> DataRefused:
    return DataRefused(f"{host} is inside the network, and not among those allowed (data_allow)")
