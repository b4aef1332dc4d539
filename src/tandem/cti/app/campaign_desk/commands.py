"""What the running server does for ``tandem campaign`` and ``tandem do-not-call`` (see ``control``)."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec

from tandem.agent_desktop.core import list_resources as shapes
from tandem.agent_desktop.core.campaign_bounds import within_bounds
from tandem.cti.app.campaign_desk.desk import CampaignDesk
from tandem.cti.app.control import Handler
from tandem.cti.model.campaigns import Campaign, Mode
from tandem.cti.model.errors import BadRequest
from tandem.cti.model.records import AuditRecord
from tandem.cti.model.system_reasons import reason_of
from tandem.cti.ports import Clock, Journal

_PIECE_BYTES = 256 * 1024
STATES = ("running", "paused", "draining", "stopped")


def handlers(desk: CampaignDesk, journal: Journal, clock: Clock) -> Mapping[str, Handler]:
    def audited(asked: dict[str, Any], action: str, **detail: str) -> None:
        detail["from"] = "command line"
        who = str(asked["by"])[:64]
        record = AuditRecord(id=secrets.token_hex(16), at=clock.now(), who=who, action=action, detail=dict(detail))
        journal.write(record)

    async def save(asked: dict[str, Any]) -> Any:
        document = _document(asked)
        known = {each.id: each for each in (await desk.campaigns()).campaigns}.get(document.id)
        if known is None:
            view = await desk.create(document, by=asked["by"])
            audited(asked, "campaign_created", campaign=view.id)
        else:
            view = await desk.change(document.id, known.rev, document, by=asked["by"])
            audited(asked, "campaign_changed", campaign=view.id, rev=str(view.rev))
        return msgspec.to_builtins(view)

    async def state(asked: dict[str, Any]) -> Any:
        if asked["state"] not in STATES:
            raise BadRequest(f"a campaign is brought into one of: {', '.join(STATES)}")
        view = await desk.set_state(asked["campaign"], asked["state"], by=asked["by"])
        audited(asked, f"campaign_{asked['state']}", campaign=view.id)
        return msgspec.to_builtins(view)

    async def mode(asked: dict[str, Any]) -> Any:
        if asked["mode"] not in get_args(Mode):
            raise BadRequest(f"a mode is one of: {', '.join(get_args(Mode))}")
        view = await desk.set_mode(asked["campaign"], asked["mode"], by=asked["by"])
        audited(asked, "campaign_mode", campaign=view.id, mode=asked["mode"])
        return msgspec.to_builtins(view)

    async def delete(asked: dict[str, Any]) -> Any:
        await desk.delete(asked["campaign"], by=asked["by"])
        audited(asked, "campaign_deleted", campaign=asked["campaign"])

    async def import_(asked: dict[str, Any]) -> Any:
        """The columns are used as they seem to be, unless ``columns`` says otherwise."""
        path = Path(asked["path"])
        seen = await desk.inspect(path.name, _pieces(path), by=asked["by"])
        new = shapes.NewList(
            upload=seen.upload,
            campaign=asked["campaign"],
            name=asked.get("name") or path.name,
            columns=asked.get("columns") or [column.use for column in seen.columns],
            country=asked.get("country") or "",
            header=asked.get("header", True),
        )
        job = await desk.import_list(new, by=asked["by"])
        audited(asked, "list_imported", campaign=new.campaign, list=job.list_id, name=new.name)
        return msgspec.to_builtins(job)

    async def forbid(asked: dict[str, Any]) -> Any:
        many = msgspec.convert(asked["many"], shapes.ForbidMany)
        entered = await desk.forbid_many(many, by=asked["by"])
        audited(asked, "calls_forbidden", numbers=str(entered.entered))
        return msgspec.to_builtins(entered)

    async def lift(asked: dict[str, Any]) -> Any:
        await desk.lift(asked["entry"], by=asked["by"])
        audited(asked, "call_allowed_again", entry=asked["entry"], reason=asked["reason"])

    async def dial(asked: dict[str, Any]) -> Any:
        found = await desk.dial(
            asked["number"], agent=asked["agent"], campaign=asked.get("campaign") or "", by=asked["by"]
        )
        audited(asked, "dialled", number=found.number, agent=asked["agent"], verdict=found.verdict.rule)
        return msgspec.to_builtins(found)

    def read(look: Callable[[dict[str, Any]], Awaitable[Any]]) -> Handler:
        async def handler(asked: dict[str, Any]) -> Any:
            return msgspec.to_builtins(await look(asked))

        return handler

    return {
        "campaign.list": read(lambda asked: desk.campaigns()),
        "campaign.show": read(lambda asked: desk.campaign(asked["campaign"])),
        "campaign.check": read(lambda asked: desk.check(_document(asked))),
        "campaign.waterfall": read(lambda asked: desk.waterfall(asked["campaign"])),
        "campaign.sheet": read(lambda asked: desk.sheet(asked["campaign"], asked.get("day"))),
        "campaign.job": read(lambda asked: desk.import_job(asked["job"])),
        "campaign.save": save,
        "campaign.state": state,
        "campaign.mode": mode,
        "campaign.delete": delete,
        "campaign.import": import_,
        "campaign.dial": dial,
        "do_not_call.search": read(lambda asked: desk.forbidden(shapes.ForbiddenQuery(q=asked["q"]))),
        "do_not_call.add": forbid,
        "do_not_call.lift": lift,
    }


def _document(asked: dict[str, Any]) -> Campaign:
    """Raises BadRequest, msgspec.ValidationError. Keys that are numbers are text in JSON."""
    return within_bounds(msgspec.json.decode(msgspec.json.encode(asked["document"]), type=Campaign))


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    """Raises BadRequest."""
    try:
        file = await asyncio.to_thread(path.open, "rb")
    except OSError as error:
        raise BadRequest.because("file_unreadable", file=str(path), texts=reason_of(error)) from None
    with file:
        while piece := await asyncio.to_thread(file.read, _PIECE_BYTES):
            yield piece
