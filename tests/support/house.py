"""A small house for tests of the center: three agents, the demo flow, and a switch that is only a model."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import floor_plan as c
from tandem.cti.app.center import Center
from tandem.cti.app.floor_plan import Keep, ToSwitch
from tandem.cti.app.house import House, Limits
from tandem.cti.core.turn import Rules
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.causes import Cause
from tandem.cti.model.ids import AgentId, CallId, ConnectionId, DeviceId, QueueId
from tandem.cti.model.leads import DoNotCallEntry
from tandem.cti.model.profiles import AgentProfile
from tandem.cti.model.records import AgentStateRecord, CallbackRecord, CallRecord, Record, TaskRecord
from tandem.cti.model.skills import Need
from tandem.cti.model.states import AgentState, ConnectionState, Phase
from tandem.ivr.core.check import load_flow
from tandem.ivr.core.shelf import DeployedFlow, FlowText
from tandem.routing.core.acd.callback import OVER
from tandem.routing.core.acd.task import OVER as TASK_OVER
from tandem.routing.core.plan import AgentPlan, Plan, QueuePlan, StepPlan

FLOW_FILE = Path(__file__).parents[2] / "examples" / "flows" / "main.yaml"
DNIS = DeviceId("95001")
MEI, TOM, ANA = AgentId("mei"), AgentId("tom"), AgentId("ana")


def make_house(
    *,
    skills: Mapping[AgentId, Mapping[str, int]] | None = None,
    rules: Rules | None = None,
    file: Path = FLOW_FILE,
) -> House:
    loans = StepPlan(needs=(Need("product:loans", 2),))
    queues = {
        QueueId(name): QueuePlan(
            id=QueueId(name), name_zh=name, name_en=name, steps=(loans if name == "loans" else StepPlan(needs=()),)
        )
        for name in ("service", "loans", "support", "operator")
    }
    flow = load_flow(file.read_text(), file.name, frozenset(queues))
    everything = {"language:zh": 5, "language:en": 5, "product:accounts": 5, "product:loans": 5, "product:support": 5}
    skills = skills or {
        MEI: everything,
        TOM: {**everything, "language:zh": 1},
        ANA: {"language:en": 5, "product:loans": 1},
    }
    who = [AgentProfile(login, login.title(), DeviceId(str(1001 + number))) for number, login in enumerate(skills)]
    return House(
        agents={profile.login: profile for profile in who},
        plan=Plan(
            queues=queues,
            agents={login: AgentPlan(login=login, skills=own) for login, own in skills.items()},
        ),
        flows=(
            DeployedFlow(
                name=flow.name,
                numbers=(DNIS,),
                live=FlowText(version=1, main=file.name, files=((file.name, file.read_text()),), edition=flow.edition),
            ),
        ),
        sounds={prompt: f"p/{number}" for number, prompt in enumerate(flow.spoken())},
        dispositions=frozenset({"done"}),
        normalise=lambda number: number if number.startswith("+") else "",
        number_allowed=lambda number: number.startswith("+86"),
        rules=rules or Rules(),
        limits=Limits(known_s=0.0),  # a test that is about it waits for the look-up
    )


@dataclass(slots=True)
class Leg:
    call: CallId
    party: ev.Party
    device: DeviceId
    state: ConnectionState
    controlled: bool = False
    joined: ConnectionId | None = None
    memory: str = ""
    fallback: bool = False
    answered_at: float | None = None
    """Of a customer's phone, when the switch has noted it."""


