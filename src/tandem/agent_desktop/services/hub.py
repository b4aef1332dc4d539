"""The hub: everything that is said to pages goes through it. It numbers, keeps for resume, and wakes the lines.

It is made first, without a running loop; the center gets it as its ``SeatHub``, and the desktop server gets both::

    hub = PageHub()
    center = Center(hub, ...)
    async with DesktopServer(settings, hub=hub, center=center, ...): ...

``to_*`` never block and never fail. A message for an agent without a page is dropped: ``seat_opened`` asks for the
whole seat when one comes. A line that does not keep up is cut; its page comes back and resumes. Everything runs on
the loop's thread.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Protocol

from tandem.agent_desktop.core.framing import Frame, Numbered, frame
from tandem.agent_desktop.core.messages import PROTOCOL, Resume, ServerMessage, Welcome
from tandem.agent_desktop.core.open_callbacks import OpenCallbacks
from tandem.agent_desktop.core.page_session import BOARD_BOUNDS, SEAT_BOUNDS, Bounds, LineState, PageSession
from tandem.agent_desktop.core.resources import UserView
from tandem.cti.model.ids import AgentId
from tandem.cti.model.records import CallbackRecord

SEAT, BOARD = "seat", "board"
_WOKEN_AT_ONCE = 64
"""Lines woken in one turn of the loop. A send costs about 20 us: a slice holds the loop for a millisecond or two."""
_HOUSEKEEPING_S = 5.0


class EndReason:
    """Close codes of the seat socket (RFC 6455 section 7.4.2: 4000-4999 are ours)."""

    BAD_MESSAGE = 4400
    LOGGED_OUT = 4401
    FORBIDDEN = 4403
    NO_HELLO = 4408
    REPLACED = 4409
    TOO_MANY = 4429
    RESTART = 1012
    FAULT = 1011


class Line(Protocol):
    """A live connection to a page, as the hub needs it. All methods return at once."""

    def wake(self) -> None:
        """There is something to take with ``Page.next``."""

    def cut(self) -> None:
        """Drop the connection without ceremony: it does not keep up."""

    def end(self, code: int, reason: str) -> None:
        """Close the connection for good with this close code (REPLACED: say ``Replaced`` first)."""


class Page:
    """One page of one user: its session and, while it is connected, its line."""

    __slots__ = ("callbacks_watched", "id", "line", "session", "token_hash", "user", "view")

    def __init__(self, user: UserView, view: str, token_hash: bytes, bounds: Bounds) -> None:
        self.id = secrets.token_urlsafe(16)
        self.user = user
        self.view = view
        self.token_hash = token_hash
        self.session = PageSession(bounds)
        self.line: Line | None = None
        self.callbacks_watched: int | None = None
        """The first so many; None: it has not asked for them."""

    def say(self, message: Frame, now: float) -> bool:
        """Number the message and keep it. True when the line is to be woken."""
        live = self.session.state is LineState.ATTACHED
        self.session.push(message, now)
        if live and self.session.state is LineState.TOO_SLOW and self.line is not None:
            self.line.cut()
        return self.session.state is LineState.ATTACHED


class PageHub:
    """See the module's text. ``now``: seconds, monotonic."""

    def __init__(
        self,
        *,
        seat_bounds: Bounds = SEAT_BOUNDS,
        board_bounds: Bounds = BOARD_BOUNDS,
        boards_per_user: int = 4,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bounds = {SEAT: seat_bounds, BOARD: board_bounds}
        self._boards_per_user = boards_per_user
        self._now = now
        self._pages: dict[str, Page] = {}
        self._seats: dict[str, Page] = {}
        self._boards: dict[str, dict[str, Page]] = {}
        self._callbacks = OpenCallbacks()
        self._callbacks_watched: dict[int, dict[str, Page]] = {}
        """By how many of them."""
        self._to_wake: deque[Page] = deque()
        self._more_to_wake = asyncio.Event()

    # ---- SeatHub: what the center says -----------------------------------------------------------------------------

    def to_seat(self, agent: AgentId, message: ServerMessage) -> None:
        page = self._seats.get(agent)
        if page is not None:
            self._say([page], message)

    def to_board(self, user: str, message: ServerMessage) -> None:
        self._say(self._boards.get(user, {}).values(), message)

    def to_boards(self, message: ServerMessage) -> None:
        self._say((page for boards in self._boards.values() for page in boards.values()), message)

    def to_all(self, message: ServerMessage) -> None:
        self._say(self._pages.values(), message)

    def show_callbacks(self, open_: Collection[CallbackRecord]) -> None:
        before, self._callbacks = self._callbacks, OpenCallbacks.of(open_)
        for first, pages in self._callbacks_watched.items():
            changes = self._callbacks.since(before, first)
            if changes is not None:
                self._say(pages.values(), changes)

    def _say(self, pages: Iterable[Page], message: ServerMessage) -> None:
        if not isinstance(message, Numbered):
            raise TypeError(f"{type(message).__name__} is the seat socket's own and not said through the hub")
        now, sealed = self._now(), frame(message)
        live = [page for page in pages if page.say(sealed, now)]
        for page in live[:_WOKEN_AT_ONCE]:
            if page.line is not None:
                page.line.wake()
        if len(live) > _WOKEN_AT_ONCE:
            self._to_wake.extend(live[_WOKEN_AT_ONCE:])
            self._more_to_wake.set()

    # ---- what the seat socket does ---------------------------------------------------------------------------------

    def open(
        self, user: UserView, view: str, token_hash: bytes, resume: Resume | None, line: Line, *, server_now: float
    ) -> tuple[Page, Welcome]:
        """A page said Hello on ``line``: it goes on with its session when it can, else with a new one."""
        page = self._resumed(user, view, token_hash, resume)
        resumed = page is not None
        if page is None:
            page = Page(user, view, token_hash, self._bounds[view])
            self._make_room(user, view)
            self._pages[page.id] = page
            if view == SEAT:
                self._seats[user.login] = page
            else:
                self._boards.setdefault(user.login, {})[page.id] = page
        page.user, page.token_hash, page.line = user, token_hash, line
        at = page.session.sent_seq
        return page, Welcome(protocol=PROTOCOL, session=page.id, seq=at, resumed=resumed, now=server_now)

    def watch_callbacks(self, page: Page, first: int) -> None:
        """From now on the page shows the ``first`` so many. One that resumes has not forgotten what it watched."""
        had = page.callbacks_watched
        if had == first or self._pages.get(page.id) is not page:
            return
        self._watch_no_more(page)
        page.callbacks_watched = first
        self._callbacks_watched.setdefault(first, {})[page.id] = page
        now = self._callbacks
        self._say([page], now.whole(first) if had is None or had > first else now.more(first, had=had))

    def _watch_no_more(self, page: Page) -> None:
        if page.callbacks_watched is not None:
            pages = self._callbacks_watched[page.callbacks_watched]
            del pages[page.id]
            if not pages:
                del self._callbacks_watched[page.callbacks_watched]
            page.callbacks_watched = None

    def leave(self, page: Page, line: Line, *, page_gone: bool) -> bool:
        """The line is away. True when the page is, too: no other line has taken its place, and it was not ended."""
        if page.line is not line or self._pages.get(page.id) is not page:
            return False
        page.line = None
        page.session.line_lost(self._now())
        if page_gone:
            self._forget(page)
        return True

    def log_out(self, token_hash: bytes, reason: str) -> list[Page]:
        """End every page of this log-in; they must not come back by themselves."""
        ended = [page for page in self._pages.values() if page.token_hash == token_hash]
        for page in ended:
            self._end(page, EndReason.LOGGED_OUT, reason)
        return ended

    def end_all(self, code: int, reason: str) -> None:
        for page in list(self._pages.values()):
            self._end(page, code, reason)

    def seat_of(self, login: str) -> Page | None:
        """The agent's page, connected or expected back."""
        return self._seats.get(login)

    def pages(self) -> list[Page]:
        return list(self._pages.values())

    def _resumed(self, user: UserView, view: str, token_hash: bytes, resume: Resume | None) -> Page | None:
        page = self._pages.get(resume.session) if resume is not None else None
        if resume is None or page is None or (page.user.login, page.view) != (user.login, view):
            return None
        taken_over = page.line
        if not page.session.resume(resume.seq, self._now()):
            return None
        if taken_over is not None:
            page.line = None
            taken_over.end(EndReason.REPLACED, "Another page of yours took over.")
        return page

    def _make_room(self, user: UserView, view: str) -> None:
        """One seat page per agent, a few boards per user: the new one wins."""
        if view == SEAT:
            old = self._seats.get(user.login)
            if old is not None:
                self._end(old, EndReason.REPLACED, "Another page of yours took over.")
            return
        boards = self._boards.get(user.login, {})
        while len(boards) >= self._boards_per_user:
            waiting = next((page for page in boards.values() if page.line is None), None)
            self._end(waiting or next(iter(boards.values())), EndReason.REPLACED, "You opened too many boards.")

    def _end(self, page: Page, code: int, reason: str) -> None:
        self._forget(page)
        line, page.line = page.line, None
        if line is not None:
            line.end(code, reason)

    def _forget(self, page: Page) -> None:
        self._pages.pop(page.id, None)
        self._watch_no_more(page)
        if self._seats.get(page.user.login) is page:
            del self._seats[page.user.login]
        boards = self._boards.get(page.user.login, {})
        if boards.pop(page.id, None) is not None and not boards:
            del self._boards[page.user.login]

    # ---- its own work ----------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Wakes the lines of large broadcasts, slice by slice, and lets go of what is old. Runs until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._wake_in_slices(), name="hub.wake")
            tasks.create_task(self._keep_house(), name="hub.keep_house")

    async def _wake_in_slices(self) -> None:
        while True:
            await self._more_to_wake.wait()
            self._more_to_wake.clear()
            while self._to_wake:
                for page in _taken(self._to_wake, _WOKEN_AT_ONCE):
                    if page.line is not None:
                        page.line.wake()
                await asyncio.sleep(0)

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(_HOUSEKEEPING_S)
            now = self._now()
            for count, page in enumerate(self.pages()):
                page.session.trim(now)
                if page.line is None and page.session.is_over(now):
                    self._forget(page)
                if count % 500 == 499:
                    await asyncio.sleep(0)


def _taken(waiting: deque[Page], count: int) -> Iterator[Page]:
    for _ in range(min(count, len(waiting))):
        yield waiting.popleft()
