"""The scripted caller of one test on a real line: it does what the virtual caller would do, when it would.

What the flow asks for, and when, is told by the server (``asked``); how long that is to be heard, by the sounds. The
caller itself is ``tandem.ivr.testing.caller``: the same politeness, the same pauses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from tandem.cti.adapters.asterisk.carrier import PlacedCall
from tandem.cti.app.ivr_live.house import Staff
from tandem.cti.model.errors import ResourceMissing
from tandem.cti.model.ids import CallId
from tandem.ivr.core.dialogue import Collect, Effect, Enqueue, HangUp, Music, OfferCallback, RecordMessage, Transfer
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.speech import Prompt
from tandem.ivr.core.state import IvrState
from tandem.ivr.testing.caller import Act, Caller, Gone, Key, Scene, Taken
from tandem.ivr.testing.case import Case
from tandem.ivr.testing.phone import length_s

TICK_S = 0.02
TALK_S = 2.0
"""How long agents talk at most: what is said there is no matter of the flow."""
TONE_S = 0.5
SETTLE_S = 0.4
"""After the end of a test in a queue, before he hangs up: the music is to have begun."""
_TIMED_OUT_EARLY_S = 0.5
_WAITING = "waiting"


@dataclass(slots=True)
class Turn:
    """What the flow asked for at one time. Times are the event loop's."""

    at: float
    effect: Effect
    step: str
    heard_out: float
    until: float = 0.0
    """When the flow asked for the next thing, an agent was at hand, or the call was over; 0: not yet."""
    answered: bool = False
    """By the test, in the place of what would be carried out: nothing is heard of it."""
    in_line: bool = False
    """He waits meanwhile: an agent may come in between."""
    keys: list[float] = field(default_factory=list)
    """When he pressed."""

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        return () if self.answered else getattr(self.effect, "prompts", ())


