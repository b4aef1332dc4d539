"""Campaigns as documents: created, checked, changed, started and stopped.

What is not running goes to the database at once, so that whoever saved it can rely on it. A change of state goes to the
calls first and to the journal then: to stop a campaign needs no database.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence

import msgspec

from tandem.agent_desktop.core import campaign_resources as shapes
from tandem.agent_desktop.errors import CampaignChanged, CampaignRefused
from tandem.cti.app.campaign_desk import choices
from tandem.cti.app.campaign_desk.ground import Book, Ground, Part
from tandem.cti.app.dialer import days
from tandem.cti.app.dialer.days import zone_of
from tandem.cti.app.dialer.wording import over_limit, prompts_of
from tandem.cti.app.floor_plan import CampaignsApplied
from tandem.cti.model.campaigns import Campaign, CampaignRecord, Mode, State, TuningStep
from tandem.cti.model.errors import BadRequest
from tandem.cti.model.ids import CampaignId
from tandem.ivr.core.speech import Prompt
from tandem.routing.core.dialer.machine_steps import taken

MOST_CAMPAIGNS = 2_000
FROM: dict[State, frozenset[State]] = {
    "running": frozenset(("draft", "paused", "draining", "stopped", "completed")),
    "paused": frozenset(("running", "draining")),
    "draining": frozenset(("running", "paused")),
    "stopped": frozenset(("running", "paused", "draining", "completed")),
}
"""State -> the states from which a person may bring a campaign into it."""


class Documents(Part):
    """Whoever changes one does so alone, one after the other."""

    def __init__(self, ground: Ground, book: Book) -> None:
        super().__init__(ground, book)
        self._one = asyncio.Lock()
        self._sounds: dict[Prompt, str] = {}

    async def open(self) -> None:
        """The center hears of the campaigns, with their sounds. Raises SpeechUnavailable."""
        records = [record for record in self._book.all() if record.state != "draft"]
        await self._speak([record.document for record in records])
        self._apply()

    # ---- looked at

    async def campaigns(self) -> shapes.CampaignList:
        return shapes.CampaignList(campaigns=[_summary(record) for record in self._book.all()])

    async def campaign(self, campaign: str) -> shapes.CampaignView:
        return self._view(self._book.known(campaign))

    async def choices(self) -> shapes.CampaignChoices:
        return choices.of(self._ground)

    async def check(self, document: Campaign) -> shapes.CampaignChecked:
        return shapes.CampaignChecked(
            problems=choices.problems(self._ground, _named(document), self._book.get(document.id))
        )

    # ---- changed

    async def create(self, document: Campaign, *, by: str) -> shapes.CampaignView:
        document = _named(document)
        async with self._one:
            if len(self._book.all()) >= MOST_CAMPAIGNS:
                raise CampaignRefused.because("campaigns_full", most=MOST_CAMPAIGNS)
            record = CampaignRecord(id=document.id, rev=1, state="draft", document=document, by=by, at=self._ground.now)
            if self._book.get(document.id) is not None or not await self._ground.campaigns.create(record):
                raise BadRequest.because("campaign_exists", campaign=document.id)
            self._book.put(record)
        return self._view(record)

    async def change(self, campaign: str, rev: int, document: Campaign, *, by: str) -> shapes.CampaignView:
        if document.id not in ("", campaign):
            raise BadRequest.because("campaign_id_fixed")
        document = msgspec.structs.replace(document, id=CampaignId(campaign))
        async with self._one:
            before = self._book.known(campaign)
            if before.rev != rev:
                raise _changed(before.by)
            if before.state != "draft":
                self._no_errors(document, before)
                await self._speak([document])
            return await self._replace(before, msgspec.structs.replace(before, document=document, why=""), by=by)

    async def copy(self, campaign: str, name: str, *, by: str) -> shapes.CampaignView:
        document = self._book.known(campaign).document
        return await self.create(msgspec.structs.replace(document, id=CampaignId(""), name=name), by=by)

    async def delete(self, campaign: str, *, by: str) -> None:
        async with self._one:
            if self._book.known(campaign).state != "draft":
                raise CampaignRefused.because("campaign_not_draft")
            await self._ground.campaigns.delete(campaign)
            self._book.drop(campaign)

    async def set_state(self, campaign: str, state: State, *, by: str) -> shapes.CampaignView:
        async with self._one:
            before = self._book.known(campaign)
            if before.state == state:
                return self._view(before)
            if before.state not in FROM.get(state, ()):
                raise CampaignRefused.because("campaign_step", state=before.state, wanted=state)
            if state == "running":
                self._no_errors(before.document, before)
                await self._speak([before.document])
            return self._carry_out(before, msgspec.structs.replace(before, state=state, why=""), by=by)

    async def set_mode(self, campaign: str, mode: Mode, *, by: str) -> shapes.CampaignView:
        async with self._one:
            before = self._book.known(campaign)
            if before.document.mode == mode:
                return self._view(before)
            document = msgspec.structs.replace(before.document, mode=mode)
            after = msgspec.structs.replace(before, document=document, why="")
            if before.state == "draft":
                return await self._replace(before, after, by=by)
            self._no_errors(document, before)
            await self._speak([document])
            return self._carry_out(before, after, by=by)

    async def tune(self, campaign: str, rev: int, step: TuningStep) -> bool:
        """Set a threshold of the machine detection by itself; False when somebody has changed the campaign since."""
        async with self._one:
            before = self._book.get(campaign)
            if before is None or before.rev != rev or before.state == "draft":
                return False
            detection = taken(before.document.machine_detection, step)
            document = msgspec.structs.replace(before.document, machine_detection=detection)
            self._carry_out(before, msgspec.structs.replace(before, document=document, why=step.why["en"]), by="")
            return True

    # ---- inside

    async def _replace(self, before: CampaignRecord, after: CampaignRecord, *, by: str) -> shapes.CampaignView:
        """To the database first. Raises CampaignChanged when what stands there is not ``before``."""
        if before.state != "draft":
            return self._carry_out(before, after, by=by)
        record = msgspec.structs.replace(after, rev=before.rev + 1, by=by, at=self._ground.now)
        if not await self._ground.campaigns.replace(record, expected_rev=before.rev):
            raise _changed("")
        self._book.put(record)
        return self._view(record)

    def _carry_out(self, before: CampaignRecord, after: CampaignRecord, *, by: str) -> shapes.CampaignView:
        """To the calls first."""
        record = msgspec.structs.replace(after, rev=before.rev + 1, by=by, at=self._ground.now)
        self._book.put(record)
        try:
            self._apply()
        except Exception:
            self._book.put(before)
            raise
        self._ground.journal.write(record)
        return self._view(self._book.known(record.id))  # it may have moved on by itself: nothing was left to drain

    def _apply(self) -> None:
        records = tuple(record for record in self._book.all() if record.state != "draft")
        self._ground.shell.take(CampaignsApplied(records, tuple(self._sounds.items())))

    async def _speak(self, documents: Sequence[Campaign]) -> None:
        """Raises SpeechUnavailable. What was spoken before is not spoken again."""
        prompts = prompts_of(documents) - self._sounds.keys()
        if prompts:
            self._sounds |= await self._ground.speak(prompts)

    def _no_errors(self, document: Campaign, before: CampaignRecord) -> None:
        errors = [each for each in choices.problems(self._ground, document, before) if each.severity == "error"]
        if errors:
            first = errors[0]
            raise CampaignRefused.because("campaign_errors", texts=first.what, field=first.field)

    def _view(self, record: CampaignRecord) -> shapes.CampaignView:
        return shapes.CampaignView(
            id=record.id,
            rev=record.rev,
            state=record.state,
            document=record.document,
            changed_by=record.by,
            changed_at=record.at,
            why=record.why,
            problems=choices.problems(self._ground, record.document, record),
            zone=str(zone_of(record.document)),
            warning=self._warning(record),
        )

    def _warning(self, record: CampaignRecord) -> dict[str, str]:
        """Abandoned calls that answers to come were to pay for, which do not come now."""
        run, now = self._ground.run(record.id), self._ground.now
        if run is None or record.state in ("draft", "running"):
            return {}
        owed = days.owed(run, now)
        today = run.days.get(days.day_of(record.document, now))
        if today is None or not owed:
            return {}
        return over_limit(
            record.state,
            answered=days.answered(run, today),
            abandoned=today.abandoned,
            limit=days.limit(run),
            owed=owed,
        )


def _named(document: Campaign) -> Campaign:
    """A new campaign need not have an id: it is made here."""
    return document if document.id else msgspec.structs.replace(document, id=CampaignId(f"c-{secrets.token_hex(6)}"))


def _summary(record: CampaignRecord) -> shapes.CampaignSummary:
    document = record.document
    return shapes.CampaignSummary(
        id=record.id,
        rev=record.rev,
        name=document.name,
        state=record.state,
        mode=document.mode,
        queue=document.queue,
        rules=document.rules,
        priority=document.priority,
        weight=document.weight,
        changed_by=record.by,
        changed_at=record.at,
        why=record.why,
    )


def _changed(by: str) -> CampaignChanged:
    """``by``: '' when the campaign changed by itself, or nobody knows who it was."""
    if by:
        return CampaignChanged.because("campaign_changed_by", by=by)
    return CampaignChanged.because("campaign_changed_itself")
