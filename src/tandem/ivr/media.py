"""Sound files for prompts, made once and kept by what they say and how.

A file is ``<sounds_dir>/<language>/<hash>.wav``; the hash is of the text, the voice and its settings, so a changed text
gets a new file and an unchanged one is never made again. A file appears whole or not at all.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tandem.ivr.adapters.espeak import EspeakNg
from tandem.ivr.core.speech import Prompt
from tandem.ivr.errors import SpeechUnavailable
from tandem.ivr.ports import Synthesiser
from tandem.ivr.sound import BadSound, for_the_line

AT_ONCE = 2
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
    """``zh/0f3c...``: the name below the sounds folder, without the suffix, as Asterisk wants it."""
    key = "\0".join((_MAKING, voice, prompt.text))
    return f"{prompt.language}/{sha256(key.encode()).hexdigest()[:32]}"


async def prepare(
    prompts: Iterable[Prompt],
    sounds_dir: Path,
    progress: Callable[[Progress], None] | None = None,
    *,
    synthesiser: Synthesiser | None = None,
) -> dict[Prompt, str]:
    """Make what is missing, two at a time; every prompt -> its name (see ``sound_name``).

    Raises SpeechUnavailable, which names the prompt; what was made before stays.
    """
    speaker = synthesiser or EspeakNg()
    names = {prompt: sound_name(prompt, speaker.voice(prompt.language)) for prompt in prompts}
    missing = [prompt for prompt, name in names.items() if not _is_there(sounds_dir / f"{name}.wav")]
    turns = asyncio.Semaphore(AT_ONCE)
    done = 0

    async def make(prompt: Prompt) -> None:
        nonlocal done
        async with turns:
            await _make(speaker, prompt, sounds_dir / f"{names[prompt]}.wav")
        done += 1
        if progress is not None:
            progress(Progress(done, len(missing), prompt))

    try:
        async with asyncio.TaskGroup() as group:
            for prompt in missing:
                group.create_task(make(prompt))
    except* SpeechUnavailable as failed:
        raise failed.exceptions[0] from None
    return names


def _is_there(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > _HEADER_BYTES


async def _make(speaker: Synthesiser, prompt: Prompt, path: Path) -> None:
    try:
        sound = await asyncio.to_thread(for_the_line, await speaker.speak(prompt))
        await asyncio.to_thread(_write, path, sound)
    except BadSound as error:
        raise SpeechUnavailable(f'the prompt "{prompt.text}" ({prompt.language}) was not spoken: {error}') from None
    except OSError as error:
        raise SpeechUnavailable(f"{path} cannot be written: {error.strerror}") from None


def _write(path: Path, content: bytes) -> None:
    """Readable by all (Asterisk may run as another user), whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        part.write_bytes(content)
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
