"""Public holidays of a country or a part of it (ISO 3166: ``CN``, ``DE-BY``), from the library ``holidays``."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from holidays import HolidayBase, country_holidays, list_supported_countries


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    countries = list_supported_countries()
    return frozenset((*countries, *(f"{country}-{part}" for country, parts in countries.items() for part in parts)))


def known_region(region: str) -> bool:
    return region in _known()


@lru_cache(maxsize=64)
def _of(region: str) -> HolidayBase:
    """It works out each year when it is first asked for it."""
    country, _, part = region.partition("-")
    return country_holidays(country, subdiv=part or None)


def is_public_holiday(region: str, day: date) -> bool:
    return day in _of(region)


def makes_up_for_holiday(region: str, day: date) -> bool:
    """A day of the weekend that is declared a working day in return for a holiday. Years that the country has not
    announced yet have none."""
    holidays = _of(region)
    _ = day in holidays  # so that its year is worked out
    return day in holidays.weekend_workdays
