"""Steps that ask somebody else: lookup, http, answer, record, callback, transfer; and hangup with words."""

from __future__ import annotations

import pytest
from tests.unit.ivr.walking import Call, flow_of, said

from tandem.cti.model.skills import Need
from tandem.ivr.core import interpreter
from tandem.ivr.core.dialogue import (
    CallbackTaken,
    Digits,
    Dip,
    Enqueue,
    Fetched,
    HangUp,
    MediaFailed,
    NoInput,
    OfferCallback,
    Play,
    Played,
    Recorded,
    RecordMessage,
    Transfer,
    TransferFailed,
)
from tandem.ivr.core.spoken_values import words_for
from tandem.ivr.core.values import Secret
from tandem.ivr.core.world import World
from tandem.ivr.errors import FlowError

LOOKUP = """
    who:
      type: lookup
      by: phone
      value: call.number
      timeout_s: 2
      cache_s: 60
      found: queue
      not_found: other
      fallback: worse
    queue: {type: queue, queue: loans}
"""


def test_lookup_asks_the_crm() -> None:
    call = Call(flow_of(LOOKUP), call={"number": "+8613800000000"})
    assert call.effect == Dip("customer", "phone", (("value", "+8613800000000"),), (), 2.0, 60.0)


def test_the_customer_is_the_one_that_was_found() -> None:
    call = Call(flow_of(LOOKUP), call={"number": "+861"}, customer={"name": "Wang", "email": "w@example.com"})
    call.tell(Fetched("ok", {"id": "c1", "name": "李", "tier": "gold", "shoe": "42"}))
    assert dict(call.outcome.state.customer)["name"] == "李"
    assert dict(call.outcome.state.customer)["email"] == "", "not what was known of someone else"
    assert dict(call.outcome.state.customer)["known"] is True
    assert "shoe" not in dict(call.outcome.state.customer)
    assert isinstance(call.effect, Enqueue)
    assert call.effect.tier == "gold"


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (Fetched("not_found"), "other"),
        (Fetched("failed"), "worse"),
        (Fetched("timeout"), "worse"),
        (Fetched("refused"), "worse"),
        (Fetched("\ud800"), "worse"),
        (MediaFailed(), "worse"),
    ],
)
def test_every_answer_has_its_way(event: Fetched | MediaFailed, reason: str) -> None:
    call = Call(flow_of(LOOKUP), call={"number": "+861"}).tell(event)
    assert call.effect == HangUp(reason)
    assert call.outcome.state.customer == ()


def test_nothing_to_ask_with_is_a_failure_at_once() -> None:
    call = Call(flow_of(LOOKUP))
    assert call.way == ["who.fallback", "worse.end"]


HTTP = """
    pin:
      type: collect
      prompts: {zh: 密码, en: PIN}
      into: pin
      max_digits: 4
      sensitive: true
      no_input: {goto: done}
      no_match: {goto: done}
      goto: order
    order:
      type: http
      method: POST
      url: "https://api.example.com/orders/{call.ani}?pin={pin}"
      body: {pin: pin, name: customer.name, missing: customer.email}
      credentials: shop
      timeout_s: 3
      cache_s: 0
      outputs:
        state: {path: "order.lines[0].state"}
        total: {path: total, as: money}
        count: {path: count, as: number}
        late: {path: late, as: flag}
      goto: check
      fallback: worse
    check: {type: condition, cases: [{when: 'late and count > 2 and state == "sent"', goto: done}], otherwise: other}
"""


def asked() -> Call:
    call = Call(flow_of(HTTP), call={"ani": "a/b c"}, customer={"name": "Li"})
    return call.tell(Digits("", Secret("v.1", 4)))


def test_http_fills_in_the_address_and_keeps_secrets_closed() -> None:
    assert asked().effect == Dip(
        kind="http",
        source="https://api.example.com/orders/a%2Fb%20c?pin={secret:v.1}",
        keys=(("pin", Secret("v.1", 4)), ("name", "Li")),
        outputs=(
            ("state", "order.lines[0].state", "text"),
            ("total", "total", "money"),
            ("count", "count", "number"),
            ("late", "late", "flag"),
        ),
        timeout_s=3.0,
        cache_s=0.0,
        method="POST",
        credentials="shop",
    )


