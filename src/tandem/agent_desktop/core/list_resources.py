"""Shapes of the REST interface to who is dialled: lists of leads, who is not called, numbers dialled by hand.

See ``lead_resources``.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from tandem.agent_desktop.core.campaign_resources import CampaignChoice
from tandem.agent_desktop.core.fields import Amount, Cursor, FilledLine, Id, Line, Moment, Texts
from tandem.agent_desktop.core.lead_resources import GateVerdict

UPLOAD_BYTES = 500 * 1024 * 1024
"""The largest list."""
FORBID_BYTES = 4 * 1024 * 1024
Digits = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^(?![\s\S]*[\x00-\x1f\x7f])(?=.*\S)")]
"""A telephone number as people write it."""

# ---- lists ----------------------------------------------------------------------------------------------------------


class UploadQuery(msgspec.Struct, frozen=True, kw_only=True):
    name: FilledLine
    """Of the file."""
    forbidden: bool = False
    """It is a list of who is not to be called."""


class UploadColumn(msgspec.Struct, frozen=True, kw_only=True):
    """``use``: what it seems to be (see ``NewList.columns``); '' = not taken over."""

    header: str
    use: str
    samples: list[str]


class Inspected(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a file that was sent. ``rows``: about so many; None = not known before it is read."""

    upload: str
    name: str
    encoding: str
    separator: str
    columns: list[UploadColumn]
    rows: int | None
    sample: list[list[str]]
    problems: list[Texts]


class NewList(msgspec.Struct, frozen=True, kw_only=True):
    """``columns``: what each column is, in their order: ``number``, ``number.mobile``, ``number.home``,
    ``number.work``, ``name``, ``person``, ``language``, ``zone``, ``country``, ``region``, ``postcode``, ``priority``,
    ``consent``, ``segment``, ``field.<name>``, or '' (not taken over). ``country``: of numbers without a country code.
    """

    upload: Id
    campaign: Id
    name: FilledLine
    columns: Annotated[list[Line], msgspec.Meta(min_length=1, max_length=500)]
    country: Annotated[str, msgspec.Meta(pattern=r"^([A-Z]{2})?$(?!\n)")] = ""
    header: bool = True
    """The first row has the columns' names."""
    segment: Line = ""
    """What the answer rate is learned by, when no column says it; '' = the list."""


class ImportJob(msgspec.Struct, frozen=True, kw_only=True):
    """``state``: ``waiting``, ``running``, ``done``, ``failed`` (nothing of it is there; ``problem`` says why).
    ``rows`` None: not known yet."""

    id: str
    list_id: str
    campaign: str
    name: str
    state: str
    rows_done: int
    rows: int | None
    accepted: int
    bad: int
    duplicates: int
    do_not_call: int
    problem: Texts


class ListsQuery(msgspec.Struct, frozen=True, kw_only=True):
    campaign: Id | None = None


class LeadListView(msgspec.Struct, frozen=True, kw_only=True):
    """A list that was imported. ``left``: leads that are not over."""

    id: str
    campaign: str
    name: str
    file: str
    state: str
    imported_by: str
    imported_at: float
    rows: int
    accepted: int
    bad: int
    duplicates: int
    do_not_call: int
    left: int | None


class LeadLists(msgspec.Struct, frozen=True, kw_only=True):
    """``cut_off``: imports that the end of the server interrupted, of which there is something to say; with campaign ''
    when nobody can tell whose it was."""

    lists: list[LeadListView]
    cut_off: list[ImportJob]


# ---- who is not called -----------------------------------------------------------------------------------------------

Scope = Literal["global", "campaign", "person"]


class ForbiddenQuery(msgspec.Struct, frozen=True, kw_only=True):
    q: Line = ""
    """The beginning or the end of a number, or a person."""
    scope: Scope | None = None
    campaign: Id | None = None
    cursor: Cursor = ""
    limit: Amount = 50


