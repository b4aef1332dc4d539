"""What the seat's edge needs from the rest of the house."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Collection, Sequence
from pathlib import Path
from typing import Protocol

from tandem.agent_desktop.core.campaign_day_resources import (
    AgentsWhatIfAnswer,
    CampaignForecast,
    DaySeries,
    DetectionReport,
    PacingDecisions,
    Recycle,
    Recycled,
)
from tandem.agent_desktop.core.campaign_resources import (
    CampaignChecked,
    CampaignChoices,
    CampaignList,
    CampaignView,
    Jurisdictions,
)
from tandem.agent_desktop.core.compliance_resources import ComplianceSheet, SheetList
from tandem.agent_desktop.core.flow_resources import (
    CallMe,
    DraftCall,
    FlowCatalogue,
    FlowChecked,
    FlowDetail,
    FlowFiles,
    FlowNumbers,
    FlowTested,
    FlowVersion,
    FlowVersionText,
    GoCanary,
    GoLive,
    NewDraft,
    NewReplay,
    PromptRecording,
    PromptRecordings,
    ReplayReport,
)
from tandem.agent_desktop.core.lead_resources import LeadCallback, LeadDetail, LeadPage, LeadsQuery, Waterfall
from tandem.agent_desktop.core.list_resources import (
    DialChoices,
    Dialled,
    Forbid,
    ForbiddenLine,
    ForbiddenMany,
    ForbiddenPage,
    ForbiddenQuery,
    ForbidList,
    ForbidMany,
    ImportJob,
    Inspected,
    LeadLists,
    MovePromise,
    NewList,
    Promises,
)
from tandem.agent_desktop.core.messages import PageCommand, ServerMessage
from tandem.agent_desktop.core.resources import (
    CallDetail,
    CallPage,
    CallsQuery,
    CheckReport,
    NewCustomer,
    TransferTargets,
    UserView,
)
from tandem.agent_desktop.core.routing_resources import (
    ApplyPlan,
    CallbackChange,
    CallWhy,
    Closures,
    FormEdit,
    LineEntry,
    LinePage,
    NewCallback,
    NewTask,
    PlanChecked,
    PlanEdited,
    PlanPreview,
    PlanVersions,
    PlanVersionText,
    RoutingPlan,
    SetClosure,
    TaskList,
    TaskView,
    WhyWaiting,
)
from tandem.agent_desktop.core.study_resources import ExpectedWait, NewWhatIf, Staffing, WhatIfDesk, WhatIfJob
from tandem.agent_desktop.core.survey_resources import SurveyLine, SurveyQuery
from tandem.cti.model.campaigns import Campaign, Mode, State
from tandem.cti.model.ids import AgentId
from tandem.cti.model.records import CallbackRecord, CustomerMatch


class Center(Protocol):
    """The running contact center, as the seat socket sees it. All methods are synchronous and fast.

    The socket calls ``seat_opened``/``board_opened`` once a page has said Hello and is welcome; from then on
    the center pushes through the ``SeatHub`` (below). It raises CtiError for a refused command.
    """

    def seat_opened(self, agent: AgentId, *, on_call: bool) -> None:
        """The agent's page is connected (again). The center answers by ``hub.to_seat(agent, Seat(...))``.

        ``on_call`` is the page's word that its softphone has a live session (``Hello.on_call``).
        """

    def seat_closed(self, agent: AgentId, *, page_gone: bool) -> None:
        """The agent's page is away. ``page_gone``: closed or reloaded (WebSocket close code 1001), not just cut."""

    def board_opened(self, user: str) -> None:
        """A supervisor's page is connected. The center answers by ``hub.to_board(user, Board(whole=True, ...))``."""

    def command(self, agent: AgentId, command: PageCommand) -> Awaitable[None] | None:
        """Carried out when it returns; an awaitable: when that is over (which may raise CtiError as well)."""

    def logged_out(self, agent: AgentId) -> None: ...

    def transfer_targets(self) -> TransferTargets: ...

    @property
    def switch_up(self) -> bool: ...

    @property
    def database_up(self) -> bool: ...