def test_what_was_answered_is_kept() -> None:
    call = asked().tell(Fetched("ok", {"state": "sent", "total": "12.50", "count": 3, "late": True, "other": 1}))
    assert call.effect == HangUp("done")
    assert call.variables == {
        "pin": Secret("v.1", 4), "state": "sent", "total": "12.50", "count": 3, "late": True
    }  # fmt: skip
    assert call.visits[1].heard == ("fetched ok",)


def test_what_is_missing_in_the_answer_has_no_value() -> None:
    call = asked().tell(Fetched("ok", {"late": False, "count": 10**15, "state": "\ud800"}))
    assert set(call.variables) == {"pin", "late"}
    assert call.effect == HangUp("other")


def test_not_found_without_a_way_is_the_fallback() -> None:
    assert asked().tell(Fetched("not_found")).effect == HangUp("worse")


def test_a_get_has_no_body() -> None:
    with pytest.raises(FlowError):
        flow_of(HTTP.replace("method: POST", "method: GET"))


ANSWER = """
    ask:
      type: answer
      from: balances
      key: call.ani
      timeout_s: 1
      cache_s: 30
      outputs: {balance: {field: Balance, as: money}}
      goto: say
      not_found: other
      fallback: worse
    say: {type: play, prompts: [{zh: 余额, en: Balance}, {say: balance, as: money, currency: CNY}], goto: done}
"""


def test_answer_asks_the_table_and_says_what_it_found() -> None:
    call = Call(flow_of(ANSWER), call={"ani": "42"})
    assert call.effect == Dip("answers", "balances", (("key", "42"),), (("balance", "Balance", "money"),), 1.0, 30.0)
    call.tell(Fetched("ok", {"balance": "3.00"}))
    assert isinstance(call.effect, Play)
    assert call.effect.prompts == said("Balance", *words_for("money", "3.00", "en", "CNY"))
    assert set(call.effect.prompts) <= set(call.flow.spoken())


def test_no_such_row() -> None:
    assert Call(flow_of(ANSWER), call={"ani": "42"}).tell(Fetched("not_found")).effect == HangUp("other")


@pytest.mark.parametrize("event", [Played(), NoInput(), Digits("1"), Recorded("r", 3), CallbackTaken(True)])
def test_who_waits_for_an_answer_hears_nothing_else(event: Played) -> None:
    call = Call(flow_of(ANSWER), call={"ani": "42"})
    before = call.outcome.state
    assert call.tell(event).outcome.effects == ()
    assert call.outcome.state == before


RECORD = """
    message:
      type: record
      prompts: {zh: 请留言, en: Your message}
      most_s: 60
      min_s: 2
      queue: service
      goto: done
      too_short: other
      fallback: worse
"""


@pytest.mark.parametrize(
    ("event", "reason", "heard"),
    [
        (Recorded("r1", 12.4), "done", "recorded 12"),
        (Recorded("r1", 1.9), "other", "recorded 2"),
        (Recorded("r1", float("nan")), "done", "recorded nan"),
        (MediaFailed(), "worse", "failed"),
    ],
)
def test_a_message(event: Recorded | MediaFailed, reason: str, heard: str) -> None:
    call = Call(flow_of(RECORD))
    assert call.effect == RecordMessage(said("Your message"), 60.0, "#", "service", 2.0)
    assert call.tell(event).effect == HangUp(reason)
    assert call.visits[0].heard == (heard,)


def test_a_short_message_is_one_when_nothing_else_is_said() -> None:
    flow = flow_of(RECORD.replace("      too_short: other\n", ""))
    assert Call(flow).tell(Recorded("r1", 0.1)).effect == HangUp("done")


CALLBACK = """
    first: {type: set, needs: vip, priority: 3, goto: promise}
    promise: {type: callback, queue: loans, needs: product:loans>=2, goto: done, refused: other, fallback: worse}
"""


@pytest.mark.parametrize(
    ("event", "reason"), [(CallbackTaken(True), "done"), (CallbackTaken(False), "other"), (MediaFailed(), "worse")]
)
def test_a_promise_to_call_back(event: CallbackTaken | MediaFailed, reason: str) -> None:
    call = Call(flow_of(CALLBACK))
    assert call.effect == OfferCallback("loans", "", (Need("product:loans", 2), Need("vip", 1)), 3)
    assert call.tell(event).effect == HangUp(reason)


