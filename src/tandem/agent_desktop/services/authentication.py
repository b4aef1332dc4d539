"""Who is asking: log-in, sessions, and what is believed while the store of sessions does not answer."""

from __future__ import annotations

import asyncio
import hashlib
import math
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from tandem.agent_desktop.core.rate_limit import RateLimit, network_of
from tandem.agent_desktop.core.resources import LogIn, UserView
from tandem.agent_desktop.errors import TooManyAttempts, WrongPassword
from tandem.agent_desktop.ports import SessionStore
from tandem.agent_desktop.settings import DesktopSettings
from tandem.cti.model.errors import Unavailable

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_REMEMBERED = 20_000
_BELIEVED_S = 3600.0
"""How long a session is believed in that was good when the store last answered."""
_ASK_AGAIN_S = 2.0
"""After a failure of the store, how long it is not asked again: nobody waits for the same time-out twice."""
_WRITE_TIMEOUT_S = 5.0
_NO_ANSWER = "The database does not answer. Calls go on; try this again in a few seconds."


class PasswordCheck(Protocol):
    async def verify(self, password_hash: str | None, password: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class LoggedIn:
    user: UserView
    token_hash: bytes


class Authentication:
    def __init__(
        self,
        store: SessionStore,
        passwords: PasswordCheck,
        settings: DesktopSettings,
        *,
        clock: Callable[[], float] = time.time,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._settings = settings
        self._clock = clock
        self._now = now
        self._by_name = RateLimit(settings.login_rate)
        self._by_address = RateLimit(settings.address_rate)
        self._last_seen: OrderedDict[bytes, tuple[UserView, float]] = OrderedDict()
        self._ended: OrderedDict[bytes, None] = OrderedDict()
        """Logged out in this process, whether or not the store could be told."""
        self._ask_from = 0.0

    async def log_in(self, asked: LogIn, address: str) -> tuple[str, LoggedIn]:
        """The new session's token and its user. Raises WrongPassword, TooManyAttempts, Overload, Unavailable.

        Only failures count towards the limits: an attempt is counted before it is looked at (many at once must not
        slip through) and given back when it turns out to be good, or could not be judged.
        """
        now, network = self._now(), network_of(address)
        limits = ((self._by_address, network), (self._by_name, (asked.login, network)))
        wait_s = max(limit.wait_s(key, now) for limit, key in limits)
        if wait_s > 0:
            raise TooManyAttempts(f"Too many failed log-ins. Try again in {math.ceil(wait_s)} s.", retry_after_s=wait_s)
        for limit, key in limits:
            limit.take(key, now)
        failed = False
        try:
            return await self._checked(asked)
        except WrongPassword:
            failed = True
            raise
        finally:
            if not failed:
                for limit, key in limits:
                    limit.give_back(key, self._now())

    async def _checked(self, asked: LogIn) -> tuple[str, LoggedIn]:
        async with _deadline(_WRITE_TIMEOUT_S):
            found = await self._store.user(asked.login)
        user, password_hash = found or (None, None)
        if not await self._passwords.verify(password_hash, asked.password) or user is None:
            raise WrongPassword("The name or the password is wrong.")
        token = secrets.token_urlsafe(32)
        token_hash = hash_token(token)
        async with _deadline(_WRITE_TIMEOUT_S):
            await self._store.open_session(token_hash, user.login, until=self._clock() + self._settings.session_s)
        self._remember(token_hash, user)
        return token, LoggedIn(user, token_hash)

    async def by_token(self, token: str | None) -> LoggedIn | None:
        """Whose session it is; None when there is none or it is over. Raises Unavailable."""
        if token is None or not _TOKEN.fullmatch(token):
            return None
        token_hash = hash_token(token)
        user = await self.user_of(token_hash)
        return None if user is None else LoggedIn(user, token_hash)

    async def user_of(self, token_hash: bytes) -> UserView | None:
        """The session's user as the store has it, or, while the store does not answer, as it was last seen."""
        if token_hash in self._ended:
            return None
        try:
            user = await self._ask(token_hash)
        except Unavailable:
            believed = self._last_seen.get(token_hash)
            if believed is None or self._now() - believed[1] > _BELIEVED_S:
                raise
            return believed[0]
        if user is None:
            self._last_seen.pop(token_hash, None)
        else:
            self._remember(token_hash, user)
        return user

    async def _ask(self, token_hash: bytes) -> UserView | None:
        if self._now() < self._ask_from:
            raise Unavailable(_NO_ANSWER)
        try:
            async with _deadline(self._settings.store_timeout_s):
                return await self._store.session_user(token_hash, now=self._clock())
        except Unavailable:
            self._ask_from = self._now() + _ASK_AGAIN_S
            raise

    async def log_out(self, token_hash: bytes) -> None:
        """End the session. Raises Unavailable; even then this process takes it for ended."""
        self._last_seen.pop(token_hash, None)
        self._ended[token_hash] = None
        if len(self._ended) > _REMEMBERED:
            self._ended.popitem(last=False)
        async with _deadline(_WRITE_TIMEOUT_S):
            await self._store.close_session(token_hash)

    async def set_language(self, who: LoggedIn, language: str) -> UserView:
        async with _deadline(_WRITE_TIMEOUT_S):
            user = await self._store.set_language(who.user.login, language)
        self._remember(who.token_hash, user)
        return user

    def _remember(self, token_hash: bytes, user: UserView) -> None:
        self._last_seen[token_hash] = (user, self._now())
        self._last_seen.move_to_end(token_hash)
        if len(self._last_seen) > _REMEMBERED:
            self._last_seen.popitem(last=False)


def hash_token(token: str) -> bytes:
    """What is stored of a token. It has 256 random bits: a plain SHA-256 cannot be guessed backwards."""
    return hashlib.sha256(token.encode()).digest()


@asynccontextmanager
async def _deadline(limit_s: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(limit_s):
            yield
    except TimeoutError:
        raise Unavailable(_NO_ANSWER) from None
