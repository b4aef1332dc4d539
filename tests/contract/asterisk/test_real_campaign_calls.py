"""Calls of campaigns, as only a real carrier can show them: who calls, how often, what is heard, what is recorded."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tests.contract.asterisk.customers_called import (
    ANSWERS,
    BUSY,
    CURT_MACHINE,
    DITHERING_MACHINE,
    PAUSING_MACHINE,
    agents_leg,
    attempt,
    reached,
)
from tests.contract.asterisk.rig import RealRig
from tests.contract.asterisk.test_real_switch import likeness
from tests.support.asterisk_pair import DEAD_CARRIER, DNIS, asterisk_install, switch_settings
from tests.support.heard import Heard
from tests.support.raw_sip import RawSip, header

from tandem.cti.adapters.asterisk import actions
from tandem.cti.adapters.asterisk.carrier_calls import CarrierCall
from tandem.cti.adapters.asterisk.carrier_people import Behaviour
from tandem.cti.adapters.asterisk.config import asterisk_files
from tandem.cti.adapters.asterisk.switch import AsteriskSwitch
from tandem.cti.model.causes import Cause
from tandem.cti.model.events import (
    ConnectionCleared,
    Delivered,
    Failed,
    Joined,
    MediaEnded,
    MessageBegun,
    SwitchFound,
)
from tandem.cti.model.ids import RecordingId, Token
from tandem.cti.model.requests import ClearConnection, Join, LeaveMessage, Record, StartMusic, StopRecording
from tandem.cti.provision.asterisk_instance import AsteriskInstance

_others = itertools.count(12_345_000)

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def noted(real: RealRig, count: int) -> list[CarrierCall]:
    """What the carrier has noted since a test began, once there are so many calls."""
    for _ in range(600):
        if len(calls := real.pair.calls()) >= count:
            return calls
        await asyncio.sleep(0.05)
    raise AssertionError(f"the carrier has noted {len(calls)} calls, not {count}")


async def test_an_attempt_is_dialled_once_whatever_asks_for_it(tmp_path: Path) -> None:
    """Asterisk refuses an id that is in use, and the switch one that has been: past both no second call gets out."""
    carrier = await RawSip.open(0)
    settings = switch_settings(tmp_path, asterisk_install(), phones=(), trunk_port=carrier.port)
    carrier.server = ("127.0.0.1", settings.sip_port)
    heard = Heard()
    asterisk = AsteriskInstance(
        asterisk_install(), tmp_path, asterisk_files(settings), system_name=settings.system_name
    )
    await asterisk.start()
    switch = AsteriskSwitch(settings, heard)
    run = asyncio.create_task(switch.run())
    try:
        await heard.wait(SwitchFound)
        request = attempt("+8613912345678", timeout_s=20.0)
        await switch.request(request)
        invite = await carrier.rung()
        carrier.respond(invite, "180 Ringing")
        await heard.wait(Delivered, connection=request.connection)
        for _ in range(3):
            await switch._link.send(*actions.originate(request))
        await asyncio.sleep(0.3)
        assert not heard.all(Failed)
        carrier.respond(invite, "486 Busy Here")
        await heard.wait(Failed, connection=request.connection, cause=Cause.BUSY)
        await switch.request(request)
        await asyncio.sleep(0.3)
        calls = {header(each, "Call-ID") for each in carrier.received if each.startswith("INVITE ")}
        assert calls == {header(invite, "Call-ID")}
    finally:
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
        carrier.close()
        # After a refused id Asterisk 22.10 does not stop when told to.
        await asterisk.kill()


async def test_the_carrier_notes_what_we_say_happened(real: RealRig) -> None:
    before = len(real.pair.calls())
    at = await reached(real, ANSWERS)
    refused = attempt(BUSY)
    await real.switch.request(refused)
    await real.heard.wait(Failed, connection=refused.connection, cause=Cause.BUSY)
    await real.switch.request(ClearConnection(call=at.call, connection=at.connection))
    await real.heard.wait(ConnectionCleared, connection=at.connection)
    busy, answered = (await noted(real, before + 2))[before:]
    assert (busy.number, busy.calling, busy.does, busy.answered_at) == (BUSY, DNIS, Behaviour.BUSY, None)
    assert (answered.number, answered.calling, answered.does) == (ANSWERS, DNIS, Behaviour.ANSWER)
    assert answered.answered_at
    assert answered.began_at < answered.answered_at < answered.ended_at


@pytest.mark.parametrize(
    ("calling", "shown"),
    [
        ("+861088880001", "<sip:+861088880001@"),
        ("", '"Anonymous" <sip:anonymous@anonymous.invalid>'),
        ('+86"<sip:911@x>\r\nX-Evil: 1', "<sip:+869111@"),
    ],
)
async def test_who_calls_is_what_the_campaign_says_and_nothing_else(real: RealRig, calling: str, shown: str) -> None:
    number = f"+86139{next(_others):08}"
    carrier = await RawSip.open(real.pair.settings.sip_port, sock=real.pair.dead.dup())
    try:
        request = attempt(number, carrier=DEAD_CARRIER, calling=calling)
        await real.switch.request(request)
        while not (invite := await carrier.rung()).startswith(f"INVITE sip:{number}@"):
            pass  # of a call that has been given up
        assert header(invite, "From").startswith(shown)
        asserted = header(invite, "P-Asserted-Identity")
        assert asserted.startswith(shown) if shown.startswith("<") else not asserted
        assert "\nX-Evil" not in invite
        carrier.respond(invite, "603 Decline")
        assert (await real.heard.wait(Failed, connection=request.connection)).cause is Cause.REJECTED
    finally:
        carrier.close()


def pitch_hz(sound: np.ndarray) -> float:
    """The loudest."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(np.argmax(spectrum) * 8000 / len(sound))