def test_a_number_of_his_own() -> None:
    flow = flow_of(CALLBACK.replace("queue: loans,", "queue: loans, number: customer.email,"))
    effect = Call(flow, customer={"email": "+8621"}).effect
    assert isinstance(effect, OfferCallback)
    assert effect.number == "+8621"
    assert Call(flow).effect == HangUp("other"), "there is none"


TRANSFER = """
    away: {type: transfer, number: customer.owner, prompts: {zh: 转接, en: One moment}, timeout_s: 20, failed: other}
"""


def test_transfer_dials_out() -> None:
    call = Call(flow_of(TRANSFER), customer={"owner": "+862112345678"})
    assert call.effect == Transfer(said("One moment"), "+862112345678", "", 20.0)
    assert call.tell(TransferFailed("busy")).effect == HangUp("other")


@pytest.mark.parametrize("number", ["", "alice", "1", "+86 21", "1" * 30, "2;rm", True])
def test_what_is_no_number_is_not_dialled(number: str) -> None:
    assert Call(flow_of(TRANSFER), customer={"owner": number}).effect == HangUp("other")


def test_transfer_to_a_sip_address() -> None:
    flow = flow_of(TRANSFER.replace("number: customer.owner", "sip: desk@partner.example.com"))
    effect = Call(flow).effect
    assert isinstance(effect, Transfer)
    assert effect.sip == "desk@partner.example.com"


@pytest.mark.parametrize(
    "where", ["", "number: call.ani, sip: a@example.com,", 'sip: "a b@example.com",', 'sip: "a@b/c",']
)
def test_one_place_to_go_to(where: str) -> None:
    with pytest.raises(FlowError):
        flow_of(TRANSFER.replace("number: customer.owner,", where))


@pytest.mark.parametrize("event", [Played(), MediaFailed()])
def test_words_before_the_end(event: Played | MediaFailed) -> None:
    call = Call(flow_of("bye: {type: hangup, prompts: {zh: 再见, en: Goodbye}, reason: bye}", ends=""))
    assert call.effect == Play(said("Goodbye"))
    assert call.tell(event).effect == HangUp("bye")
    assert call.way == ["bye.end"]


LONG = "好" * 120
MANY = "".join(f"        v{n}: {{path: v{n}}}\n" for n in range(7))


def test_an_answer_that_is_too_long_to_be_kept_is_none() -> None:
    flow = flow_of(f"""
    ask:
      type: http
      url: "https://api.example.com/"
      timeout_s: 1
      cache_s: 0
      outputs:
{MANY}
      goto: done
      fallback: worse
    """)
    values = {f"v{n}": LONG for n in range(7)}
    assert Call(flow).tell(Fetched("ok", {**values, "v6": "short", "v5": ""})).effect == HangUp("done")
    call = Call(flow).tell(Fetched("ok", values))
    assert call.effect == HangUp("worse")
    assert call.variables == {}
    assert call.way == ["ask.fallback", "worse.end"]


def test_what_cannot_be_kept_leads_to_a_person() -> None:
    steps = "".join(
        f"    s{n}: {{type: set, compute: {{v{n}: customer.name}}, goto: {f's{n + 1}' if n < 6 else 'done'}}}\n"
        for n in range(7)
    )
    call = Call(flow_of(steps), customer={"name": LONG})
    assert isinstance(call.effect, Enqueue)
    assert (call.effect.queue, call.effect.failure) == ("service", "state_too_large")


def test_an_address_that_can_no_longer_be_filled_in_after_a_restart() -> None:
    flow = flow_of(HTTP.replace("{call.ani}", "{customer.name}"))
    call = Call(flow, customer={"name": "Li"}).tell(Digits("", Secret("v.1", 4)))
    outcome = interpreter.resume(flow, call.outcome.state, World(now=call.world.now))
    assert outcome.effects == (HangUp("worse"),)
    assert [visit.exit for visit in outcome.visits] == ["fallback", "end"]
