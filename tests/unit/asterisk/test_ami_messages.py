"""The decoder at its bounds, and what a message gives."""

from __future__ import annotations

import pytest

from tandem.cti.adapters.asterisk.codec import Decoder, Kind

BOUND = 40


def kinds(data: bytes, step: int, *, max_headers: int = 512) -> list[Kind]:
    decoder = Decoder(max_message_bytes=BOUND, max_headers=max_headers)
    return [message.kind for start in range(0, len(data), step) for message in decoder.feed(data[start : start + step])]


@pytest.mark.parametrize("step", [1, 2, 3, 5, 41, 42, 43, 1_000])
@pytest.mark.parametrize("before", [b"", b"\r\n", b"\r\n\r\n", b"\r\n\r\n\r\n"])
@pytest.mark.parametrize("after", [b"\r\n\r\n", b"\r\n\r\n\r\n", b"\r\n\r\n\r\n\r\n"])
def test_the_bound_counts_the_message_and_nothing_around_it(before: bytes, after: bytes, step: int) -> None:
    other = b"Event: Hold\r\nA: b"
    for length in range(BOUND - 2, BOUND + 8):
        message = b"Event: A\r\nB: ".ljust(length, b"x")
        expected = Kind.EVENT if length <= BOUND else Kind.UNREADABLE
        assert kinds(before + message + after, step) == [expected]
        assert kinds(other + after + before + message + after + other + after, step) == [
            Kind.EVENT,
            expected,
            Kind.EVENT,
        ]


@pytest.mark.parametrize("step", [1, 7, 1_000])
@pytest.mark.parametrize("bound", [4, 20, 25])
def test_too_many_headers_are_counted_even_when_they_are_short(bound: int, step: int) -> None:
    for extra in (b"\r\nA", b"\r\nAb: c", b"\r\n:"):
        decoder = Decoder(max_headers=bound)
        message = b"Event: " + extra * (bound - 1)
        assert [found.kind for found in decoder.feed(message + b"\r\n\r\n")] == [Kind.EVENT]
        assert [found.kind for found in decoder.feed(message + extra + b"\r\n\r\n")] == [Kind.UNREADABLE]
        assert decoder.oversize == 1


def test_headers_are_found_by_their_exact_name() -> None:
    [message] = Decoder().feed(b"Event: Hangup\r\nCommandId: 1\r\nEmpty: \r\nBare\r\nCause-txt: a: b\r\n\r\n")
    assert (message.kind, message.name, message["CommandId"]) == (Kind.EVENT, "Hangup", "1")
    assert message.get("CommandID", "none") == "none"
    assert message["Empty"] == message["Bare"] == ""
    assert message["Cause-txt"] == "a: b"
    assert message.getall("Cause-txt") == ["a: b"]
    assert message.getall("Variable") == []
    assert not message.repeated
    assert repr(message) == "<EVENT Hangup>"


def test_of_a_repeated_header_the_first_counts_and_all_are_kept() -> None:
    [message] = Decoder().feed(b"Response: Success\r\nValue: 1\r\nOutput: a\r\nOutput: b\r\nValue: 2\r\n\r\n")
    assert message["Value"] == "1"
    assert message.getall("Output") == ["a", "b"]
    assert message.repeated == {"Output": ["a", "b"], "Value": ["1", "2"]}
    assert not message.is_error


def test_an_unreadable_piece_has_no_headers_and_keeps_its_place() -> None:
    error, piece, event = Decoder().feed(b"Response: Error\r\n\r\nUniqueid: 1\r\n\r\nEvent: Hold\r\n\r\n")
    assert error.is_error
    assert (piece.kind, piece.headers, piece.text) == (Kind.UNREADABLE, {}, "Uniqueid: 1")
    assert event.name == "Hold"


@pytest.mark.parametrize("step", [1, 10, 1_000])
def test_the_banner_is_known_as_soon_as_its_line_ends(step: int) -> None:
    decoder = Decoder()
    data = b"Asterisk Call Manager/11.0.0\r\n"
    for start in range(0, len(data), step):
        assert decoder.banner == ""
        decoder.feed(data[start : start + step])
    assert decoder.banner == "11.0.0"
    assert decoder.buffered == 0


def test_a_banner_counts_only_as_the_first_bytes() -> None:
    decoder = Decoder()
    decoder.feed(b"\r\nAsterisk Call Manager/11.0.0\r\nEvent: Hold\r\n\r\n")
    assert decoder.banner == ""
    assert decoder.unreadable == 1


def test_text_that_is_not_utf8_is_marked_and_can_be_written_again() -> None:
    [message] = Decoder().feed(b"Event: Newchannel\r\nCallerIDName: \xe7\x8e\xff\xe7\x8e\x8b\r\nX: y\r\n\r\n")
    assert message["CallerIDName"] == "\ufffd\ufffd王"
    assert message.text.encode()
    assert message["X"] == "y"
