"""How contacts begin: of somebody who calls us, of a draft's author, of a call back, of an attempt on a lead."""

from __future__ import annotations

from typing import Literal

from tandem.cti.core.contact import Contact
from tandem.cti.model.campaigns import Mode
from tandem.cti.model.events import Originated, Party, RouteRequested
from tandem.cti.model.ids import AgentId, CallId, CampaignId, ConnectionId, CustomerId, DeviceId, LeadId, QueueId
from tandem.cti.model.records import CallbackRecord
from tandem.cti.model.skills import Needs
from tandem.cti.model.states import ConnectionState, Phase

P = Phase


def number_of(event: Originated | RouteRequested) -> str:
    """Whose call it is: who called us, or whom we call."""
    customer = isinstance(event, RouteRequested) and event.party is Party.CUSTOMER
    return event.called if customer else event.calling


_WITHHELD = frozenset({"", "anonymous", "unknown", "unavailable", "private", "restricted"})
"""What networks write for a number that its owner does not show (RFC 3323, 4.1: Anonymous), and for his name."""


def begin(
    event: Originated | RouteRequested,
    *,
    ani_e164: str,
    now: float,
    flow: str = "",
    version: int = 0,
    edition: str = "",
) -> Contact:
    """A new contact for a caller's connection; feed ``event`` to ``step`` next."""
    number = number_of(event)
    withheld = number.lower() in _WITHHELD
    return Contact(
        id=event.call,
        caller=event.connection,
        ani="" if withheld else number,
        ani_e164=ani_e164,
        name="" if withheld and event.name.lower() in _WITHHELD else event.name,
        dnis=event.called,
        flow=flow,
        flow_version=version,
        flow_edition=edition,
        started_at=now,
        since=now,
        legs={event.connection: ConnectionState.NULL},
    )


def begin_draft(call: CallId, *, flow: str, edition: str, now: float) -> Contact:
    """The contact of somebody who listens to a flow that he writes; feed ``DraftBegun`` to ``step`` next."""
    return Contact(
        id=call,
        caller=ConnectionId(f"{call}.0"),
        flow=flow,
        flow_edition=edition,
        draft=True,
        started_at=now,
        since=now,
    )


def begin_callback(
    call: CallId,
    *,
    entry: CallbackRecord,
    needs: Needs,
    now: float,
) -> Contact:
    """The contact of one attempt to call somebody back; feed ``CallbackBegun`` to ``step`` next."""
    return Contact(
        id=call,
        caller=ConnectionId(f"{call}.0"),
        ani=entry.number_e164,
        ani_e164=entry.number_e164,
        name=entry.caller_name,
        dnis=DeviceId(entry.dnis),
        phase=P.QUEUED,
        started_at=now,
        queued_at=entry.created_at if entry.queued_at is None else entry.queued_at,
        since=now,
        language=entry.language,
        queue=entry.queue,
        needs=needs,
        priority=entry.priority,
        customer=entry.customer,
        callback=entry.id,
        first=entry.first,
    )


def begin_attempt(
    call: CallId,
    *,
    campaign: CampaignId,
    lead: LeadId,
    mode: Mode,
    first: Literal["agent", "customer"],
    number: str,
    now: float,
    name: str = "",
    language: str = "",
    queue: QueueId | None = None,
    needs: Needs = (),
    priority: int = 0,
    calling: str = "",
    customer: CustomerId | None = None,
    agent: AgentId | None = None,
    preview: bool | None = None,
    preview_s: float | None = None,
    flow: str = "",
    flow_version: int = 0,
    flow_edition: str = "",
) -> Contact:
    """The contact of one attempt on a lead; feed ``AttemptBegun`` to ``step`` next.

    ``number``: E.164. ``calling``: our number that he sees. ``agent``: who wants to do it himself. ``preview``: an
    agent sees whom before anybody is rung; None: by the mode. ``flow``: what he who answers hears, when it is
    agentless.
    """
    return Contact(
        id=call,
        caller=ConnectionId(f"{call}.0"),
        ani=number,
        ani_e164=number,
        name=name,
        dnis=DeviceId(calling),
        phase=P.DIALLING if first == "customer" else P.QUEUED,
        started_at=now,
        queued_at=now if first == "agent" else None,
        since=now,
        language=language,
        queue=queue,
        needs=needs,
        priority=priority,
        target=agent,
        customer=customer,
        flow=flow,
        flow_version=flow_version,
        flow_edition=flow_edition,
        first=first,
        mode=mode,
        campaign=campaign,
        lead=lead,
        preview=mode == "preview" if preview is None else preview,
        preview_s=preview_s,
    )