class SeatHub(Protocol):
    """How the center reaches the pages. Never blocks; a page that reads too slowly is cut and resumes later.

    ``message.seq`` is filled in by the hub (the center passes 0).
    """

    def to_seat(self, agent: AgentId, message: ServerMessage) -> None: ...

    def to_board(self, user: str, message: ServerMessage) -> None:
        """To one board page."""

    def to_boards(self, message: ServerMessage) -> None:
        """To all board pages."""

    def to_all(self, message: ServerMessage) -> None: ...

    def show_callbacks(self, open_: Collection[CallbackRecord]) -> None:
        """All that are open now, in the order of the list: pages that watch them are told what changed."""


class SessionStore(Protocol):
    """Users and log-in sessions. Tokens are stored hashed (SHA-256)."""

    async def user(self, login: str) -> tuple[UserView, str] | None:
        """The user and the argon2id hash of the password; None when there is no such active user."""

    async def open_session(self, token_hash: bytes, login: str, *, until: float) -> None: ...

    async def session_user(self, token_hash: bytes, *, now: float) -> UserView | None: ...

    async def close_session(self, token_hash: bytes) -> None: ...

    async def set_language(self, login: str, language: str) -> UserView: ...


class Library(Protocol):
    """What the pages read. Raises ResourceMissing."""

    async def calls(self, query: CallsQuery) -> CallPage: ...

    async def call(self, call_id: str) -> CallDetail: ...

    async def recording(self, recording_id: str) -> tuple[str, str | None]:
        """File name inside the recordings folder, and the agent it belongs to."""

    async def customers(self, text: str, *, limit: int) -> Sequence[CustomerMatch]: ...

    async def customer(self, customer_id: str) -> CustomerMatch: ...

    async def create_customer(self, new: NewCustomer, *, by: str) -> CustomerMatch: ...

    async def open_callbacks(self) -> Sequence[CallbackRecord]: ...

    async def survey_lines(self, query: SurveyQuery, *, since: float, until: float, limit: int) -> Sequence[SurveyLine]:
        """What callers answered, ``since <= at < until`` (whatever ``query`` says of that), at most ``limit`` lines.
        Ordered by question, then by name."""


class Operations(Protocol):
    """What an operator sees of the installation."""

    async def check(self) -> CheckReport: ...

    @property
    def recordings_dir(self) -> Path: ...


class RoutingDesk(Protocol):
    """The plan that routing decides by, and the one line of all who wait.

    ``agent`` (where given): only what is this agent's; what is not raises ResourceMissing. ``by``: login of who asks.
    Work on a plan's text runs off the event loop when the text is long.
    """

    # ---- the plan

    async def plan(self) -> RoutingPlan: ...

    async def check(self, text: str) -> PlanChecked: ...

    async def edit(self, text: str, edits: Sequence[FormEdit]) -> PlanEdited:
        """The text with the edits, written canonically. Raises BadRequest: an edit that leads nowhere."""

    async def preview(self, text: str) -> PlanPreview: ...

    async def apply(self, new: ApplyPlan, *, by: str) -> RoutingPlan:
        """All at once or not at all. Raises BadRequest (the plan has errors) or PlanChanged (another was applied)."""

    async def versions(self) -> PlanVersions: ...

    async def version(self, version: int) -> PlanVersionText: ...

    async def set_closure(self, queue: str | None, closure: SetClosure, *, by: str) -> Closures:
        """Close or open one queue (None: all) by hand. Idempotent."""

    # ---- the line

    async def line(self, *, queue: str | None, limit: int, agent: str | None) -> LinePage:
        """``agent``: only the queues that he could be given work of."""

    async def why_waiting(self, work: str) -> WhyWaiting: ...

    async def call_back(self, new: NewCallback, *, by: str) -> LineEntry: ...

    async def change_callback(
        self, callback: str, change: CallbackChange, *, by: str, agent: str | None
    ) -> LineEntry: ...

    async def cancel_callback(self, callback: str, *, by: str, agent: str | None) -> None:
        """Raises WrongState while it is being dialled."""

    async def why(self, call: str) -> CallWhy: ...

    # ---- work that is not a call

    async def tasks(self, *, queue: str | None, state: str | None, limit: int, agent: str | None) -> TaskList: ...

    async def create_task(self, new: NewTask, *, by: str) -> TaskView: ...

    async def cancel_task(self, task: str, *, by: str) -> None: ...


