"""Identifiers. All are opaque strings of ours, at most 64 characters of ``[A-Za-z0-9._-]``."""

from __future__ import annotations

from typing import NewType

CallId = NewType("CallId", str)
"""One contact from the first ring to the last report (ECMA-269 "call"); never a switch's own identifier."""
ConnectionId = NewType("ConnectionId", str)
"""One party's leg in a call (ECMA-269 "connection")."""
DeviceId = NewType("DeviceId", str)
"""A phone number or extension (ECMA-269 "device"): ``1001``, ``+8613800138000``."""
AgentId = NewType("AgentId", str)
"""The log-in name of the person who works the seat."""
QueueId = NewType("QueueId", str)
WorkId = NewType("WorkId", str)
"""What waits for an agent: a call's id, a callback's, a task's."""
CustomerId = NewType("CustomerId", str)
ContactId = NewType("ContactId", str)
"""One entry of a customer's history."""
RecordingId = NewType("RecordingId", str)
Token = NewType("Token", str)
"""Pairs a media request with its result; unique within the process."""
CampaignId = NewType("CampaignId", str)
ListId = NewType("ListId", str)
"""One import of leads."""
LeadId = NewType("LeadId", str)
"""A person on a campaign's list."""
