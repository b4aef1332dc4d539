"""The time zone of an address: of its country when that has one, of its state where a country has several.

Where a state lies in two zones, both are given: then calls are allowed only while it is allowed in both. Sources: tz
database (zone1970.tab), 49 CFR part 71 (United States), provinces' time acts (Canada), states' standard time acts
(Australia).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import phonenumbers

from tandem.cti.app.lists.columns import plain
from tandem.cti.model.timezones import known_timezone
from tandem.routing.core.dialer.zones import facts_of_parsed


def _by_word(words: Mapping[str, str]) -> Mapping[str, str]:
    return {word: meaning for meaning, text in words.items() for word in text.split()}


_UNITED_STATES = _by_word(
    {
        "America/New_York": "ct dc de ga ma md me nc nh nj ny oh pa ri sc va vt wv connecticut districtofcolumbia "
        "delaware georgia massachusetts maryland maine northcarolina newhampshire newjersey newyork ohio pennsylvania "
        "rhodeisland southcarolina virginia vermont westvirginia",
        "America/Chicago|America/New_York": "fl in ky mi tn florida indiana kentucky michigan tennessee",
        "America/Chicago": "al ar ia il la mn mo ms ok wi alabama arkansas iowa illinois louisiana minnesota missouri "
        "mississippi oklahoma wisconsin",
        "America/Chicago|America/Denver": "ks nd ne sd tx kansas northdakota nebraska southdakota texas",
        "America/Denver": "co mt nm ut wy colorado montana newmexico utah wyoming",
        "America/Denver|America/Phoenix": "az arizona",
        "America/Denver|America/Los_Angeles": "id or nv idaho oregon nevada",
        "America/Los_Angeles": "ca wa california washington",
        "America/Adak|America/Anchorage": "ak alaska",
        "Pacific/Honolulu": "hi hawaii",
        "America/Puerto_Rico": "pr puertorico",
        "Pacific/Guam": "gu guam",
    }
)
_CANADA = _by_word(
    {
        "America/Edmonton|America/Vancouver": "bc britishcolumbia",
        "America/Edmonton": "ab nt alberta northwestterritories",
        "America/Edmonton|America/Regina": "sk saskatchewan",
        "America/Winnipeg": "mb manitoba",
        "America/Toronto|America/Winnipeg": "on ontario",
        "America/Halifax|America/Toronto": "qc quebec québec",
        "America/Halifax": "nb ns pe newbrunswick novascotia princeedwardisland",
        "America/Halifax|America/St_Johns": "nl newfoundland newfoundlandandlabrador",
        "America/Whitehorse": "yt yukon",
        "America/Edmonton|America/Toronto": "nu nunavut",
    }
)
_AUSTRALIA = _by_word(
    {
        "Australia/Sydney": "nsw act newsouthwales australiancapitalterritory",
        "Australia/Melbourne": "vic victoria",
        "Australia/Brisbane": "qld queensland",
        "Australia/Adelaide": "sa southaustralia",
        "Australia/Perth": "wa westernaustralia",
        "Australia/Hobart": "tas tasmania",
        "Australia/Darwin": "nt northernterritory",
    }
)
_STATES: Mapping[str, Mapping[str, str]] = {"US": _UNITED_STATES, "CA": _CANADA, "AU": _AUSTRALIA}
_COUNTRIES = _by_word(
    {
        "CN": "china prc mainlandchina 中国 中国大陆 中华人民共和国",
        "HK": "hongkong 香港 中国香港",
        "MO": "macau macao 澳门 中国澳门",
        "TW": "taiwan 台湾 中国台湾",
        "US": "usa unitedstates unitedstatesofamerica 美国",
        "GB": "uk unitedkingdom greatbritain england scotland wales 英国",
        "CA": "canada 加拿大",
        "AU": "australia 澳大利亚",
        "SG": "singapore 新加坡",
        "JP": "japan 日本",
        "DE": "germany deutschland 德国",
        "FR": "france 法国",
        "KR": "korea southkorea 韩国",
        "IN": "india 印度",
    }
)


@lru_cache(maxsize=16_384)
def country_of(text: str) -> str:
    """ISO 3166 code of a country's name or code; '' when it is not known."""
    code = text.strip().upper()
    if code in phonenumbers.SUPPORTED_REGIONS:
        return code
    return _COUNTRIES.get(plain(text), "")


@lru_cache(maxsize=16_384)
def zone_of_address(country: str, region: str) -> str:
    """``A|B`` when it may be either; '' when nothing follows from it. ``country``: ISO 3166."""
    states = _STATES.get(country)
    if states is not None:
        return states.get(plain(region), "")
    zone = _only_zone(country)
    return "" if "|" in zone else zone


@lru_cache(maxsize=4_096)
def zone_named(text: str) -> str | None:
    """An IANA name in any case (``asia/shanghai``, also ``A|B``); '' for blank; None when there is none like it."""
    names = [part.strip().replace(" ", "_") for part in text.split("|")]
    if names == [""]:
        return ""
    known = [name if known_timezone(name) else _in_its_case(name) for name in names]
    return "|".join(sorted(set(known))) if all(known) else None


def _in_its_case(name: str) -> str:
    again = "/".join("_".join(word.capitalize() for word in part.split("_")) for part in name.split("/"))
    return again if known_timezone(again) else name.upper() if known_timezone(name.upper()) else ""


@lru_cache(maxsize=300)
def _only_zone(country: str) -> str:
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE) if country else None
    return facts_of_parsed(example).zone if example is not None else ""
