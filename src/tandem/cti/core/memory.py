"""What a contact leaves with the caller's connection at the switch, for the case that the store is lost."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import parse_qsl, quote

from tandem.cti.core.contact import Contact, changed
from tandem.cti.model.ids import AgentId, ConnectionId, DeviceId, QueueId
from tandem.cti.model.skills import Need
from tandem.cti.model.states import Outcome, Phase

_REMEMBERED_BYTES = 700
_GAP = 1000


def remember(contact: Contact) -> str:
    """What must not be lost if the store is: a short text for the switch to keep with the caller's connection."""
    fields = {
        "v": "1",
        "p": contact.phase.value,
        "s": f"{contact.started_at:.3f}",
        "q": contact.queue or "",
        "t": "" if contact.queued_at is None else f"{contact.queued_at:.3f}",
        "r": str(contact.priority),
        "n": " ".join(map(str, contact.needs)),
        "l": contact.language,
        "f": contact.flow,
        "i": contact.flow_state,
        "a": contact.agent or "",
        "o": str(contact.offer),
        "e": contact.outcome or "",
        "b": contact.callback,
        "d": contact.first,
        "h": "" if contact.line_at is None else f"{contact.line_at:.3f}",
        "w": contact.dnis if contact.callback else "",
        "g": contact.leg or "",
        "k": f"{contact.rev}.{contact.events}.{contact.segments}.{contact.legs_made}.{contact.media}",
    }
    text = ";".join(f"{key}={_quoted(value)}" for key, value in fields.items() if value)
    return text if len(text) <= _REMEMBERED_BYTES else ""


@lru_cache(4096)
def _quoted(value: str) -> str:
    return quote(value, safe=":/+~=")


def recall(memory: str, contact: Contact) -> Contact:
    """``contact`` with what ``remember`` left; hostile or foreign text leaves it unchanged."""
    fields = dict(parse_qsl(memory, separator=";")) if memory else {}
    if fields.get("v") != "1":
        return contact
    try:
        needs = tuple(
            Need(skill, int(minimum))
            for skill, _, minimum in (need.partition(">=") for need in fields.get("n", "").split())
        )
        # it may have gone on after this was written: what counts goes on well above
        rev, events, segments, legs_made, media = (int(number) + _GAP for number in fields["k"].split("."))
        return changed(
            contact,
            rev=rev,
            events=events,
            segments=segments,
            legs_made=legs_made,
            media=media,
            phase=Phase(fields["p"]),
            started_at=float(fields["s"]),
            queue=QueueId(fields["q"]) if "q" in fields else None,
            queued_at=float(fields["t"]) if "t" in fields else None,
            priority=int(fields.get("r", "0")),
            needs=needs,
            language=fields.get("l", ""),
            flow=fields.get("f", ""),
            flow_state=fields.get("i", ""),
            agent=AgentId(fields["a"]) if "a" in fields else None,
            offer=int(fields.get("o", "0")),
            outcome=Outcome(fields["e"]) if "e" in fields else None,
            callback=fields.get("b", ""),
            first=fields.get("d", ""),
            dialled="b" in fields,
            line_at=float(fields["h"]) if "h" in fields else None,
            dnis=DeviceId(fields["w"]) if "w" in fields else contact.dnis,
            leg=ConnectionId(fields["g"]) if "g" in fields else None,
        )
    except (KeyError, ValueError):
        return contact
