"""States: of connections (ECMA-269 clause 6.1.5), of agents (ECMA-269 clause 6.1.6.1), of a contact's path."""

from __future__ import annotations

from enum import StrEnum


class ConnectionState(StrEnum):
    NULL = "null"
    INITIATED = "initiated"
    ALERTING = "alerting"
    CONNECTED = "connected"
    HOLD = "hold"
    QUEUED = "queued"
    FAIL = "fail"


class AgentState(StrEnum):
    LOGGED_OFF = "logged_off"
    NOT_READY = "not_ready"
    READY = "ready"
    BUSY = "busy"
    WORKING_AFTER_CALL = "working_after_call"


class NotReadyReason(StrEnum):
    """Why an agent is NotReady. The first group is chosen by people, the second set by rules."""

    BREAK = "break"
    MEAL = "meal"
    TRAINING = "training"
    MEETING = "meeting"
    OTHER = "other"
    LOGGED_ON = "logged_on"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    SEAT_LOST = "seat_lost"
    PHONE_LOST = "phone_lost"
    CALL_FAILED = "call_failed"


CHOSEN_REASONS = frozenset({"break", "meal", "training", "meeting", "other"})


class Phase(StrEnum):
    """Where a contact is on its path through the house."""

    IVR = "ivr"
    QUEUED = "queued"
    OFFERED = "offered"
    """An agent is reserved and the pop is on its way to the page; no phone rings yet."""
    RINGING = "ringing"
    TALKING = "talking"
    REJOINING = "rejoining"
    """The agent's leg was lost (page reloaded); the caller hears music until the seat is back."""
    TRANSFERRING = "transferring"
    """An outside number is being dialled for the caller, who hears music."""
    PREVIEW = "preview"
    """An agent reads who is to be dialled for a campaign; nobody is rung yet."""
    DIALLING = "dialling"
    """A call back, or a campaign's call: the customer's phone is being rung."""
    SCREENING = "screening"
    """A campaign's call was answered; it is listened whether by a person."""
    PARTING = "parting"
    """The caller hears last words; then the call ends."""
    VOICEMAIL = "voicemail"
    """The caller leaves a message: hears a prompt, then is recorded alone."""
    SURVEY = "survey"
    """The talk is over, the agent gone; the caller is in the flow's branch for after the talk."""
    ENDED = "ended"


class Outcome(StrEnum):
    """How a contact ended."""

    ANSWERED = "answered"
    ABANDONED_IN_IVR = "abandoned_in_ivr"
    ABANDONED_IN_QUEUE = "abandoned_in_queue"
    SELF_SERVED = "self_served"
    SWITCH_FAILURE = "switch_failure"
    TRANSFERRED_OUT = "transferred_out"
    REJECTED = "rejected"
    MESSAGE = "message"
    """Was told something instead of being served."""
    VOICEMAIL = "voicemail"
    """Left a message."""
    CALLBACK = "callback"
    """Keeps his place and is called back."""
    NOT_REACHED = "not_reached"
    """A call back, or a campaign's call, that the customer did not answer."""
    MACHINE = "machine"
    """A campaign's call that a machine answered."""
    NO_AGENT = "no_agent"
    """A campaign's call that a person answered and no agent was there in time: he heard who called."""


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"
    ADMIN = "admin"
