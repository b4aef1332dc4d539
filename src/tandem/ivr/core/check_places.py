"""Steps that stand where they cannot do anything (music outside of a queue, a queue after the talk), and fields that do
not go together."""

from __future__ import annotations

from tandem.ivr.core.check_modes import AFTER, IVR, WAITING, modes_of
from tandem.ivr.core.findings import Findings
from tandem.ivr.core.flow import Flow

_WAITING_ONLY = frozenset({"music", "leave"})
_NOT_AFTER = frozenset({"queue", "music", "leave", "transfer"})


def check_places(flow: Flow, findings: Findings) -> None:
    for name, modes in modes_of(flow).items():
        kind = flow.steps[name].kind
        for fault in flow.steps[name].faults():
            findings.error(name, fault.code, fault.what, fault.fix)
        if kind in _WAITING_ONLY and IVR in modes:
            what = f"{kind} is for callers who wait in a queue, and others come here"
            findings.error(name, "not_allowed_here", what, "Lead to it from while_waiting: of a queue only.")
        if kind in _NOT_AFTER and AFTER in modes:
            what = f"{kind} is not for callers whose talk is over, and they come here"
            findings.error(name, "not_allowed_here", what, "After the call, use play, menu, survey and hangup.")
        if kind == "return" and "/" not in name:
            what = "return is for sub-flows, and this is the flow itself"
            findings.error(name, "not_allowed_here", what, "Lead to a queue or hangup instead.")
        if kind == "survey" and WAITING in modes:
            findings.warn(
                name,
                "survey_before_talk",
                "callers who still wait come to this survey",
                "Lead to it from after_call: of a queue.",
            )
