"""The lanes of all legs that we control, and their way to Asterisk: commands out, what came of them in.

An AGI command waits in Asterisk until the channel's thread looks for one: at the next frame of sound, up to 20 ms
later, and after 100 ms where no sound comes. So a frame of ours (a "flash", which nothing heeds) goes behind it.
"""

from __future__ import annotations

import asyncio
import secrets
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tandem.cti.adapters.asterisk import actions
from tandem.cti.adapters.asterisk.actions import Action
from tandem.cti.adapters.asterisk.codec import Message
from tandem.cti.adapters.asterisk.config import MUSIC_CLASS
from tandem.cti.adapters.asterisk.ears import Ear, Ears
from tandem.cti.adapters.asterisk.lanes import Ended, Lane, Step
from tandem.cti.adapters.asterisk.legs import NOTHING_ASKED, Leg
from tandem.cti.adapters.asterisk.media_commands import MediaRequest, check
from tandem.cti.adapters.asterisk.session import ActionRefused
from tandem.cti.adapters.asterisk.tone import tone_file
from tandem.cti.core.beeps import Beep
from tandem.cti.model.errors import CtiError, OutcomeUnknown, Overload, WrongState
from tandem.cti.model.events import MediaEnded, SwitchEvent
from tandem.cti.model.ids import Token
from tandem.cti.model.requests import Collect, LeaveMessage, Play
from tandem.cti.model.tone import TONE
from tandem.cti.runtime.secret_digits import SecretDigits
from tandem.cti.runtime.stream_server import HOST

SETTLE_S = 0.005
SETTLE_TRIES = 20
_ENDINGS = (".wav", ".sln16", ".sln", ".gsm", ".ulaw", ".alaw", ".g722", ".wav16")


