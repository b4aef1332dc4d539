from __future__ import annotations

import pickle
import re

import msgspec
import pytest

from tandem.cti.model.skills import Need
from tandem.ivr.core.state import MAX_PRESSED, IvrState, decode_state, encode_state
from tandem.ivr.core.values import Secret
from tandem.ivr.errors import BadState

FULL = IvrState(
    flow="main",
    edition="0123abcd",
    step="identify/services",
    language="zh",
    turn=4,
    mode="waiting",
    line="wait",
    entered_at=1763775000.25,
    tally=(1, 0, 1, 0),
    needs=(Need("language:zh", 3), Need("product:x-y.z", 5)),
    priority=10,
    tier="gold",
    pressed=(("language", "1"), ("identify/services", "*"), ("services", "#")),
    variables=(("card", Secret("c1.7", 16)), ("name", "王 小明, \"'$"), ("score", -7), ("vip", True)),
    customer=(("known", True), ("name", "张三")),
    trail=("language", "identify/services"),
    heard=("no_input", "digits 9"),
    failure="media_failed",
)
TEXT = (
    "2/main/0123abcd/identify~2fservices/zh/4/waiting/wait/1763775000.250/1.0.1.0/language:zh=3.product:x-y~2ez=5"
    "/10/gold/language=1.identify~2fservices=~2a.services=~23"
    "/card=xc1~2e7~3d16.name=~~c-eOiyDlsI_mmI4sICInJA.score=i-7.vip=b1/known=b1.name=~~c-W8oOS4iQ"
    "/language.identify~2fservices/no_input.digits~209/media_failed"
)


def test_the_text_is_what_it_says_it_is() -> None:
    assert encode_state(FULL) == TEXT
    assert decode_state(TEXT) == FULL


def test_the_text_may_stand_in_a_channel_variable() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_:=~./-]{1,4000}", TEXT)


def test_a_state_is_plain_data() -> None:
    assert msgspec.json.decode(msgspec.json.encode(FULL))["variables"] == [
        ["card", {"ref": "c1.7", "length": 16}],
        ["name", "王 小明, \"'$"],
        ["score", -7],
        ["vip", True],
    ]
    assert pickle.loads(pickle.dumps(FULL)) == FULL  # noqa: S301 - our own


def test_a_state_is_not_changed_but_followed_by_another() -> None:
    with pytest.raises(AttributeError, match="immutable"):
        FULL.turn = 5  # type: ignore[misc]
    assert not hasattr(FULL, "__dict__")
    assert hash(msgspec.structs.replace(FULL, turn=4)) == hash(FULL)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "1",
        "1" + TEXT[1:],
        TEXT + "/",
        TEXT + "\n",
        TEXT.replace("main", "Main"),
        TEXT.replace("main", "ma in"),
        TEXT.replace("0123abcd", "0123abcz"),
        TEXT.replace("/4/", "/-4/"),
        TEXT.replace("/4/", "/04/"),
        TEXT.replace("/4/", "/4000/"),
        TEXT.replace("/4/", "/٤/"),
        TEXT.replace("1.0.1.0", "1..1.0"),
        TEXT.replace("zh=3", "zh=0"),
        TEXT.replace("zh=3", "zh=9"),
        TEXT.replace("zh=3", "zh"),
        TEXT.replace("language=1", "language=A"),
        TEXT.replace("score=i-7", "score=i-07"),
        TEXT.replace("score=i-7", "score=x-7"),
        TEXT.replace("score=i-7", "score=i9999999999999"),
        TEXT.replace("vip=b1", "vip=b2"),
        TEXT.replace("vip=b1", "score=b1"),
        TEXT.replace("vip=b1", "aaa=b1"),
        TEXT.replace("~~c-W8oOS4iQ", "~~c-W8oOS4i"),
        TEXT.replace("~~c-W8oOS4iQ", "~~c-W8oOS4iR"),
        TEXT.replace("~~c-W8oOS4iQ", "~~c-W8oOS4iQ~"),
        TEXT.replace("~~c-W8oOS4iQ", "s~e5~bc~a0~e4~b8~89"),
        TEXT.replace("waiting", "resting"),
        TEXT.replace("/wait/", "/wait~2f/"),
        TEXT.replace("000.250", "000.25"),
        TEXT.replace("000.250", "nan"),
        TEXT.replace("xc1~2e7~3d16", "xc1~2e7"),
        TEXT.replace("vip=b1/", "vip=b1/zip=b1."),
        TEXT.replace("~2a", "~2A"),
        TEXT.replace("main", "~6dain"),
        TEXT.replace("~2a", "~"),
        TEXT.replace("media_failed", "${SHELL}"),
        "1/" * 12,
        "9" * 10_000,
    ],
)
def test_a_text_that_we_did_not_write_is_refused(text: str) -> None:
    with pytest.raises(BadState):
        decode_state(text)


def test_the_oldest_presses_are_forgotten_first() -> None:
    state = IvrState(flow="main", edition="0123abcd", step="services", language="zh")
    for n in range(40):
        state = state.with_press(str(n % 10))
    assert [digit for _, digit in state.pressed] == list("3456789" + "0123456789" * 2)
    assert len(".".join("services=1" for _ in state.pressed)) <= MAX_PRESSED
    assert decode_state(encode_state(state)) == state


def test_what_was_heard_and_the_trail_have_their_bounds_too() -> None:
    state = IvrState(flow="main", edition="0123abcd", step="services", language="zh")
    for n in range(100):
        state = state.with_heard(f"digits {n}").with_trail(f"step_{n}")
    assert state.heard[-1] == "digits 99"
    assert state.trail[-1] == "step_99"
    assert 20 < len(state.heard) < 40
    assert 20 < len(state.trail) < 40
    assert decode_state(encode_state(state)) == state


def test_who_goes_back_is_where_he_was() -> None:
    state = IvrState(flow="main", edition="0123abcd", step="services", language="zh", trail=("a", "b", "c"))
    assert state.with_trail("b").trail == ("a", "b")


def test_variables_are_sorted_and_none_takes_one_away() -> None:
    state = IvrState(flow="main", edition="0123abcd", step="services", language="zh", variables=(("b", 1),))
    assert state.with_variables({"c": "x", "a": True}).variables == (("a", True), ("b", 1), ("c", "x"))
    assert state.with_variables({"b": None}).variables == ()


def test_a_sub_flow_leaves_nothing_behind() -> None:
    state = IvrState(flow="main", edition="0123abcd", step="services", language="zh")
    state = state.with_variables({"pin": "1", "ask/pin": "2", "ask/more/pin": "3", "asking": "4"})
    assert state.without_locals("ask").variables == (("asking", "4"), ("pin", "1"))
