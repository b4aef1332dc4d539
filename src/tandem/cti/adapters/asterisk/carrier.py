"""The public network, played by a second Asterisk: callers that ring in, talk, press keys and hang up.

For the demo, the tests and the benchmarks. Its configuration is ``carrier_config.carrier_files``.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from tandem.cti.adapters.asterisk.carrier_config import (
    CALLER_CONTEXT,
    CALLER_START,
    CARRIER_USER,
    VAR_HEARS,
    VAR_LISTEN,
    VAR_SPEECH,
    VAR_STAY,
    Behaviour,
    CarrierSettings,
    phone_variable,
)
from tandem.cti.adapters.asterisk.codec import Message
from tandem.cti.adapters.asterisk.legs import UP
from tandem.cti.adapters.asterisk.link import ActionRefused, AmiLink, AmiSettings
from tandem.cti.model.causes import Cause, cause_from_q850
from tandem.cti.model.errors import CtiError, InvalidField, ResourceMissing

LONGEST_STAY_S = 7200
_DNIS = re.compile(r"\+?[0-9]{2,20}")
_SPEECH = re.compile(r"[A-Za-z0-9_./-]{1,200}")
_DIGITS = re.compile(r"[0-9*#A-D]*")


@dataclass(slots=True, eq=False)
class PlacedCall:
    """One synthetic caller. Times are the event loop's, None until it happened; ``cause`` is why the call ended."""

    dnis: str
    ani: str
    placed_at: float
    _carrier: Carrier
    _id: str
    answered_at: float | None = None
    ended_at: float | None = None
    cause: Cause | None = None
    _answered: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)
    _channel: str = ""

    @property
    def talking(self) -> bool:
        return self.answered_at is not None and self.ended_at is None

    async def wait_answered(self, timeout_s: float = 30.0) -> None:
        """Raises TimeoutError, and ResourceMissing when the call ends unanswered."""
        both = [asyncio.ensure_future(self._answered.wait()), asyncio.ensure_future(self._ended.wait())]
        try:
            done, _ = await asyncio.wait(both, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiting in both:
                waiting.cancel()
        if not done:
            raise TimeoutError(f"{self.dnis} did not answer within {timeout_s:g} s")
        if not self._answered.is_set():
            raise ResourceMissing(f"{self.dnis} did not answer: {self.cause}")

    async def wait_ended(self, timeout_s: float = 30.0) -> None:
        """Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            await self._ended.wait()

    async def press(self, digits: str) -> None:
        """Press keys, 0.25 s apart. Raises ResourceMissing when the call is over."""
        if not _DIGITS.fullmatch(digits):
            raise InvalidField("keys are 0-9 * # A-D")
        for digit in digits:
            await self.tap(digit)
            await asyncio.sleep(0.25)

    async def tap(self, key: str) -> None:
        """Press one key; returns when it is on its way. Raises ResourceMissing when the call is over."""
        await self._carrier.press_key(self._channel or self._id, key)

    async def hang_up(self) -> None:
        """The caller hangs up; nothing happens when the call is over."""
        with suppress(ResourceMissing):
            await self._carrier.act("Hangup", (("Channel", self._id), ("Cause", "16")))


class Carrier:
    """Drives the carrier's Asterisk. ``run()`` keeps its link; ``ready()`` waits for it."""

    def __init__(self, settings: CarrierSettings) -> None:
        self.settings = settings
        self._calls: dict[str, PlacedCall] = {}
        self._phones: dict[str, set[str]] = {}
        self._typists: set[asyncio.Task[None]] = set()
        self._ready = asyncio.Event()
        user = AmiSettings(
            host="127.0.0.1",
            port=settings.ami_port,
            username=CARRIER_USER,
            secret=settings.ami_secret,
            system_name=settings.system_name,
            event_mask="system,call",
        )
        self._link = AmiLink(user, on_up=self._on_up, on_down=lambda down: self._ready.clear(), on_event=self._on_event)
        typist = replace(user, event_mask="system")
        self._hands = [
            AmiLink(typist, on_up=_nothing, on_down=lambda down: None, on_event=lambda message: None)
            for _ in range(settings.typists)
        ]

    async def run(self) -> None:
        """Keep the link until cancelled."""
        try:
            async with asyncio.TaskGroup() as links:
                for link in (self._link, *self._hands):
                    links.create_task(link.run())
        finally:
            for typist in self._typists:
                typist.cancel()

    async def ready(self, timeout_s: float = 30.0) -> None:
        """Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            await self._ready.wait()

    async def place_call(
        self,
        dnis: str,
        ani: str,
        name: str = "",
        *,
        digits: Sequence[tuple[float, str]] = (),
        stay_s: float | None = None,
        speech: str = "demo-instruct",
        listen: str = "",
        hears: str = "",
    ) -> PlacedCall:
        """Ring ``dnis``. After the answer the caller talks (``speech``: a sound of Asterisk's, or a path without its
        ending), presses ``digits`` (each so many seconds after the one before), and stays ``stay_s``. ``listen``: where
        what he hears is recorded while he is silent, ``hears``: while he talks (see ``VAR_LISTEN``, ``VAR_HEARS``).

        Returns as soon as the call is on its way. Raises InvalidField, LinkDown, OutcomeUnknown.
        """
        if not _DNIS.fullmatch(dnis) or not all(_SPEECH.fullmatch(path or speech) for path in (speech, listen, hears)):
            raise InvalidField("a number to call, a sound to speak and a path to record to, please")
        call_id = f"caller-{secrets.token_hex(8)}"
        call = PlacedCall(dnis, ani, asyncio.get_running_loop().time(), self, call_id)
        self._calls[call_id] = call
        shown = name.replace("\\", " ").replace('"', "'")
        fields = (
            ("Channel", f"PJSIP/{dnis}@tandem"),
            ("ChannelId", call_id),
            ("Context", CALLER_CONTEXT),
            ("Exten", CALLER_START),
            ("Priority", "1"),
            ("Timeout", "60000"),
            ("CallerID", f'"{shown}" <{ani}>'),
            ("Async", "true"),
            ("Variable", f"{VAR_STAY}={stay_s if stay_s is not None else LONGEST_STAY_S:g}"),
            ("Variable", f"{VAR_SPEECH}={speech}"),
            ("Variable", f"{VAR_LISTEN}={listen}"),
            ("Variable", f"{VAR_HEARS}={hears}"),
        )
        try:
            await self.act("Originate", fields)
        except CtiError:
            del self._calls[call_id]
            raise
        if digits:
            typist = asyncio.create_task(self._type(call, digits))
            self._typists.add(typist)
            typist.add_done_callback(self._typists.discard)
        return call

    async def hang_up_all(self) -> None:
        """Every caller hangs up."""
        for call in list(self._calls.values()):
            await call.hang_up()

    async def set_phone(self, device: str, behaviour: Behaviour) -> None:
        """What the phone does from the next call on."""
        await self.act("Setvar", (("Variable", phone_variable(device)), ("Value", behaviour)))

    async def hang_up_phone(self, number: str) -> int:
        """The phone, or the number outside, ends its calls; returns how many there were."""
        channels = list(self._phones.get(number, ()))
        for channel in channels:
            with suppress(ResourceMissing):
                await self.act("Hangup", (("Channel", channel), ("Cause", "16")))
        return len(channels)

    def talking(self, number: str) -> int:
        """How many calls the phone, or the number outside, has now."""
        return len(self._phones.get(number, ()))

    async def act(self, action: str, fields: Sequence[tuple[str, str]]) -> Message:
        try:
            return await self._link.send(action, fields)
        except ActionRefused as error:
            raise ResourceMissing(f"carrier: {error}") from error

    async def press_key(self, channel: str, key: str) -> None:
        """Raises ResourceMissing."""
        fields = (("Channel", channel), ("Digit", key))
        if not self._hands:
            await self.act("PlayDTMF", fields)
            return
        try:
            await self._hands[hash(channel) % len(self._hands)].send("PlayDTMF", fields)
        except ActionRefused as error:
            raise ResourceMissing(f"carrier: {error}") from error

    async def _type(self, call: PlacedCall, digits: Sequence[tuple[float, str]]) -> None:
        with suppress(CtiError, TimeoutError):
            await call.wait_answered(60)
            for after_s, keys in digits:
                await asyncio.sleep(after_s)
                await call.press(keys)

    async def _on_up(self, link: AmiLink) -> None:
        self._ready.set()

    def _on_event(self, message: Message) -> None:
        uniqueid, now = message.get("Uniqueid"), asyncio.get_running_loop().time()
        call = self._calls.get(uniqueid)
        if call is None:
            self._phone_event(message, uniqueid)
        elif message.name in {"Newchannel", "Newstate"}:
            call._channel = message.get("Channel")
            if message.get("ChannelState") == UP and call.answered_at is None:
                call.answered_at = now
                call._answered.set()
        elif message.name == "Hangup":
            self._over(call, now, int(message.get("Cause") or 0))
        elif message.name == "OriginateResponse" and message.get("Response") == "Failure" and not call._channel:
            self._over(call, now, 27)

    def _over(self, call: PlacedCall, now: float, code: int) -> None:
        call.ended_at, call.cause = now, cause_from_q850(code) if code else Cause.NORMAL
        call._ended.set()
        del self._calls[call._id]

    def _phone_event(self, message: Message, uniqueid: str) -> None:
        if message.name == "Newchannel" and message.get("Context") == "public":
            self._phones.setdefault(message.get("Exten"), set()).add(uniqueid)
        elif message.name == "Hangup":
            for channels in self._phones.values():
                channels.discard(uniqueid)


async def _nothing(link: AmiLink) -> None:
    """A typist asks for nothing when he is back."""