async def test_the_agent_hears_ringing_then_a_short_tone_then_the_customer(real: RealRig) -> None:
    await real.phone("1001", Behaviour.SILENT)
    at = await reached(real, ANSWERS)
    agents = await agents_leg(real, at.call)
    await real.switch.request(StartMusic(call=at.call, connection=agents.connection, ringing=True))
    recordings = {agents.connection: RecordingId("whisper"), at.connection: RecordingId("whispered")}
    for connection, recording in recordings.items():
        await real.switch.request(Record(call=at.call, connection=connection, recording=recording))
    await asyncio.sleep(1.3)
    await real.switch.request(Join(call=at.call, connection=at.connection, other=agents.connection, tone=True))
    await real.heard.wait(Joined, connection=agents.connection)
    await asyncio.sleep(2.5)
    for connection, recording in recordings.items():
        await real.switch.request(StopRecording(call=at.call, connection=connection, recording=recording))
    await asyncio.sleep(0.5)
    # Shape (samples, 2) at 8 kHz: what the leg says, what it hears.
    folder = real.pair.settings.recordings_dir
    agent, customer = (
        np.fromfile(folder / f"{each}.raw", "<i2").astype(float).reshape(-1, 2) for each in recordings.values()
    )
    heard = agent[:, 1]
    frames = heard[: len(heard) // 160 * 160].reshape(-1, 160)
    sounds = [i for i, frame in enumerate(frames) if frame.std() > 2000 and abs(pitch_hz(frame) - 660) < 30]
    tone = [i for i in sounds if i - sounds[0] < 20]  # a voice may have a frame of that pitch, too
    assert 0.1 <= len(tone) * 0.02 <= 0.25, "a tone of a sixth of a second"
    ringing, talk = heard[: tone[0] * 160], heard[(tone[-1] + 1) * 160 :]
    assert 430 <= pitch_hz(ringing[:8000]) <= 490
    voice, _ = soundfile.read(asterisk_install().data_dir / "sounds" / "en" / "demo-congrats.wav")
    assert likeness(talk, voice) > 0.99
    assert abs(talk[4000:].mean()) < 50
    assert customer[:, 1].std() < 50, "the customer hears nothing of it"


async def left_message(real: RealRig, number: str, prompt: str) -> tuple[list[MessageBegun], np.ndarray, np.ndarray]:
    """What was told of the message, what the machine has recorded of it, and what it should have."""
    folder = Path(real.pair.messages_dir)
    known = set(folder.iterdir())
    real.heard.forget()
    at = await reached(real, number)
    leave = LeaveMessage(call=at.call, connection=at.connection, prompts=(prompt,), token=Token("m"))
    await real.switch.request(leave)
    await real.heard.wait(MediaEnded, connection=at.connection, token="m", ok=True, timeout_s=30.0)
    before = len(real.pair.calls())
    await real.switch.request(ClearConnection(call=at.call, connection=at.connection))
    await noted(real, before + 1)
    [file] = set(folder.iterdir()) - known
    left, rate = soundfile.read(file)
    message, _ = soundfile.read(asterisk_install().data_dir / "sounds" / "en" / f"{prompt}.wav")
    assert rate == 8000
    return real.heard.all(MessageBegun, connection=at.connection), left, message


def whole(sound: np.ndarray, message: np.ndarray) -> bool:
    """Whether all of the message is there, in one piece: its beginning, its end, and nearly all eighths of a second
    between, never three missing in a row, each where it belongs, or a moment beside: on a busy machine a packet is lost
    or comes late now and then, which spoils one and moves the others."""
    padded = np.concatenate([np.zeros(len(message)), sound, np.zeros(len(message))])
    size = 1 << len(padded).bit_length()
    product = np.fft.irfft(np.fft.rfft(padded, size) * np.conj(np.fft.rfft(message, size)), size)
    begins = int(np.argmax(product[: len(padded) - len(message)]))
    pieces = [at for at in range(0, len(message) - _PIECE, _PIECE) if message[at : at + _PIECE].std() > 0.02]
    there = [_best(padded, begins + at, message[at : at + _PIECE]) > 0.9 for at in pieces]
    in_a_row = max((len(list(run)) for here, run in itertools.groupby(there) if not here), default=0)
    return any(there[:2]) and any(there[-3:]) and in_a_row <= 2 and there.count(False) <= max(3, len(there) // 4)


_PIECE, _BESIDE = 1_000, 4_000


def _best(sound: np.ndarray, expected: int, piece: np.ndarray) -> float:
    """Correlation where it is most like the piece, around where it is expected."""
    around = sound[max(0, expected - _BESIDE) : expected + _BESIDE + len(piece)]
    places = np.lib.stride_tricks.sliding_window_view(around, len(piece))
    power = np.sqrt(np.maximum((places**2).sum(axis=1) * (piece**2).sum(), 1e-9))
    return float((places @ piece / power).max())


def loud(sound: np.ndarray) -> float:
    """Seconds in which something is heard: of frames of 20 ms."""
    frames = sound[: len(sound) // 160 * 160].reshape(-1, 160)
    return float((frames.std(axis=1) > 0.005).sum() * 0.02)


@pytest.mark.parametrize("number", [CURT_MACHINE, PAUSING_MACHINE])
async def test_the_machine_records_the_whole_message_after_its_beep(real: RealRig, number: str) -> None:
    """Whether the beep follows the greeting at once or three seconds later: heard from its first word, and once."""
    [begun], left, message = await left_message(real, number, "im-sorry")
    assert (begun.why, begun.again, round(begun.beep_hz)) == ("beep", False, 700)
    assert whole(left, message)
    assert loud(left) == pytest.approx(loud(message), abs=0.2)


async def test_a_message_that_began_before_the_beep_begins_once_more(real: RealRig) -> None:
    [quiet, again], left, message = await left_message(real, DITHERING_MACHINE, "vm-intro")
    assert (quiet.why, quiet.again) == ("quiet", False)
    assert (again.why, again.again, round(again.beep_hz)) == ("beep", True, 700)
    assert whole(left, message)
    assert loud(left) < loud(message) + 1.5, "of the first time only what was said until the beep was known"
