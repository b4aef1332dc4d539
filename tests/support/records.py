"""Journal records with believable defaults."""

from __future__ import annotations

from typing import Any

from tandem.cti.model.campaigns import Campaign, CampaignRecord
from tandem.cti.model.ids import CampaignId, QueueId
from tandem.cti.model.leads import AttemptRecord, CallerIdRest, CampaignSample, DoNotCallEntry, LeadRecord, PacingRecord
from tandem.cti.model.records import (
    AgentStateRecord,
    AuditRecord,
    CallbackRecord,
    CallEventRecord,
    CallRecord,
    ContactRecord,
    RecordingRecord,
    SegmentRecord,
    TaskRecord,
)

AT = 1_800_000_000.25


def call(call_id: str = "c1", **fields: Any) -> CallRecord:
    given: dict[str, Any] = {
        "rev": 1,
        "ani": "13888001201",
        "ani_e164": "+8613888001201",
        "caller_name": "王小明",
        "dnis": "95500",
        "phase": "queued",
        "outcome": None,
        "cause": None,
        "flow": "main",
        "language": "zh",
        "queue": "service",
        "priority": 0,
        "customer": None,
        "agent": None,
        "started_at": AT,
        "queued_at": AT + 10,
        "answered_at": None,
        "ended_at": None,
        "wait_s": 0.0,
        "talk_s": 0.0,
        "pressed": [{"step": "services", "digit": "1"}],
        "state": {"since": AT},
    }
    return CallRecord(id=call_id, **{**given, **fields})  # type: ignore[arg-type]


def call_event(number: int = 1, **fields: Any) -> CallEventRecord:
    given: dict[str, Any] = {"call": "c1", "at": AT + number, "kind": "queued", "text": "waiting", "data": {"place": 1}}
    return CallEventRecord(number=number, **{**given, **fields})


def segment(number: int = 1, **fields: Any) -> SegmentRecord:
    given: dict[str, Any] = {
        "call": "c1",
        "kind": "talk",
        "agent": "mei",
        "queue": "service",
        "started_at": AT,
        "ended_at": AT + 60,
        "ended_by": "caller",
    }
    return SegmentRecord(number=number, **{**given, **fields})


def agent_state(number: int = 1, **fields: Any) -> AgentStateRecord:
    given: dict[str, Any] = {
        "agent": "mei",
        "at": AT + number,
        "state": "ready",
        "reason": None,
        "pending": None,
        "call": None,
    }
    return AgentStateRecord(number=number, **{**given, **fields})


def contact(contact_id: str = "k1", **fields: Any) -> ContactRecord:
    given: dict[str, Any] = {
        "rev": 1,
        "customer": None,
        "number_e164": "+8613888001201",
        "call": "c1",
        "agent": "mei",
        "queue": "service",
        "channel": "voice",
        "direction": "inbound",
        "at": AT,
        "duration_s": 61.5,
        "outcome": "answered",
        "disposition": "balance",
        "notes": "查询余额",
    }
    return ContactRecord(id=contact_id, **{**given, **fields})  # type: ignore[arg-type]


def recording(recording_id: str = "r1", **fields: Any) -> RecordingRecord:
    given: dict[str, Any] = {
        "rev": 1,
        "call": "c1",
        "agent": "mei",
        "file": "r1.wav",
        "started_at": AT,
        "duration_s": 60.0,
        "bytes": 1_920_044,
        "state": "saved",
        "detail": "",
    }
    return RecordingRecord(id=recording_id, **{**given, **fields})  # type: ignore[arg-type]


def callback(callback_id: str = "b1", **fields: Any) -> CallbackRecord:
    given: dict[str, Any] = {
        "rev": 1,
        "call": "c1",
        "number_e164": "+8613888001201",
        "caller_name": "王小明",
        "customer": None,
        "queue": "service",
        "reason": "switch_failure",
        "created_at": AT,
        "state": "open",
        "done_by": None,
        "done_at": None,
    }
    return CallbackRecord(id=callback_id, **{**given, **fields})


