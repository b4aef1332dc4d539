"""The REST interface to a campaign's day."""

from __future__ import annotations

from pathlib import Path

from tests.support.desktop_fakes import desktop


async def test_our_numbers_and_the_carriers_come_with_today(tmp_path: Path) -> None:
    path = "/api/campaigns/spring/day"
    async with desktop(tmp_path) as desk, desk.browser("sue") as browser:
        async with browser.get(path) as answer:
            today = await answer.json()
        assert today["caller_ids"] == [
            {
                "number": "+862161234567",
                "calls_today": 120,
                "answer_rate": None,
                "rests_until": 1e9,
                "rested_rate": 0.08,
                "others_rate": 0.3,
            }
        ]
        assert today["carriers"] == [
            {"name": "trunk", "used": True, "in_use": 4, "lines": 30, "rate_share": 0.5, "rests_until": None}
        ]
        async with browser.get(f"{path}?day=2026-11-21") as answer:
            earlier = await answer.json()
        assert (earlier["caller_ids"], earlier["carriers"]) == (None, None)


async def test_agents_do_not_see_it(tmp_path: Path) -> None:
    path = "/api/campaigns/spring/day"
    async with desktop(tmp_path) as desk, desk.browser("mei") as browser, browser.get(path) as answer:
        assert answer.status == 403
