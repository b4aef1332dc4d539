"""What flows have from outside, as the settings say: credentials, addresses, voices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tandem.cti.app.installation import Installation
from tandem.cti.app.outside import credentials_of, outside, speaker
from tandem.cti.runtime.settings import BadSettings, Secrets, Settings, load
from tandem.cti.storage.pool import Database
from tandem.ivr.adapters.espeak import EspeakNg
from tandem.ivr.core.speech import Prompt

SECRETS = Secrets(system_name="s", ami="a", recorder="r", sip="p")
FILE = """
data_allow = ["127.0.0.1"]
[data_credentials.crm]
hosts = ["CRM.example"]
value_env = "CRM_TOKEN"
[data_credentials.speech]
hosts = ["speech.example"]
header = "X-Key"
value_file = "speech.token"
"""


def installation(home: Path, **settings: Any) -> Installation:
    return Installation(home, Settings(**settings), SECRETS)


def from_file(home: Path, text: str) -> Installation:
    (home / "tandem.toml").write_text(text)
    return Installation(home, load(home, {}), SECRETS)


def test_credentials_come_from_the_environment_and_from_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_TOKEN", "Bearer s3cret")
    (tmp_path / "speech.token").write_text("t0ken\n")
    found = credentials_of(from_file(tmp_path, FILE))
    assert {name: (one.header, one.value, one.hosts) for name, one in found.items()} == {
        "crm": ("Authorization", "Bearer s3cret", frozenset({"crm.example"})),
        "speech": ("X-Key", "t0ken", frozenset({"speech.example"})),
    }
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("Bearer s3cret", ""), "CRM_TOKEN: one line"),
        (("Bearer s3cret", "a\nHost: b"), "CRM_TOKEN: one line"),
        (("Bearer s3cret", "s3cret" * 1000), "CRM_TOKEN: one line"),
        (("Bearer s3cret", "密"), "CRM_TOKEN: one line"),
        (("X-Key", "X Key"), "no header for credentials"),
        (("X-Key", "Host"), "no header for credentials"),
        (("X-Key", "content-length"), "no header for credentials"),
        (("speech.token", "none"), "cannot be read"),
        (('value_file = "speech.token"', ""), "either value_env or value_file"),
        (("value_env =", 'value_file = "x"\nvalue_env ='), "either value_env or value_file"),
        (("hosts = [", "host = ["), "host"),
    ],
)
def test_credentials_that_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: tuple[str, str], said: str
) -> None:
    monkeypatch.setenv("CRM_TOKEN", "Bearer s3cret".replace(*change))
    (tmp_path / "speech.token").write_text("t0ken\n")
    with pytest.raises(BadSettings) as fault:
        credentials_of(from_file(tmp_path, FILE.replace(*change)))
    assert said in str(fault.value)
    assert "s3cret" not in str(fault.value)


async def test_everything_is_there(tmp_path: Path) -> None:
    async def by_number(_: str) -> list[Any]:
        return []

    async with outside(installation(tmp_path), Database("postgresql://none"), by_number) as found:
        names = await found.sounds.prepare([Prompt("zh", "您好")])
        assert Path(f"{names[Prompt('zh', '您好')]}.wav").is_relative_to(tmp_path / "sounds")
        assert len(await found.speech.make([Prompt("zh", "再见")], deadline_s=20)) == 1
        assert await found.recordings.all() == []
        assert found.credentials == frozenset()


async def test_who_speaks(tmp_path: Path) -> None:
    async with speaker(installation(tmp_path, speech_voices={"en": "en-gb", "de": "de"}), {}) as voices:
        assert isinstance(voices, EspeakNg)
        assert [voices.voice(tag) for tag in ("zh", "en", "de")] == [
            "espeak-ng/cmn/230",
            "espeak-ng/en-gb/160",
            "espeak-ng/de/160",
        ]
    async with speaker(installation(tmp_path, speech_url="http://127.0.0.1:1/?q={text}"), {}) as service:
        assert service.voice("zh").startswith("http/")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"data_allow": ["10.0.0.0/33"]}, "data_allow"),
        ({"speech_url": "ftp://a/"}, "speech_url"),
        ({"speech_url": "https://{language}.example/"}, "speech_url"),
        ({"speech_url": "https://a.example/", "speech_audio": "a..b"}, "speech_audio"),
        ({"speech_url": "https://a.example/", "speech_credentials": "none"}, "speech_credentials"),
    ],
)
async def test_settings_that_make_no_sense(tmp_path: Path, settings: dict[str, Any], said: str) -> None:
    async def by_number(_: str) -> list[Any]:
        return []

    with pytest.raises(BadSettings, match=said):
        async with outside(installation(tmp_path, **settings), Database("postgresql://none"), by_number):
            raise AssertionError("it was opened")


async def test_a_token_of_another_host_is_not_given_to_the_speech_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_TOKEN", "Bearer s3cret")
    (tmp_path / "speech.token").write_text("t0ken\n")
    here = from_file(tmp_path, f'speech_url = "https://speech.example/"\nspeech_credentials = "crm"\n{FILE}')
    with pytest.raises(BadSettings, match="not for the host"):
        async with speaker(here, credentials_of(here)):
            raise AssertionError("it was opened")
