"""A lane of media by itself: what it is asked, what Asterisk says, what it then sends and tells."""

from __future__ import annotations

from tandem.cti.adapters.asterisk.lanes import Ended, Lane, Step
from tandem.cti.adapters.asterisk.media_commands import MediaRequest
from tandem.cti.model.events import MediaEnded
from tandem.cti.model.ids import CallId, ConnectionId, Token
from tandem.cti.model.requests import Collect, Music, Play, StartMusic

CALL, LEG = CallId("call"), ConnectionId("leg")
PLAYED, FAILED = "200%20result%3D1%20(SUCCESS%2C)%0A", "200%20result%3D1%20(FAILED%2C)%0A"
DONE = "200%20result%3D0%0A"


def play(token: str, *prompts: str, barge_in: bool = False) -> Play:
    return Play(call=CALL, connection=LEG, prompts=prompts or ("a",), token=Token(token), barge_in=barge_in)


def collect(
    token: str,
    *,
    prompts: tuple[str, ...] = ("a", "b/c"),
    digits: int = 2,
    timeout_s: float = 3.5,
    digit_timeout_s: float = 3.0,
    terminator: str = "#",
    sensitive: bool = False,
    flush: bool = False,
) -> Collect:
    return Collect(
        call=CALL,
        connection=LEG,
        prompts=prompts,
        max_digits=digits,
        timeout_s=timeout_s,
        token=Token(token),
        digit_timeout_s=digit_timeout_s,
        terminator=terminator,
        sensitive=sensitive,
        flush=flush,
    )


def music(token: str, *, seconds: float = 30, keys: str = "12") -> Music:
    return Music(call=CALL, connection=LEG, seconds=seconds, keys=keys, token=Token(token))


MUSIC = StartMusic(call=CALL, connection=LEG)


class Bench:
    """A lane, its vault, and the time; ``read_over`` and the like answer what is in flight."""

    def __init__(self, asked: str = "") -> None:
        self.vault: list[str] = []
        self.lane = Lane(CALL, LEG, "k", music="default", keep_secret=self._keep, asked=asked)
        self.now = 100.0
        self.sent: list[str] = []
        self.ids: list[str] = []
        self.told: list[Ended] = []
        self.ended: list[MediaEnded] = []
        self.interrupts = 0

    def _keep(self, digits: str) -> str:
        self.vault.append(digits)
        return f"ref{len(self.vault)}"

    def take(self, step: Step) -> Step:
        self.told += step.ended
        self.ended += [each for each in step.ended if isinstance(each, MediaEnded)]
        if step.commands:
            self.sent = [command.text for command in step.commands]
            self.ids = [command.command_id for command in step.commands]
        self.interrupts += step.interrupt
        return step

    def add(self, request: MediaRequest) -> list[str]:
        return [command.text for command in self.take(self.lane.add(request, self.now)).commands]

    def press(self, keys: str) -> None:
        for key in keys:
            self.now += 0.2
            self.lane.tone_began(key)
            self.take(self.lane.pressed(key, self.now))

    def begin(self) -> None:
        self.take(self.lane.executed(self.ids[0], DONE, self.now))
        self.take(self.lane.begun(self.sent[1]))

    def over(self, result: str = PLAYED, audible: str = DONE) -> Step:
        ids = self.ids
        if len(ids) > 1:
            self.take(self.lane.executed(ids[-2], audible, self.now))
        return self.take(self.lane.executed(ids[-1], result, self.now))

    def read_over(self, status: str, digits: str = "") -> Step:
        return self.over(f"200%20result%3D1%20({status}%2C{digits})%0A".replace("#", "%23"))

    def wait(self, seconds: float) -> Step:
        self.now += seconds
        return self.take(self.lane.due(self.now))

    @property
    def digits(self) -> list[tuple[str, str]]:
        return [(ended.token, ended.digits) for ended in self.ended]
