"""What a contact leaves with the caller's connection at the switch, for the case that the store is lost."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import parse_qsl, quote

from tandem.cti.core.contact import Contact, changed
from tandem.cti.model.ids import AgentId, CampaignId, ConnectionId, DeviceId, LeadId, QueueId
from tandem.cti.model.skills import Need
from tandem.cti.model.states import Outcome, Phase

_REMEMBERED_BYTES = 700
_GAP = 1000
_FLAGS = {
    "w": "waits", "a": "after_call", "t": "flow_transfer", "d": "draft", "c": "as_caller", "m": "missed",
}  # fmt: skip


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
        "x": str(contact.flow_version) if contact.flow_version else "",
        "z": contact.flow_edition,
        "u": "".join(letter for letter, field in _FLAGS.items() if getattr(contact, field)),
        "y": "" if contact.left_line_at is None else f"{contact.left_line_at:.3f}",
        "c": contact.served_by or "",
        "a": contact.agent or "",
        "o": str(contact.offer),
        "e": contact.outcome or "",
        "b": contact.callback,
        "d": contact.first,
        "m": contact.mode,
        "C": contact.campaign,
        "L": contact.lead,
        "j": "" if contact.connect_by is None else f"{contact.connect_by:.3f}",
        "h": "" if contact.line_at is None else f"{contact.line_at:.3f}",
        "w": contact.dnis if contact.outbound else "",
        "g": contact.leg or "",
        "k": f"{contact.rev}.{contact.events}.{contact.segments}.{contact.legs_made}.{contact.media}"
        f".{contact.visits}.{contact.answers}",
    }
    text = ";".join(f"{key}={_quoted(value)}" for key, value in fields.items() if value)
    whole = f"{text};i={_quoted(contact.flow_state)}" if contact.flow_state else text
    # where he is in the flow may be too long for this: without the store he begins it anew
    return next((each for each in (whole, text) if len(each) <= _REMEMBERED_BYTES), "")


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
        # a predecessor before flows had versions counted no visits and answers
        numbers = [int(number) + _GAP for number in f"{fields['k']}.0.0".split(".")]
        rev, events, segments, legs_made, media, visits, answers = numbers[:7]
        flags = {field: letter in fields.get("u", "") for letter, field in _FLAGS.items()}
        if flags["waits"] and "i" not in fields:
            flags["waits"] = False  # it is not known where he is in the branch
        return changed(
            contact,
            rev=rev,
            events=events,
            segments=segments,
            legs_made=legs_made,
            media=media,
            visits=visits,
            answers=answers,
            phase=Phase(fields["p"]),
            started_at=float(fields["s"]),
            queue=QueueId(fields["q"]) if "q" in fields else None,
            queued_at=float(fields["t"]) if "t" in fields else None,
            priority=int(fields.get("r", "0")),
            needs=needs,
            language=fields.get("l", ""),
            flow=fields.get("f", ""),
            flow_version=int(fields.get("x", "0")),
            flow_edition=fields.get("z", ""),
            left_line_at=float(fields["y"]) if "y" in fields else None,
            served_by=AgentId(fields["c"]) if "c" in fields else None,
            flow_state=fields.get("i", ""),
            agent=AgentId(fields["a"]) if "a" in fields else None,
            offer=int(fields.get("o", "0")),
            outcome=Outcome(fields["e"]) if "e" in fields else None,
            callback=fields.get("b", ""),
            first=fields.get("d", ""),
            mode=fields.get("m", ""),
            campaign=CampaignId(fields.get("C", "")),
            lead=LeadId(fields.get("L", "")),
            connect_by=float(fields["j"]) if "j" in fields else None,
            dialled="b" in fields or "m" in fields,
            line_at=float(fields["h"]) if "h" in fields else None,
            dnis=DeviceId(fields["w"]) if "w" in fields else contact.dnis,
            leg=ConnectionId(fields["g"]) if "g" in fields else None,
            **flags,
        )
    except (KeyError, ValueError):
        return contact