class ForbiddenLine(msgspec.Struct, frozen=True, kw_only=True):
    """``until``: None = for ever. ``lifted``: it does not count any more."""

    id: str
    scope: str
    number: str
    person: str
    campaign: str | None
    at: float
    by: str
    source: str
    until: float | None
    lifted: bool


class ForbiddenPage(msgspec.Struct, frozen=True, kw_only=True):
    entries: list[ForbiddenLine]
    next: str


class Forbid(msgspec.Struct, frozen=True, kw_only=True):
    """Counts from the next moment on. ``person`` for the scope of that name, else ``number``."""

    scope: Scope = "global"
    number: Line = ""
    person: Line = ""
    campaign: Id | None = None
    until: Moment | None = None


class ForbidMany(msgspec.Struct, frozen=True, kw_only=True):
    numbers: Annotated[list[Line], msgspec.Meta(min_length=1, max_length=50_000)]
    campaign: Id | None = None
    """None: in all campaigns."""
    country: Annotated[str, msgspec.Meta(pattern=r"^([A-Z]{2})?$(?!\n)")] = ""
    until: Moment | None = None


class ForbidList(msgspec.Struct, frozen=True, kw_only=True):
    """A list that was sent (with ``forbidden``). ``columns``: what each is: ``number``, ``person``, ``until`` or ''."""

    upload: Id
    columns: Annotated[list[Line], msgspec.Meta(min_length=1, max_length=500)]
    campaign: Id | None = None
    """None: in all campaigns."""
    country: Annotated[str, msgspec.Meta(pattern=r"^([A-Z]{2})?$(?!\n)")] = ""
    header: bool = True


class ForbiddenMany(msgspec.Struct, frozen=True, kw_only=True):
    entered: int
    """Those that stood there before as well: they count anew."""
    bad: list[str]
    """Are no telephone numbers; the first hundred."""
    bad_count: int


class LiftQuery(msgspec.Struct, frozen=True, kw_only=True):
    reason: FilledLine


# ---- dialling by hand ------------------------------------------------------------------------------------------------


class Dial(msgspec.Struct, frozen=True, kw_only=True):
    """``agent``: who shall talk; None = who asks. ``campaign``: whose call it is; '' = none's."""

    number: Digits
    agent: Id | None = None
    campaign: Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[A-Za-z0-9._-]*$(?!\n)")] = ""
    check: bool = False
    """Only ask the gate."""


class DialChoices(msgspec.Struct, frozen=True, kw_only=True):
    """Where who asks may dial by hand: campaigns that run."""

    campaigns: list[CampaignChoice]


class Dialled(msgspec.Struct, frozen=True, kw_only=True):
    """``call`` None: the gate said no, or was only asked; nothing was dialled."""

    call: str | None
    number: str
    verdict: GateVerdict


# ---- calls that were promised ----------------------------------------------------------------------------------------


class PromisedCall(msgspec.Struct, frozen=True, kw_only=True):
    """``id``: the lead's. ``number``: that will be dialled; ``zone``: the time zones that he can be in (``A|B``), ''
    unknown. ``agent`` None: the team. ``in_hand``: its time has come. ``may_change``: by who asks; not while it is
    dialled."""

    id: str
    campaign: str
    campaign_name: str
    name: str
    number: str
    zone: str
    at: float
    agent: str | None
    note: str
    in_hand: bool
    may_change: bool


class Promises(msgspec.Struct, frozen=True, kw_only=True):
    """The soonest first, of the next 14 days and those that are overdue. ``more``: there are more than these."""

    promises: list[PromisedCall]
    more: bool


class MovePromise(msgspec.Struct, frozen=True, kw_only=True):
    """``note``, ``agent`` None: as they are. ``agent``: who is to call, '' the team; an agent can keep it or give it to
    the team."""

    at: Moment
    note: Line | None = None
    agent: Line | None = None
