"""The demo bank: complete, the same each time, quick."""

from __future__ import annotations

import time

import pytest
from argon2 import PasswordHasher

from tandem.cti.adapters.postgres.calls import CallStore
from tandem.cti.adapters.postgres.plans import PlanStore
from tandem.cti.app.demo_data import DEMO_PASSWORD, demo_rows, load_demo
from tandem.cti.storage.pool import Database
from tandem.routing.plan_file import read_plan, review_plan

_NOW = 1_800_000_000.0
_HOUR_S = 3600.0


async def test_loading_twice_is_loading_once(database: Database) -> None:
    before = time.process_time()
    first = await load_demo(database, now=_NOW)
    assert time.process_time() - before < 3, "the processor's time: other tests run beside this one"
    assert first.users == 12
    assert first.customers == 50
    assert first.contacts > 100
    assert await load_demo(database, now=_NOW + 86_400) == first


async def test_what_the_server_reads_is_there(database: Database) -> None:
    await load_demo(database, now=_NOW)
    store = CallStore(database)
    agents = await store.agents()
    assert [agent.device for agent in agents] == [str(device) for device in range(1001, 1010)]
    assert agents[0].login == "mei"
    stored = await PlanStore(database).current()
    assert stored is not None
    assert stored.version == 1
    plan = read_plan(stored.text, "demo")
    assert plan.agents[agents[0].login].skills["language:zh"] == 5
    assert list(plan.queues) == ["service", "loans", "support", "operator", "offers", "tickets"]
    tree = await store.dispositions()
    assert [len(group.children) for group in tree] == [5, 4, 4, 4, 4]
    assert await store.open_calls() == []
    assert await store.agent_states() == {}


async def test_the_password_fits_every_user(database: Database) -> None:
    await load_demo(database, now=_NOW)
    rows = await database.fetch("select password_hash from users")
    hashes = {row["password_hash"] for row in rows}
    assert len(hashes) == 12, "each user has a salt of his own"
    assert all(text.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for text in hashes)
    assert PasswordHasher().verify(hashes.pop(), DEMO_PASSWORD)


@pytest.mark.parametrize("now", [_NOW + hour * _HOUR_S for hour in range(24)])
def test_nothing_lies_in_the_future(now: float) -> None:
    rows = demo_rows(now)
    assert max(row[7] for row in rows["put_contact"]) < now
    assert max(row[5] for row in rows["put_ticket"]) < now


def test_names_are_names_that_exist() -> None:
    rows = demo_rows(_NOW)
    users = {row[0] for row in rows["put_user"]} | {None}
    plan = read_plan(rows["put_plan"][0][0], "demo_routing.yaml", logins=[row[0] for row in rows["put_user"]])
    queues = set(plan.queues) | {None}
    assert {row[9] for row in rows["put_customer"]} - {None} <= plan.agents.keys()
    leaves = {row[0] for row in rows["put_disposition"] if row[1]} | {None}
    for contact in rows["put_contact"]:
        assert contact[3] in users
        assert contact[4] in queues
        assert contact[10] in leaves


def test_tiers_are_shared_out_as_in_a_real_bank() -> None:
    tiers = [row[3] for row in demo_rows(_NOW)["put_customer"]]
    shares = {tier: tiers.count(tier) / len(tiers) for tier in ("vip", "gold", "standard")}
    for tier, wanted in {"vip": 0.05, "gold": 0.15, "standard": 0.80}.items():
        assert abs(shares[tier] - wanted) <= 0.011, "5 %, 15 % and 80 %, as near as 50 customers come"


def test_the_plan_has_nothing_to_mend_or_to_look_at() -> None:
    rows = demo_rows(_NOW)
    agents = [login for login, _, role, *_ in rows["put_user"] if role == "agent"]
    review = review_plan(rows["put_plan"][0][0], "demo_routing.yaml", logins=agents)
    assert review.errors == review.warnings == ()
