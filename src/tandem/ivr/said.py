"""Speech that is made while a caller waits for it: texts that nobody could know ahead, such as a name.

The files lie in ``<sounds_dir>/said``, bounded in number and bytes: the longest unused goes first, and what was not
used for a day goes too, as it may be about a person.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tandem.cti.model.durations import DAY_S
from tandem.ivr.core.speech import Prompt
from tandem.ivr.data.gate import Gate
from tandem.ivr.errors import SpeechUnavailable
from tandem.ivr.media import PromptSounds, is_sound, name_of, sound_name

_log = logging.getLogger(__name__)

DEADLINE_S = 1.5
LONGEST_TEXT = 1000
_SAY_EVERY_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """``at_once``: of all calls. ``waiting``: more are not begun. ``in_use_s``: what was asked for just now is kept,
    because it may be playing. ``keep_s``: what was not used for so long goes."""

    at_once: int = 4
    waiting: int = 200
    files: int = 20_000
    bytes: int = 1_000_000_000
    in_use_s: float = 300.0
    keep_s: float = DAY_S


@dataclass(slots=True)
class _File:
    bytes: int
    used_at: float


class SpeechMaker:
    """``now``: seconds since the epoch, as files have them."""

    def __init__(
        self, sounds: PromptSounds, *, bounds: Bounds | None = None, now: Callable[[], float] = time.time
    ) -> None:
        self._sounds = sounds
        self._folder = sounds.sounds_dir / "said"
        self._bounds = bounds or Bounds()
        self._now = now
        self._gate = Gate(self._bounds.at_once)
        self._making: dict[Path, asyncio.Task[bool]] = {}
        self._files: OrderedDict[Path, _File] = OrderedDict()
        self._bytes = 0
        self._silent_until = 0.0

    async def open(self) -> None:
        """Know what an earlier process left."""
        for path, size, used_at in await asyncio.to_thread(_left_in, self._folder):
            self._files[path] = _File(size, used_at)
            self._bytes += size
        await asyncio.to_thread(self._trim, 0)

    async def close(self) -> None:
        tasks = list(self._making.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def make(self, prompts: Sequence[Prompt], *, deadline_s: float = DEADLINE_S) -> tuple[str, ...]:
        """The names of their sounds (see PromptSounds), in order, as soon as all are there; () when they cannot be
        made in time. Never raises. What was begun is made to its end, for the next one who asks."""
        try:
            paths = [self._path(prompt) for prompt in prompts]
        except SpeechUnavailable as error:
            self._say(str(error))
            return ()
        tasks = {self._begin(prompt, path) for prompt, path in zip(prompts, paths, strict=True) if not self._has(path)}
        if None in tasks:
            return ()
        begun = {task for task in tasks if task is not None}
        if begun:
            _, late = await asyncio.wait(begun, timeout=deadline_s)
            if late:
                self._say(f"speech was not made within {deadline_s:g} s")
                return ()
        if not all(is_sound(path) for path in paths):
            return ()
        return tuple(map(name_of, paths))

    def _path(self, prompt: Prompt) -> Path:
        """Of a recording, of a file that was made ahead, or among ours."""
        if not 0 < len(prompt.text) <= LONGEST_TEXT:
            raise SpeechUnavailable(f"a text that is spoken during a call has 1 to {LONGEST_TEXT} characters")
        ahead = self._sounds.path(prompt)
        if is_sound(ahead):
            return ahead
        return self._folder / f"{sound_name(prompt, self._sounds.synthesiser.voice(prompt.language))}.wav"

    def _has(self, path: Path) -> bool:
        if not is_sound(path):
            return False
        if (file := self._files.get(path)) is not None:
            file.used_at = self._now()
            self._files.move_to_end(path)
            with contextlib.suppress(OSError):
                os.utime(path)  # for the next process
        return True

    def _begin(self, prompt: Prompt, path: Path) -> asyncio.Task[bool] | None:
        """The making under way, or a new one; None when we may not begin another."""
        task = self._making.get(path)
        if task is None:
            loop = asyncio.get_running_loop()
            if len(self._making) >= self._bounds.waiting or not self._gate.lets_through(loop.time()):
                return None
            task = self._making[path] = loop.create_task(self._make(prompt, path), name="speech during a call")
            task.add_done_callback(lambda _: self._making.pop(path, None))
        return task

    async def _make(self, prompt: Prompt, path: Path) -> bool:
        clock = asyncio.get_running_loop().time
        try:
            async with self._gate:
                if not self._trim(1):
                    self._say("there is no room for more speech made during calls")
                    return False
                started_at = clock()
                await self._sounds.make(prompt, path)
                size = path.stat().st_size
        except (SpeechUnavailable, OSError) as error:
            self._say(f"speech cannot be made during a call: {error}")
            self._gate.failed(clock())
            return False
        if clock() - started_at > DEADLINE_S:
            self._gate.failed(clock())  # he who asked has not waited for it
        else:
            self._gate.succeeded()
        self._forget(path)
        self._files[path] = _File(size, self._now())
        self._bytes += size
        return True

    def _trim(self, more: int) -> bool:
        """Remove what goes; False when there is no room for ``more`` files.

        At once, and not in a thread: a file that is on its way out must not be given to a caller.
        """
        now = self._now()
        while self._files:
            path, file = next(iter(self._files.items()))
            full = len(self._files) + more > self._bounds.files or self._bytes > self._bounds.bytes
            unused_s = now - file.used_at
            if unused_s < self._bounds.in_use_s or not (full or unused_s > self._bounds.keep_s):
                break
            self._forget(path)
            with contextlib.suppress(OSError):
                path.unlink()
        return len(self._files) + more <= self._bounds.files and self._bytes <= self._bounds.bytes

    def _forget(self, path: Path) -> None:
        if (file := self._files.pop(path, None)) is not None:
            self._bytes -= file.bytes

    def _say(self, what: str) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._silent_until:
            self._silent_until = now + _SAY_EVERY_S
            _log.warning("%s", what)


def _left_in(folder: Path) -> list[tuple[Path, int, float]]:
    """Sounds with size and time of last use, the longest unused first. Halves of files are removed."""
    found = []
    for path in folder.glob("*/*"):
        with contextlib.suppress(OSError):
            if path.suffix != ".wav":
                path.unlink()
                continue
            status = path.stat()
            found.append((path, status.st_size, status.st_mtime))
    return sorted(found, key=lambda file: file[2])
