"""Who may do what: one table of role x action. The server asks it for every route and every message of a page."""

from __future__ import annotations

from enum import StrEnum

from tandem.agent_desktop.core import messages
from tandem.cti.model.states import Role


class Action(StrEnum):
    READ_HEALTH = "read_health"
    READ_INTERFACE = "read_interface"
    """The published descriptions: OpenAPI and the JSON Schema of the live channel."""
    LOG_IN = "log_in"
    LOG_OUT = "log_out"
    READ_ME = "read_me"
    SET_LANGUAGE = "set_language"
    READ_DISPOSITIONS = "read_dispositions"
    READ_TRANSFER_TARGETS = "read_transfer_targets"
    READ_CALLS = "read_calls"
    READ_RECORDINGS = "read_recordings"
    READ_CUSTOMERS = "read_customers"
    CREATE_CUSTOMER = "create_customer"
    READ_CALLBACKS = "read_callbacks"
    FINISH_CALLBACK = "finish_callback"
    READ_FLOWS = "read_flows"
    """Flows, versions, numbers; check and test a draft, which changes nothing."""
    CHANGE_FLOWS = "change_flows"
    """Save drafts, put versions live, upload prompts, be called with a draft."""
    CHECK = "check"
    OPEN_SEAT = "open_seat"
    WORK_SEAT = "work_seat"
    """Everything an agent does at the own seat: states, pop, decline, hang up, transfer, wrap-up."""
    OPEN_BOARD = "open_board"
    READ_ROUTING = "read_routing"
    """The plan, its versions, what a draft of it would do."""
    CHANGE_ROUTING = "change_routing"
    """Apply a plan; close and open queues."""
    READ_LINE = "read_line"
    """Who waits. Own: the queues that the agent serves, without the callers' numbers and names."""
    CALL_BACK = "call_back"
    """Promise, move and cancel callbacks. Own: those that the agent promised."""
    READ_WHY = "read_why"
    """Why a call went where it did. Own: the own calls, without what is said about colleagues."""
    READ_TASKS = "read_tasks"
    """Own: in hand or offered."""
    CREATE_TASK = "create_task"
    CANCEL_TASK = "cancel_task"
    READ_CAMPAIGNS = "read_campaigns"
    """Campaigns, lists, who is not to be called, compliance sheets."""
    CHANGE_CAMPAIGNS = "change_campaigns"
    """Create, change, start and stop campaigns; import, take back and export lists."""
    FORBID_CALLS = "forbid_calls"
    """Enter numbers that are not to be called; who may change campaigns can lift an entry."""
    DIAL = "dial"
    """Have a number dialled for an agent. Own: for oneself."""
    READ_PROMISES = "read_promises"
    """Calls that people of campaigns were promised. Own: those that the agent promised, and the team's of campaigns
    that may have him."""
    CHANGE_PROMISES = "change_promises"
    """Move and cancel them. Own: those that the agent promised."""
    STUDY = "study"
    """What-if, staffing, accuracy of the predicted waits."""


class Reach(StrEnum):
    """How far a permission goes."""

    NONE = "none"
    OWN = "own"
    """Only what belongs to the user: own calls, own recordings."""
    ALL = "all"


