"""What stands behind the pages of campaigns, faked: one campaign, one lead, one list, one entry."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from tandem.agent_desktop.core import campaign_day_resources as day_shapes
from tandem.agent_desktop.core import campaign_resources as shapes
from tandem.agent_desktop.core import compliance_resources as sheet_shapes
from tandem.agent_desktop.core import lead_resources as lead_shapes
from tandem.agent_desktop.core import list_resources as list_shapes
from tandem.agent_desktop.errors import CampaignChanged, CampaignRefused
from tandem.cti.model.campaigns import Campaign, Mode
from tandem.cti.model.errors import ResourceMissing
from tandem.cti.model.ids import CampaignId

BOTH = {"zh": "因为", "en": "Because"}
YES = lead_shapes.GateVerdict(allowed=True, rule="yes", text=BOTH, evidence={}, again_at=None, zone="Asia/Shanghai")
DOCUMENT = Campaign(id=CampaignId("spring"), name="Spring")


def view(document: Campaign = DOCUMENT, *, rev: int = 1, state: str = "draft") -> shapes.CampaignView:
    return shapes.CampaignView(
        id=document.id,
        rev=rev,
        state=state,
        document=document,
        changed_by="sue",
        changed_at=1.0,
        why="",
        problems=[],
        zone="Asia/Shanghai",
    )


def lead_line() -> lead_shapes.LeadLine:
    return lead_shapes.LeadLine(
        id="l1",
        campaign="spring",
        list_id="li1",
        name="王小明",
        numbers=["+8613800138000"],
        state="open",
        attempts=0,
        last_at=None,
        last_result="",
        next_at=0.0,
        callback_at=None,
        callback_agent=None,
        verdict=YES,
    )


def sheet(**changed: object) -> sheet_shapes.ComplianceSheet:
    us = sheet_shapes.SheetFormula(
        id="us",
        name={"zh": "美国", "en": "US"},
        abandoned=1.0,
        counted=100.0,
        ratio=0.01,
        window_days=30,
        window_ratio=0.02,
        limit=0.03,
        kept=True,
        legal=True,
    )
    values: dict[str, object] = {
        "campaign": "spring",
        "name": "=Spring",
        "day": "2026-11-22",
        "zone": "Asia/Shanghai",
        "rules": "us",
        "rules_version": "2026-11-22",
        "provisional": False,
        "counts": {"dialled": 300, "answered": 100, "talked": 99, "abandoned": 1},
        "formulas": [us],
        "mistaken": sheet_shapes.SheetMistaken(
            source="measured", share=0.031, low=0.016, high=0.06, heard=259, persons=8
        ),
        "made_at": 1.0,
        "before": "",
        "hash": "ab",
        **changed,
    }
    return sheet_shapes.ComplianceSheet(**values)  # type: ignore[arg-type]


def job() -> list_shapes.ImportJob:
    return list_shapes.ImportJob(
        id="j1",
        list_id="li1",
        campaign="spring",
        name="A",
        state="running",
        rows_done=1,
        rows=None,
        accepted=1,
        bad=0,
        duplicates=0,
        do_not_call=0,
        problem={},
    )


def entry() -> list_shapes.ForbiddenLine:
    return list_shapes.ForbiddenLine(
        id="d1",
        scope="global",
        number="+8613800138000",
        person="",
        campaign=None,
        at=1.0,
        by="oli",
        source="operator",
        until=None,
        lifted=False,
    )


_FIGURES = day_shapes.PacingFigures(
    agents=5, talk_ratio=0.7, wait_s=9.0, connects_per_hour=40.0, lines_per_agent=1.2, abandon_ratio=0.01, ends_at=None
)


@dataclass
class FakeCampaigns:
    """``done``: what was asked for that changes something, in order: (what, by whom, about what)."""

    done: list[tuple[str, str, object]] = field(default_factory=list)
    rev: int = 1
    refuses: str = ""
    received: bytes = b""

    def _did(self, what: str, by: str, about: object) -> None:
        if self.refuses:
            raise CampaignRefused(self.refuses)
        self.done.append((what, by, about))

    def _known(self, campaign: str) -> None:
        if campaign != "spring":
            raise ResourceMissing(f"there is no campaign {campaign}")

    async def campaigns(self) -> shapes.CampaignList:
        return shapes.CampaignList(campaigns=[])

    async def campaign(self, campaign: str) -> shapes.CampaignView:
        self._known(campaign)
        return view(rev=self.rev)

    async def choices(self) -> shapes.CampaignChoices:
        return shapes.CampaignChoices(
            queues=[], flows=[], carriers=[], rules=[], countries=["CN"], dispositions=[], defaults=DOCUMENT
        )

    async def check(self, document: Campaign) -> shapes.CampaignChecked:
        return shapes.CampaignChecked(problems=[])

    async def create(self, document: Campaign, *, by: str) -> shapes.CampaignView:
        self._did("create", by, document)
        return view(document)

    async def change(self, campaign: str, rev: int, document: Campaign, *, by: str) -> shapes.CampaignView:
        self._known(campaign)
        if rev != self.rev:
            raise CampaignChanged("somebody else was faster")
        self._did("change", by, document)
        return view(document, rev=rev + 1)

    async def copy(self, campaign: str, name: str, *, by: str) -> shapes.CampaignView:
        self._did("copy", by, name)
        return view()

    async def delete(self, campaign: str, *, by: str) -> None:
        self._did("delete", by, campaign)

    async def set_state(self, campaign: str, state: str, *, by: str) -> shapes.CampaignView:
        self._did("state", by, state)
        return view(state=state)

    async def set_mode(self, campaign: str, mode: Mode, *, by: str) -> shapes.CampaignView:
        self._did("mode", by, mode)
        return view()

    def jurisdictions(self) -> shapes.Jurisdictions:
        return shapes.Jurisdictions(jurisdictions=[])

    async def waterfall(self, campaign: str) -> lead_shapes.Waterfall:
        step = lead_shapes.WaterfallStep(rule="do_not_call", count=3, left=7, until=None, text=BOTH)
        return lead_shapes.Waterfall(
            campaign=campaign, at=1.0, total=10, steps=[step], callable_now=7, restricted=0, again_at=None
        )

    async def leads(self, campaign: str, query: lead_shapes.LeadsQuery) -> lead_shapes.LeadPage:
        return lead_shapes.LeadPage(leads=[lead_line()], next="")

    async def lead(self, lead: str) -> lead_shapes.LeadDetail:
        if lead != "l1":
            raise ResourceMissing(f"there is no lead {lead}")
        return lead_shapes.LeadDetail(
            lead=lead_line(),
            person="p1",
            language="zh",
            zone="",
            fields={},
            consent=None,
            do_not_call="",
            callback_note="",
            why={},
            numbers=[],
            attempts=[],
        )

    async def promise_callback(self, lead: str, asked: lead_shapes.LeadCallback, *, by: str) -> lead_shapes.LeadDetail:
        self._did("callback", by, asked)
        return await self.lead(lead)

    async def dial_again(self, lead: str, *, by: str) -> lead_shapes.LeadDetail:
        self._did("again", by, lead)
        return await self.lead(lead)

    async def recycle(self, campaign: str, asked: day_shapes.Recycle, *, by: str) -> day_shapes.Recycled:
        if not asked.try_only:
            self._did("recycle", by, asked)
        return day_shapes.Recycled(leads=3, agent_hours=41.0, reach_ratio=0.63, text=BOTH, done=not asked.try_only)

    async def export(self, campaign: str) -> AsyncIterator[bytes]:
        self._known(campaign)
        yield b"\xef\xbb\xbfid\r\n"
        yield b"l1\r\n"

    async def day(self, campaign: str, day: str | None) -> day_shapes.DaySeries:
        caller_id = day_shapes.CallerIdLine(
            number="+862161234567",
            calls_today=120,
            answer_rate=None,
            rests_until=1e9,
            rested_rate=0.08,
            others_rate=0.3,
        )
        carrier = day_shapes.CarrierLine(name="trunk", used=True, in_use=4, lines=30, rate_share=0.5, rests_until=None)
        return day_shapes.DaySeries(
            campaign=campaign,
            day=day or "2026-11-22",
            zone="Asia/Shanghai",
            step_s=300.0,
            points=[],
            caller_ids=None if day else [caller_id],
            carriers=None if day else [carrier],
        )

    async def detections(self, campaign: str) -> day_shapes.DetectionReport:
        advice = day_shapes.DetectionAdvice(text=BOTH, change="", before=0, after=0, effect={}, more_mistaken=False)
        return day_shapes.DetectionReport(
            campaign=campaign,
            since=0.0,
            human=0,
            unsure=0,
            machines=0,
            connected=0,
            missed=0,
            missed_agent_s=0.0,
            put_through=0,
            unmarked=0,
            mistaken_share=0.0,
            verdict_p50_s=None,
            verdict_p90_s=None,
            silence_s=0.8,
            advice=advice,
            mistaken_low=0.0,
            mistaken_high=1.0,
            cost_s=0.0,
            cost_error_s=0.0,
        )

    async def decisions(self, campaign: str, *, before: int | None, limit: int) -> day_shapes.PacingDecisions:
        one = day_shapes.PacingDecision(number=1, at=1.0, launched=3, why=BOTH, evidence={"idle": 2})
        return day_shapes.PacingDecisions(decisions=[one], before=None)

    async def forecast(self, campaign: str) -> day_shapes.CampaignForecast:
        return day_shapes.CampaignForecast(
            at=1.0,
            left=10,
            attempts=20.0,
            attempts_per_hour=None,
            agent_hours=None,
            reach_ratio=None,
            ends_at=None,
            text=BOTH,
        )

    async def what_if(self, campaign: str, agents: int) -> day_shapes.AgentsWhatIfAnswer:
        return day_shapes.AgentsWhatIfAnswer(
            now=_FIGURES, then=_FIGURES, hours=8.0, runs=4, more_per_hour=0.0, margin=2.0, text=BOTH
        )

    async def sheets(self, campaign: str) -> sheet_shapes.SheetList:
        return sheet_shapes.SheetList(sheets=[], chain_holds=True, broken_day=None, broken_why=None)

    async def sheet(self, campaign: str, day: str | None) -> sheet_shapes.ComplianceSheet:
        return sheet()

    async def inspect(
        self, name: str, pieces: AsyncIterator[bytes], *, by: str, forbidden: bool = False
    ) -> list_shapes.Inspected:
        self.received = b"".join([piece async for piece in pieces])
        self._did("inspect", by, name)
        return list_shapes.Inspected(
            upload="u1",
            name=name,
            encoding="utf-8",
            separator=",",
            columns=[list_shapes.UploadColumn(header="phone", use="number", samples=[])],
            rows=1,
            sample=[["13800138000"]],
            problems=[],
        )

    async def import_list(self, new: list_shapes.NewList, *, by: str) -> list_shapes.ImportJob:
        self._did("import", by, new)
        return job()

    async def import_job(self, job_id: str) -> list_shapes.ImportJob:
        return job()

    async def lists(self, campaign: str | None) -> list_shapes.LeadLists:
        return list_shapes.LeadLists(lists=[], cut_off=[])

    async def undo_list(self, list_id: str, *, by: str) -> None:
        self._did("undo", by, list_id)

    async def bad_rows(self, list_id: str) -> AsyncIterator[bytes]:
        yield b"row\r\n"

    async def forbidden(self, query: list_shapes.ForbiddenQuery) -> list_shapes.ForbiddenPage:
        return list_shapes.ForbiddenPage(entries=[entry()], next="")

    async def forbid(self, asked: list_shapes.Forbid, *, by: str) -> list_shapes.ForbiddenLine:
        self._did("forbid", by, asked)
        return entry()

    async def forbid_many(self, asked: list_shapes.ForbidMany, *, by: str) -> list_shapes.ForbiddenMany:
        self._did("forbid_many", by, asked)
        return list_shapes.ForbiddenMany(entered=1, bad=[], bad_count=0)

    async def import_forbidden(self, new: list_shapes.ForbidList, *, by: str) -> list_shapes.ImportJob:
        self._did("forbid_list", by, new)
        return job()

    async def lift(self, entry_id: str, *, by: str) -> None:
        self._did("lift", by, entry_id)

    def dial_choices(self, agent: str | None) -> list_shapes.DialChoices:
        return list_shapes.DialChoices(campaigns=[])

    async def may_dial(self, number: str, *, campaign: str) -> list_shapes.Dialled:
        return list_shapes.Dialled(call=None, number=number, verdict=YES)

    async def dial(self, number: str, *, agent: str, campaign: str, by: str) -> list_shapes.Dialled:
        self._did("dial", by, (number, agent, campaign))
        return list_shapes.Dialled(call="call-1", number=number, verdict=YES)

    async def promises(self, agent: str | None) -> list_shapes.Promises:
        self._did("promises", agent or "anybody", ())
        one = list_shapes.PromisedCall(
            id="l1",
            campaign="spring",
            campaign_name="Spring",
            name="Lin",
            number="+8613800138000",
            zone="Asia/Shanghai",
            at=1.0,
            agent=agent,
            note="",
            in_hand=False,
            may_change=True,
        )
        return list_shapes.Promises(promises=[one], more=False)

    async def move_promise(self, lead: str, change: list_shapes.MovePromise, *, by: str, agent: str | None) -> None:
        self._did("move_promise", by, (lead, change.at, agent))

    async def cancel_promise(self, lead: str, *, by: str, agent: str | None) -> None:
        self._did("cancel_promise", by, (lead, agent))
