"""Any caller on any checked flow comes to an end, with nothing lost and no secret told; hostile texts end in a typed
error."""

from __future__ import annotations

import pickle
import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.made_flows import SECRET, flows
from tests.unit.ivr.flows import GOOD, QUEUES, ROOT, load

from tandem.ivr.core.check import load_flow
from tandem.ivr.core.check_modes import edges_of
from tandem.ivr.core.dialogue import (
    CallbackTaken,
    Collect,
    Digits,
    Dip,
    Effect,
    Enqueue,
    Fetched,
    HangUp,
    IvrEvent,
    MediaFailed,
    Music,
    NoInput,
    OfferCallback,
    Play,
    Played,
    Recorded,
    RecordMessage,
    Transfer,
    TransferFailed,
)
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.interpreter import Outcome, after, is_over, left, resume, start, step, wait
from tandem.ivr.core.speech import TEXT, Prompt, Say
from tandem.ivr.core.state import CUSTOMER_FIELDS, MAX_ENCODED, decode_state, encode_state
from tandem.ivr.core.values import Secret, Value
from tandem.ivr.core.world import World
from tandem.ivr.errors import BadState, FlowError

NOW = World(
    now=1_790_000_000.0,
    call={"id": "c-1", "ani": "13800000000", "number": "+8613800000000", "dnis": "400"},
    customer={"known": True, "name": "李", "tier": "gold", "owner": "alice"},
    queue={"position": 2},
)
KEYS = "0123456789*#"
BROUGHT: list[Value] = ["1", "22", "12.50", "好" * 120, "好" * 121, "\ud800", 10**12, -3, 0, True, False, ""]
SEEDS = st.integers(0, 2**32)
CALLS = 12
"""Of each flow."""
FINAL = (Enqueue, HangUp)


def typed(random: Random) -> str:
    match random.randrange(4):
        case 0 | 1:
            return random.choice(KEYS)
        case 2:
            return "".join(random.choices(KEYS, k=random.randrange(8)))
        case _:
            return random.choice(["", "12", "345", "4242", "١", "a", "\ud800", "1" * 200])


def secret(random: Random) -> Secret:
    return Secret(random.choice(["v.1", "v.2", "", "no ref"]), random.choice([0, 2, 3, 4, 5, 8, 99]))


def fetched(random: Random) -> Fetched:
    status = random.choice(["ok", "ok", "ok", "not_found", "failed", "timeout", "refused", "?"])
    names = random.sample(["x", "y", *CUSTOMER_FIELDS], k=random.randrange(11))
    return Fetched(status, {name: random.choice(BROUGHT) for name in names})


def anything(random: Random) -> IvrEvent:
    events: list[IvrEvent] = [
        Digits(typed(random)),
        Digits("", secret(random)),
        fetched(random),
        Recorded("r.1", random.choice([0.0, 5.0, -1.0, float("nan"), float("inf")])),
        CallbackTaken(random.random() < 0.5),
        Played(),
        NoInput(),
        MediaFailed(),
        TransferFailed(),
    ]
    return random.choice(events)


def answer(effect: Effect, random: Random) -> IvrEvent:
    """What may come back when nothing fails."""
    match effect:
        case Collect(sensitive=True):
            return random.choice([Digits(SECRET), Digits("", secret(random)), Digits("", secret(random))])
        case Collect():
            return Digits(typed(random)) if random.random() < 0.7 else NoInput()
        case Music():
            return Played() if random.random() < 0.5 else Digits(random.choice(KEYS))
        case Dip():
            return fetched(random)
        case RecordMessage():
            return Recorded("r.1", random.uniform(0, 20))
        case OfferCallback():
            return CallbackTaken(random.random() < 0.5)
        case Transfer():
            return TransferFailed()
        case _:
            return Played()


def silence(effect: Effect, random: Random) -> IvrEvent:
    """What comes back when the caller does nothing and everything works."""
    match effect:
        case Collect():
            return NoInput()
        case Music():
            return Played()
        case _:
            return answer(effect, random)


class Hashed:
    """A flow by its identity, for ``lru_cache``."""

    def __init__(self, it: Flow) -> None:
        self.it = it

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hashed) and other.it is self.it

    def __hash__(self) -> int:
        return id(self.it)