class LiveCall:
    """One call. The stage calls ``asked``; ``run`` goes on until the call is over, or has nothing more to show."""

    def __init__(self, flow: Flow, case: Case, call_id: str, lengths: Mapping[Prompt, float]) -> None:
        self.flow = flow
        self.case = case
        self.call_id = call_id
        """By which the ways at split steps are chosen."""
        self.call = CallId("")
        """The server's own."""
        self.began_at = 0.0
        """When the flow began to ask, on the event loop's clock."""
        self.turns: list[Turn] = []
        self.state: IvrState | None = None
        self.enqueued: Enqueue | None = None
        self.in_line_since: float | None = None
        self.hung_up: HangUp | None = None
        self.callback: OfferCallback | None = None
        self.transfer: Transfer | None = None
        self.message_queue = ""
        self.outcome = ""
        self.agent = ""
        self.caller = Caller(case.caller, 0.0)
        self._lengths = lengths
        self._speaks_until: float | None = None

    def _length(self, prompt: Prompt) -> float:
        return self._lengths.get(prompt) or length_s(prompt)

    # -- what the server tells -----------------------------------------------------------------------------------------

    def asked(self, call: CallId, state: IvrState, effect: Effect, now: float) -> None:
        if not self.turns:
            self.call, self.began_at = call, now
            self.caller = Caller(self.case.caller, now)
        elif self.turns[-1].effect is effect and self.turns[-1].step == state.step:
            self.turns.pop()  # its sounds had to be made first
        self.state = state
        self._over(now)
        seconds = sum(self._length(prompt) for prompt in getattr(effect, "prompts", ()))
        self.turns.append(Turn(now, effect, state.step, now + seconds, in_line=state.mode == _WAITING))
        match effect:
            case Enqueue():
                self.enqueued = effect
                self.in_line_since = now if self.in_line_since is None else self.in_line_since
            case HangUp():
                self.hung_up = effect
            case OfferCallback():
                self.callback = effect
            case Transfer():
                self.transfer = effect
            case RecordMessage():
                self.message_queue = effect.queue
                self._speak(effect, now + seconds + TONE_S)

    def _over(self, now: float) -> None:
        """The turn before is over; perhaps because he pressed nothing."""
        if not self.turns:
            return
        turn = self.turns[-1]
        turn.until = turn.until or now
        match turn.effect:
            case Collect(timeout_s=wait_s) | Music(seconds=wait_s, keys=str()):
                asks = isinstance(turn.effect, Collect) or bool(turn.effect.keys)
                if asks and not turn.keys and now >= turn.heard_out + wait_s - _TIMED_OUT_EARLY_S:
                    self.caller.timed_out(now)
            case _:
                pass

    def _speak(self, effect: RecordMessage, begins: float) -> None:
        if speak := self.caller.message():
            self._speaks_until = begins + min(speak.seconds, effect.most_s)

    @property
    def waits(self) -> bool:
        """He stands in line, in a branch of the flow or without one."""
        assert self.state is not None
        return isinstance(self.turns[-1].effect, Enqueue) or self.state.mode == _WAITING

    # -- what he does --------------------------------------------------------------------------------------------------

    async def run(self, placed: PlacedCall, staff: Staff, clock: Callable[[], float], *, most_s: float) -> None:
        deadline = clock() + most_s
        while placed.ended_at is None and clock() < deadline:
            await asyncio.sleep(TICK_S)
            if not self.turns:
                continue
            if self._is_over():
                await asyncio.sleep(SETTLE_S)
                self.outcome = self.outcome or "queue"
                break
            if self._spoke(clock()):
                await self._end_message(placed)
            elif act := self.caller.act(self._scene(clock()), clock()):
                await self._do(act, placed, staff, clock)
        if placed.ended_at is None and not self._is_over():
            self.outcome = self.outcome or "endless"
        if self.turns:
            self.turns[-1].until = self.turns[-1].until or clock()
        await placed.hang_up()

    def _is_over(self) -> bool:
        """He has nothing more to do, and waits."""
        if not self.caller.is_done or self.outcome == "answered" or not self.waits:
            return False
        effect = self.turns[-1].effect
        return isinstance(effect, Music) or (isinstance(effect, Enqueue) and not effect.waits)

    def _scene(self, now: float) -> Scene:
        turn = self.turns[-1]
        effect = turn.effect
        if isinstance(effect, Collect) and turn.keys:
            # the prompts are cut off; what he does next waits until he is asked again
            return Scene(begins=turn.keys[-1], heard_out=turn.keys[-1], in_line=self.waits)
        at, said = turn.at, []
        for prompt in turn.prompts:
            length = self._length(prompt)
            said.append((at, length, prompt))
            at += length
        asks = isinstance(effect, Collect | RecordMessage) or (isinstance(effect, Music) and bool(effect.keys))
        return Scene(begins=turn.at, heard_out=turn.heard_out, asked=asks, in_line=self.waits, said=tuple(said))

    def _spoke(self, now: float) -> bool:
        return self._speaks_until is not None and now >= self._speaks_until

    async def _end_message(self, placed: PlacedCall) -> None:
        effect = self.turns[-1].effect
        assert self._speaks_until is not None
        self.caller.spoke(self._speaks_until)
        self._speaks_until = None
        if isinstance(effect, RecordMessage) and effect.terminator:
            with suppress(ResourceMissing):
                await placed.tap(effect.terminator[0])

    async def _do(self, act: Act, placed: PlacedCall, staff: Staff, clock: Callable[[], float]) -> None:
        match act:
            case Key(key=key):
                self.turns[-1].keys.append(clock())
                with suppress(ResourceMissing):
                    await placed.tap(key)
            case Gone():
                self.outcome = self.outcome or "hung_up"
                await placed.hang_up()
                await placed.wait_ended()
            case Taken(login=login, talk_s=talk_s):
                self.agent = login
                self.turns[-1].until = clock()
                if await staff.take(login, self.call, min(talk_s, TALK_S)):
                    self.outcome = "answered"
