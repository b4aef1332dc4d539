"""What a test gives, as the facts that a flow may ask for."""

from __future__ import annotations

from collections.abc import Mapping

from tandem.ivr.core.data_values import convert
from tandem.ivr.core.dialogue import Dip
from tandem.ivr.core.values import Value
from tandem.ivr.testing.case import CUSTOMER_FIELDS, Answer, Given, Line


def customer_facts(given: Given) -> dict[str, Value]:
    """With every field, as the center has them."""
    facts: dict[str, Value] = {
        "known": given.customer is not None,
        **dict.fromkeys(CUSTOMER_FIELDS, ""),
        **(given.customer or {}),
    }
    return facts | {"language": given.language or facts["language"]}


def call_facts(given: Given, call_id: str) -> dict[str, Value]:
    return {
        "id": call_id,
        "ani": given.ani,
        "number": given.ani if given.ani.startswith("+") else "",
        "dnis": given.dnis,
        "name": "",
    }


def line_facts(given: Given, queue: str, waited_s: float) -> Mapping[str, Value]:
    line = next((each for each in reversed(given.queue) if each.after <= waited_s), Line())
    return {
        "id": queue,
        "position": line.position,
        "wait_p50_s": line.wait_p50_s,
        "wait_p90_s": line.wait_p90_s,
        "ready": line.ready,
        "waited_s": int(waited_s),
    }


def data_answer(given: Given, step: str, visit: int, kind: str) -> Answer | None:
    """What this visit of the step gets, ``visit`` counted from 1; the last one given holds for all later visits. None:
    the test does not say. ``kind``: of the dip."""
    if answers := given.data.get(step):
        return answers[min(visit, len(answers)) - 1]
    if kind == "customer":
        return Answer(status="not_found") if given.customer is None else Answer(values=given.customer)
    return None


def kept_of(answer: Answer, dip: Dip) -> tuple[dict[str, Value], tuple[str, ...]]:
    """The values as the types of the step's outputs, as a source makes them of what it is told; and the names of those
    that it would leave out: no output, or not of its type."""
    if dip.kind == "customer":
        return dict(answer.values), ()
    types = {name: type_ for name, _, type_ in dip.outputs}
    made = {name: convert(value, types[name]) for name, value in answer.values.items() if name in types}
    kept = {name: value for name, value in made.items() if value is not None}
    return kept, tuple(name for name in answer.values if name not in kept)