@dataclass
class Caller:
    """A call and the center around it: who is put into a queue hears the branch for that; an agent may come."""

    flow: Flow
    random: Random
    world: World = NOW
    time_passes: bool = True
    told: int = 0
    talked: bool = False
    outcome: Outcome = field(init=False)
    effect: Effect = field(init=False)

    def __post_init__(self) -> None:
        self.put(start(self.flow, self.world, language=self.random.choice(["", "zh", "en", "fr"])))

    def tell(self, event: IvrEvent) -> None:
        if self.time_passes:
            music = self.effect if isinstance(event, Played) else None
            lasted_s = music.seconds if isinstance(music, Music) else 0.3
            self.world = replace(self.world, now=self.world.now + lasted_s)
        self.told += 1
        self.put(step(self.flow, self.outcome.state, event, self.world))

    def goes_on(self) -> bool:
        """The center's part of it: False when the call has left the flow for good."""
        effect = self.effect
        if isinstance(effect, HangUp) or (isinstance(effect, Enqueue) and not effect.waits and not effect.after_call):
            return False
        if isinstance(effect, Enqueue) and effect.waits:
            self.told += 1
            self.put(wait(self.flow, self.outcome.state, self.world))
            return self.effect is not effect
        if isinstance(effect, Enqueue):
            if self.talked:
                return False
            self.talk()
            return self.effect is not effect
        return True

    def choice(self) -> IvrEvent | None:
        """A key that leads somewhere, more often than not."""
        keys = [exit_.name for exit_ in self.flow.exits_of(self.outcome.state.step) if len(exit_.name) == 1]
        wanted = keys and isinstance(self.effect, Collect | Music) and self.random.random() < 0.7
        return Digits(self.random.choice(keys)) if wanted else None

    def talk(self) -> None:
        """An agent has talked to the caller, and hung up."""
        self.talked = True
        self.put(after(self.flow, self.outcome.state, self.world))

    def put(self, outcome: Outcome) -> None:
        self.outcome = outcome
        if outcome.effects:
            self.effect = outcome.effects[0]
        sound(self.flow, outcome, self.world)


@lru_cache(4)
def ways_and_prompts(flow: Hashed) -> tuple[set[tuple[str, str, str]], set[Prompt]]:
    return set(edges_of(flow.it)), set(flow.it.spoken())


def sound(flow: Flow, outcome: Outcome, world: World) -> None:
    """What must hold at every moment of every call."""
    edges, prompts = ways_and_prompts(Hashed(flow))
    state = outcome.state
    text = encode_state(state)
    assert len(text) <= MAX_ENCODED
    assert re.fullmatch(r"[A-Za-z0-9_:=~./-]+", text)
    assert decode_state(text) == state
    again = resume(flow, state, world)
    assert again.state == state
    assert again.visits == ()
    if outcome.effects:
        assert again.effects == outcome.effects
    (effect,) = again.effects
    if isinstance(effect, Play | Collect | RecordMessage | Transfer):
        parts = [part for speech in flow.steps[state.step].speeches() for part in speech]
        made_later = any(isinstance(part, Say) and part.kind == TEXT for part in parts)
        assert made_later or set(effect.prompts) <= prompts
    assert isinstance(effect, FINAL) == is_over(flow, state)
    for secret in (text, repr(outcome.visits), repr(left(flow, state, "hung_up", world)), repr(effect)):
        assert SECRET not in secret
    if isinstance(effect, RecordMessage | OfferCallback | Transfer | HangUp):
        assert state.mode != "waiting"
    for visit in outcome.visits:
        assert visit.to == "" or (visit.step, visit.exit, visit.to) in edges or visit.exit == "back"
        assert visit.left_at >= visit.entered_at


@settings(max_examples=60)
@given(flows(), SEEDS)
def test_any_events_whatever_keep_a_call_sound(flow: Flow, seed: int) -> None:
    random = Random(seed)
    for _ in range(CALLS):
        caller = Caller(flow, random)
        for _ in range(20):
            over = is_over(flow, caller.outcome.state)
            match random.randrange(10):
                case 0:
                    caller.put(wait(flow, caller.outcome.state, caller.world))
                case 1:
                    caller.put(after(flow, caller.outcome.state, caller.world))
                case 2 | 3 | 4:
                    caller.tell(anything(random))
                    assert not (over and caller.outcome.effects)
                case _:
                    caller.tell(answer(caller.effect, random))


