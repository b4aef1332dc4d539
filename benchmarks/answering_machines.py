"""Persons and answering machines told apart: ``python -m benchmarks.answering_machines`` (needs root, or a network of
its own).

Two real Asterisks. A hundred numbers at the carrier answer, half of them people (a short hello, then silence), half
machines (a greeting of four to eight seconds), in English and Chinese, by several voices of espeak-ng, on a quiet line,
with a little noise on it, and with a street behind. Each is called twice: once with detection, once held as long
without, to see what detection costs.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from benchmarks.report import Figure, cpu_s, percentile, say, show
from tests.support.asterisk_pair import DNIS, AsteriskPair
from tests.support.heard import Heard

from tandem.cti.adapters.asterisk.carrier_people import MEMBERS, Behaviour, Crowd, Subscriber
from tandem.cti.adapters.asterisk.switch import AsteriskSwitch
from tandem.cti.model.campaigns import MachineDetection
from tandem.cti.model.events import ConnectionCleared, MachineDetected, Party, RouteRequested, SwitchFound
from tandem.cti.model.ids import CallId, ConnectionId, DeviceId, Token
from tandem.cti.model.requests import ClearConnection, DetectMachine, MakeConnection
from tandem.ivr.adapters.espeak import EspeakNg, Voice
from tandem.ivr.core.speech import Prompt
from tandem.ivr.sound import LINE_RATE, for_the_line

HELLOS = {
    "en": ("Hello?", "Yes?", "Hello, Anna speaking.", "Miller.", "Hi."),
    "zh": ("喂？", "喂，你好。", "你好，请讲。", "喂，哪位？", "你好。"),
}
GREETINGS = {
    "en": (
        "Hi, this is Anna. I can't take your call right now. Please leave a message after the tone.",
        "You have reached the Miller family. Nobody is at home. Please leave your name and number.",
        "The person you are calling is not available. At the tone, please record your message.",
        "Hello. This is the voice mail of Peter Brown. I am away until Monday. Leave me a message.",
        "Thank you for calling. Our office is closed. Please leave a message after the beep.",
    ),
    "zh": (
        "您好，我现在不方便接听电话，请在提示音后留下您的姓名和电话号码。",
        "您拨打的用户暂时无法接听，请在嘀声之后留言，按任意键结束。",
        "这里是张先生的语音信箱，我现在不在，请留言，我会尽快给您回电话。",
        "您好，我们已经下班，请在听到提示音后留言，谢谢您的来电。",
        "你好，我是小李，现在正在开会，请留下您的口信，我稍后联系您。",
    ),
}
VOICES = {"en": ("en-us", "en-gb", "en-us+f3"), "zh": ("cmn", "cmn+f2")}
NOISES = {"a quiet line": 0, "noise on the line": 120, "a street": 700}
"""Root mean square of 16-bit samples; Asterisk takes less than 256 on average for silence."""
_NOISE_OF = ("a quiet line", "a quiet line", "noise on the line", "noise on the line", "a street")
PREFIX, DIGITS = "+861380000", 4
AT_ONCE = 10
HELD_S = 3.0
_AFTER_S = 4.0


@dataclass(frozen=True, slots=True)
class Tried:
    """One call. ``took_s``: from its answer to the verdict."""

    does: Behaviour
    noise: str
    verdict: str
    why: str
    took_s: float


async def make_sounds(folder: Path) -> tuple[Subscriber, ...]:
    """A hundred subscribers and their sounds; what is behind the voice goes on after it."""
    chance = random.Random(1)
    noise = np.random.default_rng(1)
    subscribers = []
    for number in range(MEMBERS):
        does = Behaviour.PERSON if number % 2 else Behaviour.MACHINE
        language = "zh" if number % 4 < 2 else "en"
        texts = (HELLOS if does is Behaviour.PERSON else GREETINGS)[language]
        voice = Voice(chance.choice(VOICES[language]), chance.randint(150, 190) + 60 * (language == "zh"))
        text = texts[number // 4 % len(texts)]
        wav = for_the_line(await EspeakNg({language: voice}).speak(Prompt(language, text)))
        file = folder / f"{number}.wav"
        file.write_bytes(wav)
        voiced, _ = soundfile.read(file, dtype="float64")
        loudness = NOISES[_NOISE_OF[number // 2 % len(_NOISE_OF)]] / 32768
        after_s = _AFTER_S if does is Behaviour.PERSON and loudness else 0.0
        sound = np.concatenate([voiced, np.zeros(round(after_s * LINE_RATE))])
        soundfile.write(
            file, np.clip(sound + noise.normal(0, loudness or 1e-9, len(sound)), -1, 1), LINE_RATE, "PCM_16"
        )
        subscribers.append(Subscriber(does=does, stays_s=20.0, speech=str(file.with_suffix(""))))
    return tuple(subscribers)


class Caller:
    def __init__(self, switch: AsteriskSwitch, heard: Heard, crowd: Crowd, detection: MachineDetection) -> None:
        self._switch, self._heard, self._crowd, self._detection = switch, heard, crowd, detection
        self._turns = asyncio.Semaphore(AT_ONCE)
        self.held_s = 0.0

    async def call_all(self, *, detect: bool) -> list[Tried]:
        names = list(enumerate(self._crowd.numbers(MEMBERS)))
        return list(await asyncio.gather(*(self._call(index, number, detect=detect) for index, number in names)))

    async def _call(self, index: int, number: str, *, detect: bool) -> Tried:
        async with self._turns:
            call = CallId(f"{'with' if detect else 'without'}-{index}.1")
            connection = ConnectionId(f"{call}.0")
            await self._switch.request(
                MakeConnection(
                    call=call,
                    connection=connection,
                    party=Party.CUSTOMER,
                    device=DeviceId(number),
                    calling=DNIS,
                    name="",
                    timeout_s=10.0,
                )
            )
            await self._heard.wait(RouteRequested, connection=connection)
            began = time.monotonic()
            verdict, why = "", ""
            if detect:
                await self._switch.request(self._request(call, connection))
                found = await self._heard.wait(MachineDetected, connection=connection, timeout_s=15.0)
                verdict, why = found.verdict, found.why
            else:
                await asyncio.sleep(HELD_S)
            took_s = time.monotonic() - began
            self.held_s += took_s
            await self._switch.request(ClearConnection(call=call, connection=connection))
            await self._heard.wait(ConnectionCleared, connection=connection)
            noise = _NOISE_OF[index // 2 % len(_NOISE_OF)]
            return Tried(self._crowd.member(number).does, noise, verdict, why, took_s)

    def _request(self, call: CallId, connection: ConnectionId) -> DetectMachine:
        set_to = self._detection
        return DetectMachine(
            call=call,
            connection=connection,
            token=Token("amd"),
            initial_silence_ms=set_to.initial_silence_ms,
            greeting_ms=set_to.greeting_ms,
            after_greeting_silence_ms=set_to.after_greeting_silence_ms,
            total_ms=set_to.total_ms,
            words=set_to.words,
            listen=True,
        )


async def run() -> None:
    home = Path(tempfile.mkdtemp(prefix="tandem-amd-"))
    try:
        (home / "greetings").mkdir()
        say("people and machines are given their voices")
        crowd = Crowd(prefix=PREFIX, digits=DIGITS, members=await make_sounds(home / "greetings"))
        async with AsteriskPair(home / "pair", crowds=(crowd,)) as pair:
            heard = Heard()
            switch = AsteriskSwitch(pair.settings, heard)
            running = asyncio.create_task(switch.run())
            await heard.wait(SwitchFound)
            costs = {}
            for detect in (False, True):
                say(f"{MEMBERS} calls {'with' if detect else 'without'} detection")
                caller = Caller(switch, heard, crowd, MachineDetection())
                used = cpu_s(pair.tandem.pid)
                tried = await caller.call_all(detect=detect)
                costs[detect] = (cpu_s(pair.tandem.pid) - used) / caller.held_s * 100
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    report(tried, costs)


def report(tried: list[Tried], costs: dict[bool, float]) -> None:
    for does in (Behaviour.PERSON, Behaviour.MACHINE):
        right = "human" if does is Behaviour.PERSON else "machine"
        of_kind = [one for one in tried if one.does is does]
        figures = []
        for noise in NOISES:
            group = [one for one in of_kind if one.noise == noise]
            for verdict in ("human", "machine", "unsure"):
                share = sum(one.verdict == verdict for one in group) / len(group) * 100
                mark = "right" if verdict == right else "wrong" if verdict != "unsure" else ""
                figures.append(Figure(f"{noise} ({len(group)}): {verdict} {mark}", share, "%"))
        times = [one.took_s for one in of_kind]
        figures += [Figure(f"answer to verdict, p{p}", percentile(times, p), "s") for p in (50, 99)]
        show(f"{does}", figures)
    reasons = Counter((str(one.does), one.verdict, one.why.partition("-")[0]) for one in tried)
    for (kind, verdict, why), count in sorted(reasons.items()):
        sys.stdout.write(f"  {count:>3} x {kind}: {verdict}, {why}\n")
    show(
        "CPU of Asterisk, of a core, for each leg",
        [Figure("held", costs[False], "%"), Figure("listened to", costs[True], "%")],
    )


if __name__ == "__main__":
    asyncio.run(run())
