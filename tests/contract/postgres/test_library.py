"""What the pages read: pages of calls, details, customers, users and sessions."""

from __future__ import annotations

import hashlib
from functools import partial

import pytest
from tests.support import records as some

from tandem.agent_desktop.adapters.store import PostgresLibrary, PostgresSessions
from tandem.agent_desktop.core.resources import CallPage, CallsQuery, NewCustomer
from tandem.agent_desktop.core.survey_resources import By, SurveyLine, SurveyQuery
from tandem.agent_desktop.ports import Library, SessionStore
from tandem.crm_bridge.adapters.builtin import BuiltInDirectory
from tandem.crm_bridge.core.numbers import normalise
from tandem.cti.adapters.postgres.calls import CallStore
from tandem.cti.adapters.postgres.customers import CustomerStore
from tandem.cti.model.errors import BadRequest, InvalidField, ResourceMissing
from tandem.cti.model.ids import CallId, QueueId
from tandem.cti.model.profiles import QueueDay
from tandem.cti.model.records import Record, SurveyRecord
from tandem.cti.ports import CustomerDirectory
from tandem.cti.storage.journal_rows import encode
from tandem.cti.storage.journal_store import JournalStore
from tandem.cti.storage.pool import Database
from tandem.cti.storage.spool_format import Entry

_NOW = some.AT  # also when the bank of conftest.py was filled


@pytest.fixture
def library(bank: Database) -> PostgresLibrary:
    return PostgresLibrary(bank, normalise=partial(normalise, region="CN"))


async def put(database: Database, *records: Record) -> None:
    await JournalStore(database).store("s", [Entry(number, encode(record)) for number, record in enumerate(records)])


async def page(library: PostgresLibrary, **filters: object) -> CallPage:
    return await library.calls(CallsQuery(**filters))  # type: ignore[arg-type]


def test_the_ports_are_kept(database: Database) -> None:
    library: Library = PostgresLibrary(database, normalise=str)
    sessions: SessionStore = PostgresSessions(database)
    directory: CustomerDirectory = BuiltInDirectory(CustomerStore(database))
    assert None not in (library, sessions, directory)  # mypy has said the rest


# ---- calls ----


