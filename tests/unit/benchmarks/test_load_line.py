"""Two of the load run's telephones call each other over the loopback interface, with packets lost on the way."""

from __future__ import annotations

import asyncio
import socket

import pytest
from benchmarks.load import line as lines
from benchmarks.load import sip
from benchmarks.load.line import CANCELLED, REFUSED, THEM, US, Leg, Line

from tandem.cti.provision.ports import free_port


@pytest.fixture
def ports() -> tuple[int, int]:
    return free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_T1_S", 0.02)


async def _up(rung: asyncio.Queue[Leg]) -> Leg:
    leg = await rung.get()
    leg.ring()
    leg.answer()
    return leg


async def test_a_call_from_ring_to_bye(ports: tuple[int, int]) -> None:
    rung: asyncio.Queue[Leg] = asyncio.Queue()
    async with asyncio.timeout(60):
        with Line(*ports, audio_port=4000) as here, Line(ports[1], ports[0], audio_port=5000) as there:
            there.on_invite = rung.put_nowait
            answering = asyncio.create_task(_up(rung))
            caller = await here.call("5001", ani="+86139", name="c0000001")
            phone = await answering
            assert (phone.number, caller.number) == ("+86139", "5001")
            assert phone.invite is not None
            assert phone.invite.called == "5001"
            assert (caller.remote_audio, phone.remote_audio) == (5000, 4000)
            await phone.acknowledged.wait()
            phone.hang_up()
            await caller.over.wait()
            assert (caller.ended_by, phone.ended_by) == (THEM, US)
            assert caller.over_at is not None
            assert phone.up_at is not None
            assert not here.legs
            assert not there.legs


async def test_a_refusal(ports: tuple[int, int]) -> None:
    async with asyncio.timeout(60):
        with Line(*ports, audio_port=4000) as here, Line(ports[1], ports[0], audio_port=5000):
            caller = await here.call("5001", ani="1", name="c0000001")
            assert caller.ended_by == f"{REFUSED} 403 Forbidden"
            assert not here.legs


async def test_what_is_lost_is_said_again_and_counts_once(
    ports: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: asyncio.Queue[Leg] = asyncio.Queue()
    sent: dict[bytes, int] = {}
    send = Line.send

    def lossy(line: Line, data: bytes) -> None:
        """The first of each kind of message is lost, both ways."""
        kind = data[:11]
        sent[kind] = sent.get(kind, 0) + 1
        if sent[kind] > 1:
            send(line, data)

    monkeypatch.setattr(Line, "send", lossy)
    async with asyncio.timeout(60):
        with Line(*ports, audio_port=4000) as here, Line(ports[1], ports[0], audio_port=5000) as there:
            there.on_invite = rung.put_nowait
            answering = asyncio.create_task(_up(rung))
            caller = await here.call("5001", ani="1", name="c0000001")
            phone = await answering
            await phone.acknowledged.wait()
            caller.hang_up()
            await phone.over.wait()
            assert rung.empty(), "a repeated INVITE was taken for another call"
            assert here.repeated >= 2
            assert there.repeated >= 1


async def test_cancel(ports: tuple[int, int]) -> None:
    """Our callers never cancel, Asterisk does: with the branch of its INVITE (RFC 3261, 9.1)."""
    rung: asyncio.Queue[Leg] = asyncio.Queue()
    async with asyncio.timeout(60):
        with Line(*ports, audio_port=4000) as here, Line(ports[1], ports[0], audio_port=5000) as there:
            there.on_invite = rung.put_nowait
            calling = asyncio.create_task(here.call("5001", ani="1", name="c0000001"))
            phone = await rung.get()
            phone.ring()
            assert phone.invite is not None
            head = [("Via", phone.invite["via"]), ("From", phone.invite["from"]), ("To", phone.invite["to"])]
            head += [("Call-ID", phone.invite.call_id), ("CSeq", "1 CANCEL")]
            here.send(sip.render("CANCEL sip:5001@127.0.0.1 SIP/2.0", head))
            caller = await calling
            assert caller.ended_by == f"{REFUSED} 487 Request Terminated"
            assert phone.ended_by == CANCELLED


async def test_news_of_a_call_that_is_over_is_no_new_call(ports: tuple[int, int]) -> None:
    """Asterisk sends INVITE within a call to say who is connected; it may come when we have just hung up."""
    rung: asyncio.Queue[Leg] = asyncio.Queue()
    async with asyncio.timeout(60):
        with Line(*ports, audio_port=4000) as here, Line(ports[1], ports[0], audio_port=5000) as there:
            there.on_invite = rung.put_nowait
            answering = asyncio.create_task(_up(rung))
            caller = await here.call("5001", ani="1", name="c0000001")
            phone = await answering
            again = caller.request("INVITE", "z9hG4bKagain", body=sip.sdp(4000))
            assert (await here.final(again, "z9hG4bKagain")).status == 200
            phone.hang_up()
            await caller.over.wait()
            late = caller.request("INVITE", "z9hG4bKlate", body=sip.sdp(4000))
            assert (await here.final(late, "z9hG4bKlate")).status == 481
            assert rung.empty()