_NO, _OWN, _ALL = Reach.NONE, Reach.OWN, Reach.ALL
_COLUMNS = (None, Role.AGENT, Role.SUPERVISOR, Role.OPERATOR, Role.ADMIN)
"""None: nobody is logged in."""
_TABLE: dict[Action, tuple[Reach, ...]] = {
    #                              nobody  agent  supervisor  operator  admin
    Action.READ_HEALTH:           (_ALL,   _ALL,  _ALL,       _ALL,     _ALL),
    Action.READ_INTERFACE:        (_ALL,   _ALL,  _ALL,       _ALL,     _ALL),
    Action.LOG_IN:                (_ALL,   _ALL,  _ALL,       _ALL,     _ALL),
    Action.LOG_OUT:               (_ALL,   _ALL,  _ALL,       _ALL,     _ALL),
    Action.READ_ME:               (_NO,    _ALL,  _ALL,       _ALL,     _ALL),
    Action.SET_LANGUAGE:          (_NO,    _ALL,  _ALL,       _ALL,     _ALL),
    Action.READ_DISPOSITIONS:     (_NO,    _ALL,  _ALL,       _ALL,     _ALL),
    Action.READ_TRANSFER_TARGETS: (_NO,    _ALL,  _ALL,       _NO,      _ALL),
    Action.READ_CALLS:            (_NO,    _OWN,  _ALL,       _ALL,     _ALL),
    Action.READ_RECORDINGS:       (_NO,    _OWN,  _ALL,       _NO,      _ALL),
    Action.READ_CUSTOMERS:        (_NO,    _ALL,  _ALL,       _NO,      _ALL),
    Action.CREATE_CUSTOMER:       (_NO,    _ALL,  _ALL,       _NO,      _ALL),
    Action.READ_CALLBACKS:        (_NO,    _ALL,  _ALL,       _ALL,     _ALL),
    Action.FINISH_CALLBACK:       (_NO,    _ALL,  _ALL,       _NO,      _ALL),
    Action.READ_FLOWS:            (_NO,    _NO,   _ALL,       _ALL,     _ALL),
    Action.CHANGE_FLOWS:          (_NO,    _NO,   _NO,        _ALL,     _ALL),
    Action.CHECK:                 (_NO,    _NO,   _NO,        _ALL,     _ALL),
    Action.OPEN_SEAT:             (_NO,    _ALL,  _NO,        _NO,      _NO),
    Action.WORK_SEAT:             (_NO,    _ALL,  _NO,        _NO,      _NO),
    Action.OPEN_BOARD:            (_NO,    _NO,   _ALL,       _ALL,     _ALL),
    Action.READ_ROUTING:          (_NO,    _NO,   _ALL,       _NO,      _ALL),
    Action.CHANGE_ROUTING:        (_NO,    _NO,   _ALL,       _NO,      _ALL),
    Action.READ_LINE:             (_NO,    _OWN,  _ALL,       _NO,      _ALL),
    Action.CALL_BACK:             (_NO,    _OWN,  _ALL,       _NO,      _ALL),
    Action.READ_WHY:              (_NO,    _OWN,  _ALL,       _NO,      _ALL),
    Action.READ_TASKS:            (_NO,    _OWN,  _ALL,       _NO,      _ALL),
    Action.CREATE_TASK:           (_NO,    _ALL,  _ALL,       _NO,      _ALL),
    Action.CANCEL_TASK:           (_NO,    _NO,   _ALL,       _NO,      _ALL),
    Action.READ_CAMPAIGNS:        (_NO,    _NO,   _ALL,       _ALL,     _ALL),
    Action.CHANGE_CAMPAIGNS:      (_NO,    _NO,   _ALL,       _NO,      _ALL),
    Action.FORBID_CALLS:          (_NO,    _NO,   _ALL,       _ALL,     _ALL),
    Action.DIAL:                  (_NO,    _OWN,  _ALL,       _NO,      _ALL),
    Action.READ_PROMISES:         (_NO,    _OWN,  _ALL,       _NO,      _ALL),
    Action.CHANGE_PROMISES:       (_NO,    _OWN,  _ALL,       _NO,      _ALL),
    Action.STUDY:                 (_NO,    _NO,   _ALL,       _NO,      _ALL),
}  # fmt: skip

VIEW_ACTIONS: dict[str, Action] = {"seat": Action.OPEN_SEAT, "board": Action.OPEN_BOARD}
"""What a page must be allowed to say Hello with this ``view``."""
COMMAND_ACTIONS: dict[type[messages.WatchCallbacks | messages.PageCommand], Action] = {
    messages.WatchCallbacks: Action.READ_CALLBACKS,
    messages.SetReady: Action.WORK_SEAT,
    messages.SetNotReady: Action.WORK_SEAT,
    messages.PopShown: Action.WORK_SEAT,
    messages.Decline: Action.WORK_SEAT,
    messages.HangUp: Action.WORK_SEAT,
    messages.Transfer: Action.WORK_SEAT,
    messages.ChooseCustomer: Action.WORK_SEAT,
    messages.WrapUp: Action.WORK_SEAT,
    messages.MoreTime: Action.WORK_SEAT,
    messages.CallbackDone: Action.FINISH_CALLBACK,
    messages.TaskAccept: Action.WORK_SEAT,
    messages.TaskReturn: Action.WORK_SEAT,
    messages.TaskDone: Action.WORK_SEAT,
    messages.PreviewDial: Action.WORK_SEAT,
    messages.PreviewSkip: Action.WORK_SEAT,
    messages.DialNumber: Action.WORK_SEAT,
    messages.MarkMachine: Action.WORK_SEAT,
    messages.DoNotCall: Action.WORK_SEAT,
    messages.CallAgain: Action.WORK_SEAT,
}


def reach(role: str | None, action: Action) -> Reach:
    """How far ``role`` (None: not logged in) may go. An unknown role may do what nobody in particular may."""
    known = Role(role) if role in set(Role) else None
    return _TABLE[action][_COLUMNS.index(known)]


def allowed_actions(role: str) -> list[str]:
    """Names of all actions that ``role`` may take, at least on what is its own."""
    return [action.value for action in Action if reach(role, action) is not Reach.NONE]
