"""Any caller on any checked flow comes to an end, with nothing lost and no secret told; hostile texts end in a typed
error."""

from __future__ import annotations

import pickle
import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.made_flows import KEYS, SECRET, flows
from tests.unit.ivr.flows import GOOD, QUEUES, ROOT, load

from tandem.ivr.core.check import load_flow
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
    Visit,
)
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.interpreter import Outcome, after, is_over, left, resume, start, step, wait
from tandem.ivr.core.speech import Prompt, made_at_call_time
from tandem.ivr.core.state import CUSTOMER_FIELDS, MAX_ENCODED, decode_state, encode_state
from tandem.ivr.core.values import Secret
from tandem.ivr.core.world import World
from tandem.ivr.errors import BadState, FlowError

NOW = World(
    now=1_790_000_000.0,
    call={"id": "c-1", "ani": "13800000000", "number": "+8613800000000", "dnis": "400"},
    customer={"known": True, "name": "李", "tier": "gold", "owner": "alice"},
    queue={"position": 2},
)
TYPED = st.one_of(KEYS, KEYS, st.text("0123456789*#", max_size=7), st.text(max_size=3))
BROUGHT = st.one_of(
    st.text(max_size=8),
    st.integers(-5, 5),
    st.booleans(),
    st.sampled_from(["12.50", "好" * 120, "好" * 121, "\ud800", 10**12, ""]),
)
VALUES = st.dictionaries(st.sampled_from(["x", "y", *CUSTOMER_FIELDS]), BROUGHT, max_size=10)
SECRETS = st.builds(Secret, st.sampled_from(["v.1", "v2", "", "no ref"]), st.sampled_from([0, 2, 3, 4, 5, 8, 99]))
FETCHED = st.builds(
    Fetched, st.sampled_from(["ok", "ok", "ok", "not_found", "failed", "timeout", "refused", "?"]), VALUES
)
EVENTS = st.one_of(
    TYPED.map(Digits),
    SECRETS.map(lambda secret: Digits("", secret)),
    FETCHED,
    st.sampled_from([Played(), NoInput(), MediaFailed(), TransferFailed()]),
    st.builds(Recorded, st.just("r.1"), st.floats()),
    st.builds(CallbackTaken, st.booleans()),
)
FINAL = (Enqueue, HangUp)


def answers(effect: Effect) -> st.SearchStrategy[IvrEvent]:
    """What may come back, failures included."""
    match effect:
        case Collect(sensitive=True):
            typed = st.one_of(st.just(Digits(SECRET)), SECRETS.map(lambda secret: Digits("", secret)))
        case Collect():
            typed = st.one_of(TYPED.map(Digits), TYPED.map(Digits), st.just(NoInput()))
        case Music():
            typed = st.one_of(st.just(Played()), KEYS.map(Digits))
        case Dip():
            typed = FETCHED
        case RecordMessage():
            typed = st.builds(Recorded, st.just("r.1"), st.floats(0, 100))
        case OfferCallback():
            typed = st.builds(CallbackTaken, st.booleans())
        case Transfer():
            typed = st.just(TransferFailed())
        case _:
            typed = st.just(Played())
    return st.one_of(typed, typed, typed, typed, st.just(MediaFailed()))


