from __future__ import annotations

from pathlib import Path

from tests.support.desktop_fakes import PASSWORD, desktop


async def test_log_in_gives_a_session_that_every_request_carries(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser() as browser:
        async with browser.get("/api/me") as answer:
            assert answer.status == 401
            assert (await answer.json())["code"] == "not_logged_in"
        async with browser.post("/api/login", json={"login": "mei", "password": PASSWORD}) as answer:
            assert answer.status == 200
            assert (await answer.json())["name"] == "Mei"
            cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "Path=/" in cookie
        assert "Max-Age=43200" in cookie
        async with browser.get("/api/me") as answer:
            me = await answer.json()
        assert me["user"]["login"] == "mei"
        async with desk.page(desk.token(browser)) as page:
            assert page.welcome["resumed"] is False
            assert (await page.read())["type"] == "seat"
            assert await page.ask({"type": "set_ready", "id": 7}) == {"type": "reply", "id": 7, "error": None}
