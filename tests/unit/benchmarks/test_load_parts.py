"""The pure parts of the load run: SIP as text, names in the sound, what is planned, how long it took."""

from __future__ import annotations

import math
import struct
from dataclasses import replace

import pytest
from benchmarks.load import plan, sip, voice
from benchmarks.load.plan import Load
from benchmarks.load.timing import Served, Timing

INVITE = (
    b"INVITE sip:5001@127.0.0.1:19011 SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 127.0.0.1:19004;rport;branch=z9hG4bKPj1\r\n"
    b"Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKPj2\r\n"
    b'From: "c0000001" <sip:+8613900000001@127.0.0.1>;tag=a1\r\nTo: <sip:5001@127.0.0.1>\r\n'
    b"Contact: <sip:asterisk@127.0.0.1:19004>\r\nCall-ID: abc\r\nCSeq: 7 INVITE\r\n"
    b"Content-Type: application/sdp\r\nContent-Length: 46\r\n\r\n"
    b"v=0\r\nm=audio 20012 RTP/AVP 0 101\r\na=sendrecv\r\n\r\n"
)


def test_an_invite_is_read() -> None:
    invite = sip.parse(INVITE)
    assert (invite.method, invite.status, invite.called, invite.caller) == ("INVITE", 0, "5001", "+8613900000001")
    assert (invite.call_id, invite.branch) == ("abc", "z9hG4bKPj1")
    assert (invite.contact, invite.audio_port) == ("sip:asterisk@127.0.0.1:19004", 20012)


def test_a_response_goes_back_the_way_of_its_request() -> None:
    invite = sip.parse(INVITE)
    data = sip.response(invite, "200 OK", tag="t9", contact="sip:5001@127.0.0.1:19011", body=sip.sdp(19022))
    answer = sip.parse(data)
    assert (answer.status, answer.method, answer.branch) == (200, "INVITE", invite.branch)
    assert answer.all("via") == invite.all("via")
    assert (answer["from"], answer["to"]) == (invite["from"], "<sip:5001@127.0.0.1>;tag=t9")
    assert answer.audio_port == 19022
    assert int(answer["content-length"]) == len(answer.body)


def test_what_is_no_sip() -> None:
    for data in (b"", b"\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\xff\x00"):
        with pytest.raises(ValueError, match="SIP"):
            sip.parse(data)


def test_digest_is_that_of_the_standard() -> None:
    """RFC 2617, 3.5."""
    challenge = (
        'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
        'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    proof = sip.digest(challenge, method="GET", uri="/dir/index.html", user="Mufasa", password="Circle Of Life")
    assert 'response="6629fae49393a05397450978507c4ef1"' in proof
    assert 'opaque="5ccc069c403ebaf9f0171e9517f40e41"' in proof


def test_a_name_is_heard_and_music_is_not() -> None:
    header = struct.pack("!BBHII", 0x80, 0, 1, 160, 7)
    assert voice.name_in(header + voice.payload("a0005001")) == "a0005001"
    for sound in (b"", b"a" * 159, bytes(160), b"a0005001" * 19 + b"a0005002", b"x0005001" * 20):
        assert voice.name_in(header + sound) is None
    with pytest.raises(ValueError, match="8 characters"):
        voice.payload("a1")


def test_callers_are_the_same_for_the_same_seed() -> None:
    load = Load(calls_per_s=5.0, duration_s=100.0)
    callers = plan.callers(load)
    assert callers == plan.callers(load) != plan.callers(replace(load, seed=2))
    assert len(callers) == len({caller.number for caller in callers}) == 500
    moments = [caller.rings_at_s for caller in callers]
    assert moments == sorted(moments)
    assert moments[-1] < 100.0
    assert {caller.dnis for caller in callers} == set(plan.dialled(load))
    assert 0 < sum(caller.patience_s <= load.impatient_s[1] for caller in callers) < 50


def test_every_queue_has_agents_for_each_of_its_steps() -> None:
    load = Load()
    routing, seats = plan.routing(load), plan.seats(load)
    assert len(routing.queues) == 10
    assert len(routing.agents) == len({seat.device for seat in seats}) == 100
    for queue in routing.queues.values():
        after = [plan.eligible_after_s(queue, seat.skills) for seat in seats]
        assert sum(after_s == 0.0 for after_s in after) >= 10
        assert math.inf in after, "an agent who may not take it"
    assert any(len(queue.steps) == 2 for queue in routing.queues.values())


def ring(**changes: float | None) -> Served:
    usual = Served(called_at=100.0, waiting_since=100.0, freed_at=90.0, rung_at=100.5, answered_at=102.0, ignored=False)
    return replace(usual, **changes)  # type: ignore[arg-type]


def test_who_waited_for_whom() -> None:
    timing = Timing(
        served=[
            ring(),  # the agent waited
            ring(freed_at=110.0, rung_at=110.004, answered_at=111.0),  # the caller waited
            ring(waiting_since=105.0, freed_at=101.0, rung_at=105.01),  # for a step that takes this agent
            ring(freed_at=None, rung_at=120.0, answered_at=None),  # rung again before he was free again
        ],
        calls=4,
        gave_up=1,
        replies_s=[0.001],
        occupancy=0.9,
    )
    assert timing.free_to_ring_s == pytest.approx([0.004])
    assert timing.call_to_ring_s == pytest.approx([0.5])
    assert timing.waits_s == pytest.approx([2.0, 11.0, 2.0])
    printed = {figure.what: figure.value for figure in timing.figures()}
    assert printed["calls"] == 4
    assert printed["answered within 20 s, of all calls"] == 75.0


def test_figures_of_a_run_in_which_nothing_happened() -> None:
    timing = Timing(served=[], calls=0, gave_up=0, replies_s=[], occupancy=0.0)
    assert all(figure.value == 0 for figure in timing.figures())
