"""Flows made up at random, of every kind of step, as texts that the real loader takes.

Three regions: what comes before the queue (``s..``), while waiting (``w..``) and after the talk (``a..``). Exits that a
silent caller takes lead to later steps only; those that need a key lead anywhere in the region. What nothing leads to
is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import yaml
from hypothesis import strategies as st
from tests.unit.ivr.flows import QUEUES

from tandem.ivr.core.check import load_bundle
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import Catalog

Body = dict[str, Any]

TEXTS = st.text("好您请按一abc ,'\"{}[]$\\:#-é😀", min_size=1, max_size=12).filter(str.strip)
WORDING = st.fixed_dictionaries({"zh": TEXTS, "en": TEXTS})
KEYS = st.sampled_from("0123456789*#")
SECRET = "90210"
"""What the callers of the tests press where it must stay a secret."""
SAYS = st.one_of(
    WORDING,
    WORDING,
    st.builds(lambda name, kind: {"say": name, "as": kind}, st.sampled_from("xy"), st.sampled_from(["digits", "text"])),
    st.just({"say": "length(x) * 3", "as": "number"}),
    st.just({"say": "y", "as": "money", "currency": "CNY"}),
    st.just({"say": "call.now", "as": "time"}),
)
PROMPTS = st.one_of(WORDING, st.lists(SAYS, min_size=1, max_size=3))
CONDITIONS = st.sampled_from(
    [
        'customer.tier == "gold"',
        "length(x) > 3 or number(y) < 10",
        "known(queue.position) and queue.position <= 2",
        'x in ("1", "2", "3")',
        "call.ani + x == y",
        'hour("Asia/Shanghai") >= 12',
        "luhn(x)",
    ]
)
VALUES = st.sampled_from(['x + "!"', "number(x) * 2", '"42"', "customer.name", "length(y)", "y", "1 - 0.5"])
NEEDS = st.sampled_from(["vip", "language:en>=2", "language:zh>=3 and vip>=5"])
OUTPUTS: dict[str, Body] = {"x": {"as": "text"}, "y": {"as": "money"}}
LIMITS: Body = {"timeout_s": 2, "cache_s": 0}


class Maker:
    """Draws the body of one step. ``onward``: for exits that nobody needs to press a key for; ``anywhere``: others."""

    def __init__(self, draw: st.DrawFn, onward: st.SearchStrategy[str], anywhere: st.SearchStrategy[str]) -> None:
        self.draw = draw
        self.onward: Callable[[], str] = lambda: draw(onward)
        self.anywhere: Callable[[], str] = lambda: draw(anywhere)

    def _maybe(self, **fields: Callable[[], Any]) -> Body:
        return {name: make() for name, make in fields.items() if self.draw(st.booleans())}

    def _slip(self, goto: str) -> Body:
        fields: dict[str, Callable[[], Any]] = {
            "prompts": lambda: self.draw(WORDING),
            "attempts": lambda: self.draw(st.integers(1, 2)),
        }
        return {"goto": goto, **self._maybe(**fields)}

    def _asking(self) -> Body:
        return {
            "prompts": self.draw(PROMPTS),
            "attempts": self.draw(st.integers(1, 2)),
            "barge_in": self.draw(st.booleans()),
            "type_ahead": self.draw(st.booleans()),
            "no_input": self._slip(self.onward()),
            "no_match": self._slip(self.anywhere()),
            **self._maybe(fallback=self.onward),
        }

    def _choices(self, fewest: int) -> Body:
        keys = self.draw(st.sets(KEYS, min_size=fewest, max_size=3))
        return {key: {"goto": self.anywhere(), "label": self.draw(WORDING)} for key in sorted(keys)}

    def play(self) -> Body:
        flags = {"barge_in": self.draw(st.booleans()), "in_every_language": self.draw(st.booleans())}
        return {"prompts": self.draw(PROMPTS), **flags, "goto": self.onward(), **self._maybe(fallback=self.onward)}

    def menu(self) -> Body:
        return {**self._asking(), "choices": self._choices(1)}

    def collect(self) -> Body:
        confirm: dict[str, Callable[[], Any]] = {
            "confirm": lambda: {"prompts": self.draw(PROMPTS)},
            "validate": lambda: self.draw(st.sampled_from(["luhn(value)", "length(value) > 1", "value != x"])),
            "mask": lambda: self.draw(st.integers(0, 4)),
        }
        low = self.draw(st.integers(1, 3))
        size = {"min_digits": low, "max_digits": self.draw(st.integers(low, 6))}
        end = self.draw(st.sampled_from(["#", "*", ""]))
        into = self.draw(st.sampled_from("xy"))
        return {
            **self._asking(),
            **size,
            "terminator": end,
            "into": into,
            "goto": self.anywhere(),
            **self._maybe(**confirm),
        }

    def record(self) -> Body:
        fields = {"prompts": self.draw(WORDING), "most_s": 20, "queue": "loans", "goto": self.onward()}
        return {**fields, **self._maybe(too_short=self.onward, fallback=self.onward)}

    def set(self) -> Body:
        fields: dict[str, Callable[[], Any]] = {
            "variables": lambda: {"x": self.draw(st.text("好z,", min_size=1, max_size=4))},
            "compute": lambda: {"z": self.draw(VALUES)},
            "needs": lambda: self.draw(NEEDS),
            "priority": lambda: self.draw(st.integers(0, 100)),
            "tier": lambda: "gold",
            "language": lambda: self.draw(st.sampled_from(["zh", "en"])),
        }
        return {**self._maybe(**fields), "goto": self.onward()}

    def language(self) -> Body:
        return {"language": self.draw(st.sampled_from(["zh", "en"])), "goto": self.onward()}

    def condition(self) -> Body:
        conditions = self.draw(st.lists(CONDITIONS, min_size=1, max_size=3))
        return {"cases": [{"when": when, "goto": self.onward()} for when in conditions], "otherwise": self.onward()}

    def hours(self) -> Body:
        ways = {"open": self.onward(), "closed": self.onward(), **self._maybe(holiday=self.onward)}
        closing = {"closing_within_s": 600, "closing": self.onward()} if self.draw(st.booleans()) else {}
        return {"calendar": "office", **ways, **closing}

    def lookup(self) -> Body:
        ways = {"found": self.onward(), "not_found": self.onward(), "fallback": self.onward()}
        return {"by": "phone", "value": "call.number", **LIMITS, **ways}

    def http(self) -> Body:
        outputs = {name: {**body, "path": f"a.{name}"} for name, body in OUTPUTS.items()}
        url = "https://api.example.com/{call.ani}?x={x}"
        return {"url": url, **LIMITS, "outputs": outputs, "goto": self.onward(), "fallback": self.onward()}

    def answer(self) -> Body:
        outputs = {name: {**body, "field": name} for name, body in OUTPUTS.items()}
        ways = {"goto": self.onward(), "not_found": self.onward(), "fallback": self.onward()}
        return {"from": "balances", "key": "x", **LIMITS, "outputs": outputs, **ways}

    def callback(self) -> Body:
        fields = {"queue": "loans", "goto": self.onward(), "refused": self.onward()}
        return {**fields, **self._maybe(number=lambda: "x", fallback=self.onward)}

    def transfer(self) -> Body:
        where = self.draw(st.sampled_from([{"number": "x"}, {"number": '"+862112345678"'}, {"sip": "a@example.com"}]))
        return {**where, "failed": self.onward(), **self._maybe(prompts=lambda: self.draw(WORDING))}

    def subflow(self) -> Body:
        exits = {"ok": self.onward(), "no": self.onward()}
        return {"use": "sub", "with": {"p": self.draw(VALUES)}, "results": {"z": "r"}, "exits": exits}

    def survey(self) -> Body:
        fields = {
            "question": "q",
            "prompts": self.draw(PROMPTS),
            "scale": self.draw(st.sampled_from(["1-5", "yes_no"])),
        }
        return {**fields, "attempts": self.draw(st.integers(1, 3)), "goto": self.onward()}

    def split(self) -> Body:
        return {"ways": [{"share": 50, "goto": self.onward()}, {"share": 50, "goto": self.onward(), "name": "b"}]}

    def music(self) -> Body:
        return {"seconds": 20, "keys": self._choices(0), "goto": self.onward()}

    def leave(self) -> Body:
        return {"goto": self.onward()}


PASSING = ("set", "language", "condition", "hours", "split")
ANYWHERE = ("play", "menu", "collect", *PASSING, "lookup", "http", "answer", "subflow")
BEFORE = (*ANYWHERE, "record", "callback", "transfer", "survey")
AFTER = (*ANYWHERE, "record", "callback", "survey")
SIDEWAYS = ("leave", "record", "callback", "transfer")
"""What takes a caller out of the line; in these flows only by a key."""


@st.composite
def flows(draw: st.DrawFn, most: int = 7) -> Flow:
    steps: dict[str, Body] = {}

    def made(name: str, kind: str, onward: list[str], anywhere: list[str]) -> None:
        maker = Maker(draw, st.sampled_from(onward), st.sampled_from(anywhere))
        steps[name] = {"type": kind, **getattr(maker, kind)()}

    before = [f"s{n}" for n in range(draw(st.integers(1, most)))]
    waits = [f"w{n}" for n in range(draw(st.sampled_from([0, 1, 2, 3])))]
    sideways = [f"l{n}" for n in range(draw(st.integers(1, 3)))]
    later = [f"a{n}" for n in range(draw(st.integers(0, 3)))]
    ends = ["bye", "rest", "line"]
    for n, name in enumerate(before):
        made(name, draw(st.sampled_from(BEFORE)), [*before[n + 1 :], *ends], [*before, *ends])
    if draw(st.booleans()):
        made("pin", "collect", ["bye", "rest"], [before[0]])
        pin = {"into": "pin", "sensitive": True, "goto": "card", "min_digits": 1, "max_digits": 8, "terminator": "#"}
        steps["pin"] = {key: value for key, value in steps["pin"].items() if key not in ("validate", "confirm", "mask")}
        steps["pin"] |= pin | {"validate": "length(value) >= 3"}
        made("card", "http", [before[0]], before)
        steps["card"] |= {"method": "POST", "url": "https://api.example.com/{pin}", "body": {"pin": "pin", "x": "x"}}
    for n, name in enumerate(waits):
        kind = draw(st.sampled_from([*ANYWHERE, "music"]))
        made(name, kind, [*waits[n + 1 :], "tune"], [*waits, "tune", "line", *sideways])
    for name in sideways:
        made(name, draw(st.sampled_from(SIDEWAYS)), [*before, "line"], [*before, "line"])
    for n, name in enumerate(later):
        made(name, draw(st.sampled_from(AFTER)), [*later[n + 1 :], "bye"], [*later, "bye"])
    made("tune", "music", ["line", *waits[:1]], ["line", "bye", *waits, *sideways])
    line: Body = {"type": "queue", "queue": "loans", "agent": "customer.owner"}
    line |= {"while_waiting": draw(st.sampled_from([*waits, "tune"]))} if draw(st.booleans()) or waits else {}
    line |= {"after_call": draw(st.sampled_from(later))} if later else {}
    bye = {"prompts": draw(WORDING)} if draw(st.booleans()) else {}
    steps |= {"line": line, "bye": {"type": "hangup", **bye}, "rest": {"type": "queue", "queue": "service"}}
    # x and y always have a value
    first = "pin" if "pin" in steps else before[0]
    steps["begin"] = {"type": "set", "variables": {"x": "12", "y": "7"}, "goto": first}
    found = _found(steps)
    commands: Body = {}
    if draw(st.booleans()):
        operator = draw(st.sampled_from(sorted({"begin", "rest", *before} & found)))
        commands = {"repeat": "*", "back": "#", "operator": {"key": "0", "goto": operator}}
    return _loaded({name: steps[name] for name in found}, commands, draw(st.integers(150, 400)), draw(WORDING))


def _found(steps: dict[str, Body]) -> set[str]:
    found = {"begin"}
    waiting = [steps["begin"]]
    while waiting:
        for name in _texts(waiting.pop()):
            if name in steps and name not in found:
                found.add(name)
                waiting.append(steps[name])
    return found


def _loaded(steps: dict[str, Body], commands: Body, step_limit: int, wording: Body) -> Flow:
    document: Body = {
        "format": 1,
        "name": "made_up",
        "languages": ["zh", "en"],
        "default_language": "zh",
        "start": "begin",
        "on_error": "support",
        "step_limit": step_limit,
        "calendars": {"office": {"timezone": "Asia/Shanghai", "weekly": {"mon-fri": "09:00-18:00"}}},
        "steps": dict(sorted(steps.items())),
    }
    files = {}
    if commands:
        document["commands"] = commands
    if any(body["type"] == "subflow" for body in steps.values()):
        document["use"] = {"sub": "sub.yaml"}
        files["sub.yaml"] = _text(_sub(wording))
    catalog = Catalog(queues=frozenset(QUEUES))
    return load_bundle({"made_up.yaml": _text(document), **files}, "made_up.yaml", catalog)


def _sub(wording: Body) -> Body:
    slip = {"goto": "no"}
    return {
        "format": 1,
        "kind": "subflow",
        "name": "sub",
        "parameters": ["p"],
        "results": ["r"],
        "start": "begin",
        "steps": {
            "begin": {"type": "set", "compute": {"r": '"a"'}, "goto": "ask"},
            "ask": {
                "type": "menu",
                "prompts": [wording, {"say": "p", "as": "digits"}],
                "choices": {"1": {"goto": "more", "label": wording}, "2": {"goto": "ok", "label": wording}},
                "no_input": slip,
                "no_match": slip,
            },
            "more": {
                "type": "collect",
                "prompts": wording,
                "into": "r",
                "max_digits": 3,
                "goto": "ok",
                "no_input": slip,
                "no_match": slip,
            },
            "ok": {"type": "return", "exit": "ok"},
            "no": {"type": "return", "exit": "no"},
        },
    }


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(document: Body) -> str:
    return yaml.dump(document, Dumper=_Plain, allow_unicode=True, sort_keys=False)


def _texts(body: Any) -> list[str]:
    match body:
        case str():
            return [body]
        case dict():
            return [text for value in body.values() for text in _texts(value)]
        case list():
            return [text for value in body for text in _texts(value)]
        case _:
            return []
