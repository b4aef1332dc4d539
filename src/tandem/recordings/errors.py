"""What can go wrong in this room.

BadRequest
`- BadRecordingId        an id that must not become a file name
ResourceMissing
`- RecordingMissing      there is no such file
WrongState
`- RecordingDamaged      the file is not what its name says
Unavailable
`- RecordingNotSaved     it could not be written (disk full, folder gone); the raw file is still there
"""

from __future__ import annotations

from tandem.cti.model.errors import InvalidField, ResourceMissing, Unavailable, WrongState


class BadRecordingId(InvalidField):
    code = "bad_recording_id"


class RecordingMissing(ResourceMissing):
    code = "recording_missing"


class RecordingDamaged(WrongState):
    code = "recording_damaged"


class RecordingNotSaved(Unavailable):
    code = "recording_not_saved"
