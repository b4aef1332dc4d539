"""What the seat's edge needs from the rest of the house."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from tandem.agent_desktop.core.messages import PageCommand, ServerMessage
from tandem.agent_desktop.core.resources import (
    CallDetail,
    CallPage,
    CheckReport,
    FlowList,
    NewCustomer,
    TransferTargets,
    UserView,
)
from tandem.cti.model.ids import AgentId
from tandem.cti.model.records import CallbackRecord, CustomerMatch


class Center(Protocol):
    """The running contact center, as the seat socket sees it. All methods are synchronous and fast.

    The socket calls ``seat_opened``/``board_opened`` once a page has said Hello and is welcome; from then on
    the center pushes through the ``SeatHub`` (below). It raises CtiError for a refused command.
    """

    def seat_opened(self, agent: AgentId, *, on_call: bool) -> None:
        """The agent's page is connected (again). The center answers by ``hub.to_seat(agent, Seat(...))``.

        ``on_call`` is the page's word that its softphone has a live session (``Hello.on_call``).
        """

    def seat_closed(self, agent: AgentId, *, page_gone: bool) -> None:
        """The agent's page is away. ``page_gone``: closed or reloaded (WebSocket close code 1001), not just cut."""

    def board_opened(self, user: str) -> None:
        """A supervisor's page is connected. The center answers by ``hub.to_board(user, Board(whole=True, ...))``."""

    def command(self, agent: AgentId, command: PageCommand) -> None: ...

    def logged_out(self, agent: AgentId) -> None: ...

    def transfer_targets(self) -> TransferTargets: ...

    @property
    def switch_up(self) -> bool: ...

    @property
    def database_up(self) -> bool: ...


class SeatHub(Protocol):
    """How the center reaches the pages. Never blocks; a page that reads too slowly is cut and resumes later.

    ``message.seq`` is filled in by the hub (the center passes 0).
    """

    def to_seat(self, agent: AgentId, message: ServerMessage) -> None: ...

    def to_board(self, user: str, message: ServerMessage) -> None:
        """To one board page."""

    def to_boards(self, message: ServerMessage) -> None:
        """To all board pages."""

    def to_all(self, message: ServerMessage) -> None: ...


class SessionStore(Protocol):
    """Users and log-in sessions. Tokens are stored hashed (SHA-256)."""

    async def user(self, login: str) -> tuple[UserView, str] | None:
        """The user and the argon2id hash of the password; None when there is no such active user."""

    async def open_session(self, token_hash: bytes, login: str, *, until: float) -> None: ...

    async def session_user(self, token_hash: bytes, *, now: float) -> UserView | None: ...

    async def close_session(self, token_hash: bytes) -> None: ...

    async def set_language(self, login: str, language: str) -> UserView: ...


class Library(Protocol):
    """What the pages read. Raises ResourceMissing."""

    async def calls(
        self,
        *,
        limit: int,
        before: float | None,
        agent: str | None,
        queue: str | None,
        outcome: str | None,
        text: str | None,
    ) -> CallPage: ...

    async def call(self, call_id: str) -> CallDetail: ...

    async def recording(self, recording_id: str) -> tuple[str, str | None]:
        """File name inside the recordings folder, and the agent it belongs to."""

    async def customers(self, text: str, *, limit: int) -> Sequence[CustomerMatch]: ...

    async def customer(self, customer_id: str) -> CustomerMatch: ...

    async def create_customer(self, new: NewCustomer, *, by: str) -> CustomerMatch: ...

    async def open_callbacks(self) -> Sequence[CallbackRecord]: ...


class Operations(Protocol):
    """What an operator sees of the installation."""

    def flows(self) -> FlowList: ...

    async def check(self) -> CheckReport: ...

    @property
    def recordings_dir(self) -> Path: ...
