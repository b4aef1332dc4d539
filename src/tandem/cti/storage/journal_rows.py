"""Records of the journal as rows: which statement writes a record, and its parameters in order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from tandem.cti.model.campaigns import CampaignRecord
from tandem.cti.model.leads import (
    AttemptRecord,
    CallerIdRest,
    CampaignSample,
    DoNotCallEntry,
    LeadRecord,
    PacingRecord,
)
from tandem.cti.model.records import (
    AgentStateRecord,
    AuditRecord,
    CallbackRecord,
    CallEventRecord,
    CallRecord,
    ContactRecord,
    Record,
    RecordingRecord,
    SegmentRecord,
    SurveyRecord,
    TaskRecord,
    VisitRecord,
)
from tandem.cti.storage.texts import storable

_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)
_encoder = msgspec.json.Encoder(enc_hook=repr)
# PostgreSQL's text holds no NUL.
_ESCAPED_NUL = b"\\u0000"

STATEMENT: dict[type, str] = {
    CallRecord: "put_call",
    CallEventRecord: "put_call_event",
    SegmentRecord: "put_segment",
    AgentStateRecord: "put_agent_state",
    ContactRecord: "put_contact",
    RecordingRecord: "put_recording",
    CallbackRecord: "put_callback",
    TaskRecord: "put_task",
    VisitRecord: "put_visit",
    SurveyRecord: "put_survey_answer",
    CampaignRecord: "put_campaign",
    LeadRecord: "put_lead",
    AttemptRecord: "put_attempt",
    DoNotCallEntry: "put_do_not_call",
    PacingRecord: "put_pacing",
    CampaignSample: "put_campaign_sample",
    CallerIdRest: "put_caller_id_rest",
    AuditRecord: "put_audit",
}
_JSON_FIELDS = {
    CallRecord: ("pressed", "state"),
    CallEventRecord: ("data",),
    CallbackRecord: ("tries",),
    VisitRecord: ("heard",),
    CampaignRecord: ("document",),
    LeadRecord: ("results",),
    AttemptRecord: ("why",),
    PacingRecord: ("why", "evidence"),
    AuditRecord: ("detail",),
}


def encode(record: Record) -> bytes:
    """JSON without a raw line feed. Never raises for what a caller or a CRM can write into a field."""
    try:
        return _encoder.encode(record)
    except UnicodeEncodeError:  # half of a surrogate pair
        whole = _each_text(msgspec.to_builtins(record, enc_hook=repr), storable)
        return _encoder.encode(whole)


def decode(payload: bytes) -> Record:
    """Raises msgspec.DecodeError (also ValidationError) for what is no record."""
    if _ESCAPED_NUL in payload:
        whole = _each_text(msgspec.json.decode(payload), lambda text: text.replace("\0", "\N{REPLACEMENT CHARACTER}"))
        record: Record = msgspec.convert(whole, Record)
        return record
    return _decoder.decode(payload)


def parameters(record: Record) -> tuple[Any, ...]:
    """The parameters of the record's statement: its fields in order, documents as JSON text."""
    documents = _JSON_FIELDS.get(type(record), ())
    return tuple(
        _encoder.encode(value).decode() if field in documents else value
        for field, value in zip(record.__struct_fields__, msgspec.structs.astuple(record), strict=True)
    )


def stored_parameters(record: Record) -> tuple[Any, ...]:
    """``parameters`` of a record that is stored without the journal: with texts as PostgreSQL can hold them."""
    return parameters(decode(encode(record)))


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(str(key)): _each_text(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_each_text(item, change) for item in value]
    return value
