"""Whatever a page sends is either one of our messages within its bounds, or refused in a known way."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from tandem.agent_desktop.adapters.misfits import MISFITS
from tandem.agent_desktop.core.messages import PageMessage

TAGS = [kind.__struct_config__.tag for kind in PageMessage.__args__]
FIELDS = sorted({name for kind in PageMessage.__args__ for name in kind.__struct_fields__})
TEXTS = st.one_of(st.text(), st.text("ab1._-\n\t\0 王"), st.sampled_from(["seat", "queue", "ready", "c1", "c1\n"]))
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS, st.lists(st.integers(), max_size=3))
MESSAGES = st.builds(
    lambda tag, fields: {"type": tag, **fields},
    st.sampled_from(TAGS),
    st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6),
)
decode = msgspec.json.Decoder(PageMessage).decode


def check(text: bytes | str) -> None:
    try:
        message = decode(text)
    except MISFITS:
        return
    for name, value in msgspec.structs.asdict(message).items():
        check_field(name, value)


def check_field(name: str, value: Any) -> None:
    match value:
        case str():
            assert len(value) <= 4000
            line_breaks_allowed = name == "notes"
            assert not any(ord(char) < 32 and not (line_breaks_allowed and char in "\n\t") for char in value)
        case bool():
            pass
        case int():
            assert name == "protocol" or 0 <= value < 2**53


@given(st.binary(max_size=200))
def test_arbitrary_bytes(text: bytes) -> None:
    check(text)


@given(MESSAGES)
@example({"type": "hang_up", "id": 1, "call": "c1\n"})
@example({"type": "transfer", "id": 1, "call": "c1", "kind": "number", "to": "1\x7f\r\nAction: Originate"})
@example({"type": "wrap_up", "id": 1, "call": "c1", "disposition": "x", "notes": "\r"})
def test_messages_that_look_nearly_right(message: dict[str, Any]) -> None:
    check(json.dumps(message))


@given(MESSAGES, st.integers(0, 200), st.binary(max_size=4))
def test_messages_with_a_few_bytes_replaced(message: dict[str, Any], at: int, patch: bytes) -> None:
    text = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
    check(text[:at] + patch + text[at + len(patch) :])