@dataclass
class Floor:
    """A center on a model of a switch: requests become events in a queue, so that a test decides when they come."""

    house: House = field(default_factory=make_house)
    now: float = 1_000_000.0

    def __post_init__(self) -> None:
        self.center = Center(self.house)
        self.legs: dict[ConnectionId, Leg] = {}
        self.news: deque[ev.SwitchEvent] = deque()
        self.records: list[Record] = []
        self.outputs: list[c.Output] = []
        self.requests: list[rq.SwitchRequest] = []
        self.looked_up: list[c.LookUp] = []
        self.forbidden: list[DoNotCallEntry] = []
        """What the store knows against calling somebody."""
        self.store_away = False
        self.numbers_asked: list[str] = []
        self.auto_answer = True
        self.talks: list[frozenset[ConnectionId]] = []
        self.seen_events: list[ev.SwitchEvent] = []
        self.digit = "1"
        self.handle(ev.SwitchFound(snapshot=self.snapshot(), restarted=False))

    # ---- driving ----

    def handle(self, input_: c.Input) -> list[c.Output]:
        outputs = self.center.handle(input_, now=self.now)
        self.outputs.extend(outputs)
        for output in outputs:
            if isinstance(output, ToSwitch):
                self.request(output.request)
            elif isinstance(output, Keep):
                self.kept(output.record)
            elif isinstance(output, c.LookUp):
                self.looked_up.append(output)
            elif isinstance(output, c.ForbiddenAsked):
                self.numbers_asked.append(output.number)
        while self.numbers_asked and not self.store_away:
            number = self.numbers_asked.pop(0)
            against = tuple(entry for entry in self.forbidden if entry.number == number and not entry.lifted)
            self.handle(c.ForbiddenFound(number, against))
        return outputs

    def kept(self, record: Record) -> None:
        self.records.append(record)

    def settle(self, limit: int = 500) -> None:
        """Deliver the switch's news, and what comes of it, until nothing is left."""
        while self.news:
            limit -= 1
            assert limit, "the center and the switch do not come to rest"
            event = self.news.popleft()
            self.seen_events.append(event)
            self.handle(event)

    def pass_time(self, seconds: float) -> None:
        end = self.now + seconds
        for _ in range(1000):
            at = self.center.wake_at()
            if at is None or at > end:
                break
            self.now = max(self.now, at)
            self.handle(c.Tick())
            self.settle()
        else:
            raise AssertionError("timers without end")
        self.now = end

    def ready(self, *agents: AgentId) -> None:
        for agent in agents:
            self.handle(c.SeatOpened(agent, on_call=False))
            self.handle(ev.BackInService(device=self.center.agents[agent].device))
            self.handle(c.Commanded(agent, m.SetReady(id=1)))
            self.now += 1.0

    def command(self, agent: AgentId, command: m.PageCommand) -> None:
        self.handle(c.Commanded(agent, command))
        self.settle()

    def call(self, name: str = "a", ani: str = "+8613800138000") -> CallId:
        """A caller rings in; the news waits to be settled."""
        call, connection = CallId(f"c-{name}"), ConnectionId(f"c-{name}.0")
        self.legs[connection] = Leg(call, ev.Party.CALLER, DNIS, ConnectionState.CONNECTED, controlled=True)
        self.news.append(ev.Originated(call=call, connection=connection, calling=ani, name="王小明", called=DNIS))
        self._route(connection, ani)
        return call

    def to_agent(self, call: CallId) -> AgentId:
        """Bring a settled, matched call to talking; the agent who has it."""
        contact = self.center.contacts[call]
        assert contact.phase is Phase.OFFERED, contact.phase
        assert contact.agent is not None
        self.command(contact.agent, m.PopShown(id=1, call=call, offer=contact.offer))
        return contact.agent

    def hang_up_caller(self, call: CallId) -> None:
        self.gone(self.center.contacts[call].caller)

    def restart(self, *, store: bool = True, fallback: bool = False, lost: int = 0) -> None:
        """The server is killed and another takes over: from the store's newest rows, or, without ``store``, from what
        the switch remembers. News that was on its way is lost, and the ``lost`` newest records. With ``fallback`` the
        dead-man switch had fired."""
        self.news.clear()
        del self.records[len(self.records) - lost :]
        calls: dict[str, CallRecord] = {}
        states: dict[AgentId, AgentStateRecord] = {}
        callbacks: dict[str, CallbackRecord] = {}
        tasks: dict[str, TaskRecord] = {}
        closures = tuple(self.center.closures.values())
        for record in self.records:
            if isinstance(record, CallRecord):
                calls[record.id] = record
            elif isinstance(record, AgentStateRecord):
                states[record.agent] = record
            elif isinstance(record, CallbackRecord):
                callbacks[record.id] = record
            elif isinstance(record, TaskRecord):
                tasks[record.id] = record
        wrapping = {state.call for state in states.values() if state.state == AgentState.WORKING_AFTER_CALL}
        if fallback:
            self._dead_man()
        self.center = Center(self.house)
        if store:
            kept = tuple(call for call in calls.values() if call.ended_at is None or call.id in wrapping)
            owed = tuple(callback for callback in callbacks.values() if callback.state not in OVER)
            todo = tuple(task for task in tasks.values() if task.state not in TASK_OVER)
            self.handle(
                c.Restored(
                    calls=kept,
                    agent_states=states,
                    callbacks=owed,
                    counts={},
                    closures=closures,
                    tasks=todo,
                    ended=tuple(call.id for call in calls.values() if call.ended_at is not None),
                )
            )
        self.handle(ev.SwitchFound(snapshot=self.snapshot(), restarted=False))
        for agent in self.center.agents:
            contact = self.center.contact_of(agent)
            leg = self.legs.get(contact.leg) if contact is not None and contact.leg is not None else None
            self.handle(c.SeatOpened(agent, on_call=leg is not None and leg.joined is not None))

    def _dead_man(self) -> None:
        for connection, leg in list(self.legs.items()):
            if leg.controlled and leg.party.is_served:
                leg.controlled, leg.fallback = False, True
            elif leg.controlled:
                del self.legs[connection]

    # ---- the model ----

    def _route(self, connection: ConnectionId, calling: str = "") -> None:
        leg = self.legs[connection]
        self.news.append(
            ev.RouteRequested(
                call=leg.call,
                connection=connection,
                party=leg.party,
                calling=calling,
                called=leg.device,
                memory=leg.memory,
                name="王小明" if leg.party is ev.Party.CALLER else "",
            )
        )

    def gone(self, connection: ConnectionId, cause: Cause = Cause.NORMAL) -> None:
        leg = self.legs.pop(connection, None)
        if leg is None:
            return
        self._part(leg)
        self.news.append(ev.ConnectionCleared(call=leg.call, connection=connection, cause=cause))

    def _part(self, leg: Leg) -> None:
        other = self.legs.get(leg.joined) if leg.joined is not None else None
        if other is not None and leg.joined is not None:
            other.joined, other.controlled = None, True
            self.news.append(ev.Parted(call=other.call, connection=leg.joined))
            self._route(leg.joined)
        leg.joined = None

    def answer(self, connection: ConnectionId) -> None:
        leg = self.legs[connection]
        leg.state, leg.controlled = ConnectionState.CONNECTED, True
        if leg.party is ev.Party.CUSTOMER:
            leg.answered_at = self.now
        self.news.append(ev.Established(call=leg.call, connection=connection, device=leg.device))
        self._route(connection)

    def request(self, request: rq.SwitchRequest) -> None:
        self.requests.append(request)
        match request:
            case rq.Play() if request.connection in self.legs:
                self.news.append(ev.MediaEnded(call=request.call, connection=request.connection, token=request.token))
            case rq.Collect() if request.connection in self.legs:
                self.news.append(
                    ev.MediaEnded(
                        call=request.call, connection=request.connection, token=request.token, digits=self.digit
                    )
                )
            case rq.Remember() if request.connection in self.legs:
                self.legs[request.connection].memory = request.memory
            case rq.MakeConnection():
                leg = Leg(request.call, request.party, request.device, ConnectionState.ALERTING, memory=request.memory)
                self.legs[request.connection] = leg
                self.news.append(ev.Delivered(call=request.call, connection=request.connection, device=request.device))
                if self.auto_answer:
                    self.answer(request.connection)
            case rq.Join() if request.connection in self.legs and request.other in self.legs:
                one, other = self.legs[request.connection], self.legs[request.other]
                if not (one.controlled and other.controlled):
                    self.news.append(
                        ev.RequestFailed(
                            call=request.call, connection=request.connection, request="Join", code="wrong_state"
                        )
                    )
                    return
                one.controlled = other.controlled = False
                one.joined, other.joined = request.other, request.connection
                self.talks.append(frozenset({request.connection, request.other}))
                self.news.append(ev.Joined(call=request.call, connection=request.connection))
                self.news.append(ev.Joined(call=request.call, connection=request.other))
            case rq.Retake() if request.connection in self.legs:
                leg = self.legs[request.connection]
                if not leg.controlled:
                    self._part(leg)
                    leg.controlled, leg.fallback = True, False
                    self._route(request.connection)
            case rq.ClearConnection():
                self.gone(request.connection, request.cause)
            case _:
                pass

    def snapshot(self) -> ev.Snapshot:
        return ev.Snapshot(
            connections=tuple(
                ev.ConnectionSnapshot(
                    call=leg.call,
                    connection=connection,
                    party=leg.party,
                    device=leg.device,
                    calling="+8613800138000",
                    name="王小明",
                    called=leg.device,
                    state=leg.state,
                    controlled=leg.controlled,
                    joined_with=leg.joined,
                    in_fallback=leg.fallback,
                    memory=leg.memory,
                    answered_for_s=None if leg.answered_at is None else max(0.0, self.now - leg.answered_at),
                )
                for connection, leg in self.legs.items()
            ),
            in_service=frozenset(agent.device for agent in self.center.agents.values()),
        )
