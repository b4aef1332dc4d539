"""One call through a flow, for tests of the interpreter and of the kinds of steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from textwrap import dedent, indent
from typing import Any

from tests.unit.ivr.flows import QUEUES

from tandem.ivr.core import interpreter
from tandem.ivr.core.check import load_flow
from tandem.ivr.core.dialogue import IvrEvent, SurveyAnswer, Visit
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.interpreter import Outcome
from tandem.ivr.core.speech import Prompt
from tandem.ivr.core.values import Value
from tandem.ivr.core.world import World

HEAD = """\
format: 1
name: test
languages: [zh, en]
default_language: en
on_error: service
"""
ENDS = """\
  done: {type: hangup, reason: done}
  other: {type: hangup, reason: other}
  worse: {type: hangup, reason: worse}
"""


def flow_of(steps: str, *, top: str = "", ends: str = ENDS) -> Flow:
    """A flow with these steps, the first one at the start; ``done``, ``other`` and ``worse`` hang up with that reason
    (those that are named)."""
    body = indent(dedent(steps).strip("\n"), "  ") + "\n"
    used = "".join(f"{line}\n" for line in ends.splitlines() if line.split(":")[0].strip() in body.replace(",", " "))
    first = body.split(":")[0].strip()
    text = f"{HEAD}{dedent(top)}start: {first}\nsteps:\n{body}{used}"
    return load_flow(text, "test.yaml", QUEUES)


def said(*texts: str) -> tuple[Prompt, ...]:
    return tuple(Prompt("en", text) for text in texts)


class Call:
    """Told event after event; what the interpreter answered is in ``outcome``."""

    def __init__(self, flow: Flow, *, now: float = 1_790_000_000.0, language: str = "", **world: Mapping[str, Value]):
        self.flow = flow
        self.world = World(now=now, **{name: dict(fields) for name, fields in world.items()})
        self.visits: list[Visit] = []
        self.answers: list[SurveyAnswer] = []
        self.outcome = Outcome(interpreter.start(flow, self.world, language=language).state)
        self._then(interpreter.start(flow, self.world, language=language))

    def tell(self, *events: IvrEvent, after_s: float = 0.0) -> Call:
        for event in events:
            self.world = replace(self.world, now=self.world.now + after_s)
            self._then(interpreter.step(self.flow, self.outcome.state, event, self.world))
        return self

    def wait(self, **queue: Value) -> Call:
        self.world = replace(self.world, queue=queue)
        return self._then(interpreter.wait(self.flow, self.outcome.state, self.world))

    def after(self) -> Call:
        return self._then(interpreter.after(self.flow, self.outcome.state, self.world))

    def _then(self, outcome: Outcome) -> Call:
        """Whatever happens: the state can be written down and read, and the effect in hand can be asked for again."""
        assert interpreter.decode_state(interpreter.encode_state(outcome.state)) == outcome.state
        if outcome.effects:
            again = interpreter.resume(self.flow, outcome.state, self.world)
            assert (again.state, again.effects) == (outcome.state, outcome.effects)
            assert again.visits == ()
        self.outcome = outcome
        self.visits += outcome.visits
        self.answers += outcome.answers
        return self

    @property
    def effect(self) -> Any:
        (only,) = self.outcome.effects
        return only

    @property
    def ways(self) -> list[tuple[str, str, str]]:
        return [(visit.step, visit.exit, visit.to) for visit in self.visits]

    @property
    def way(self) -> list[str]:
        """``step.exit`` of each visit."""
        return [f"{visit.step}.{visit.exit}" for visit in self.visits]

    @property
    def variables(self) -> dict[str, Any]:
        return dict(self.outcome.state.variables)
