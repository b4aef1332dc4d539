"""The demo's callers and the systems behind its flows."""

from __future__ import annotations

import datetime as dt
import stat
from pathlib import Path

import aiohttp
import pytest

from tandem.cti.app.demo_callers import CALLERS, MORE_CALLERS, THEMSELVES, in_turn
from tandem.cti.app.demo_library import NUMBERS, lay_out, token
from tandem.cti.app.demo_service import CUSTOMERS, HOST, PIN, card_of, customer_no, demo_service, order_state
from tandem.cti.app.installation import DEMO_DNIS, Installation
from tandem.cti.provision.ports import free_port
from tandem.ivr.core.expression_reading import parse

_TODAY = dt.date(2026, 11, 22)


def test_callers_come_in_the_order_that_the_tutorial_tells_then_the_others_as_well() -> None:
    assert [in_turn(turn) for turn in range(len(CALLERS))] == list(CALLERS)
    later = {in_turn(turn) for turn in range(len(CALLERS), 40)}
    assert later == {*CALLERS, *MORE_CALLERS}


def test_everybody_calls_a_number_that_answers() -> None:
    for caller in (*CALLERS, *MORE_CALLERS, *THEMSELVES):
        assert caller.dnis in {DEMO_DNIS, *NUMBERS}
        assert caller.stay_s > sum(after_s for after_s, _ in caller.digits)


@pytest.mark.parametrize("place", [1, 9, 50])
def test_cards_pass_the_check_of_the_flow(place: int) -> None:
    card = card_of(place)
    assert len(card) == 16
    assert parse("luhn(value)").value({"value": card}.get) is True
    wrong = f"{card[:-1]}{(int(card[-1]) + 1) % 10}"
    assert parse("luhn(value)").value({"value": wrong}.get) is False


def test_an_order_has_a_state_by_its_last_digit() -> None:
    assert order_state("20261109", _TODAY) is None
    assert order_state("20261128", _TODAY) == {"state": "out_for_delivery", "courier": {"stops": 4}}
    assert order_state("20261100", _TODAY) == {"state": "shipped", "events": [{"day": "2026-11-23"}]}
    assert order_state("20261103", _TODAY) == {"state": "delivered", "events": [{"day": "2026-11-21"}]}


async def test_the_service_answers_only_who_proves_who_he_is() -> None:
    port = free_port()
    card, bearer = card_of(CUSTOMERS), {"Authorization": "Bearer secret"}
    async with (
        demo_service("secret", port=port, today=lambda: _TODAY),
        aiohttp.ClientSession(f"http://{HOST}:{port}") as http,
    ):
        for headers in ({}, {"Authorization": "Bearer guessed"}):
            assert (await http.get("/orders/20261100", headers=headers)).status == 401
        verify = "/telephone/verify"
        right = await http.post(verify, json={"card": card, "pin": PIN}, headers=bearer)
        assert await right.json() == {"verified": True, "customer": {"number": customer_no(CUSTOMERS)}}
        wrong = await http.post(verify, json={"card": card, "pin": "111111"}, headers=bearer)
        assert await wrong.json() == {"verified": False}
        assert (await http.post(verify, data="[", headers=bearer)).status == 400
        assert (await http.get("/orders/20261109", headers=bearer)).status == 404
        assert (await http.get("/orders/1", headers=bearer)).status == 404


def test_what_is_laid_out_are_settings_and_what_is_there_stays(tmp_path: Path) -> None:
    given = lay_out(tmp_path)
    mine = tmp_path / "flows" / "bank" / "main.yaml"
    assert f"http://{HOST}:" in (tmp_path / "flows" / "delivery" / "main.yaml").read_text(encoding="utf-8")
    mine.write_text("mine", encoding="utf-8")
    secret = token(tmp_path)
    assert lay_out(tmp_path) == given
    assert mine.read_text(encoding="utf-8") == "mine"
    assert token(tmp_path) == secret
    assert stat.S_IMODE((tmp_path / "demo_service_token").stat().st_mode) == 0o600
    here = Installation.at(tmp_path, given)
    assert all(path.is_file() for path in here.flows.values())
    assert list(here.flows) == [DEMO_DNIS, *NUMBERS]
    assert here.settings.data_allow == [HOST]