@settings(max_examples=100)
@given(flows(), SEEDS)
def test_any_caller_comes_to_an_end_within_the_bound(flow: Flow, seed: int) -> None:
    """No time passes, so that even in a queue nothing may go round for ever."""
    random = Random(seed)
    for _ in range(CALLS):
        short = replace(flow, step_limit=random.randint(5, 25))
        caller = Caller(short, random, time_passes=False)
        while caller.goes_on():
            assert caller.told <= 2 * short.step_limit + 4, "the call goes on and on"
            if caller.outcome.state.mode == "waiting" and not caller.talked and random.random() < 0.1:
                caller.talk()
            elif not isinstance(caller.effect, FINAL):
                caller.tell(
                    caller.choice() or (MediaFailed() if random.random() < 0.1 else answer(caller.effect, random))
                )


@settings(max_examples=60)
@given(flows(), SEEDS)
def test_a_silent_caller_ends_where_the_author_meant(flow: Flow, seed: int) -> None:
    """Or stands in line, for hours."""
    random = Random(seed)
    for _ in range(CALLS // 3):
        caller = Caller(flow, random)
        for _ in range(120):
            if not caller.goes_on():
                break
            if not isinstance(caller.effect, FINAL):
                caller.tell(silence(caller.effect, random))
        else:
            assert caller.outcome.state.mode == "waiting"
        assert caller.outcome.state.failure in ("", "state_too_large")


@settings(max_examples=60)
@given(flows(), SEEDS)
def test_a_state_that_no_call_can_come_to_does_no_harm(flow: Flow, seed: int) -> None:
    random = Random(seed)
    names = [*flow.steps, "gone"]
    for _ in range(CALLS):
        state = msgspec.structs.replace(
            start(flow, NOW).state,
            step=random.choice(names),
            line=random.choice(["", *names]),
            mode=random.choice(["ivr", "waiting", "after"]),
            turn=random.randrange(1000),
            tally=tuple(random.randrange(1000) for _ in range(random.choice([0, 1, 4, 4, 5]))),
            trail=tuple(random.choices(names, k=random.randrange(4))),
            variables=random.choice([(), (("x", Secret("v.1", 5)),), (("x", "12"), ("y", True))]),
        )
        for outcome in (resume(flow, state, NOW), wait(flow, state, NOW), after(flow, state, NOW)):
            assert len(outcome.effects) <= 1
        for _ in range(5):
            outcome = step(flow, state, anything(random), NOW)
            state = outcome.state
            assert decode_state(encode_state(state)) == state


@settings(max_examples=30)
@given(flows())
def test_a_flow_can_be_handed_to_another_process(flow: Flow) -> None:
    assert pickle.loads(pickle.dumps(flow)) == flow  # noqa: S301


@given(st.text())
def test_any_text_loads_or_is_refused(text: str) -> None:
    refused(text)


LINES = (ROOT / "examples/flows/main.yaml").read_text(encoding="utf-8").splitlines()


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), st.integers(0, 3), st.text(max_size=8)), max_size=6))
def test_a_flow_with_damaged_lines_loads_or_is_refused(damage: list[tuple[int, int, str]]) -> None:
    lines = list(LINES)
    for place, how, text in damage:
        line = lines[place]
        lines[place] = ("", text, line + text, line[: len(line) // 2] + text + line[len(line) // 2 :])[how]
    refused("\n".join(lines))


def refused(text: str) -> None:
    try:
        load_flow(text, "any.yaml", QUEUES)
    except FlowError as error:
        problems = error.problems
    else:
        return
    assert problems
    for problem in problems:
        assert 1 <= problem.line <= len(text.splitlines()) + 2
        assert problem.what
        assert problem.fix


STATE = encode_state(step(load(), start(load(), NOW).state, Played(), NOW).state.with_press("1"))


@given(
    st.one_of(st.text(), st.tuples(st.integers(0, len(STATE)), st.integers(0, 4), st.text("/=.~:-09az2e", max_size=6)))
)
def test_a_hostile_state_is_refused_or_does_no_harm(hostile: str | tuple[int, int, str]) -> None:
    if isinstance(hostile, str):
        text = hostile
    else:
        place, gone, put = hostile
        text = STATE[:place] + put + STATE[place + gone :]
    try:
        state = decode_state(text)
    except BadState:
        return
    assert encode_state(state) == text
    flow = load(GOOD)
    assert len(resume(flow, state, NOW).effects) == 1
    for event in (Played(), Digits("1"), Digits("x"), NoInput(), MediaFailed(), Fetched("ok", {"x": "y"})):
        after = step(flow, state, event, NOW).state
        assert len(encode_state(after)) <= MAX_ENCODED + 100
