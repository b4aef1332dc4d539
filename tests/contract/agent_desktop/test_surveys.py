"""What callers answered, over HTTP: who may ask, what is asked of the library, a CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from tests.support.desktop_fakes import desktop


async def test_supervisors_read_the_figures_and_get_them_as_csv(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("sue") as sue:
        path = "/api/surveys?since=1000&until=2000&by=agent&question=%3Dsatisfied&queue=service&zone=Europe/London"
        async with sue.get(path) as answer:
            figures = await answer.json()
        assert (figures["by"], figures["zone"], figures["more"]) == ("agent", "Europe/London", False)
        assert figures["lines"][0]["mean"] == 4.0
        asked = desk.library.asked[-1]
        assert (asked["since"], asked["until"], asked["question"], asked["agent"]) == (1000, 2000, "=satisfied", None)
        async with sue.get(path + "&format=csv") as answer:
            assert answer.content_type == "text/csv"
            rows = list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
        assert rows[0][:6] == ["question", "scale", "agent", "asked", "answered", "mean"]
        assert rows[1] == ["'=satisfied", "1-5", "mei", "6", "4", "4.000", "3", "0", "0", "0", "1", ""]


@pytest.mark.parametrize(
    "query", ["since=2000&until=1000", "since=0&until=99999999999", "zone=Moon/Sea", "by=colour", "since=x"]
)
async def test_what_makes_no_sense_is_refused(tmp_path: Path, query: str) -> None:
    async with desktop(tmp_path) as desk, desk.browser("sue") as sue, sue.get(f"/api/surveys?{query}") as answer:
        assert answer.status == 400


async def test_agents_do_not_read_them(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("mei") as mei, mei.get("/api/surveys") as answer:
        assert answer.status == 403
