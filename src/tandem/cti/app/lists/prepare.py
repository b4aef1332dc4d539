"""One row of a list -> a lead as the database takes it, or why it cannot be taken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from tandem.cti.app.lists.addresses import country_of, zone_named, zone_of_address
from tandem.cti.app.lists.columns import FIELD, NUMBER_USES
from tandem.cti.app.lists.numbers import SEVERAL, ListNumber, read_number
from tandem.cti.app.lists.rows import Row
from tandem.cti.model.lead_zones import zones_key

MAX_NUMBERS = 10
MAX_FIELD = 2_000
MAX_FIELDS = 16_000
"""Characters of all fields of one lead."""
MAX_NAME = 200
MAX_KEY = 64
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_ANSWERS = {
    "yes y true 1 t ok agreed optin 是 同意 有 已授权 已同意 √ ✓": True,
    "no n false 0 f none optout 否 不同意 无 未授权 拒绝 × ✗": False,
}
_CONSENT = {word: answer for words, answer in _ANSWERS.items() for word in words.split()}
_LANGUAGES = {"chinese": "zh", "mandarin": "zh", "中文": "zh", "汉语": "zh", "普通话": "zh", "英文": "en", "英语": "en"}
_LANGUAGES |= {"english": "en", "国语": "zh"}
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%m/%d/%Y %H:%M", "%m/%d/%Y")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """``columns``: a use per column (``columns.LEAD_USES``, ``field.<name>``). ``region``: ISO 3166 of numbers without
    a country code. ``timezone``: of times without a zone, for whom it is not known better. ``names``: of the columns,
    for the file of bad rows. ``forbidden``: it is a list of who is not to be called."""

    columns: tuple[str, ...]
    region: str
    timezone: str = "Asia/Shanghai"
    segment: str = ""
    names: tuple[str, ...] = ()
    forbidden: bool = False


@dataclass(slots=True)
class Prepared:
    """``dropped``: why some of its numbers are left out. ``until``: of a do-not-call entry."""

    position: int
    person: str = ""
    name: str = ""
    language: str = ""
    zone: str = ""
    priority: int = 0
    consent: bool | None = None
    segment: str = ""
    callback_at: float | None = None
    callback_agent: str = ""
    callback_note: str = ""
    customer: str = ""
    until: float | None = None
    numbers: list[ListNumber] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    dropped: str = ""

    @property
    def zones(self) -> str:
        return zones_key(self.zone, [number.zone for number in self.numbers])


class Refused(Exception):
    """``reason``: a name of ``texts.REASONS``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Preparer:
    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._header: list[str] = []

    def header(self, row: Row) -> None:
        """The first row: when it comes again (files put together), it is no person."""
        self._header = [cell.strip() for cell in row.cells]

    def prepare(self, row: Row) -> Prepared:
        """Raises Refused."""
        if row.broken:
            raise Refused(row.broken)
        columns = self._mapping.columns
        if len(row.cells) > len(columns) and any(cell.strip() for cell in row.cells[len(columns) :]):
            raise Refused("columns")
        cells = [_CONTROL.sub(" ", cell).strip() for cell in row.cells[: len(columns)]]
        if self._header and cells == self._header:
            raise Refused("header_again")
        lead = Prepared(position=row.number, segment=self._mapping.segment)
        texts: dict[str, str] = {}
        numbers: list[tuple[str, str]] = []
        for use, cell in zip(columns, cells, strict=False):
            if not cell or not use:
                continue
            if use in NUMBER_USES:
                numbers += [(use, part) for part in SEVERAL.split(cell) if part.strip()]
            elif use.startswith(FIELD):
                _take_field(lead, use.removeprefix(FIELD), cell)
            else:
                texts[use] = cell
        country = country_of(texts["country"]) if "country" in texts else ""
        self._numbers(lead, numbers, country, needed=not (self._mapping.forbidden and "person" in texts))
        self._texts(lead, texts, country)
        return lead

    def _numbers(self, lead: Prepared, numbers: Sequence[tuple[str, str]], country: str, *, needed: bool) -> None:
        problem = "no_number"
        for use, text in numbers[:MAX_NUMBERS]:
            number = read_number(text, country or self._mapping.region)
            if number.problem:
                problem = lead.dropped = number.problem
            elif all(known.number != number.number for known in lead.numbers):
                kind = use.removeprefix("number").removeprefix(".") or (number.kind if number.kind == "mobile" else "")
                lead.numbers.append(ListNumber(number.number, number.zone, number.country, kind))
        if not lead.numbers and (numbers or needed):
            raise Refused(problem)

    def _texts(self, lead: Prepared, texts: dict[str, str], country: str) -> None:
        lead.name = texts.get("name", "")[:MAX_NAME]
        lead.person = texts.get("person", "")[:MAX_KEY] or (lead.numbers[0].number if lead.numbers else "")
        lead.customer = texts.get("customer", "")[:MAX_KEY]
        lead.callback_agent = texts.get("callback_agent", "")[:MAX_KEY]
        lead.callback_note = texts.get("callback_note", "")[:MAX_FIELD]
        lead.segment = texts.get("segment", lead.segment)[:MAX_KEY]
        language = texts.get("language", "").lower()
        lead.language = _LANGUAGES.get(language) or language.partition("-")[0].partition("_")[0][:8]
        zone = zone_named(texts.get("zone", ""))
        if zone is None:
            raise Refused("zone")
        region = texts.get("region", "")
        home = country or (lead.numbers[0].country if lead.numbers and region else "")
        lead.zone = zone or (zone_of_address(home, region) if home else "")
        for use in ("country", "region", "postcode"):  # people want to see what a zone was made of
            if use in texts:
                _take_field(lead, use, texts[use])
        if "priority" in texts:
            lead.priority = _priority(texts["priority"])
        if "consent" in texts:
            lead.consent = _consent(texts["consent"])
        if "callback_at" in texts:
            lead.callback_at = self._moment(texts["callback_at"], lead, "callback_at")
        if "until" in texts:
            lead.until = self._moment(texts["until"], lead, "until")

    def _moment(self, text: str, lead: Prepared, reason: str) -> float:
        text = text.replace("/", "-") if re.match(r"[0-9]{4}/", text) else text
        zone = ZoneInfo((lead.zone or self._mapping.timezone).partition("|")[0])
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = _by_form(text, reason)
        moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
        try:
            seconds = moment.timestamp()
        except (OverflowError, ValueError):
            raise Refused(reason) from None
        if not 0.0 <= seconds < 4e9:
            raise Refused(reason)
        return seconds


def _take_field(lead: Prepared, name: str, text: str) -> None:
    if len(text) > MAX_FIELD or sum(map(len, lead.fields.values())) + len(text) > MAX_FIELDS:
        raise Refused("cell_too_long")
    lead.fields[name] = text


def _priority(text: str) -> int:
    try:
        priority = int(text)
    except ValueError:
        raise Refused("priority") from None
    if abs(priority) > 1000:
        raise Refused("priority")
    return priority


def _consent(text: str) -> bool:
    try:
        return _CONSENT[text.lower()]
    except KeyError:
        raise Refused("consent") from None


def _by_form(text: str, reason: str) -> datetime:
    for form in _TIMES:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows
        except ValueError:
            continue
    raise Refused(reason)
