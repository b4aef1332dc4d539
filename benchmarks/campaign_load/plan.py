"""Who works, who is called, and what they do."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.load.plan import Load, SeatPlan

from tandem.cti.adapters.asterisk.carrier_people import Behaviour, Crowd, crowd
from tandem.cti.model.campaigns import AttemptPlan, CallerIds, Campaign, MachineDetection, Mode
from tandem.cti.model.ids import AgentId, CampaignId, QueueId
from tandem.cti.model.skills import Need
from tandem.routing.core.plan import AgentPlan, Plan, QueuePlan, StepPlan

QUEUE = QueueId("outbound")
SKILL = "outbound:sales"
CAMPAIGN = CampaignId("load")
CALLER_IDS = ["+861088880001", "+861088880002", "+861088880003"]
_FIRST_DEVICE = 5001


def _usual_shares() -> dict[Behaviour, int]:
    return {
        Behaviour.PERSON: 38,
        Behaviour.MACHINE: 8,
        Behaviour.RING: 30,
        Behaviour.BUSY: 10,
        Behaviour.UNALLOCATED: 4,
        Behaviour.DECLINE: 3,
        Behaviour.ANNOUNCEMENT: 2,
        Behaviour.BRIEF: 2,
        Behaviour.CONGESTION: 2,
        Behaviour.DEAD: 1,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignLoad:
    """Of a hundred numbers, ``shares`` do this and that; seconds at least and at most."""

    agents: int = 50
    leads: int = 1_000
    mode: Mode = "predictive"
    detect: bool = False
    shares: dict[Behaviour, int] = field(default_factory=_usual_shares)
    rings_s: tuple[float, float] = (1.0, 8.0)
    talks_s: tuple[float, float] = (6.0, 24.0)
    wrap_up_s: tuple[float, float] = (1.0, 4.0)
    ring_limit_s: float = 15.0
    lines: int = 150
    calls_per_s: float = 15.0
    longest_s: float = 600.0

    @property
    def crowd(self) -> Crowd:
        return crowd("+861380000", 4, self.shares, rings_s=self.rings_s, stays_s=self.talks_s)

    @property
    def seats(self) -> list[SeatPlan]:
        return [
            SeatPlan(login=f"agent{number}", device=str(_FIRST_DEVICE + number), skills={SKILL: 5})
            for number in range(self.agents)
        ]

    @property
    def floor(self) -> Load:
        """What the telephones and pages of ``benchmarks.load`` need to know."""
        return Load(
            agents=self.agents, queues=1, ring_s=(0.05, 0.1), no_answer=0.0, wrap_up_s=self.wrap_up_s, ring_limit_s=6.0
        )

    @property
    def routing(self) -> Plan:
        queue = QueuePlan(
            id=QUEUE, name_zh="外呼", name_en="Outbound", handle_s=18.0, steps=(StepPlan(needs=(Need(SKILL),)),)
        )
        agents = {
            AgentId(seat.login): AgentPlan(login=AgentId(seat.login), skills=seat.skills, outbound="only")
            for seat in self.seats
        }
        return Plan(queues={QUEUE: queue}, agents=agents)

    @property
    def campaign(self) -> Campaign:
        """Everybody is dialled once: whatever comes of an attempt ends its lead, but for a congested network."""
        return Campaign(
            id=CAMPAIGN,
            name="Load",
            mode=self.mode,
            queue=QUEUE,
            rules="none",
            abandon_limit=0.03,
            ring_s=self.ring_limit_s,
            caller_ids=CallerIds(numbers=CALLER_IDS, most_per_day=100_000),
            attempts=AttemptPlan(retries={}),
            machine_detection=MachineDetection(use=self.detect),
        )