async def test_pages_show_every_call_once(bank: Database, library: PostgresLibrary) -> None:
    moments = [_NOW - number // 3 * 0.000_001 for number in range(40)]  # three calls in each microsecond
    await put(bank, *(some.call(f"c{number}", started_at=at) for number, at in enumerate(moments)))
    seen: list[str] = []
    before = None
    for _ in range(40):
        got = await page(library, limit=4, before=before)
        seen += [call.id for call in got.calls]
        before = got.next_before
        if before is None:
            break
    assert sorted(seen) == sorted(f"c{number}" for number in range(40))


async def test_calls_are_filtered(bank: Database, library: PostgresLibrary) -> None:
    await put(
        bank,
        some.call("mine", agent="mei", phase="ended", ended_at=_NOW, outcome="answered", customer="demo-001"),
        some.call("passed", agent="lin", queue="loans", ani_e164="+442079460311", caller_name="O'Neil 100%"),
        some.call("other", agent="tom", ani="anonymous", ani_e164="", caller_name=""),
        some.recording(call="passed", agent="mei"),
    )
    found = {
        "agent": await page(library, agent="mei"),
        "queue": await page(library, queue="loans"),
        "outcome": await page(library, outcome="answered"),
        "number": await page(library, q="2079460"),
        "caller": await page(library, q="o'neil 100%"),
        "customer": await page(library, q="王小明"),
        "company": await page(library, q="滇南"),
        "wildcard": await page(library, q="%_%"),
        "digits in a word": await page(library, q="x2079460"),
        "nul": await page(library, q="o'neil\0"),
        "withheld": await page(library, agent="tom"),
    }
    ids = {name: {call.id for call in got.calls} for name, got in found.items()}
    assert ids == {
        "agent": {"mine", "passed"},
        "queue": {"passed"},
        "outcome": {"mine"},
        "number": {"passed"},
        "caller": {"passed"},
        "customer": {"mine", "other"} - {"other"},
        "company": {"mine"},
        "wildcard": set(),
        "digits in a word": set(),
        "nul": {"passed"},
        "withheld": {"other"},
    }
    line = next(call for call in found["agent"].calls if call.id == "mine")
    assert (line.customer_name, line.agent_name, line.number) == ("王小明", "陈美", "+8613888001201")
    assert found["withheld"].calls[0].number == "anonymous"


async def test_a_call_in_detail(bank: Database, library: PostgresLibrary) -> None:
    await put(bank, some.call(), some.call_event(2, kind="answered"), some.call_event(1), some.recording())
    await put(bank, some.contact())
    detail = await library.call("c1")
    assert [line.kind for line in detail.timeline] == ["queued", "answered"]
    assert detail.timeline[0].data == {"place": 1}
    assert [line.bytes for line in detail.recordings] == [1_920_044]
    assert [(line.agent_name, line.notes) for line in detail.contacts] == [("陈美", "查询余额")]
    assert detail.call.recordings == 1
    assert await library.recording("r1") == ("r1.wav", "mei")
    for missing in (library.call("nope"), library.recording("nope"), library.call("\0\ud800")):
        with pytest.raises(ResourceMissing):
            await missing


async def test_what_a_restarted_server_reads(bank: Database) -> None:
    await put(
        bank,
        some.call("waiting"),
        some.call("wrapping", phase="ended", ended_at=_NOW, agent="mei"),
        some.call("over", phase="ended", ended_at=_NOW, agent="tom"),
        some.agent_state(1),
        some.agent_state(3, state="working_after_call", call="wrapping"),
        some.agent_state(2, state="busy"),
        some.agent_state(1, agent="tom", state="not_ready", reason="meal"),
        some.callback("b1"),
        some.callback("b2", state="done"),
    )
    store = CallStore(bank)
    assert {call.id for call in await store.open_calls()} == {"waiting", "wrapping"}
    states = await store.agent_states()
    assert {agent: (state.state, state.number) for agent, state in states.items()} == {
        "mei": ("working_after_call", 3),
        "tom": ("not_ready", 1),
    }
    assert [callback.id for callback in await store.open_callbacks()] == ["b1"]


async def test_the_board_of_the_day(bank: Database) -> None:
    answered = {"answered_at": _NOW + 15, "outcome": "answered"}
    abandoned = {"outcome": "abandoned_in_queue", "ended_at": _NOW + 60}
    await put(
        bank,
        some.call("quick", wait_s=5.0, **answered),
        some.call("slow", wait_s=25.0, **answered),
        some.call("gone", wait_s=40.0, **abandoned),
        some.call("gone soon", wait_s=3.0, **abandoned),
        some.call("waiting"),
        some.call("yesterday", started_at=_NOW - 86_400, wait_s=5.0, **answered),
    )
    targets_s = {QueueId("service"): 20.0, QueueId("loans"): 20.0, QueueId("another"): 5.0}
    days = {str(day.queue): day for day in await CallStore(bank).queue_days(targets_s, since=_NOW - 3600)}
    assert list(days) == ["service", "loans", "another"]
    assert days["service"] == QueueDay(
        queue="service",  # type: ignore[arg-type]
        answered=2,
        abandoned=2,
        answered_in_target=1,
        abandoned_in_target=1,
        waited_s=30.0,
    )
    assert days["loans"].answered == 0


# ---- customers ----


async def test_one_number_of_two_customers(bank: Database) -> None:
    directory = BuiltInDirectory(CustomerStore(bank))
    found = await directory.find("+8687163214455")
    assert {customer.name for customer in found} == {"杨丽华", "杨帆"}
    assert all(customer.why.startswith("exact number") for customer in found)
    assert "latest contact" in found[0].why
    assert found[0].contacts[0].at >= found[1].contacts[0].at


async def test_the_callers_whole_picture(bank: Database) -> None:
    [customer] = await BuiltInDirectory(CustomerStore(bank)).find("+8613888001201")
    assert (customer.name, customer.tier, customer.city) == ("王小明", "vip", "昆明")
    assert customer.numbers == ["+8613888001201", "+8687165320018"]
    assert len(customer.contacts) == 5
    assert [contact.at for contact in customer.contacts] == sorted((c.at for c in customer.contacts), reverse=True)
    assert {contact.agent_name for contact in customer.contacts} >= {"陈美", "周妍"}
    assert {ticket.state for ticket in customer.tickets} == {"open", "pending"}


async def test_a_number_without_its_country_is_found_by_its_tail(bank: Database) -> None:
    [customer] = await BuiltInDirectory(CustomerStore(bank)).find("+85113888001201")
    assert (customer.name, customer.why) == ("王小明", "same last 11 digits")


@pytest.mark.parametrize("number", ["", "95533", "+999", "+4420794603110", "'; --", "%"])
async def test_nobody_has_this_number(bank: Database, number: str) -> None:
    assert await BuiltInDirectory(CustomerStore(bank)).find(number) == []


async def test_customers_are_searched(library: PostgresLibrary) -> None:
    async def names(text: str) -> set[str]:
        return {customer.name for customer in await library.customers(text, limit=50)}

    assert await names("carter") == {"Emily Carter", "Michael Carter"}
    assert await names("Holloway & F") == {"Margaret Holloway"}
    assert await names("138 8800") == {"王小明"}
    assert await names("大理") == set()
    assert await names("%") == set()
    assert len(await names("")) == 50
    assert len(await library.customers("", limit=3)) == 3


async def test_a_new_customer_takes_over_what_his_number_did(bank: Database, library: PostgresLibrary) -> None:
    await put(bank, some.contact("k1", number_e164="+8613700001111"), some.contact("k2", number_e164="+861370000"))
    directory = BuiltInDirectory(CustomerStore(bank))
    assert await directory.unknown_contacts("+8613700001111") == 1
    created = await library.create_customer(NewCustomer(name=" 新客户 ", number="137 0000 1111"), by="mei")
    assert (created.name, created.numbers, created.tier) == ("新客户", ["+8613700001111"], "standard")
    assert [contact.id for contact in created.contacts] == ["k1"]
    assert await directory.unknown_contacts("+8613700001111") == 0
    assert await library.customer(created.id) == created
    # the wrap-up that was under way when the customer was created still counts
    await put(bank, some.contact("k1", rev=2, customer=created.id, notes="later"))
    assert (await library.customer(created.id)).contacts[0].notes == "later"


@pytest.mark.parametrize(
    ("new", "error"),
    [
        (NewCustomer(name="x", number="abc"), InvalidField),
        (NewCustomer(name=" \0", number="13700001111"), InvalidField),
        (NewCustomer(name="x", number="13700001111", tier="emperor"), BadRequest),  # type: ignore[arg-type]
    ],
)
async def test_a_wrong_customer_is_refused(library: PostgresLibrary, new: NewCustomer, error: type[Exception]) -> None:
    with pytest.raises(error):
        await library.create_customer(new, by="mei")
    assert len(await library.customers("", limit=50)) == 50


async def test_no_such_customer(library: PostgresLibrary) -> None:
    with pytest.raises(ResourceMissing):
        await library.customer("nobody")


# ---- users and sessions ----


async def test_sessions(bank: Database) -> None:
    sessions = PostgresSessions(bank)
    found = await sessions.user("mei")
    assert found is not None
    user, password_hash = found
    assert (user.name, user.role, user.device) == ("陈美", "agent", "1001")
    assert password_hash.startswith("$argon2id$")
    token = hashlib.sha256(b"token").digest()
    await sessions.open_session(token, "mei", until=_NOW + 60)
    assert await sessions.session_user(token, now=_NOW) == user
    assert await sessions.session_user(token, now=_NOW + 61) is None
    assert await sessions.session_user(b"x" * 32, now=_NOW) is None
    assert (await sessions.set_language("mei", "en")).language == "en"
    with pytest.raises(InvalidField):
        await sessions.set_language("mei", "xx")
    await bank.execute("update users set active = false where login = 'mei'")
    assert await sessions.session_user(token, now=_NOW) is None
    assert await sessions.user("mei") is None
    await sessions.close_session(token)
    assert await bank.fetch("select 1 from sessions") == []


@pytest.mark.parametrize("login", ["nobody", "mei\0", "MEI", "mei' or '1'='1", "\ud800"])
async def test_no_such_user(bank: Database, login: str) -> None:
    assert await PostgresSessions(bank).user(login) is None


# ---- surveys ----


def said(call: str, answer: int | None, at: float, **fields: object) -> SurveyRecord:
    given = {"number": 1, "question": "satisfied", "scale": "1-5", "agent": "mei", "queue": "service"} | fields
    return SurveyRecord(call=CallId(call), answer=answer, at=at, **given)  # type: ignore[arg-type]


async def survey(
    library: PostgresLibrary,
    by: By,
    *,
    since: float = _NOW,
    until: float = _NOW + 86_400.0,
    limit: int = 9,
    **asked: str,
) -> list[SurveyLine]:
    query = SurveyQuery(by=by, **{"zone": "UTC", **asked})  # type: ignore[arg-type]
    return await library.survey_lines(query, since=since, until=until, limit=limit)


async def test_what_callers_answered_is_counted(bank: Database, library: PostgresLibrary) -> None:
    await put(
        bank,
        said("a", 5, _NOW),
        said("b", 2, _NOW + 1, agent="tom"),
        said("c", None, _NOW + 2),
        said("d", 4, _NOW + 3, agent=None, queue=None),
        said("a", 1, _NOW, number=2, question="solved", scale="yes_no"),
        said("b", 0, _NOW, number=2, question="solved", scale="yes_no"),
        said("too late", 1, _NOW + 86_400.0),
    )
    satisfied, solved = await survey(library, "question")
    assert (satisfied.question, satisfied.name, satisfied.asked, satisfied.answered) == ("satisfied", "", 4, 3)
    assert satisfied.mean == pytest.approx(11 / 3)
    assert satisfied.counts == {"5": 1, "4": 1, "3": 0, "2": 1, "1": 0}
    assert (solved.mean, solved.counts) == (0.5, {"1": 1, "0": 1})
    by_agent = await survey(library, "agent", question="satisfied")
    assert [(line.name, line.asked, line.mean) for line in by_agent] == [("", 1, 4.0), ("mei", 2, 5.0), ("tom", 1, 2.0)]
    assert [line.name for line in await survey(library, "queue", agent="tom", question="satisfied")] == ["service"]
    assert [line.asked for line in await survey(library, "queue", queue="service", question="satisfied")] == [3]
    assert len(await survey(library, "agent", limit=2)) == 2


async def test_a_day_of_a_survey_begins_where_the_reader_is(bank: Database, library: PostgresLibrary) -> None:
    midnight = _NOW - _NOW % 86_400.0 + 86_400.0
    await put(bank, said("a", 5, midnight - 60.0), said("b", 1, midnight + 60.0))
    since, until = midnight - 3_600.0, midnight + 3_600.0
    assert len(await survey(library, "day", since=since, until=until)) == 2
    [day] = await survey(library, "day", since=since, until=until, zone="Asia/Shanghai")
    assert (day.asked, day.mean) == (2, 3.0)
