"""Sound files for prompts, made once and kept by what they say and how.

A file is ``<sounds_dir>/<language>/<hash>.wav``; the hash is of the text, the voice and its settings, so a changed text
gets a new file and an unchanged one is never made again. A file appears whole or not at all. A recording that somebody
uploaded for a prompt goes before the speech.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import stat
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tandem.ivr.adapters.espeak import EspeakNg
from tandem.ivr.core.speech import Prompt
from tandem.ivr.errors import BadSound, SpeechUnavailable
from tandem.ivr.ports import Synthesiser
from tandem.ivr.sound import for_the_line

_log = logging.getLogger(__name__)

AT_ONCE = 2
LOOK_EVERY_S = 20.0
_MAKING = "1"
"""Changes when the same speech is made into another sound, so that all files are made anew."""
_HEADER_BYTES = 44


@dataclass(frozen=True, slots=True)
class Progress:
    """``done`` of the ``total`` prompts that were missing are made; ``prompt`` is the newest."""

    done: int
    total: int
    prompt: Prompt


def sound_name(prompt: Prompt, voice: str) -> str:
    """``zh/0f3c...``: the name below the sounds folder, without the suffix."""
    key = "\0".join((_MAKING, voice, prompt.text))
    return f"{prompt.language}/{_digest(key)}"


def recorded_name(prompt: Prompt) -> str:
    """The same for an uploaded recording, below the folder of these: whatever the voice is."""
    return f"{prompt.language}/{_digest(prompt.text)}"


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class PromptSounds:
    """The sounds of prompts that are known ahead. A name is an absolute path without suffix, as Asterisk wants it."""

    def __init__(
        self, sounds_dir: Path, *, recorded_dir: Path | None = None, synthesiser: Synthesiser | None = None
    ) -> None:
        self.sounds_dir = sounds_dir
        self.recorded_dir = recorded_dir
        self._sounds_dir = str(sounds_dir.absolute())
        self._recorded_dir = str(recorded_dir.absolute()) if recorded_dir else ""
        self.synthesiser = synthesiser or EspeakNg()

    def path(self, prompt: Prompt) -> Path:
        """Where its sound is, or will be: the uploaded recording, if there is one. Raises SpeechUnavailable."""
        return Path(f"{self._name(prompt)}.wav")

    def missing(self, prompts: Iterable[Prompt]) -> list[Prompt]:
        """Those without a file: looks at the disk. Raises SpeechUnavailable."""
        return [prompt for prompt, name in self.names(prompts).items() if not is_sound(f"{name}.wav")]

    def names(self, prompts: Iterable[Prompt]) -> dict[Prompt, str]:
        """Looks at the disk for recordings. Raises SpeechUnavailable."""
        return {prompt: self._name(prompt) for prompt in prompts}

    def _name(self, prompt: Prompt) -> str:
        # texts, and not Paths: thousands of prompts are looked at again and again
        if self._recorded_dir:
            name = f"{self._recorded_dir}/{recorded_name(prompt)}"
            if is_sound(f"{name}.wav"):
                return name
        return f"{self._sounds_dir}/{sound_name(prompt, self.synthesiser.voice(prompt.language))}"

    async def prepare(
        self, prompts: Collection[Prompt], progress: Callable[[Progress], None] | None = None
    ) -> dict[Prompt, str]:
        """Make what is missing, two at a time; every prompt -> its name.

        Raises SpeechUnavailable, which names the prompt; what was made before stays.
        """
        missing = await asyncio.to_thread(self.missing, prompts)
        waiting = iter(missing)
        done = 0

        async def make_some() -> None:
            nonlocal done
            for prompt in waiting:
                try:
                    await self.make(prompt, self.path(prompt))
                except SpeechUnavailable as error:
                    what = f'the prompt "{prompt.text}" ({prompt.language}) cannot be made: {error}'
                    raise SpeechUnavailable(what) from None
                done += 1
                if progress is not None:
                    progress(Progress(done, len(missing), prompt))

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(AT_ONCE, len(missing))):
                    group.create_task(make_some())
        except* SpeechUnavailable as failed:
            raise failed.exceptions[0] from None
        return await asyncio.to_thread(self.names, prompts)

    async def make(self, prompt: Prompt, path: Path) -> None:
        """Have it spoken, into this file. Raises SpeechUnavailable, which does not tell the text."""
        try:
            sound = await asyncio.to_thread(for_the_line, await self.synthesiser.speak(prompt))
            await asyncio.to_thread(write_whole, path, sound)
        except BadSound as error:
            raise SpeechUnavailable(f"what was spoken cannot be used: {error}") from None
        except OSError as error:
            raise SpeechUnavailable(f"{path} cannot be written: {error.strerror}") from None

    async def keep(
        self,
        prompts: Callable[[], Collection[Prompt]],
        changed: Callable[[dict[Prompt, str]], Awaitable[None]],
        *,
        every_s: float = LOOK_EVERY_S,
    ) -> None:
        """Look after the files for ever (until cancelled): one that was deleted is made again.

        ``changed`` is told the names of all when some are other ones than before: a recording was uploaded or removed.
        """
        names: dict[Prompt, str] | None = None
        failing = ""
        while True:
            wanted = prompts()
            try:
                found = await self.prepare(wanted)
                if names is not None and any(names.get(prompt, name) != name for prompt, name in found.items()):
                    await changed(found)
                names, failing = found, ""
            except SpeechUnavailable as error:
                if str(error) != failing:
                    _log.error("a prompt is missing: %s", error)
                failing = str(error)
            await asyncio.sleep(every_s)


def name_of(path: Path) -> str:
    """As Asterisk wants it: absolute, without the suffix."""
    return str(path.absolute().with_suffix(""))


def is_sound(path: str | Path) -> bool:
    """There is a file with more than a header: a crash can leave an empty one."""
    try:
        found = os.stat(path)
    except OSError:
        return False
    return found.st_size > _HEADER_BYTES and stat.S_ISREG(found.st_mode)


def write_whole(path: Path, content: bytes) -> None:
    """Readable by all (Asterisk may run as another user), whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{secrets.token_hex(4)}.part")
    try:
        part.write_bytes(content)
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
