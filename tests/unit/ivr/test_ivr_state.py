from __future__ import annotations

import json
import re
from dataclasses import asdict

import pytest

from tandem.cti.model.skills import Need
from tandem.ivr.core.state import MAX_PRESSED, IvrState, decode_state, encode_state
from tandem.ivr.errors import BadState

FULL = IvrState(
    flow="main",
    edition="0123abcd",
    step="services",
    language="zh",
    turn=4,
    priority=10,
    tally=(1, 0, 1, 0),
    needs=(Need("language:zh", 3), Need("product:x-y.z", 5)),
    pressed=(("language", "1"), ("services", "*"), ("services", "#")),
    variables=(("name", "王 小明, \"'$"), ("score", -7), ("vip", True)),
    failure="media_failed",
)
TEXT = (
    "1/main/0123abcd/services/zh/4/10/1.0.1.0/language:zh=3.product:x-y~2ez=5"
    "/language=1.services=~2a.services=~23"
    "/name=s~e7~8e~8b~20~e5~b0~8f~e6~98~8e~2c~20~22~27~24.score=i-7.vip=b1/media_failed"
)


def test_the_text_is_what_it_says_it_is() -> None:
    assert encode_state(FULL) == TEXT
    assert decode_state(TEXT) == FULL


def test_the_text_may_stand_in_a_channel_variable() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_:=~./-]{1,300}", TEXT)


def test_a_state_is_plain_data() -> None:
    assert json.loads(json.dumps(asdict(FULL)))["variables"] == [
        ["name", "王 小明, \"'$"],
        ["score", -7],
        ["vip", True],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "1",
        "2" + TEXT[1:],
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
        TEXT.replace("score=i-7", "score=i99999999999"),
        TEXT.replace("vip=b1", "vip=b2"),
        TEXT.replace("vip=b1", "score=b1"),
        TEXT.replace("vip=b1", "aaa=b1"),
        TEXT.replace("~e7~8e", "~e7"),
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
    assert [digit for _, digit in state.pressed] == list("90123456789")
    assert len(".".join("services=1" for _ in state.pressed)) <= MAX_PRESSED
    assert decode_state(encode_state(state)) == state
