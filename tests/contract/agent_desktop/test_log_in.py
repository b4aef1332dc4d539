from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from tests.support.desktop_fakes import PASSWORD, desktop, logged_in_page

from tandem.agent_desktop.adapters.passwords import Argon2Passwords, hash_password
from tandem.agent_desktop.core.rate_limit import Rate
from tandem.agent_desktop.services import authentication
from tandem.cti.model.errors import Overload, Unavailable, WrongState


async def test_log_in_gives_a_session_that_every_request_carries(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser() as browser:
        async with browser.get("/api/me") as answer:
            assert answer.status == 401
            assert (await answer.json())["code"] == "not_logged_in"
        async with browser.post("/api/login", json={"login": "mei", "password": PASSWORD}) as answer:
            assert answer.status == 200
            assert (await answer.json())["name"] == "Mei"
            cookie = answer.headers["Set-Cookie"]
        assert {"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"} <= set(cookie.split("; "))
        assert "Secure" not in cookie, "a browser would not send it back over plain HTTP"
        async with browser.get("/api/me") as answer:
            me = await answer.json()
        assert me["user"]["login"] == "mei"
        assert me["seat_socket_url"] == f"ws://127.0.0.1:{desk.server.seat_port}/"
        assert me["softphone"]["user"] == "1001"
        assert "work_seat" in me["may"]
        assert ("mei", "log_in") in desk.journal.audit()


async def test_only_a_hash_of_the_token_is_stored(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("mei") as browser:
        token = desk.token(browser)
        assert len(token) == 43
        (stored,) = desk.sessions.open
        assert len(stored) == 32
        assert token.encode() not in stored


@pytest.mark.parametrize("login", ["mei", "nobody"])
async def test_a_wrong_password_and_an_unknown_name_look_the_same(tmp_path: Path, login: str) -> None:
    async with desktop(tmp_path) as desk, desk.browser() as browser:
        async with browser.post("/api/login", json={"login": login, "password": "wrong"}) as answer:
            assert answer.status == 401
            assert await answer.json() == {
                "code": "wrong_password",
                "message": "The name or the password is wrong.",
                "retryable": False,
            }
            assert "Set-Cookie" not in answer.headers
        assert desk.journal.audit() == [(login, "log_in_refused")]


async def test_an_unknown_name_takes_as_long_as_a_wrong_password() -> None:
    passwords = Argon2Passwords()
    known = hash_password("secret")
    took: dict[str | None, list[float]] = {known: [], None: []}
    for _ in range(5):
        for stored, times in took.items():
            started = time.perf_counter()
            assert not await passwords.verify(stored, "wrong")
            times.append(time.perf_counter() - started)
    assert min(took[None]) > 0.5 * min(took[known])
    assert await passwords.verify(known, "secret")
    assert not await passwords.verify("not a hash", "secret")
    passwords.close()


async def test_passwords_are_verified_off_the_loop_and_the_waiting_line_is_bounded() -> None:
    passwords = Argon2Passwords()
    many = [asyncio.create_task(passwords.verify(None, "wrong")) for _ in range(230)]
    await asyncio.sleep(0.001)
    assert sum(task.done() for task in many) < 100, "the loop goes on, and 30 are refused at once"
    passwords.close()
    results = await asyncio.gather(*many, return_exceptions=True)
    assert sum(isinstance(result, Overload) for result in results) == 30


async def test_failed_log_ins_are_slowed_down_per_name_and_address(tmp_path: Path) -> None:
    async with desktop(tmp_path, login_rate=Rate(burst=2, interval_s=30.0)) as desk, desk.browser() as browser:
        for expected in (401, 401, 429):
            async with browser.post("/api/login", json={"login": "mei", "password": "wrong"}) as answer:
                assert answer.status == expected
        assert 25 <= int(answer.headers["Retry-After"]) <= 30
        async with browser.post("/api/login", json={"login": "mei", "password": PASSWORD}) as answer:
            assert answer.status == 429, "not even the right password"
        assert len(desk.journal.records) == 2, "what is refused unseen is not written down: it could fill the disk"
        async with browser.post("/api/login", json={"login": "tom", "password": PASSWORD}) as answer:
            assert answer.status == 200, "somebody else at the same address may"


async def test_failed_log_ins_are_slowed_down_per_address(tmp_path: Path) -> None:
    async with desktop(tmp_path, address_rate=Rate(burst=3, interval_s=30.0)) as desk, desk.browser() as browser:
        seen = []
        for number in range(5):
            async with browser.post("/api/login", json={"login": f"name{number}", "password": "wrong"}) as answer:
                seen.append(answer.status)
        assert seen == [401, 401, 401, 429, 429]


async def test_many_wrong_passwords_at_once_do_not_slip_through(tmp_path: Path) -> None:
    async with desktop(tmp_path, login_rate=Rate(burst=3, interval_s=30.0)) as desk, desk.browser() as browser:

        async def attempt() -> int:
            async with browser.post("/api/login", json={"login": "mei", "password": "wrong"}) as answer:
                return answer.status

        statuses = await asyncio.gather(*(attempt() for _ in range(20)))
        assert statuses.count(401) == 3
        assert statuses.count(429) == 17


async def test_good_log_ins_do_not_count(tmp_path: Path) -> None:
    """A whole shift logs in from one address."""
    async with desktop(tmp_path, address_rate=Rate(burst=2, interval_s=30.0)) as desk:
        for _ in range(6):
            async with desk.browser("mei"):
                pass


async def test_log_out_ends_the_session_its_pages_and_tells_the_center(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("mei") as browser:
        token = desk.token(browser)
        async with desk.page(token) as page:
            async with browser.post("/api/logout") as answer:
                assert answer.status == 204
                assert 'tandem_session=""' in answer.headers["Set-Cookie"]
            assert await page.closed() == (4401, "You logged out.")
        assert desk.center.heard[-1] == ("logged_out", "mei")
        assert not desk.center.said("seat_closed")
        assert desk.sessions.open == {}
        async with browser.get("/api/me", cookies={"tandem_session": token}) as answer:
            assert answer.status == 401
        async with browser.post("/api/logout") as answer:
            assert answer.status == 204, "once more does no harm"


async def test_the_center_may_refuse_a_log_out(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("mei") as browser:
        desk.center.refuse_log_out = WrongState("Finish the call first.")
        async with browser.post("/api/logout") as answer:
            assert answer.status == 409
            assert (await answer.json())["message"] == "Finish the call first."
        async with browser.get("/api/me") as answer:
            assert answer.status == 200


async def test_log_out_elsewhere_leaves_the_seat_alone(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, logged_in_page(desk) as page, desk.browser("mei") as there:
        async with there.post("/api/logout") as answer:
            assert answer.status == 204
        assert not desk.center.said("logged_out")
        assert (await page.ask({"type": "set_ready", "id": 1}))["error"] is None


async def test_the_language_is_kept(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("mei") as browser:
        async with browser.put("/api/me/language", json={"language": "zh"}) as answer:
            assert (await answer.json())["language"] == "zh"
        async with browser.put("/api/me/language", json={"language": "fr"}) as answer:
            assert answer.status == 400
        async with browser.get("/api/me") as answer:
            assert (await answer.json())["user"]["language"] == "zh"


async def test_an_expired_session_is_no_session(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("mei") as browser:
        ((token_hash, (login, _)),) = desk.sessions.open.items()
        desk.sessions.open[token_hash] = (login, time.time() - 1)
        async with browser.get("/api/me") as answer:
            assert answer.status == 401
            assert 'tandem_session=""' in answer.headers["Set-Cookie"]


async def test_who_was_logged_in_goes_on_while_the_database_is_away(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("mei") as browser:
        desk.sessions.broken = Unavailable("The database does not answer.")
        async with browser.get("/api/me") as answer:
            assert answer.status == 200
        async with desk.page(desk.token(browser)) as page:
            assert (await page.ask({"type": "set_ready", "id": 1}))["error"] is None
        async with browser.get("/api/me", cookies={"tandem_session": "x" * 43}) as answer:
            assert answer.status == 503, "a session never seen is not believed"
            assert answer.headers["Retry-After"] == "3"
        async with browser.post("/api/login", json={"login": "tom", "password": PASSWORD}) as answer:
            assert answer.status == 503


async def test_a_stalled_database_delays_one_request_not_every_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "_ASK_AGAIN_S", 3_600.0)  # ten requests may take any time on a busy machine
    async with desktop(tmp_path, store_timeout_s=0.1) as desk, desk.browser("mei") as browser:
        desk.sessions.stalled = True
        before = desk.sessions.asked
        for _ in range(10):
            async with browser.get("/api/me") as answer:
                assert answer.status == 200
        assert desk.sessions.asked - before == 1


async def test_a_log_out_counts_even_when_the_database_cannot_be_told(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("mei") as browser:
        token = desk.token(browser)
        desk.sessions.broken = Unavailable("The database does not answer.")
        async with browser.post("/api/logout") as answer:
            assert answer.status == 503
        desk.sessions.broken = None
        async with browser.get("/api/me", cookies={"tandem_session": token}) as answer:
            assert answer.status == 401
