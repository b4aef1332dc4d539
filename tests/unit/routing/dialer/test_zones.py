"""What numbers say of themselves."""

from __future__ import annotations

import pytest

from tandem.routing.core.dialer.zones import NumberFacts, facts_of


@pytest.mark.parametrize(
    ("number", "zone", "country", "kind"),
    [
        ("+12125550123", "America/New_York", "US", ""),
        ("+14155551234", "America/Los_Angeles", "US", ""),
        ("+19285551234", "America/Phoenix", "US", ""),
        ("+16135551234", "America/Toronto", "CA", ""),
        ("+8613800138000", "Asia/Shanghai", "CN", "mobile"),
        ("+442079460000", "Europe/London", "GB", "fixed"),
        ("+447400123456", "Europe/London", "GB", "mobile"),
        ("+33612345678", "Europe/Paris", "FR", "mobile"),
    ],
)
def test_zone_country_and_kind(number: str, zone: str, country: str, kind: str) -> None:
    assert facts_of(number) == NumberFacts(zone=zone, country=country, kind=kind, valid=True)


def test_a_mobile_number_of_a_large_country_is_in_any_of_its_zones() -> None:
    zones = facts_of("+79161234567").zone.split("|")
    assert {"Europe/Moscow", "Asia/Vladivostok"} <= set(zones)
    assert len(zones) < 16  # those with one clock are one


def test_premium_and_free_numbers() -> None:
    assert facts_of("+19005551234").kind == "premium"
    assert facts_of("+18005551234").kind == "toll_free"
    assert facts_of("+88216123456").country == ""


@pytest.mark.parametrize(
    "number",
    ["", "+", "95533", "500&PJSIP/x/1900", "+1", "+" + "9" * 400, "+١٢١٢٥٥٥٠١٠٠", "+1212555\r\n", "+00000000000"],
)
def test_what_is_no_number(number: str) -> None:
    assert facts_of(number) == NumberFacts()
