"""One attempt on a lead, driven by hand: the contact's machine alone, with no center around it."""

from __future__ import annotations

from typing import Any

from tandem.cti.core import beginnings, path
from tandem.cti.core import campaign_events as ce
from tandem.cti.core import contact as ct
from tandem.cti.core.attempt_result import result_of
from tandem.cti.core.contact import Contact
from tandem.cti.core.turn import Rules
from tandem.cti.model import events as ev
from tandem.cti.model.campaigns import AttemptResult, MachineDetection, Mode
from tandem.cti.model.causes import Cause
from tandem.cti.model.ids import AgentId, CallId, CampaignId, ConnectionId, DeviceId, LeadId, QueueId
from tandem.cti.model.states import ConnectionState, Outcome, Phase

CALL = CallId("lead-7.1")
THEIRS, OURS = ConnectionId("lead-7.1.0"), ConnectionId("lead-7.1.1")
SECOND = ConnectionId("lead-7.1.2")
NUMBER = "+8613800138000"
MEI, TOM = AgentId("mei"), AgentId("tom")
DETECT = MachineDetection(use=True)
CLEARED = {"call": CALL, "cause": Cause.NORMAL}


class Call:
    """One contact and its clock; ``done`` are the effects of the last event."""

    def __init__(self, mode: Mode = "predictive", first: str = "customer", **more: Any) -> None:
        self.now, self.rules = 1000.0, Rules()
        self.done: list[Any] = []
        self.all: list[Any] = []
        chosen: Any = first
        self.contact: Contact = beginnings.begin_attempt(
            CALL,
            campaign=CampaignId("loans"),
            lead=LeadId("lead-7"),
            mode=mode,
            first=chosen,
            number=NUMBER,
            now=self.now,
            queue=QueueId("service"),
            calling="+861095588",
            **more,
        )
        self.tell(ce.AttemptBegun())

    def tell(self, event: Any) -> None:
        outcome = path.step(self.contact, event, now=self.now, rules=self.rules)
        self.contact, self.done = outcome.contact, list(outcome.effects)
        self.all += self.done

    def wait(self, seconds: float) -> None:
        """Time passes; what is due on the way happens."""
        end = self.now + seconds
        while (at := self.contact.wake_at) is not None and at <= end:
            self.now = at
            self.tell(ct.DeadlinePassed())
            assert self.contact.wake_at is None or self.contact.wake_at > at, "a timer that is due for ever"
        self.now = end

    def requests(self, kind: type) -> list[Any]:
        return [
            effect.request for effect in self.done if isinstance(effect, ct.Ask) and isinstance(effect.request, kind)
        ]

    def did(self, kind: type) -> list[Any]:
        return [effect for effect in self.done if isinstance(effect, kind)]

    def count(self, kind: type) -> int:
        return sum(isinstance(effect, kind) for effect in self.all)

    def notes(self) -> list[str]:
        return [effect.kind for effect in self.all if isinstance(effect, ct.Note)]

    # ---- what happens ----

    def dial(self, **more: Any) -> None:
        self.tell(ct.DialAllowed(ring_s=25.0, **more))

    def pick_up(self) -> None:
        self.tell(ev.Established(call=CALL, connection=THEIRS, device=DeviceId(NUMBER)))
        self.tell(ev.RouteRequested(call=CALL, connection=THEIRS, party=ev.Party.CUSTOMER, called=DeviceId(NUMBER)))

    def match(self, agent: AgentId = MEI) -> None:
        self.tell(ct.Matched(agent=agent, device=DeviceId("1001"), why={"zh": "", "en": "longest idle"}))

    def agent_answers(self, leg: ConnectionId = OURS) -> None:
        self.tell(ev.RouteRequested(call=CALL, connection=leg, party=ev.Party.AGENT))

    def join(self, leg: ConnectionId = OURS) -> None:
        self.tell(ev.Joined(call=CALL, connection=THEIRS))
        done = self.done
        self.tell(ev.Joined(call=CALL, connection=leg))
        self.done = done

    def gone(self, leg: ConnectionId, cause: Cause = Cause.NORMAL) -> None:
        self.tell(ev.ConnectionCleared(call=CALL, connection=leg, cause=cause))

    def phase(self) -> Phase:
        return self.contact.phase

    def outcome(self) -> Outcome | None:
        return self.contact.outcome

    @property
    def result(self) -> AttemptResult:
        assert self.contact.ended
        return result_of(self.contact)


def dialled(mode: Mode = "predictive", **more: Any) -> Call:
    call = Call(mode)
    call.dial(**more)
    return call


def up(**more: Any) -> Call:
    """A person who has just answered, and no agent yet."""
    call = dialled(**more)
    call.pick_up()
    return call


def rung() -> Call:
    call = up()
    call.match()
    return call


def talking() -> Call:
    call = rung()
    call.agent_answers()
    call.join()
    assert call.phase() is Phase.TALKING
    return call


def screening(mode: Mode = "predictive", **more: Any) -> Call:
    call = dialled(mode, detect=MachineDetection(use=True, **more))
    call.pick_up()
    assert call.phase() is Phase.SCREENING
    return call


def agentless(**more: Any) -> Call:
    call = Call("agentless", flow="survey", flow_edition="e1")
    call.dial(**more)
    call.pick_up()
    return call


def preview(preview_s: float | None = None) -> Call:
    call = Call("preview", "agent", preview_s=preview_s)
    assert call.did(ct.Seek)
    call.match()
    assert call.phase() is Phase.PREVIEW
    return call


def by_hand() -> Call:
    call = Call("manual", "agent")
    assert not call.did(ct.Seek), "it is his own"
    call.match()
    assert call.phase() is Phase.RINGING
    return call


UP: dict[str, Any] = {
    "caller": ConnectionState.CONNECTED, "caller_controlled": True, "leg": None, "leg_controlled": False,
    "joined": False, "in_fallback": False,
}  # fmt: skip


def seen(call: Call, **more: Any) -> None:
    call.tell(ct.Seen(**(UP | more)))