class Studies(Protocol):
    """What takes long and changes nothing: simulations of stored days, staffing, how good the predictions were."""

    async def what_if_desk(self) -> WhatIfDesk: ...

    async def start_what_if(self, new: NewWhatIf, *, by: str) -> WhatIfJob:
        """Raises BadRequest (the change does not fit the day's plan), ResourceMissing (no such day) or LimitReached."""

    async def what_if(self, job_id: str) -> WhatIfJob: ...

    async def cancel_what_if(self, job_id: str) -> None:
        """Idempotent; a job that is over is forgotten."""

    async def staffing(self, queue: str, day: str) -> Staffing: ...

    async def expected_wait(self) -> ExpectedWait: ...


class FlowDesk(Protocol):
    """IVR flows: versions, what calls get, what callers did. A flow that does not exist raises ResourceMissing.

    Long work (check, test, replay) runs off the event loop. ``by``: login of who asks.
    """

    async def flows(self) -> FlowCatalogue: ...

    async def flow(self, name: str) -> FlowDetail: ...

    async def version(self, name: str, version: int) -> FlowVersionText: ...

    async def save_draft(self, name: str, new: NewDraft, *, by: str) -> FlowVersion:
        """With problems or without. Raises BadRequest: ``main`` is not among the files, or it is another flow's."""

    async def go_live(self, name: str, asked: GoLive, *, by: str) -> FlowDetail:
        """All at once or not at all. Raises FlowRefused (errors, failing tests), SpeechUnavailable."""

    async def go_canary(self, name: str, asked: GoCanary, *, by: str) -> FlowDetail:
        """As ``go_live``. Raises BadRequest as well: a number that is not the flow's."""

    async def end_canary(self, name: str, *, by: str) -> FlowDetail: ...

    async def roll_back(self, name: str, *, by: str) -> FlowDetail:
        """Raises FlowRefused: there is nothing to go back to."""

    async def check(self, bundle: FlowFiles) -> FlowChecked: ...

    async def test(self, bundle: FlowFiles) -> FlowTested: ...

    async def numbers(self, name: str, *, version: int | None, days: int) -> FlowNumbers: ...

    async def replay(self, name: str, asked: NewReplay) -> ReplayReport:
        """Raises BadRequest: the draft has errors."""

    async def call_me(self, bundle: CallMe, *, user: UserView) -> DraftCall:
        """Raises BadRequest (errors), WrongState (no phone, or it is not there), SpeechUnavailable."""

    async def listen(self, language: str, text: str) -> bytes:
        """A WAV file. Raises SpeechUnavailable."""

    async def recordings(self) -> PromptRecordings: ...

    async def put_recording(self, language: str, text: str, audio: bytes, *, by: str) -> PromptRecording:
        """Raises BadRequest: what is wrong with it."""

    async def drop_recording(self, language: str, text: str) -> None: ...


