"""The AMI codec on every kind of bytes: it never raises, cuts make no difference, what is sent is what arrives."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.ami_reference import Read, read_all

from tandem.cti.adapters.asterisk.codec import (
    MAX_ACTION_HEADERS,
    MAX_ACTION_LINE_BYTES,
    Decoder,
    Kind,
    Message,
    encode_action,
    unescape_c,
)
from tandem.cti.model.errors import InvalidField

CORPUS = Path(__file__).parents[1] / "corpus" / "ami"
FILES = sorted(CORPUS.glob("*/*.ami"))
SMALL = {"max_message_bytes": 60, "max_headers": 4}

# Pieces that meet where it matters: ends, halves of ends, banners, characters of several bytes, and their halves.
ENDS = [b"\r\n", b"\r\n\r\n", b"\r", b"\n", b": ", b":"]
WORDS = [b"Event: ", b"Response: ", b"A", b"Bc: d", b"Asterisk Call Manager/", b"11.0.0", b"x" * 30, "王小明".encode()]
BROKEN = [b"\0", b"\xff", b"\xe7\x8e", b"\x8b"]
pieces = st.sampled_from([*ENDS, *WORDS, *BROKEN])
streams = st.lists(st.one_of(pieces, st.binary(max_size=4)), max_size=40).map(b"".join)
cuts = st.lists(st.integers(0, 400), max_size=12)


def plain(messages: list[Message]) -> Read:
    return [(message.kind, message.name, message.text) for message in messages]


def feed_cut(decoder: Decoder, data: bytes, where: list[int]) -> list[Message]:
    places = sorted({0, *(min(place, len(data)) for place in where), len(data)})
    messages: list[Message] = []
    for start, end in itertools.pairwise(places):
        messages += decoder.feed(data[start:end])
    return messages


@settings(max_examples=600, deadline=None)
@given(streams, cuts)
def test_cut_anywhere_and_bounded_it_reads_what_the_plain_reader_reads(data: bytes, where: list[int]) -> None:
    decoder = Decoder(**SMALL)
    found = plain(feed_cut(decoder, data, where))
    assert (decoder.banner, found) == read_all(data, **SMALL)
    assert decoder.unreadable == sum(kind is Kind.UNREADABLE for kind, _, _ in found)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), cuts)
def test_arbitrary_bytes_never_raise(data: bytes, where: list[int]) -> None:
    for message in feed_cut(Decoder(), data + b"\r\n\r\nEvent: " + data + b"\r\n\r\n", where):
        assert message.headers.keys() >= message.repeated.keys()
        assert all(message.getall(name)[0] == value for name, value in message.headers.items())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_corpus_is_read_alike_whole_and_byte_by_byte(file: Path) -> None:
    data = file.read_bytes()
    whole, bytewise = Decoder(), Decoder()
    expected = read_all(data)
    messages = whole.feed(data)
    assert (whole.banner, plain(messages)) == expected
    assert plain([m for byte in data for m in bytewise.feed(bytes([byte]))]) == expected[1]
    for message in messages:
        assert message.repeated is not None  # parses


@pytest.mark.parametrize("file", sorted((CORPUS / "hostile").glob("*.ami")), ids=lambda file: file.stem)
def test_corpus_split_in_two_at_every_byte(file: Path) -> None:
    data = file.read_bytes()
    expected = read_all(data)[1]
    for place in range(len(data)):
        decoder = Decoder()
        assert plain(decoder.feed(data[:place]) + decoder.feed(data[place:])) == expected


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(FILES), st.data())
def test_mutated_transcripts(file: Path, choice: st.DataObject) -> None:
    data = bytearray(file.read_bytes()[:6_000])
    for _ in range(choice.draw(st.integers(1, 6))):
        place = choice.draw(st.integers(0, max(0, len(data) - 1)))
        patch = choice.draw(pieces)
        data[place : place + choice.draw(st.integers(0, 8))] = patch
    decoder = Decoder(max_message_bytes=700)
    assert plain(feed_cut(decoder, bytes(data), choice.draw(cuts))) == read_all(bytes(data), max_message_bytes=700)[1]


names = st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,20}", fullmatch=True).filter(
    lambda name: name.lower() not in {"action", "actionid"}
)
values = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=60)


@settings(max_examples=300, deadline=None)
@given(names, st.lists(st.tuples(names, values), max_size=20), cuts)
def test_round_trip(name: str, fields: list[tuple[str, str]], where: list[int]) -> None:
    data = encode_action(name, fields, "id-1")
    assert data.startswith(b"Action: ")
    [message] = feed_cut(Decoder(), b"Event: " + data.removeprefix(b"Action: "), where)
    assert message.name == name
    assert message.get("ActionID") == "id-1"
    for field in dict(fields):
        first = [name] if field == "Event" else []
        assert message.getall(field) == first + [value for found, value in fields if found == field]


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=8), st.text(max_size=30), st.text(max_size=8))
def test_an_action_is_one_message_of_the_lines_asked_for_or_an_error(name: str, value: str, action_id: str) -> None:
    try:
        data = encode_action("Originate", [(name, value)], action_id)
    except InvalidField:
        return
    lines = data.decode().split("\r\n")
    assert lines == [
        "Action: Originate",
        *([f"ActionID: {action_id}"] if action_id else []),
        f"{name}: {value}",
        "",
        "",
    ]
    assert len(data.splitlines()) == len(lines) - 1
    assert len(data.decode().splitlines()) == len(lines) - 1


CONTROLS = [*map(chr, range(0x20)), "\x7f", *map(chr, range(0x80, 0xA0)), "\u2028", "\u2029", "\ud800", "\udcff"]


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: f"U+{ord(control):04X}")
def test_every_control_character_is_refused_everywhere(control: str) -> None:
    for place in ("{}", "{}a", "a{}", "a{}b"):
        text = place.format(control)
        with pytest.raises(InvalidField):
            encode_action("Setvar", {"Value": text})
        with pytest.raises(InvalidField):
            encode_action("Setvar", {text: "value"})
        with pytest.raises(InvalidField):
            encode_action(text)
        with pytest.raises(InvalidField):
            encode_action("Setvar", {}, text)


def test_the_error_names_the_header_and_keeps_the_secret() -> None:
    with pytest.raises(InvalidField, match="'Secret'") as caught:
        encode_action("Login", {"Secret": "hunter2\r\n"})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("letter", ["a", "王"])
def test_a_line_has_at_most_1022_bytes(letter: str) -> None:
    room = (MAX_ACTION_LINE_BYTES - len("Value: ")) // len(letter.encode())
    assert len(max(encode_action("Setvar", {"Value": letter * room}).split(b"\r\n"), key=len)) <= MAX_ACTION_LINE_BYTES
    with pytest.raises(InvalidField, match="bytes"):
        encode_action("Setvar", {"Value": letter * (room + 1)})


def test_an_action_has_at_most_128_headers() -> None:
    fields = [("Variable", f"v{number}=1") for number in range(MAX_ACTION_HEADERS - 2)]
    assert encode_action("Originate", fields, "1").count(b"\r\n") == MAX_ACTION_HEADERS + 1
    with pytest.raises(InvalidField, match="129 headers"):
        encode_action("Originate", [*fields, ("Variable", "one=more")], "1")


@pytest.mark.parametrize("field", ["Action", "action", "ActionID", "ACTIONID"])
def test_nobody_smuggles_a_second_action_header(field: str) -> None:
    with pytest.raises(InvalidField, match="own"):
        encode_action("Ping", [(field, "Originate")])


@pytest.mark.parametrize("step", [1_000, 65_536, 2_000_000])
def test_a_line_of_a_megabyte_is_skipped_and_not_kept(step: int) -> None:
    good = b"Event: Hold\r\nChannel: x\r\n\r\n"
    data = good + b"Event: VarSet\r\nValue: " + b"x" * 1_000_000 + b"\r\nUniqueid: 1\r\n\r\n" + good
    decoder, found, kept = Decoder(), [], 0
    for start in range(0, len(data), step):
        found += decoder.feed(data[start : start + step])
        kept = max(kept, decoder.buffered)
    assert [message.kind for message in found] == [Kind.EVENT, Kind.UNREADABLE, Kind.EVENT]
    assert decoder.oversize == 1
    assert kept <= decoder.max_message_bytes + 5


def test_endless_bytes_one_by_one_cost_no_more_than_their_number() -> None:
    decoder = Decoder()
    for _ in range(300_000):
        decoder.feed(b"x")
    assert decoder.buffered <= decoder.max_message_bytes + 5


@pytest.mark.parametrize("end", [b"\r\n", b"\r\n\r", b"\n", b"\r"])
def test_a_megabyte_of_line_ends_is_nothing(end: bytes) -> None:
    decoder = Decoder()
    assert [m.kind for m in decoder.feed(end * (1_000_000 // len(end)))] in ([], [Kind.UNREADABLE])
    decoder.feed(b"\r\n\r\n")
    assert [m.name for m in decoder.feed(b"Event: Hold\r\nA: b\r\n\r\n")] == ["Hold"]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_c_escapes_come_off(text: str) -> None:
    table = {"\a": r"\a", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v"}
    table |= {"\\": r"\\", "'": r"\'", '"': r"\"", "?": r"\?"}
    assert unescape_c("".join(table.get(letter, letter) for letter in text)) == text


def test_a_broken_escape_is_left_standing() -> None:
    assert unescape_c("ab\\") == "ab\\"
