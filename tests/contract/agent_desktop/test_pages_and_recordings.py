from __future__ import annotations

import asyncio
import http.client
import os
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.desktop_fakes import Desk, built_pages, desktop, write_wav


def raw_get(desk: Desk, path: str) -> bytes:
    """Sends the path as it is; a well-meaning client would clean it up."""
    with closing(http.client.HTTPConnection("127.0.0.1", desk.server.http_port, timeout=20)) as connection:
        connection.putrequest("GET", path, skip_accept_encoding=True)
        connection.endheaders()
        return connection.getresponse().read()


async def test_the_index_is_never_stored_and_hashed_assets_for_ever(tmp_path: Path) -> None:
    pages = built_pages(tmp_path / "web_dist")
    async with desktop(tmp_path, web_dist=pages) as desk, desk.browser() as browser:
        for path in ("/", "/index.html", "/calls/c-mei", "/board"):
            async with browser.get(path) as answer:
                assert answer.status == 200
                assert answer.headers["Cache-Control"] == "no-store"
                assert answer.content_type == "text/html"
                assert "root" in await answer.text()
        async with browser.get("/assets/app-abc123.js") as answer:
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert answer.content_type == "text/javascript"
        async with browser.get("/favicon.svg") as answer:
            assert answer.headers["Cache-Control"] == "no-cache"
        async with browser.head("/") as answer:
            assert answer.status == 200


@pytest.mark.parametrize("path", ["/assets/old-hash.js", "/missing.css", "/assets/", "/.env"])
async def test_a_missing_file_is_missing_not_the_index(tmp_path: Path, path: str) -> None:
    pages = built_pages(tmp_path / "web_dist")
    async with desktop(tmp_path, web_dist=pages) as desk, desk.browser() as browser, browser.get(path) as answer:
        assert answer.status == 404
        assert answer.content_type == "application/json"


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/..%5c..%5csecret.txt",
        "//etc/passwd",
        "/%00",
        "/link.txt",
        "/linked/secret.txt",
    ],
)
async def test_no_path_leads_out_of_the_folder(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.txt").write_text("SECRET")
    pages = built_pages(tmp_path / "web_dist")
    os.symlink(tmp_path / "secret.txt", pages / "link.txt")
    os.symlink(tmp_path, pages / "linked")
    async with desktop(tmp_path, web_dist=pages) as desk:
        content = await asyncio.to_thread(raw_get, desk, path)
    assert b"SECRET" not in content
    assert b"root:" not in content


async def test_pages_that_were_not_built_are_explained_and_found_once_they_are(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser() as browser:
        async with browser.get("/") as answer:
            assert answer.status == 503
            assert "npm run build" in await answer.text()
        built_pages(tmp_path / "web_dist")
        async with browser.get("/") as answer:
            assert answer.status == 200


# ---- recordings ----------------------------------------------------------------------------------------------------


async def test_a_recording_is_served_whole_and_in_ranges(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("mei") as browser:
        content = write_wav(desk.folder / "a.wav")
        desk.library.files["r1"] = ("a.wav", "mei")
        async with browser.get("/api/recordings/r1/audio") as answer:
            assert answer.status == 200
            assert answer.content_type == "audio/wav"
            assert answer.headers["Accept-Ranges"] == "bytes"
            assert answer.headers["Cache-Control"] == "private, no-store"
            assert await answer.read() == content
        for wanted, part in (
            ("bytes=0-99", content[:100]),
            ("bytes=100-", content[100:]),
            ("bytes=-50", content[-50:]),
        ):
            async with browser.get("/api/recordings/r1/audio", headers={"Range": wanted}) as answer:
                assert answer.status == 206
                assert await answer.read() == part
                assert answer.headers["Content-Range"].endswith(f"/{len(content)}")
        async with browser.get("/api/recordings/r1/audio", headers={"Range": "bytes=9999999-"}) as answer:
            assert answer.status == 416
        played = [entry for entry in desk.journal.audit() if entry[1] == "recording_played"]
        assert len(played) == 2, "from the start twice; the later parts belong to the same listening"


@pytest.mark.parametrize(
    "name",
    [
        "../secret.wav",
        "/etc/passwd",
        "missing.wav",
        "link.wav",
        "folder.wav",
        "notes.txt",
        "a\0.wav",
        "",
        "x" * 300 + ".wav",
    ],
)
async def test_only_audio_inside_the_folder_is_served(tmp_path: Path, name: str) -> None:
    async with desktop(tmp_path) as desk, desk.browser("sue") as browser:
        (tmp_path / "secret.wav").write_text("SECRET")
        (desk.folder / "notes.txt").write_text("SECRET")
        (desk.folder / "folder.wav").mkdir()
        os.symlink(tmp_path / "secret.wav", desk.folder / "link.wav")
        desk.library.files["r1"] = (name, "mei")
        async with browser.get("/api/recordings/r1/audio") as answer:
            assert answer.status == 404
            assert "SECRET" not in await answer.text()


async def test_a_recordings_folder_that_is_itself_a_link_is_fine(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("sue") as browser:
        real = tmp_path / "disk"
        real.mkdir()
        write_wav(real / "a.wav")
        desk.folder.rmdir()
        os.symlink(real, desk.folder)
        desk.library.files["r1"] = ("a.wav", None)
        async with browser.get("/api/recordings/r1/audio") as answer:
            assert answer.status == 200
