"""A small house with campaigns for tests of the center: the floor of ``house``, and a store that is only a model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
from tests.support.house import Floor, Leg, make_house

from tandem.cti.app import floor_plan as c
from tandem.cti.app.dialer.wording import prompts_of
from tandem.cti.app.house import House
from tandem.cti.model import events as ev
from tandem.cti.model.campaigns import Campaign, CampaignRecord, State
from tandem.cti.model.causes import Cause
from tandem.cti.model.ids import AgentId, CallId, CampaignId, ConnectionId, LeadId, ListId, QueueId
from tandem.cti.model.leads import AttemptRecord, CampaignDay, DoNotCallEntry, Lead, LeadNumber, LeadRecord
from tandem.cti.model.states import ConnectionState
from tandem.routing.core.dialer.carriers import CarrierPlan

SPRING, AUTUMN = CampaignId("spring"), CampaignId("autumn")
SERVICE = QueueId("service")
LIST = ListId("l-1")


def outbound_house(outbound: Any = "only", *, lines: int = 30, per_s: float = 50.0, **kind: Any) -> House:
    house = make_house(**kind)
    agents = {login: replace(plan, outbound=outbound) for login, plan in house.plan.agents.items()}
    carriers = (CarrierPlan(name="trunk", lines=lines, per_s=per_s, prices={"": 0.1}),)
    return replace(house, plan=replace(house.plan, agents=agents), carriers=carriers)


def campaign(id_: CampaignId = SPRING, **document: Any) -> Campaign:
    return Campaign(**{"id": id_, "name": str(id_), "queue": SERVICE, "success": ["done"], **document})


def lead(number: int, campaign_id: CampaignId = SPRING, **fields: Any) -> Lead:
    numbers = (LeadNumber(number=f"+86138{number:08}", zone="Asia/Shanghai", country="CN"),)
    return Lead(
        **{
            "id": LeadId(f"{campaign_id}-{number}"),
            "rev": 1,
            "campaign": campaign_id,
            "list": LIST,
            "person": f"p{number}",
            "name": f"L{number}",
            "language": "zh",
            "numbers": numbers,
            "position": number,
            "segment": str(LIST),
            **fields,
        }
    )


class CampaignFloor(Floor):
    """``store``: leads by id, as the newest records say. Reads are answered at once, unless ``slow``: then they wait in
    ``wanted``. What a campaign dials rings until a test says what becomes of it (``auto_customer``)."""

    def __init__(self, house: House | None = None) -> None:
        self.store: dict[LeadId, Lead] = {}
        self.attempts: dict[str, list[AttemptRecord]] = {}
        self.entries: list[DoNotCallEntry] = []
        self.wanted: list[c.LeadsWanted] = []
        self.slow = False
        self.inputs: list[tuple[float, c.Input]] = []
        self.campaigns: dict[CampaignId, CampaignRecord] = {}
        self.dials: list[tuple[str, str, float]] = []
        """(attempt, number, when)."""
        self.refuse_dials = ""
        """The cause with which the carrier refuses every call at once."""
        self.auto_customer = False
        super().__init__(house or outbound_house())
        self.auto_answer = True

    # ---- the store ----

    def handle(self, input_: c.Input) -> list[c.Output]:
        if isinstance(input_, c.Restored) and (self.campaigns or self.attempts) and not input_.campaigns:
            input_ = self.restored(input_)
        self.inputs.append((self.now, input_))
        outputs = super().handle(input_)
        for output in outputs:
            if isinstance(output, c.LeadsWanted):
                self.wanted.append(output)
        if not self.slow:
            self.answer_reads()
        return outputs

    def answer_reads(self) -> None:
        while self.wanted:
            wanted = self.wanted.pop(0)
            self.handle(self.read(wanted))

    def read(self, wanted: c.LeadsWanted) -> c.LeadsRead:
        mine = [each for each in self.store.values() if each.campaign == wanted.campaign]
        for each in mine:
            if each.state == "in_hand" and each.id not in wanted.in_hand:
                self.store[each.id] = msgspec.structs.replace(each, state="open")
        mine = [self.store[each.id] for each in mine]
        due = [each for each in mine if each.state == "open" and each.next_at <= self.now]
        called_back = [each for each in due if each.callback_at is not None]
        others = [] if wanted.promised else [each for each in due if each.callback_at is None]
        ready = [*called_back, *others][: wanted.count]
        for each in ready:
            self.store[each.id] = msgspec.structs.replace(each, state="in_hand")
        later = [each.next_at for each in mine if each.state == "open" and each not in ready]
        left = sum(each.state in ("open", "in_hand") for each in mine)
        return c.LeadsRead(
            campaign=wanted.campaign,
            leads=tuple(self.with_history(self.store[each.id]) for each in ready),
            left=left,
            callable_now=len(ready),
            again_at=max(self.now, min(later)) if later else None,
            promise_at=min(
                (
                    each.callback_at
                    for each in mine
                    if each.state == "open" and each.callback_at is not None and each.callback_at > self.now
                ),
                default=None,
            ),
        )

    def with_history(self, each: Lead) -> Lead:
        """With the dials that the store knows of."""
        dials = [rows[-1] for rows in self.attempts.values()]
        numbers = []
        for number in each.numbers:
            his = [row for row in dials if row.number == number.number]
            last = max(his, key=lambda row: row.at, default=None)
            numbers.append(
                msgspec.structs.replace(
                    number,
                    attempts=sum(row.campaign == each.campaign for row in his),
                    day=sum(row.at > self.now - 86_400 for row in his),
                    week=sum(row.at > self.now - 7 * 86_400 for row in his),
                    last_at=last.at if last else None,
                    last_result=(last.result or "") if last else "",
                    do_not_call="global" if any(e.number == number.number for e in self.entries) else "",
                )
            )
        persons = [row for row in dials if row.person == each.person]
        return msgspec.structs.replace(
            each, numbers=tuple(numbers), day=sum(row.at > self.now - 86_400 for row in persons)
        )

    def kept(self, record: Any) -> None:
        super().kept(record)
        if isinstance(record, LeadRecord):
            known = self.store[record.id]
            assert record.rev > known.rev, f"{record.id}: revision {record.rev} after {known.rev}"
            fields = ("rev", "state", "attempts", "results", "last_at", "next_at", "callback_at", "callback_agent")
            changes = {
                name: getattr(record, name) for name in (*fields, "callback_note", "callback_number", "abandoned_at")
            }
            state = "removed" if known.state == "removed" else record.state
            bad = set(record.bad_numbers)
            numbers = tuple(msgspec.structs.replace(each, bad=each.number in bad) for each in known.numbers)
            self.store[record.id] = msgspec.structs.replace(known, **{**changes, "state": state}, numbers=numbers)
        elif isinstance(record, AttemptRecord):
            rows = self.attempts.setdefault(record.id, [])
            assert not rows or record.rev > rows[-1].rev, f"{record.id}: revision {record.rev} after {rows[-1].rev}"
            rows.append(record)
        elif isinstance(record, DoNotCallEntry):
            self.entries.append(record)
        elif isinstance(record, CampaignRecord):
            assert record.rev > self.campaigns[record.id].rev
            self.campaigns[record.id] = record

    # ---- driving ----

    def add(self, *leads: Lead) -> None:
        self.store.update({each.id: each for each in leads})

    def seasoned(self, *documents: Campaign, answered: int = 1000) -> None:
        """Today went well so far: an abandoned call or two would do no harm."""
        for document in documents:
            record = CampaignRecord(id=document.id, rev=1, state="paused", document=document, by="sam", at=self.now)
            self.campaigns[document.id] = record
        days = tuple(
            CampaignDay(
                campaign=each.id,
                day=_day(self.now),
                dialled=answered,
                answered=answered,
                abandoned=0,
                machines=0,
                talked=0,
                successes=0,
                cost=0.0,
            )
            for each in documents
        )
        records = tuple(self.campaigns.values())
        self.handle(
            c.Restored(calls=(), agent_states={}, callbacks=(), counts={}, campaigns=records, campaign_days=days)
        )

    def run(self, *documents: Campaign, state: State = "running") -> None:
        for document in documents:
            known = self.campaigns.get(document.id)
            self.campaigns[document.id] = CampaignRecord(
                id=document.id, rev=known.rev + 1 if known else 1, state=state, document=document, by="sam", at=self.now
            )
        self.apply()

    def set_state(self, campaign_id: CampaignId, state: State) -> None:
        known = self.campaigns[campaign_id]
        self.campaigns[campaign_id] = msgspec.structs.replace(known, rev=known.rev + 1, state=state)
        self.apply()

    def apply(self) -> None:
        """What the server does at its start, too."""
        records = tuple(self.campaigns.values())
        said = sorted(prompts_of(record.document for record in records), key=lambda each: (each.language, each.text))
        sounds = tuple((prompt, f"c/{number}") for number, prompt in enumerate(said))
        self.handle(c.CampaignsApplied(records, sounds))
        self.settle()

    def request(self, request: Any) -> None:
        made = isinstance(request, c.ToSwitch)
        assert not made
        if type(request).__name__ == "MakeConnection" and request.party is ev.Party.CUSTOMER:
            self._dial(request)
        else:
            super().request(request)

    def _dial(self, request: Any) -> None:
        self.requests.append(request)
        self.dials.append((str(request.call), str(request.device), self.now))
        if self.refuse_dials:
            self.news.append(
                ev.Failed(call=request.call, connection=request.connection, cause=Cause(self.refuse_dials))
            )
            return
        self.legs[request.connection] = Leg(
            request.call, request.party, request.device, ConnectionState.ALERTING, memory=request.memory
        )
        self.news.append(ev.Delivered(call=request.call, connection=request.connection, device=request.device))
        if self.auto_customer:
            self.answer(request.connection)

    def customer(self, number: int = -1) -> ConnectionId:
        """The leg of somebody whom a campaign dials: the last one, or by place."""
        legs = [key for key, leg in self.legs.items() if leg.party is ev.Party.CUSTOMER]
        return legs[number]

    def pick_up(self, number: int = -1) -> CallId:
        """He answers."""
        leg = self.customer(number)
        call = self.legs[leg].call
        self.answer(leg)
        self.settle()
        return call

    def fail(self, number: int, cause: Cause) -> CallId:
        leg = self.customer(number)
        call = self.legs.pop(leg).call
        self.news.append(ev.Failed(call=call, connection=leg, cause=cause))
        self.settle()
        return call

    def last(self, attempt: str) -> AttemptRecord:
        return self.attempts[attempt][-1]

    # ---- the server is killed ----

    def restored(self, known: c.Restored) -> c.Restored:
        """With what the store has of campaigns."""
        last = [rows[-1] for rows in self.attempts.values()]
        open_ = tuple(row for row in last if row.ended_at is None)
        of = {row.lead for row in open_}
        for each in self.store.values():
            if each.state == "in_hand" and each.id not in of:
                self.store[each.id] = msgspec.structs.replace(each, state="open")
        return replace(
            known,
            campaigns=tuple(self.campaigns.values()),
            attempts=open_,
            leads=tuple(self.with_history(each) for each in self.store.values() if each.id in of),
            campaign_days=self.days(),
        )

    def restart(self, *, store: bool = True, fallback: bool = False, lost: int = 0) -> None:
        self.wanted.clear()
        super().restart(store=store, fallback=fallback, lost=lost)
        self.apply()

    def days(self) -> tuple[CampaignDay, ...]:
        found = []
        for id_ in self.campaigns:
            rows = [each[-1] for each in self.attempts.values() if each[-1].campaign == id_]
            over = [row for row in rows if row.ended_at is not None and row.result != "withdrawn"]
            by_day: dict[str, list[AttemptRecord]] = {}
            for row in over:
                by_day.setdefault(_day(row.at), []).append(row)
            for day, his in by_day.items():
                count = {name: sum(row.result in results for row in his) for name, results in _COUNTS.items()}
                cost = sum(row.cost for row in his)
                found.append(CampaignDay(campaign=id_, day=day, dialled=len(his), successes=0, cost=cost, **count))
        return tuple(found)


_COUNTS = {
    "answered": ("talked", "abandoned", "served", "hung_up"),
    "abandoned": ("abandoned",),
    "machines": ("machine", "message_left"),
    "talked": ("talked",),
}


def _day(at: float) -> str:
    from tandem.cti.app.dialer.days import day_of

    return day_of(campaign(), at)


def agents_of(floor: Floor) -> list[AgentId]:
    return list(floor.center.agents)