class LegMedia:
    """``ask`` sends one action and waits for its answer, ``tell`` passes events on, ``spawn`` starts work that nobody
    waits for; ``legs`` tells those that there are, by Uniqueid."""

    def __init__(
        self,
        legs: Callable[[], dict[str, Leg]],
        vault: SecretDigits,
        sounds_dir: Path,
        *,
        ask: Callable[[Action], Awaitable[Message]],
        tell: Callable[[Iterable[SwitchEvent]], None],
        spawn: Callable[[Coroutine[Any, Any, object]], None],
    ) -> None:
        self._legs = legs
        self._vault = vault
        self._tone = tone_file(sounds_dir)
        self._ask = ask
        self._tell = tell
        self._spawn = spawn
        self.ears = Ears()
        self._key = secrets.token_hex(6)
        self._lanes: dict[str, Lane] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._rows: dict[str, Callable[[Lane, Message], Step]] = {
            "AsyncAGIExec": lambda lane, m: lane.executed(m.get("CommandId"), m.get("Result"), _now()),
            "AGIExecStart": lambda lane, m: lane.begun(m.get("Command")),
            "DTMFBegin": self._tone_began,
            "DTMFEnd": self._tone_ended,
        }

    # -- requests

    async def request(self, leg: Leg, request: MediaRequest) -> None:
        """Raises InvalidField, WrongState, LimitReached, and what sending an action raises."""
        check(request)
        lane = self._lanes.get(leg.uniqueid)
        if lane is None:
            raise WrongState(f"connection {request.connection} takes no media now")
        if isinstance(request, Play | Collect | LeaveMessage):
            if not all(map(_is_there, request.prompts)):
                # Told, and not refused: a missing file is a fact about the installation, not about the request.
                self._tell([MediaEnded(call=leg.call, connection=leg.connection, token=request.token, ok=False)])
                return
            if TONE in request.prompts:
                prompts = tuple(self._tone if prompt == TONE else prompt for prompt in request.prompts)
                request = replace(request, prompts=prompts)
        await self._carry_out(leg, lane, lane.add(request, _now()))

    async def settle(self, *legs: Leg) -> None:
        """Let Asterisk begin what it was sent a moment ago; else it would do so after the bridge."""
        for _ in range(SETTLE_TRIES):
            if not any(lane.unsettled for leg in legs if (lane := self._lanes.get(leg.uniqueid))):
                return
            await asyncio.sleep(SETTLE_S)

    # -- legs that come and go

    def met(self, leg: Leg) -> None:
        """The leg is under our control, and was not before."""
        if leg.uniqueid not in self._lanes:
            self._lanes[leg.uniqueid] = self._new_lane(leg)

    def found(self, leg: Leg) -> None:
        """The leg was under the control of another process until now."""
        lane = self._lanes[leg.uniqueid] = self._new_lane(leg, leg.asked)
        self._spawn(self._carry_out(leg, lane, lane.take_over()))

    def left(self, uniqueid: str) -> list[Ended]:
        """The leg is under our control no more; what it was asked for has failed."""
        timer = self._timers.pop(uniqueid, None)
        if timer is not None:
            timer.cancel()
        self.ears.close(uniqueid)
        lane = self._lanes.pop(uniqueid, None)
        return lane.abandon() if lane is not None else []

    def all_left(self) -> list[Ended]:
        return [ended for uniqueid in list(self._lanes) for ended in self.left(uniqueid)]

    def __contains__(self, uniqueid: str) -> bool:
        return uniqueid in self._lanes

    # -- what Asterisk says

    def takes(self, message: Message) -> bool:
        """Whether the event is one of media; it is then done with."""
        row = self._rows.get(message.name)
        if row is None:
            return False
        uniqueid = message.get("Uniqueid")
        leg, lane = self._legs().get(uniqueid), self._lanes.get(uniqueid)
        if leg is not None and lane is not None:
            self._follow(leg, lane, row(lane, message))
        return True

    def _tone_began(self, lane: Lane, message: Message) -> Step:
        if message.get("Direction") == "Received":
            lane.tone_began(message.get("Digit"))
        return Step()

    def _tone_ended(self, lane: Lane, message: Message) -> Step:
        if message.get("Direction") == "Received":
            return lane.pressed(message.get("Digit"), _now())
        return Step()

    # -- what follows

    def _follow(self, leg: Leg, lane: Lane, step: Step) -> None:
        if step.commands or step.interrupt or step.listen:
            self._spawn(self._carry_out(leg, lane, step))
        else:
            self._told(leg, lane, step)

    async def _carry_out(self, leg: Leg, lane: Lane, step: Step) -> None:
        """Hand commands to Asterisk in order, without waiting for one answer before the next is sent."""
        self._told(leg, lane, step)
        if step.listen:
            self._spawn(self._listen(leg, lane))
        taking_over = lane.taking_over
        sent = [self._ask(actions.agi(leg, command)) for command in step.commands]
        if sent:
            sent.append(self._ask(actions.wake(leg)))
        if step.interrupt:
            sent.append(self._ask(actions.interrupt(leg)))
        outcomes = await asyncio.gather(*sent, return_exceptions=True)
        errors = [outcome for outcome in outcomes[: len(step.commands)] if isinstance(outcome, BaseException)]
        if not errors:
            return
        if self._lanes.get(leg.uniqueid) is lane:
            self._tell(self.left(leg.uniqueid))
            # With the link down it will be found again; what cannot even be taken over is left to the next sweep.
            if leg.controlled and not taking_over and isinstance(errors[0], ActionRefused | OutcomeUnknown | Overload):
                self.found(leg)
        raise errors[0]

    def _told(self, leg: Leg, lane: Lane, step: Step) -> None:
        """The listener may ask for more at once: all that concerns this step is settled before."""
        timer = self._timers.pop(leg.uniqueid, None)
        if timer is not None:
            timer.cancel()
        if lane.wake_at is not None:
            loop = asyncio.get_running_loop()
            self._timers[leg.uniqueid] = loop.call_at(lane.wake_at, self._due, leg, lane)
        if step.listen is False:
            self.ears.close(leg.uniqueid)
        self._tell(step.ended)

    def _due(self, leg: Leg, lane: Lane) -> None:
        self._timers.pop(leg.uniqueid, None)
        if self._lanes.get(leg.uniqueid) is lane:
            self._follow(leg, lane, lane.due(_now()))

    # -- listening to a leg

    async def _listen(self, leg: Leg, lane: Lane) -> None:
        """Have its sound brought here, if it is not already."""
        if leg.uniqueid in self.ears or self._lanes.get(leg.uniqueid) is not lane:
            return

        def follow(step: Step) -> None:
            if self._lanes.get(leg.uniqueid) is lane:
                self._follow(leg, lane, step)

        def opened() -> None:
            lane.ear_opened(ear.greeting.levels)
            follow(Step())

        def heard(beep: Beep | None) -> None:
            follow(lane.heard(ear.greeting.cue, beep, _now()))

        def closed() -> None:
            follow(lane.ear_closed(_now()))

        ear = Ear(id=uuid.uuid4(), opened=opened, heard=heard, closed=closed)
        port = self.ears.port
        if port is None:
            closed()
            return
        self.ears.open(leg.uniqueid, ear)
        try:
            await self._ask(actions.listen(leg, f"{HOST}:{port}", ear.id))
        except CtiError:
            self.ears.close(leg.uniqueid, ear)
            closed()

    def _new_lane(self, leg: Leg, asked: Token = NOTHING_ASKED) -> Lane:
        return Lane(
            leg.call,
            leg.connection,
            f"{self._key}.{secrets.token_hex(4)}",
            music=MUSIC_CLASS,
            keep_secret=lambda digits: self._vault.put(leg.call, digits),
            asked=asked,
        )


def _is_there(prompt: str) -> bool:
    """Whether the file of a prompt exists. Those without a path are Asterisk's own: it looks for them itself."""
    return not prompt.startswith("/") or any(Path(prompt + ending).is_file() for ending in _ENDINGS)


def _now() -> float:
    return asyncio.get_running_loop().time()