def task(task_id: str = "t1", **fields: Any) -> TaskRecord:
    given: dict[str, Any] = {
        "rev": 1,
        "queue": "support",
        "title": "退款申请",
        "text": "",
        "customer": None,
        "number_e164": "",
        "language": "zh",
        "needs": "",
        "priority": 0,
        "tier": 2,
        "queued_at": AT,
        "state": "waiting",
        "agent": None,
        "created_by": "sam",
        "created_at": AT,
    }
    return TaskRecord(id=task_id, **{**given, **fields})


def audit(audit_id: str = "a1", **fields: Any) -> AuditRecord:
    return AuditRecord(id=audit_id, **{"at": AT, "who": "mei", "action": "log_in", "detail": {}, **fields})


def campaign(campaign_id: str = "k", **fields: Any) -> CampaignRecord:
    document = Campaign(id=CampaignId(campaign_id), name="春季回访", queue=QueueId("service"))
    given: dict[str, Any] = {"rev": 1, "state": "running", "document": document, "by": "sam", "at": AT}
    return CampaignRecord(id=CampaignId(campaign_id), **{**given, **fields})


def lead(lead_id: str = "list-1", **fields: Any) -> LeadRecord:
    given: dict[str, Any] = {
        "rev": 2,
        "campaign": "k",
        "state": "open",
        "attempts": 1,
        "results": {"busy": 1},
        "last_at": AT,
        "next_at": AT + 900,
        "callback_at": None,
        "callback_agent": None,
        "callback_note": "",
        "abandoned_at": None,
        "bad_numbers": [],
        "disposition": None,
        "why": "busy: again at 15:20, 2 of 3",
    }
    return LeadRecord(id=lead_id, **{**given, **fields})  # type: ignore[arg-type]


def attempt(attempt_id: str = "list-1.1", **fields: Any) -> AttemptRecord:
    given: dict[str, Any] = {
        "rev": 1,
        "campaign": "k",
        "lead": attempt_id.rpartition(".")[0],
        "list": "list",
        "person": "+8613888001201",
        "number_of": 1,
        "number": "+8613888001201",
        "caller_id": "+862195500",
        "carrier": "",
        "mode": "progressive",
        "segment": "list",
        "reserved": False,
        "at": AT,
        "ringing_at": None,
        "answered_at": None,
        "connected_at": None,
        "ended_at": None,
        "result": None,
        "machine": "",
        "agent": None,
        "message_at": None,
        "cause": None,
        "disposition": None,
        "cost": 0.0,
        "why": {"rule": "yes"},
    }
    return AttemptRecord(id=attempt_id, **{**given, **fields})


def do_not_call(entry_id: str = "d1", **fields: Any) -> DoNotCallEntry:
    given: dict[str, Any] = {
        "rev": 1,
        "scope": "global",
        "number": "+8613888001201",
        "person": "",
        "campaign": None,
        "at": AT,
        "by": "mei",
        "source": "agent",
    }
    return DoNotCallEntry(id=entry_id, **{**given, **fields})


def pacing(number: int = 1, **fields: Any) -> PacingRecord:
    given: dict[str, Any] = {
        "campaign": "k",
        "at": AT + number,
        "launched": 3,
        "why": {"zh": "拨出 3 路", "en": "launched 3"},
        "evidence": {"answer_rate": 0.31},
    }
    return PacingRecord(number=number, **{**given, **fields})


def sample(at: float = AT // 300.0 * 300.0, **fields: Any) -> CampaignSample:
    given: dict[str, Any] = {"campaign": "k", "looks": 4, "idle": 3, "talking": 7, "wrapping": 2}
    return CampaignSample(at=at, **{**given, **fields})


def caller_id_rest(caller_id: str = "+862195500", **fields: Any) -> CallerIdRest:
    given: dict[str, Any] = {
        "campaign": "k",
        "at": AT,
        "until": AT + 86_400.0,
        "answer_rate": 0.04,
        "others_rate": 0.3125,
    }
    return CallerIdRest(caller_id=caller_id, **{**given, **fields})
