"""What must never happen to an attempt on a lead, whatever the order in which news, timers and people come: the
contact's machine alone, with a switch and a matcher that are only counted."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tandem.cti.core import beginnings, path
from tandem.cti.core import campaign_events as ce
from tandem.cti.core import contact as ct
from tandem.cti.core.attempt_result import result_of
from tandem.cti.core.contact import Contact, changed
from tandem.cti.core.memory import recall, remember
from tandem.cti.core.turn import Rules
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.campaigns import MODES, MachineDetection
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import IllegalTransition
from tandem.cti.model.ids import AgentId, CallId, CampaignId, ConnectionId, CustomerId, DeviceId, LeadId, QueueId, Token
from tandem.cti.model.states import ConnectionState, Outcome, Phase

NUMBER = DeviceId("+8613800138000")
CALLS = 600
_COMMANDS = (
    ct.HangUpAsked, ct.DeclineAsked, ct.PopPainted, ct.TransferAsked,
    ce.PreviewDialAsked, ce.PreviewSkipped, ce.MachineMarked,
)  # fmt: skip
OF_CAMPAIGNS = (
    ce.AttemptBegun,
    ce.PreviewDialAsked,
    ce.PreviewSkipped,
    ce.MachineMarked,
    ce.LetGo,
    ce.TextGiven,
    ev.MachineDetected,
    ev.MessageBegun,
)


def of_campaigns(phase: Phase, event: type) -> bool:
    """Rows that no other call takes."""
    shown = event is ct.PopPainted and phase is not Phase.OFFERED
    return event in OF_CAMPAIGNS or shown or (phase in (Phase.PREVIEW, Phase.SCREENING) and event not in path.ALWAYS)


class Life:
    """One attempt; ``step`` does one thing that can happen."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.now, self.rules = chance, 1000.0, Rules()
        mode = chance.choice(MODES)
        first: Any = "agent" if mode in ("manual", "preview") or chance.random() < 0.1 else "customer"
        if mode == "agentless":
            first = "customer"
        self.contact: Contact = beginnings.begin_attempt(
            CallId("7.1"),
            campaign=CampaignId("c"),
            lead=LeadId("7"),
            mode=mode,
            first=first,
            number=NUMBER,
            now=self.now,
            queue=QueueId("q"),
            preview_s=chance.choice([None, 10.0]),
        )
        self.seeks = self.joined = False
        self.asks_dial = False
        self.asks_join = False
        self.wanted = 0
        self.dials = self.missed = self.talks = self.people = 0
        self.has: AgentId | None = None
        self.tell(ce.AttemptBegun())

    # ---- what the machine wants ----

    def tell(self, event: Any) -> None:
        try:
            outcome = path.step(self.contact, event, now=self.now, rules=self.rules)
        except IllegalTransition:
            assert isinstance(event, _COMMANDS)
            return
        self.contact = outcome.contact
        for effect in outcome.effects:
            self._effect(effect)
        self.check()

    def _effect(self, effect: Any) -> None:
        match effect:
            case ct.Seek():
                self.seeks = True
            case ct.StopSeeking():
                self.seeks = False
            case ct.DialAsked():
                self.asks_dial = True
            case ct.AgentFreed(agent=agent):
                assert agent == self.has, "an agent is freed whom it does not have"
                self.has = None
            case ce.PromiseMissed():
                self.missed += 1
            case ce.AgentJoined():
                self.talks += 1
            case ce.PersonThere():
                self.people += 1
            case ce.TextWanted():
                self.wanted += 1
            case ct.Ask(request):
                self.dials += isinstance(request, rq.MakeConnection) and request.connection == self.contact.caller
                self.asks_join |= isinstance(request, rq.Join)

    def check(self) -> None:
        c = self.contact
        assert self.dials <= 1, "dialled twice"
        assert self.missed <= 1, "a promise is missed once"
        assert self.missed == c.missed
        assert c.ended or self.has == c.agent, "an agent whom nobody gave back"
        assert not (c.ended and self.has), "an agent is left behind"
        if c.connect_by is not None and not c.ended:
            assert c.phase in (Phase.QUEUED, Phase.RINGING), c.phase
            assert c.deadline is not None
            assert c.deadline <= c.connect_by + self.rules.join_s, "he waits beyond what we promised"
        if c.phase is Phase.QUEUED:
            assert self.seeks or c.mode == "manual", "nobody is looked for"
        if c.outcome is Outcome.NO_AGENT:
            assert c.missed
        if c.ended:
            result = result_of(c)
            assert (result == "withdrawn") is (not c.dialled)
            assert (result == "abandoned") is (c.missed and c.outcome is not Outcome.MACHINE)

    # ---- what can happen ----

    def step(self) -> None:
        c, chance = self.contact, self.chance
        if self.asks_dial and not c.ended:
            self.asks_dial = False
            if chance.random() < 0.1:
                self.tell(ct.DialRefused(reason="no"))
            else:
                detect = MachineDetection(
                    use=True,
                    on_machine=chance.choice(["hang_up", "message", "agent"]),
                    sample_one_in=chance.choice([0, 1, 3]),
                )
                self.tell(ct.DialAllowed(ring_s=25.0, detect=chance.choice([None, None, detect])))
        elif self.wanted and chance.random() < 0.8:
            self.wanted -= 1
            self.tell(ce.TextGiven(prompts=chance.choice([("a",), ("a", "b"), ()])))
        elif self.seeks and not c.ended and chance.random() < 0.5:
            self._match()
        elif self.asks_join and chance.random() < 0.6:
            self.asks_join = False
            self._joined()
        else:
            self._anything()

    def _match(self) -> None:
        if self.contact.phase is Phase.QUEUED:
            self.seeks, self.has = False, AgentId(self.chance.choice("xyz"))
            self.tell(ct.Matched(agent=self.has, device=DeviceId("1001"), why={"zh": "", "en": "."}))

    def _joined(self) -> None:
        c = self.contact
        if c.leg is not None and self.chance.random() < 0.8:
            self.tell(ev.Joined(call=c.id, connection=c.caller))
            self.tell(ev.Joined(call=c.id, connection=c.leg))
        else:
            self.tell(ev.RequestFailed(call=c.id, connection=c.caller, request="Join", code="wrong_state"))

    def _anything(self) -> None:
        c, chance = self.contact, self.chance
        legs = [leg for leg in c.legs if leg != c.caller] or [ConnectionId("7.1.1")]
        leg = chance.choice([*legs, legs[-1], legs[-1]])
        either = chance.choice([leg, c.caller]) if c.dialled else leg
        token = chance.choice([c.token, c.token, c.token, Token("x")])
        cause = chance.choice(list(Cause))
        controlled, joined = chance.random() < 0.7, chance.random() < 0.2
        events: list[Any] = [
            ev.Delivered(call=c.id, connection=either, device=NUMBER),
            ev.RouteRequested(call=c.id, connection=leg, party=ev.Party.AGENT),
            ev.RouteRequested(call=c.id, connection=leg, party=ev.Party.AGENT),
            ev.RequestFailed(
                call=c.id,
                connection=either,
                request=chance.choice(["MakeConnection", "DetectMachine", "Play", "LeaveMessage"]),
                code=chance.choice(["overload", "outcome_unknown", "wrong_state"]),
            ),
            ct.SeatLeft(page_gone=chance.random() < 0.5),
            ct.SeatReached(on_call=chance.random() < 0.5),
            ct.PopPainted(offer=c.offer),
            ct.HangUpAsked() if chance.random() < 0.2 else ct.CustomerKnown(customer=CustomerId("demo-001")),
            ct.DeclineAsked() if chance.random() < 0.3 else ct.PopPainted(offer=c.offer),
            ct.Recalled() if chance.random() < 0.2 else ct.PopPainted(offer=c.offer),
            ce.PreviewDialAsked(number=chance.choice(["", "+8613900139000"])),
            ce.PreviewSkipped() if chance.random() < 0.3 else ce.PreviewDialAsked(),
            ce.MachineMarked() if chance.random() < 0.3 else ce.AttemptBegun(),
            ce.LetGo() if chance.random() < 0.3 else ce.AttemptBegun(),
            self._time,
            self._time,
            self._time,
        ]
        if c.dialled:
            events += [
                ev.RouteRequested(call=c.id, connection=c.caller, party=ev.Party.CUSTOMER),
                ev.RouteRequested(call=c.id, connection=c.caller, party=ev.Party.CUSTOMER),
                ev.MachineDetected(
                    call=c.id,
                    connection=c.caller,
                    token=token,
                    verdict=chance.choice(["human", "human", "machine", "machine", "unsure"]),
                ),
                ev.MessageBegun(
                    call=c.id,
                    connection=c.caller,
                    token=token,
                    why=chance.choice(["beep", "quiet", "time", "silence"]),
                    again=chance.random() < 0.3,
                    beep_hz=chance.choice([0.0, 1_000.0]),
                ),
                ev.MediaEnded(call=c.id, connection=c.caller, token=token, ok=chance.random() < 0.8),
            ]
        if chance.random() < 0.3:
            events += [ev.ConnectionCleared(call=c.id, connection=either, cause=cause)] * 2
            events += [ev.Failed(call=c.id, connection=either, cause=cause)]
        if chance.random() < 0.1:
            queue, target = ct.TransferAsked(queue=QueueId("r")), ct.TransferAsked(target=AgentId("y"))
            events += [chance.choice([queue, target, ct.TransferAsked(number="+861095588")])] * 4
        if chance.random() < 0.1:
            there = ConnectionState.CONNECTED if chance.random() < 0.8 else None
            with_leg = ConnectionState.CONNECTED if c.leg is not None and chance.random() < 0.6 else None
            seen = ct.Seen(
                caller=there if c.dialled else None,
                caller_controlled=there is not None and controlled and not joined,
                leg=with_leg,
                leg_controlled=with_leg is not None and controlled and not joined,
                joined=there is not None and with_leg is not None and joined,
                in_fallback=there is not None and not controlled and chance.random() < 0.3,
                answered_for_s=chance.choice([None, 0.0, 0.7, 1.69, 1.71, 30.0]),
            )
            events += [seen] * 8
        if chance.random() < 0.02:
            events += [ct.SwitchGone()] * 8
        event = chance.choice(events)
        event() if callable(event) else self.tell(event)

    def _time(self) -> None:
        at = self.contact.wake_at
        if self.chance.random() < 0.5 or at is None:
            self.now += self.chance.choice([0.01, 0.1, 0.5, 1.0])
        if at is not None and (at <= self.now or self.chance.random() < 0.5):
            self.now = max(at, self.now)
            self.tell(ct.DeadlinePassed())

    def end(self) -> None:
        """Everybody hangs up: nothing is left."""
        for _ in range(20):
            if self.contact.ended:
                return
            if self.contact.dialled:
                self.tell(
                    ev.ConnectionCleared(call=self.contact.id, connection=self.contact.caller, cause=Cause.NORMAL)
                )
            elif self.asks_dial:
                self.tell(ct.DialRefused(reason="no"))
            else:
                self.tell(ct.Recalled())
        raise AssertionError(f"it does not end: {self.contact.phase}")


