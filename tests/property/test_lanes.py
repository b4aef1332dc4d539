"""Any keys at any moment, against a model of what Asterisk does with commands: what must never happen.

A key given to two questions, a key lost while the leg is ours, a request without an end or with two, a secret in plain
sight, a command after the leg has left.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from tandem.cti.adapters.asterisk.commands_in_flight import Command
from tandem.cti.adapters.asterisk.lanes import Lane, Step
from tandem.cti.model.events import MediaEnded
from tandem.cti.model.ids import CallId, ConnectionId, Token
from tandem.cti.model.requests import Collect, Music, Play, StartMusic

CALL, LEG = CallId("call"), ConnectionId("leg")
_READ = re.compile(r"EXEC Read \w+,[^,]*,(\d+),et\((.*)D\),1")


class Channel:
    """A channel in Asynchronous AGI, and the lane that drives it. Each frame it carries out one command."""

    def __init__(self) -> None:
        self.now = 0.0
        self.vault: dict[str, str] = {}
        self.ended: list[MediaEnded] = []
        self.queue: deque[Command] = deque()
        self.left = False
        self.running: Command | None = None
        self.breaks = False
        self.most = 0
        self.enders = ""
        self.read = ""
        self.status = ""
        self.lane = Lane(CALL, LEG, "k", music="m", keep_secret=self._keep)

    def _keep(self, digits: str) -> str:
        self.vault[f"ref{len(self.vault)}"] = digits
        return f"ref{len(self.vault) - 1}"

    def hear(self, ended: Iterable[object]) -> None:
        for end in ended:
            assert isinstance(end, MediaEnded), "nobody asked for anything else"
            self.ended.append(end)

    def follow(self, step: Step) -> None:
        assert not (self.left and (step.commands or step.interrupt or step.ended))
        self.hear(step.ended)
        self.queue += step.commands
        if step.interrupt:
            self._key("D", tone=False)

    def frame(self) -> None:
        if self.running is not None or not self.queue:
            return
        command = self.queue.popleft()
        if command.text.startswith("EXEC Background"):
            self.running, self.breaks = command, not command.text.endswith(",p")
            self.follow(self.lane.begun(command.text))
        elif found := _READ.fullmatch(command.text):
            self.running, self.most, self.enders, self.read = command, int(found[1]), found[2] + "D", ""
            self.follow(self.lane.begun(command.text))
        elif command.text.startswith("GET"):
            self._done(command, f"200 result=1 ({self.status},{self.read})")
        else:
            self._done(command, "200 result=0")

    def silence(self) -> None:
        """What runs comes to its end by itself."""
        self.now += 5
        if self.running is not None:
            self._stop("TIMEOUT" if "Read" in self.running.text else "SUCCESS", 0)
        self.follow(self.lane.due(self.now))

    def press(self, key: str) -> None:
        self.now += 0.2
        self._key(key, tone=True)

    def _key(self, key: str, *, tone: bool) -> None:
        if tone:
            self.lane.tone_began(key)
        self.follow(self.lane.pressed(key, self.now))
        if self.running is None:
            return
        if "Read" not in self.running.text:
            if self.breaks:
                self._stop("SUCCESS", ord(key))
        elif key in self.enders:
            self._stop("OK", 0)
        else:
            self.read += key
            if len(self.read) >= self.most:
                self._stop("OK", 0)

    def _stop(self, status: str, result: int) -> None:
        command, self.running, self.status = self.running, None, status
        assert command is not None
        self._done(command, f"200 result={result}")

    def _done(self, command: Command, result: str) -> None:
        self.follow(self.lane.executed(command.command_id, result.replace(" ", "%20"), self.now))

    def settle(self) -> None:
        for _ in range(2_000):
            if not self.queue and self.running is None and self.lane.wake_at is None:
                return
            self.frame()
            if not self.queue or self.running is not None:
                self.silence()
        raise AssertionError("it goes on for ever")


KEY = st.sampled_from("0123456789*#")
QUESTION = st.builds(
    lambda digits, prompts, terminator: (digits, ("a" * 150,) * prompts, terminator),
    st.integers(1, 5),
    st.integers(0, 8),
    st.sampled_from(["#", "*", ""]),
)
DOING = st.one_of(
    KEY,
    KEY,
    QUESTION,
    st.booleans().map(lambda barge_in: ("play", barge_in)),
    st.sampled_from(["frame", "frame", "silence"]),
)


@given(st.lists(DOING, max_size=60))
def test_each_key_counts_once_and_in_order(script: list[object]) -> None:
    channel, pressed, asked = Channel(), "", 0
    for doing in script:
        match doing:
            case "frame":
                channel.frame()
            case "silence":
                channel.silence()
            case str():
                channel.press(doing)
                pressed += doing
            case ("play", bool(barge_in)):
                request: Play | Collect = Play(
                    call=CALL, connection=LEG, prompts=("p",), token=Token(f"t{asked}"), barge_in=barge_in
                )
                asked += _ask(channel, request)
            case (int(digits), tuple(prompts), str(terminator)):
                request = Collect(
                    call=CALL,
                    connection=LEG,
                    prompts=prompts,
                    max_digits=digits,
                    timeout_s=5,
                    token=Token(f"t{asked}"),
                    terminator=terminator,
                )
                asked += _ask(channel, request)
    channel.settle()
    last = Collect(call=CALL, connection=LEG, prompts=(), max_digits=64, timeout_s=5, token=Token("z"), terminator="")
    channel.follow(channel.lane.add(last, channel.now))
    channel.settle()
    assert [ended.token for ended in channel.ended] == [*(f"t{number}" for number in range(asked)), "z"]
    assert all(ended.ok for ended in channel.ended)
    given_out = "".join(ended.digits for ended in channel.ended)
    assert [key for key in given_out if key.isdigit()] == [key for key in pressed if key.isdigit()]
    keys = iter(pressed)
    assert all(key in keys for key in given_out)


def _ask(channel: Channel, request: Play | Collect) -> int:
    if len(channel.lane._waiting) > 20:
        return 0
    channel.follow(channel.lane.add(request, channel.now))
    return 1


@given(st.lists(st.one_of(KEY, st.sampled_from(["frame", "silence", "ask", "secret", "play"])), max_size=60))
def test_no_secret_is_in_plain_sight(script: list[str]) -> None:
    """What is pressed while a secret is asked for is an 8, and no plain answer ever has one."""
    channel = Channel()
    kinds: list[str] = []
    for doing in script:
        if doing == "frame":
            channel.frame()
        elif doing == "silence":
            channel.silence()
        elif doing in {"ask", "secret", "play"}:
            channel.settle()  # one at a time, as the center asks
            token = Token(f"t{len(kinds)}")
            if doing == "play":
                request: Play | Collect = Play(call=CALL, connection=LEG, prompts=("p",), token=token, barge_in=True)
            else:
                request = Collect(
                    call=CALL,
                    connection=LEG,
                    prompts=("p",),
                    max_digits=3,
                    timeout_s=5,
                    token=token,
                    sensitive=doing == "secret",
                )
            kinds.append(doing)
            channel.follow(channel.lane.add(request, channel.now))
        else:
            in_hand = channel.lane._request
            secret = isinstance(in_hand, Collect) and in_hand.sensitive
            channel.press("8" if secret else doing.replace("8", "1"))
    channel.settle()
    assert len(channel.ended) == len(kinds)
    for ended in channel.ended:
        assert "8" not in ended.digits
        if ended.secret:
            assert ended.digits == ""
            assert len(channel.vault[ended.secret]) == ended.secret_length


@given(
    st.lists(st.one_of(KEY, st.sampled_from(["frame", "silence", "play", "ask", "music", "on"])), max_size=40),
    st.integers(0, 40),
)
def test_nothing_is_said_after_the_leg_has_left_and_each_request_has_one_end(script: list[str], leaves: int) -> None:
    channel, tokens = Channel(), []
    for number, doing in enumerate(script):
        if number == leaves:
            channel.hear(channel.lane.abandon())
            channel.left = True
        token = Token(f"t{number}")
        if doing == "frame":
            channel.frame()
        elif doing == "silence":
            channel.silence()
        elif doing == "on":
            channel.follow(channel.lane.add(StartMusic(call=CALL, connection=LEG), channel.now))
        elif doing in {"play", "ask", "music"} and len(channel.lane._waiting) < 20:
            if not channel.left:
                tokens.append(token)
            request: Play | Collect | Music = Play(call=CALL, connection=LEG, prompts=("p",), token=token)
            if doing == "ask":
                request = Collect(call=CALL, connection=LEG, prompts=(), max_digits=1, timeout_s=5, token=token)
            elif doing == "music":
                request = Music(call=CALL, connection=LEG, seconds=5, keys="1", token=token)
            channel.follow(channel.lane.add(request, channel.now))
        elif len(doing) == 1:
            channel.press(doing)
    if not channel.left:
        channel.settle()
    assert [ended.token for ended in channel.ended] == tokens
