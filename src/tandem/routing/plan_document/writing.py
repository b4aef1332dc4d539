"""A plan as plain values (without what equals its default), and plain values as YAML text that people like to read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any

from tandem.cti.documents.hours import hours_plain
from tandem.cti.model.durations import DAY_S
from tandem.routing.core.plan import (
    TIERS,
    Action,
    AgentPlan,
    Calling,
    OverflowRule,
    Plan,
    QueuePlan,
    ShiftPlan,
    StepPlan,
    Tier,
)
from tandem.routing.plan_document.records import FORMAT
from tandem.routing.plan_document.words import condition_text, share_text, time_text, written_needs

WIDTH = 118
# What a YAML 1.1 or 1.2 reader, inside {} and [] too, takes for text when it stands without quotes.
_PLAIN = re.compile(r"[^\W\d_](?:[\w ./><=%+，。、！？：；（）-]|:(?=\w))*")
_YES_NO = re.compile("(?i)y|n|yes|no|on|off|true|false|null")
_ESCAPED = re.compile("[\x7f-\xa0\xad\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")

Plain = str | int | bool | list[Any] | dict[str, Any]


def plan_plain(plan: Plan) -> dict[str, Plain]:
    usual = Plan(queues={})
    plain: dict[str, Plain] = {
        "format": FORMAT,
        "queues": {str(name): _queue(queue) for name, queue in plan.queues.items()},
        "agents": {str(login): _agent(agent) for login, agent in plan.agents.items()},
        "hours": {name: hours_plain(hours) for name, hours in plan.hours.items()},
    }
    plain["shifts"] = {name: _shift(shift) for name, shift in plan.shifts.items()}
    if plan.tiers != TIERS:
        plain["tiers"] = {tier.name: _tier(tier) for tier in plan.tiers}
    plain["sites"] = {site: sorted(map(str, numbers)) for site, numbers in plan.sites.items()}
    if plan.cross_site_s != usual.cross_site_s:
        plain["cross_site"] = time_text(plan.cross_site_s)
    plain["blending"] = _changed(plan.blending, usual.blending, share_text)
    plain["calling"] = _calling(plan.calling, usual.calling)
    return {name: value for name, value in plain.items() if value or name == "queues"}


def _calling(calling: Calling, usual: Calling) -> dict[str, Any]:
    plain: dict[str, Any] = {} if calling.rules == usual.rules else {"rules": calling.rules}
    if calling.hours:
        plain["hours"] = dict(calling.hours)
    if calling.per_day != usual.per_day:
        plain["per_day"] = calling.per_day
    if calling.never:
        plain["never"] = sorted(calling.never)
    return plain


def _shift(shift: ShiftPlan) -> dict[str, Any]:
    plain = hours_plain(shift.hours)
    return plain | {"teams": list(shift.teams)} if shift.teams else plain


def _tier(tier: Tier) -> dict[str, Any]:
    return {"rank": tier.rank, "priority": tier.priority} if tier.priority else {"rank": tier.rank}


def _changed(value: Any, usual: Any, text: Callable[[Any], Plain]) -> dict[str, Any]:
    """The fields in which a value differs from the usual one; a name loses its unit (``ring_s`` -> ``ring``)."""
    return {
        each.name.removesuffix("_s"): text(getattr(value, each.name))
        for each in fields(value)
        if getattr(value, each.name) != getattr(usual, each.name)
    }


def _queue(queue: QueuePlan) -> dict[str, Plain]:
    usual = QueuePlan(id=queue.id, name_zh="", name_en="")
    plain: dict[str, Any] = {
        "name": queue.name_zh if queue.name_zh == queue.name_en else {"zh": queue.name_zh, "en": queue.name_en}
    }
    if queue.kind != usual.kind:
        plain["kind"] = queue.kind
    if queue.priority:
        plain["priority"] = queue.priority
    plain["target"] = f"{share_text(queue.target_share)} in {time_text(queue.target_s)}"
    if queue.handle_s != usual.handle_s:
        plain["handle"] = time_text(queue.handle_s)
    plain["steps"] = [_step(step) for step in queue.steps]
    if queue.hours:
        plain["hours"] = queue.hours
    if queue.closed:
        plain["closed"] = _action(queue.closed)
    if queue.closing != usual.closing:
        plain["closing"] = queue.closing
    if queue.overflow:
        plain["overflow"] = [_overflow(rule) for rule in queue.overflow]
    if queue.sticky:
        sticky = queue.sticky
        within = time_text(sticky.within_days * DAY_S)
        plain["sticky"] = {"prefer": sticky.prefer, "up_to": time_text(sticky.up_to_s), "within": within}
    if callback := _changed(queue.callback, usual.callback, lambda v: time_text(v) if isinstance(v, float) else v):
        plain["callback"] = callback
    if queue.rejoin_within_s != usual.rejoin_within_s:
        plain["rejoin_within"] = time_text(queue.rejoin_within_s)
    return plain


def _step(step: StepPlan) -> Plain:
    needs = written_needs(step.needs)
    if not step.after_s and step.predicted_over_s is None:
        return needs
    plain: dict[str, Any] = {"after": time_text(step.after_s)}
    if step.predicted_over_s is not None:
        plain["or_predicted_over"] = time_text(step.predicted_over_s)
    return plain | {"needs": needs}


def _action(action: Action) -> dict[str, Any]:
    plain: dict[str, Any] = {"do": action.kind}
    if action.to:
        plain["to"] = action.to
    if action.text:
        plain["text"] = dict(action.text)
    return plain


def _overflow(rule: OverflowRule) -> dict[str, Any]:
    return {"when": condition_text(rule)} | _action(rule.action)


def _agent(agent: AgentPlan) -> dict[str, Any]:
    usual = AgentPlan(login=agent.login, skills=agent.skills)
    return {"skills": dict(agent.skills)} | _changed(agent, usual, lambda value: value)


# -- YAML --------------------------------------------------------------------------------------------------------------


def yaml_text(plain: Mapping[str, Any]) -> str:
    lines: list[str] = []
    for number, (name, value) in enumerate(plain.items()):
        if number > 1 and isinstance(value, dict):
            lines.append("")
        lines.extend(_entry(name, value, 0))
    return "\n".join(lines) + "\n"


def _entry(name: str, value: Any, depth: int) -> Iterable[str]:
    """An entry of a mapping. The file's sections, and the queues in theirs, are spread out; what is deeper stands in
    one line where it fits."""
    start = "  " * depth + f"{_scalar(name)}:"
    whole = f"{start} {inline_yaml(value)}"
    spread = depth == 0 or (isinstance(value, list) and any(map(_is_long, value)))
    queue = depth == 1 and isinstance(value, dict) and "target" in value
    if not value or not isinstance(value, dict | list) or not (spread or queue or len(whole) > WIDTH):
        yield whole
        return
    yield start
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _entry(key, inner, depth + 1)
    else:
        for each in value:
            yield "  " * (depth + 1) + f"- {inline_yaml(each)}"


def _is_long(value: Any) -> bool:
    return isinstance(value, dict) or " " in str(value)


def inline_yaml(value: Any) -> str:
    """A plain value in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {inline_yaml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline_yaml, value)) + "]"
    return _scalar(value) if isinstance(value, str) else json.dumps(value)


# Our own words that begin with a digit and are text to every YAML reader.
_SPAN = "[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}"
_TIME = "[0-9.]+ (?:s|min|h|d)"
_OURS = re.compile(f"{_TIME}|[0-9.]+%(?: in {_TIME})?|{_SPAN}(?: {_SPAN})*")


def _scalar(text: str) -> str:
    if _OURS.fullmatch(text):
        return text
    if _PLAIN.fullmatch(text) and text == text.strip() and not _YES_NO.fullmatch(text):
        return text
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))
