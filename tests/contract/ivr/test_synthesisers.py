"""What every synthesiser keeps to: espeak-ng, and a speech service over HTTP (a fake one on loopback)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from tests.support.sounds import read, tone

from tandem.ivr.adapters import http_speech
from tandem.ivr.adapters.addresses import AddressPolicy
from tandem.ivr.adapters.espeak import EspeakNg, Voice
from tandem.ivr.adapters.http_speech import HttpSpeech, SpeechService
from tandem.ivr.adapters.web import WebClient, web_client
from tandem.ivr.core.speech import Prompt
from tandem.ivr.errors import SpeechUnavailable
from tandem.ivr.media import PromptSounds
from tandem.ivr.ports import Synthesiser
from tandem.ivr.sound import for_the_line

HELLO = Prompt("zh", '您好，"a"&b=c {voice} #1')
POST = SpeechService(
    url="http://127.0.0.1:0/speech/{language}",
    body={"input": {"text": "{text}"}, "voice": ["{voice}"], "speed": 1.5},
    voices={"zh": "mei", "en": "emma"},
    headers={"Authorization": "Bearer s3cret"},
)


class Service:
    """Speaks a tone as long as the text; remembers what it was asked."""

    def __init__(self) -> None:
        self.port = 0
        self.kind = "WAV"
        self.in_json = False
        self.status = 200
        self.stall = False
        self.asked: list[tuple[str, str, str, str]] = []

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.text()
        self.asked.append((request.method, request.raw_path, body, request.headers.get("Authorization", "")))
        if self.stall:
            await asyncio.sleep(60)
        sound = tone(rate=24000, kind=self.kind, seconds=1.5)
        if self.in_json:
            return web.json_response({"audio": [{"content": base64.b64encode(sound).decode()}]}, status=self.status)
        return web.Response(body=sound, status=self.status, content_type="audio/x")

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Service]:
        runner = web.ServerRunner(web.Server(self.answer), shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.port = runner.addresses[0][1]
            yield self
        finally:
            await runner.cleanup()


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with Service().serving() as made:
        yield made


@pytest.fixture
async def client() -> AsyncIterator[WebClient]:
    async with web_client(AddressPolicy.of(["127.0.0.1"])) as made:
        yield made


def over(client: WebClient, service: Service, settings: SpeechService = POST) -> HttpSpeech:
    return HttpSpeech(client, replace(settings, url=settings.url.replace(":0/", f":{service.port}/")))


@pytest.fixture(params=["espeak-ng", "http post", "http get", "http json"])
def synthesiser(request: pytest.FixtureRequest, service: Service, client: WebClient) -> Synthesiser:
    match request.param:
        case "espeak-ng":
            return EspeakNg()
        case "http post":
            return over(client, service)
        case "http get":
            service.kind = "MP3"
            return over(client, service, replace(POST, url="http://127.0.0.1:0/?q={text}&v={voice}", body={}))
        case _:
            service.in_json = True
            return over(client, service, replace(POST, audio="audio[0].content"))


@pytest.mark.parametrize("prompt", [HELLO, Prompt("en", "Press 1; $(reboot) `x` -v de")])
async def test_it_speaks_both_languages(synthesiser: Synthesiser, prompt: Prompt) -> None:
    params, _ = read(for_the_line(await synthesiser.speak(prompt)))
    assert (params.nchannels, params.sampwidth, params.framerate) == (1, 2, 8000)
    assert 1 < params.nframes / 8000 < 8


async def test_voices_of_languages_differ_and_stay(synthesiser: Synthesiser) -> None:
    assert synthesiser.voice("zh") == synthesiser.voice("zh") != synthesiser.voice("en")


async def test_a_language_without_a_voice_is_named(synthesiser: Synthesiser) -> None:
    with pytest.raises(SpeechUnavailable, match='"fr"'):
        synthesiser.voice("fr")
    with pytest.raises(SpeechUnavailable, match='"fr"'):
        await synthesiser.speak(Prompt("fr", "bonjour"))


async def test_it_makes_the_files_of_prompts(synthesiser: Synthesiser, tmp_path: Path) -> None:
    sounds = PromptSounds(tmp_path, synthesiser=synthesiser)
    assert sounds.missing(await sounds.prepare([HELLO])) == []


async def test_what_a_service_is_asked(service: Service, client: WebClient) -> None:
    await over(client, service).speak(HELLO)
    await over(client, service, replace(POST, url="http://127.0.0.1:0/?q={text}&v={voice}", body={})).speak(HELLO)
    posted, got = service.asked
    assert posted == (
        "POST",
        "/speech/zh",
        '{"input":{"text":"您好，\\"a\\"&b=c {voice} #1"},"voice":["mei"],"speed":1.5}',
        "Bearer s3cret",
    )
    assert got[:3] == (
        "GET",
        "/?q=%E6%82%A8%E5%A5%BD%EF%BC%8C%22a%22%26b%3Dc%20%7Bvoice%7D%20%231&v=mei",
        "",
    )


def test_another_service_or_voice_makes_other_files(client: WebClient) -> None:
    settings = [
        POST,
        replace(POST, url="http://other.example/"),
        replace(POST, body={"x": "{text}"}),
        replace(POST, voices={"zh": "lin"}),
        replace(POST, voices={}),
    ]
    assert len({HttpSpeech(client, one).voice("zh") for one in settings}) == len(settings)
    assert HttpSpeech(client, POST).voice("zh") == HttpSpeech(client, replace(POST, headers={})).voice("zh")
    assert EspeakNg().voice("zh") != EspeakNg(voices={"zh": Voice("yue", 230)}).voice("zh")


async def test_a_service_that_fails(
    service: Service, client: WebClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    speech = over(client, service)
    service.status = 500
    with pytest.raises(SpeechUnavailable, match="status 500"):
        await speech.speak(HELLO)
    service.status = 200
    service.in_json = True
    with pytest.raises(SpeechUnavailable, match="cannot be used"):
        await PromptSounds(tmp_path, synthesiser=speech).prepare([HELLO])
    with pytest.raises(SpeechUnavailable, match="no sound in the answer"):
        await over(client, service, replace(POST, audio="audio[7]")).speak(HELLO)
    service.in_json = False
    with pytest.raises(SpeechUnavailable, match="no sound in the answer"):
        await over(client, service, replace(POST, audio="audio")).speak(HELLO)
    monkeypatch.setattr(http_speech, "_MOST_BYTES", 1000)
    with pytest.raises(SpeechUnavailable, match="larger"):
        await speech.speak(HELLO)
    monkeypatch.setattr(http_speech, "_DEADLINE_S", 0.05)
    service.stall = True
    with pytest.raises(SpeechUnavailable, match="more than"):
        await speech.speak(HELLO)
    with pytest.raises(SpeechUnavailable) as nobody:
        await HttpSpeech(client, POST).speak(HELLO)
    assert "您好" not in str(nobody.value)
    assert "s3cret" not in str(nobody.value) + repr(POST)