def silence(effect: Effect) -> st.SearchStrategy[IvrEvent]:
    """What comes back when the caller does nothing and everything works."""
    match effect:
        case Collect():
            return st.just(NoInput())
        case Dip():
            return FETCHED
        case RecordMessage() | OfferCallback() | Transfer():
            return answers(effect).filter(lambda event: not isinstance(event, MediaFailed))
        case _:
            return st.just(Played())


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
    data: st.DataObject
    world: World = NOW
    time_passes: bool = True
    told: int = 0
    talked: bool = False
    outcome: Outcome = field(init=False)
    visits: list[Visit] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._then(start(self.flow, self.world, language=self.data.draw(st.sampled_from(["", "zh", "en", "fr"]))))

    def tell(self, event: IvrEvent) -> None:
        if self.time_passes:
            lasted = self.outcome.effects[0].seconds if self.music and isinstance(event, Played) else 0.3
            self.world = replace(self.world, now=self.world.now + lasted)
        self.told += 1
        self._then(step(self.flow, self.outcome.state, event, self.world))

    @property
    def music(self) -> bool:
        return bool(self.outcome.effects) and isinstance(self.outcome.effects[0], Music)

    def goes_on(self) -> bool:
        """The center's part of it: False when the call has left the flow for good."""
        effect = self.outcome.effects[0]
        if isinstance(effect, HangUp) or (isinstance(effect, Enqueue) and not effect.waits and not effect.after_call):
            return False
        if isinstance(effect, Enqueue) and effect.waits:
            self.told += 1
            self._then(wait(self.flow, self.outcome.state, self.world))
        elif isinstance(effect, Enqueue):
            if self.talked:
                return False
            self.talk()
        return bool(self.outcome.effects)

    def talk(self) -> None:
        """An agent has talked to the caller, and hung up."""
        self.talked = True
        self._then(after(self.flow, self.outcome.state, self.world))

    def _then(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.visits += outcome.visits
        sound(self.flow, outcome, self.world)


@lru_cache(4)
def ways_and_prompts(flow: Hashed) -> tuple[set[tuple[str, str, str]], set[Prompt]]:
    return set(flow.it.edges()), set(flow.it.spoken())


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
        made_later = any(made_at_call_time(speech) for speech in flow.steps[state.step].speeches())
        assert made_later or set(effect.prompts) <= prompts
    assert isinstance(effect, FINAL) == is_over(flow, state)
    for secret in (text, repr(outcome.visits), repr(left(flow, state, "hung_up", world)), repr(effect)):
        assert SECRET not in secret
    if isinstance(effect, RecordMessage | OfferCallback | Transfer | HangUp):
        assert state.mode != "waiting"
    for visit in outcome.visits:
        assert visit.to == "" or (visit.step, visit.exit, visit.to) in edges or visit.exit == "back"
        assert visit.left_at >= visit.entered_at


@settings(max_examples=100)
@given(flows(), st.data())
def test_any_events_whatever_keep_a_call_sound(flow: Flow, data: st.DataObject) -> None:
    caller = Caller(flow, data)
    for event in data.draw(st.lists(st.one_of(EVENTS, st.sampled_from(["wait", "after"])), max_size=30)):
        over = is_over(flow, caller.outcome.state)
        if isinstance(event, str):
            caller._then((wait if event == "wait" else after)(flow, caller.outcome.state, caller.world))
        elif not isinstance(event, Digits) or event.text != SECRET:
            caller.tell(event)
            assert not (over and caller.outcome.effects)


@settings(max_examples=200)
@given(flows(), st.data())
def test_any_caller_comes_to_an_end_within_the_bound(flow: Flow, data: st.DataObject) -> None:
    """No time passes, so that even in a queue nothing may go round for ever."""
    flow = replace(flow, step_limit=data.draw(st.integers(5, 25)))
    caller = Caller(flow, data, time_passes=False)
    while caller.told <= 2 * flow.step_limit + 4:
        if not caller.goes_on():
            break
        if caller.outcome.state.mode == "waiting" and not caller.talked and data.draw(st.integers(0, 9)) == 0:
            caller.talk()
        effect = (caller.outcome.effects or resume(flow, caller.outcome.state, caller.world).effects)[0]
        if not isinstance(effect, FINAL):
            caller.tell(data.draw(answers(effect)))
    else:
        raise AssertionError("the call goes on and on")


@settings(max_examples=80)
@given(flows(), st.data())
def test_a_silent_caller_ends_where_the_author_meant(flow: Flow, data: st.DataObject) -> None:
    """Or stands in line, for hours."""
    caller = Caller(flow, data)
    for _ in range(120):
        if not caller.goes_on():
            break
        if not is_over(flow, caller.outcome.state):
            caller.tell(data.draw(silence(caller.outcome.effects[0])))
    else:
        assert caller.outcome.state.mode == "waiting"
    assert caller.outcome.state.failure == ""


@settings(max_examples=100)
@given(flows(), st.data())
def test_a_state_that_no_call_can_come_to_does_no_harm(flow: Flow, data: st.DataObject) -> None:
    names = st.sampled_from([*flow.steps, "gone"])
    state = replace(
        start(flow, NOW).state,
        step=data.draw(names),
        line=data.draw(st.one_of(st.just(""), names)),
        mode=data.draw(st.sampled_from(["ivr", "waiting", "after"])),
        turn=data.draw(st.integers(0, 999)),
        tally=tuple(data.draw(st.lists(st.integers(0, 999), max_size=5))),
        trail=tuple(data.draw(st.lists(names, max_size=3))),
        variables=(("x", data.draw(SECRETS.filter(lambda secret: secret.ref.isalnum()))),),
    )
    for outcome in (resume(flow, state, NOW), wait(flow, state, NOW), after(flow, state, NOW)):
        if outcome.visits:
            sound(flow, outcome, NOW)
    for event in data.draw(st.lists(EVENTS, max_size=5)):
        outcome = step(flow, state, event, NOW)
        state = outcome.state
        assert len(encode_state(state)) <= MAX_ENCODED


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