class CampaignDesk(Protocol):
    """Campaigns: documents, leads with their reasons, lists, who is not called, sheets, dialling by hand.

    What does not exist raises ResourceMissing. ``by``: login of who asks. Counting and simulating runs off the event
    loop. While the database is away everything but ``set_state`` to a state in which nothing is dialled raises
    Unavailable.
    """

    # ---- documents

    async def campaigns(self) -> CampaignList: ...

    async def campaign(self, campaign: str) -> CampaignView: ...

    async def choices(self) -> CampaignChoices: ...

    async def check(self, document: Campaign) -> CampaignChecked: ...

    async def create(self, document: Campaign, *, by: str) -> CampaignView:
        """A draft, with problems or without. Raises BadRequest: its id is taken."""

    async def change(self, campaign: str, rev: int, document: Campaign, *, by: str) -> CampaignView:
        """Raises CampaignChanged (a newer revision), CampaignRefused (errors, in a campaign that is no draft)."""

    async def copy(self, campaign: str, name: str, *, by: str) -> CampaignView: ...

    async def delete(self, campaign: str, *, by: str) -> None:
        """Raises CampaignRefused: it is no draft."""

    async def set_state(self, campaign: str, state: State, *, by: str) -> CampaignView:
        """Idempotent. Raises CampaignRefused (errors; not from here), SpeechUnavailable (its messages)."""

    async def set_mode(self, campaign: str, mode: Mode, *, by: str) -> CampaignView:
        """Idempotent. Raises CampaignRefused: what this mode needs is missing."""

    def jurisdictions(self) -> Jurisdictions: ...

    # ---- leads

    async def waterfall(self, campaign: str) -> Waterfall: ...

    async def leads(self, campaign: str, query: LeadsQuery) -> LeadPage: ...

    async def lead(self, lead: str) -> LeadDetail: ...

    async def promise_callback(self, lead: str, asked: LeadCallback, *, by: str) -> LeadDetail:
        """Raises BadRequest (in the past, no such agent), WrongState (he is being dialled, or never to be)."""

    async def dial_again(self, lead: str, *, by: str) -> LeadDetail:
        """Open again. Raises WrongState (he is being dialled, or never to be)."""

    async def recycle(self, campaign: str, asked: Recycle, *, by: str) -> Recycled: ...

    def export(self, campaign: str) -> AsyncIterator[bytes]:
        """CSV in pieces."""

    # ---- numbers

    async def day(self, campaign: str, day: str | None) -> DaySeries: ...

    async def detections(self, campaign: str) -> DetectionReport: ...

    async def decisions(self, campaign: str, *, before: int | None, limit: int) -> PacingDecisions: ...

    async def forecast(self, campaign: str) -> CampaignForecast: ...

    async def what_if(self, campaign: str, agents: int) -> AgentsWhatIfAnswer:
        """Raises BadRequest: nobody would be left; or no mode that dials by itself."""

    async def sheets(self, campaign: str) -> SheetList: ...

    async def sheet(self, campaign: str, day: str | None) -> ComplianceSheet:
        """Provisional while the day is not over. Raises ResourceMissing: of a day to come."""

    # ---- lists

    async def inspect(self, name: str, pieces: AsyncIterator[bytes], *, by: str, forbidden: bool = False) -> Inspected:
        """Raises BadRequest (cannot be read), TooLarge."""

    async def import_list(self, new: NewList, *, by: str) -> ImportJob: ...

    async def import_job(self, job_id: str) -> ImportJob: ...

    async def lists(self, campaign: str | None) -> LeadLists: ...

    async def undo_list(self, list_id: str, *, by: str) -> None:
        """Its leads are not dialled from this moment on. Idempotent."""

    def bad_rows(self, list_id: str) -> AsyncIterator[bytes]: ...

    # ---- who is not called

    async def forbidden(self, query: ForbiddenQuery) -> ForbiddenPage: ...

    async def forbid(self, asked: Forbid, *, by: str) -> ForbiddenLine:
        """Nobody is dialled against it any more when this returns. Raises BadRequest."""

    async def forbid_many(self, asked: ForbidMany, *, by: str) -> ForbiddenMany: ...

    async def import_forbidden(self, new: ForbidList, *, by: str) -> ImportJob: ...

    async def lift(self, entry_id: str, *, by: str) -> None:
        """Idempotent."""

    # ---- by hand

    def dial_choices(self, agent: str | None) -> DialChoices:
        """``agent``: only where he works."""

    async def may_dial(self, number: str, *, campaign: str) -> Dialled:
        """Asks the gate. Raises BadRequest: it is no number."""

    async def dial(self, number: str, *, agent: str, campaign: str, by: str) -> Dialled:
        """Asks the gate, then dials for this agent. Raises BadRequest (no number), WrongState (he is not free)."""

    # ---- calls that were promised: ``agent`` None: anybody's

    async def promises(self, agent: str | None) -> Promises:
        """``agent``: his own, and the team's of campaigns that may have him."""

    async def move_promise(self, lead: str, change: MovePromise, *, by: str, agent: str | None) -> None:
        """Raises BadRequest (in the past; for whom it may not be), ResourceMissing (none, or not his), WrongState
        (being dialled)."""

    async def cancel_promise(self, lead: str, *, by: str, agent: str | None) -> None:
        """He is not called for it any more. Raises ResourceMissing, WrongState."""
