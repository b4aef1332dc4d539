"""What each route does. Who may ask is decided before (``http.py``); how far the permission goes is decided here."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from aiohttp import web

from tandem import __version__
from tandem.agent_desktop.adapters import recordings
from tandem.agent_desktop.adapters.route import Ask, json_response
from tandem.agent_desktop.core import resources
from tandem.agent_desktop.core.permissions import Action, Reach, allowed_actions, reach
from tandem.agent_desktop.errors import WrongPassword
from tandem.agent_desktop.ports import CampaignDesk, Center, FlowDesk, Library, Operations, RoutingDesk, Studies
from tandem.agent_desktop.services.authentication import Authentication
from tandem.agent_desktop.services.hub import PageHub
from tandem.agent_desktop.services.softphone import softphone
from tandem.agent_desktop.settings import DesktopSettings
from tandem.cti.model.errors import Forbidden, ResourceMissing, Unavailable
from tandem.cti.model.ids import AgentId
from tandem.cti.model.records import AuditRecord, CustomerMatch
from tandem.cti.model.states import Role
from tandem.cti.ports import Journal

COOKIE = "tandem_session"


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    settings: DesktopSettings
    authentication: Authentication
    center: Center
    hub: PageHub
    library: Library
    operations: Operations
    journal: Journal
    seat_port: int
    routing_desk: RoutingDesk | None
    study_desk: Studies | None
    flow_desk: FlowDesk | None
    campaign_desk: CampaignDesk | None
    clock: Callable[[], float] = time.time

    @property
    def routing(self) -> RoutingDesk:
        if self.routing_desk is None:
            raise Unavailable("This server routes by a plan that cannot be looked at here.")
        return self.routing_desk

    @property
    def studies(self) -> Studies:
        if self.study_desk is None:
            raise Unavailable("This server keeps no days that could be studied.")
        return self.study_desk

    @property
    def flows(self) -> FlowDesk:
        if self.flow_desk is None:
            raise Unavailable("This server's flows cannot be looked at here.")
        return self.flow_desk

    @property
    def campaigns(self) -> CampaignDesk:
        if self.campaign_desk is None:
            raise Unavailable("This server's campaigns cannot be looked at here.")
        return self.campaign_desk

    # ---- the session ---------------------------------------------------------------------------------------------

    async def log_in(self, ask: Ask) -> web.Response:
        asked: resources.LogIn = ask.body
        address = ask.request.remote or ""
        try:
            token, who = await self.authentication.log_in(asked, address)
        except WrongPassword:
            self.audit(asked.login, "log_in_refused", address=address)
            raise
        self.audit(who.user.login, "log_in", address=address)
        answer = json_response(who.user)
        answer.set_cookie(
            COOKIE,
            token,
            max_age=int(self.settings.session_s),
            path="/",
            httponly=True,
            samesite="Strict",
            secure=self.settings.tls is not None,
        )
        return answer

    async def log_out(self, ask: Ask) -> web.Response:
        """Idempotent. Raises what the center raises when the agent may not leave now (a call is at the seat)."""
        answer = web.Response(status=204)
        answer.del_cookie(COOKIE, path="/", httponly=True, samesite="Strict", secure=self.settings.tls is not None)
        if ask.who is None:
            return answer
        user, token_hash = ask.who.user, ask.who.token_hash
        seat = self.hub.seat_of(user.login)
        works_elsewhere = seat is not None and seat.token_hash != token_hash
        if user.role == Role.AGENT and not works_elsewhere:
            self.center.logged_out(AgentId(user.login))
        self.hub.log_out(token_hash, "You logged out.")
        await self.authentication.log_out(token_hash)
        self.audit(user.login, "log_out")
        return answer

    async def me(self, ask: Ask) -> resources.Me:
        host = ask.request.host
        return resources.Me(
            user=ask.user,
            seat_socket_url=self.settings.seat_socket(host, self.seat_port),
            softphone=softphone(self.settings, ask.user, host),
            not_ready_reasons=list(self.settings.not_ready_reasons),
            may=allowed_actions(ask.user.role),
            version=__version__,
        )

    async def set_language(self, ask: Ask) -> resources.UserView:
        asked: resources.SetLanguage = ask.body
        return await self.authentication.set_language(ask.session, asked.language)

    # ---- what the pages read -------------------------------------------------------------------------------------

    async def dispositions(self, ask: Ask) -> list[resources.Disposition]:
        return list(self.settings.dispositions)

    async def transfer_targets(self, ask: Ask) -> resources.TransferTargets:
        return self.center.transfer_targets()

    async def calls(self, ask: Ask) -> resources.CallPage:
        query: resources.CallsQuery = ask.query
        agent = query.agent
        if ask.reach is Reach.OWN:
            if agent not in (None, ask.user.login):
                raise Forbidden("You may only look at your own calls.")
            agent = ask.user.login
        return await self.library.calls(msgspec.structs.replace(query, agent=agent))

    async def call(self, ask: Ask) -> resources.CallDetail:
        detail = await self.own_call(ask)
        if reach(ask.user.role, Action.READ_WHY) is Reach.ALL:
            return detail
        timeline = [
            msgspec.structs.replace(line, data={key: value for key, value in line.data.items() if key != "decision"})
            for line in detail.timeline
        ]
        return msgspec.structs.replace(detail, timeline=timeline)

    async def own_call(self, ask: Ask) -> resources.CallDetail:
        """Raises ResourceMissing for a call that the asker had no part in and may not see."""
        detail = await self.library.call(ask.id)
        own = [recording for recording in detail.recordings if ask.is_own(recording.agent)]
        if not own and not ask.is_own(detail.call.agent):
            raise ResourceMissing.because("not_there_call")
        return msgspec.structs.replace(detail, recordings=own)

    async def recording_audio(self, ask: Ask) -> web.StreamResponse:
        name, agent = await self.library.recording(ask.id)
        if not ask.is_own(agent):
            raise ResourceMissing.because("not_there_recording")
        answer = recordings.audio(self.operations.recordings_dir, name)
        if ask.request.headers.get("Range", "bytes=0-").startswith("bytes=0-"):
            self.audit(ask.user.login, "recording_played", recording=ask.id)
        return answer

    async def customers(self, ask: Ask) -> resources.CustomerPage:
        query: resources.CustomersQuery = ask.query
        return resources.CustomerPage(customers=list(await self.library.customers(query.q, limit=query.limit)))

    async def create_customer(self, ask: Ask) -> CustomerMatch:
        customer = await self.library.create_customer(ask.body, by=ask.user.login)
        self.audit(ask.user.login, "customer_created", customer=customer.id)
        return customer

    async def customer(self, ask: Ask) -> CustomerMatch:
        return await self.library.customer(ask.id)

    async def callbacks(self, ask: Ask) -> resources.CallbackList:
        return resources.CallbackList(callbacks=list(await self.library.open_callbacks()))

    # ---- the installation ----------------------------------------------------------------------------------------

    async def check(self, ask: Ask) -> resources.CheckReport:
        return await self.operations.check()

    async def health(self, ask: Ask) -> resources.Health:
        return resources.Health(
            switch_up=self.center.switch_up, database_up=self.center.database_up, version=__version__
        )

    def audit(self, who: str, action: str, **detail: str) -> None:
        self.journal.write(
            AuditRecord(id=uuid.uuid4().hex, at=self.clock(), who=who[:64], action=action, detail=dict(detail))
        )
