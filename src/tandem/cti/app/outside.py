"""What flows have from outside: data, speech and recorded prompts, as the installation's settings say."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from tandem.crm_bridge.core.numbers import normalise
from tandem.cti.adapters.postgres.answers import AnswerStore
from tandem.cti.adapters.postgres.customers import CustomerStore
from tandem.cti.app.installation import Installation
from tandem.cti.model.records import CustomerMatch
from tandem.cti.runtime.settings import BadSettings, Settings, header_value
from tandem.cti.storage.pool import Database
from tandem.ivr.adapters.addresses import AddressPolicy
from tandem.ivr.adapters.espeak import VOICES, EspeakNg, Voice
from tandem.ivr.adapters.http_speech import HttpSpeech, SpeechService
from tandem.ivr.adapters.web import web_client
from tandem.ivr.core.data_paths import BadPath, parse_path
from tandem.ivr.data.answer_source import AnswerSource
from tandem.ivr.data.customer_source import CustomerSource
from tandem.ivr.data.dips import Dips
from tandem.ivr.data.http_source import Credential, HttpSource
from tandem.ivr.media import PromptSounds
from tandem.ivr.ports import Synthesiser
from tandem.ivr.recorded import RecordedPrompts
from tandem.ivr.said import SpeechMaker

_WORDS_PER_MINUTE = 160


@dataclass(frozen=True, slots=True)
class Outside:
    """``credentials``: the names that flows may say."""

    dips: Dips
    sounds: PromptSounds
    speech: SpeechMaker
    recordings: RecordedPrompts
    answers: AnswerStore
    credentials: frozenset[str]


@asynccontextmanager
async def outside(
    installation: Installation,
    database: Database,
    by_number: Callable[[str], Awaitable[Sequence[CustomerMatch]]],
) -> AsyncIterator[Outside]:
    """``by_number``: the directory of customers. Raises BadSettings."""
    settings = installation.settings
    credentials = credentials_of(installation)
    answers = AnswerStore(database)
    async with web_client(_policy(settings.data_allow)) as data, speaker(installation, credentials) as synthesiser:
        customers = CustomerSource(
            by_number, CustomerStore(database).customer, normalise=partial(normalise, region=settings.region)
        )
        dips = Dips(
            {
                "http": HttpSource(data, credentials=credentials),
                "answers": AnswerSource(answers),
                "customer": customers,
            }
        )
        sounds = PromptSounds(
            installation.sounds_dir, recorded_dir=installation.recorded_prompts_dir, synthesiser=synthesiser
        )
        speech = SpeechMaker(sounds)
        await speech.open()
        recordings = RecordedPrompts(installation.recorded_prompts_dir)
        try:
            yield Outside(dips, sounds, speech, recordings, answers, frozenset(credentials))
        finally:
            await speech.close()
            await dips.close()


@asynccontextmanager
async def speaker(installation: Installation, credentials: Mapping[str, Credential]) -> AsyncIterator[Synthesiser]:
    """Who speaks the prompts. Raises BadSettings."""
    settings = installation.settings
    if not settings.speech_url:
        voices = {tag: _espeak_voice(tag, name) for tag, name in settings.speech_voices.items()}
        yield EspeakNg(voices={**VOICES, **voices})
        return
    service = _service(settings, credentials)
    host = urlsplit(settings.speech_url).hostname or ""
    async with web_client(_policy([*settings.data_allow, host])) as client:
        yield HttpSpeech(client, service)


def credentials_of(installation: Installation) -> dict[str, Credential]:
    """With their values. Raises BadSettings."""
    return {
        name: Credential(
            header=given.header,
            value=header_value(given, installation.home, os.environ),
            hosts=frozenset(host.lower() for host in given.hosts),
        )
        for name, given in installation.settings.data_credentials.items()
    }


def _policy(allowed: Sequence[str]) -> AddressPolicy:
    try:
        return AddressPolicy.of(allowed)
    except ValueError as error:
        raise BadSettings(f"data_allow: {error}") from None


def _espeak_voice(language: str, name: str) -> Voice:
    usual = VOICES.get(language)
    return Voice(name, usual.words_per_minute if usual else _WORDS_PER_MINUTE)


def _service(settings: Settings, credentials: Mapping[str, Credential]) -> SpeechService:
    url = urlsplit(settings.speech_url)
    if url.scheme not in ("http", "https") or not url.hostname or "{" in url.netloc:
        raise BadSettings("speech_url is a URL such as https://speech.example.com/say?text={text}")
    if settings.speech_audio:
        try:
            parse_path(settings.speech_audio)
        except BadPath as error:
            raise BadSettings(f"speech_audio: {error}") from None
    headers = {}
    if settings.speech_credentials:
        credential = credentials.get(settings.speech_credentials)
        if credential is None:
            raise BadSettings(f"speech_credentials: data_credentials has no {settings.speech_credentials}")
        if url.hostname not in credential.hosts:
            raise BadSettings(f"speech_credentials: {settings.speech_credentials} is not for the host {url.hostname}")
        headers[credential.header] = credential.value
    return SpeechService(
        url=settings.speech_url,
        body=settings.speech_body,
        audio=settings.speech_audio,
        voices=settings.speech_voices,
        headers=headers,
    )
