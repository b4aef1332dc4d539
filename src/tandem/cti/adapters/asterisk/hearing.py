"""What a lane knows of its callee's own sound: who answered where it is loud, and when a message is due. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tandem.cti.core.answer_judge import is_loud, judge
from tandem.cti.core.beeps import Beep
from tandem.cti.core.greeting_end import Cue
from tandem.cti.model.events import MachineDetected, MessageBegun
from tandem.cti.model.requests import DetectMachine, LeaveMessage

EAR_OPENS_S = 1.0
"""How long the callee's sound may be in coming before we do without it."""
DOUBT_S = 2.0
"""How long we listen ourselves where it was too loud for Asterisk."""
_JUDGED_EVERY_S = 0.06
_BY_SOUND = ("LONGGREETING", "MAXWORDS")


class Hearing:
    """``open``: the sound comes in. ``until``: a greeting is heard out, at the longest until then. ``speaks``: a
    message is said, and may be interrupted; ``anew``: it is, to begin once more."""

    def __init__(self) -> None:
        self.open = False
        self.until: float | None = None
        self.speaks = self.anew = False
        self._spoke_anew = False
        self._levels: Sequence[float] = ()
        self._cue: Cue | None = None
        self._cue_at = 0.0
        self._doubted: MachineDetected | None = None
        self._doubt_until = 0.0

    @property
    def due(self) -> bool:
        """A message is."""
        return self._cue is not None

    def opened(self, levels: Sequence[float]) -> None:
        self.open, self._levels = True, levels

    def closed(self) -> None:
        self.open, self._levels, self._cue = False, (), None

    # -- who answered

    def detected(self, verdict: MachineDetected, now: float) -> None:
        """Asterisk's, which is doubted where it heard no pause because there was noise in all of them."""
        by_sound = verdict.verdict == "machine" and verdict.why.startswith(_BY_SOUND)
        self._doubted = verdict
        self._doubt_until = now + DOUBT_S if by_sound and is_loud(self._levels) else now

    def verdict(self, request: DetectMachine, now: float) -> MachineDetected | float:
        """Ours where there is one, else Asterisk's; or when to ask again."""
        assert self._doubted is not None
        if now < self._doubt_until:
            judged = judge(self._levels, request)
            if judged is None:
                return min(now + _JUDGED_EVERY_S, self._doubt_until)
            return replace(self._doubted, verdict=judged[0], why=judged[1])
        return self._doubted

    # -- a message

    def hear_out(self, request: LeaveMessage, now: float) -> float:
        """A greeting; when to look what has become of it."""
        self.speaks = self.anew = self._spoke_anew = False
        self.until = now + request.wait_s
        return self.until if self.open else now + EAR_OPENS_S

    def told(self, cue: Cue | None, now: float) -> None:
        if cue is not None and cue is not self._cue:
            self._cue_at = now
        self._cue = cue

    def begins_anew(self, beep: Beep | None) -> bool:
        """Whether this beep interrupts the message; once."""
        if beep is None or self._spoke_anew or not self.speaks:
            return False
        self.anew = self._spoke_anew = True
        return True

    def begun(self, request: LeaveMessage, now: float, *, why: str = "") -> MessageBegun:
        """The message begins; ``why`` '': for what was heard."""
        cue = self._cue if not why else None
        beep, again = cue.beep if cue else None, self.anew
        self.until, self.anew = None, False
        return MessageBegun(
            call=request.call,
            connection=request.connection,
            token=request.token,
            why=why or (cue.why if cue else "time"),
            again=again,
            beep_hz=beep.hz if beep else 0.0,
            beep_s=beep.length_s if beep else 0.0,
            beep_ago_s=now - self._cue_at + cue.at_s - beep.at_s if cue and beep else 0.0,
        )