def live(seed: int) -> Life:
    life = Life(random.Random(seed))
    for _ in range(life.chance.randrange(5, 60)):
        life.step()
        if life.contact.ended and life.chance.random() < 0.5:
            break
    life.end()
    return life


def test_what_must_never_happen() -> None:
    results: set[str] = set()
    talked = 0
    for seed in range(CALLS):
        life = live(seed)
        results.add(result_of(life.contact))
        talked += life.talks
    assert results >= {
        "talked", "abandoned", "machine", "message_left", "served", "hung_up", "busy", "no_answer", "withdrawn",
    }  # fmt: skip
    assert talked > CALLS / 20


def test_every_row_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {(phase, event) for phase, event in path.TABLE if of_campaigns(phase, event)}
    taken: set[tuple[Phase, type]] = set()

    def counted(key: tuple[Phase, type], row: Any) -> Any:
        def counting(turn: Any, event: Any) -> None:
            taken.add(key)
            row(turn, event)

        return counting

    monkeypatch.setattr(path, "TABLE", {key: counted(key, row) for key, row in path.TABLE.items()})
    for seed in range(10 * CALLS):
        live(seed)
        if rows <= taken:
            break
    assert not rows - taken


def test_what_the_switch_remembers_is_enough() -> None:
    """Without the store: the same promise, to the same lead, by the same campaign; never dialled again."""
    kept = 0
    for seed in range(500):
        life = Life(random.Random(seed))
        for _ in range(15):
            life.step()
            c = life.contact
            if c.ended or not c.dialled:
                continue
            text = remember(c)
            assert 0 < len(text) <= 700
            blank = Contact(id=c.id, caller=c.caller, ani=c.ani, ani_e164=c.ani_e164)
            again = recall(text, blank)
            same = ("mode", "campaign", "lead", "first", "phase", "missed", "as_caller", "dialled", "outcome", "agent")
            assert [getattr(again, name) for name in same] == [getattr(c, name) for name in same]
            assert again.connect_by == pytest.approx(c.connect_by) if c.connect_by else again.connect_by is None
            assert changed(again, dnis=c.dnis).outbound
            kept += 1
    assert kept > 1000
