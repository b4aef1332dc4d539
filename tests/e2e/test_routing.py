"""Routing with real calls: steps, overflow, places kept and called back, also through crashes; reasons, replay."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import expect
from tests.e2e.conftest import OpenAgent
from tests.support.command_line import tandem
from tests.support.demo_plan import demo_plan, in_text, patient_plan
from tests.support.desk import dispose, pause, quick_flow, ring_in, work
from tests.support.floor_watch import (
    EN_LOANS,
    ZH_ACCOUNTS,
    ZH_LOANS,
    ZH_SUPPORT,
    has,
    kinds,
    over,
    phase,
    reads_keys,
    row,
    until,
)

from tandem.agent_desktop.core.routing_resources import CallWhy
from tandem.cti.adapters.asterisk.carrier import PlacedCall
from tandem.cti.app.control import ask
from tandem.cti.app.stack import Stack
from tandem.cti.model.errors import BadRequest
from tandem.cti.provision.asterisk_instance import AsteriskInstance

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(400)]

ANSWERS, RINGS = "+861095588", "+861065551234"
"""Numbers of the public network: one answers, one only rings."""
LIU, SOPHIE, STRANGER = "+8613723450098", "+33639980417", "+8613700000042"
OFFER = {"when": "waited > 1 s", "do": "callback"}
RING_S = 25
"""Longer than a server takes to start on a busy machine."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    home = tmp_path_factory.mktemp("tandem")
    changes = {"ring_s": 120.0, "wrap_up_s": 3.0, **quick_flow(home)}
    async with Stack(home, changes=changes, keep=False) as running:
        yield running


async def apply(stack: Stack, plan: Mapping[str, Any]) -> int:
    answer = await ask(stack.installation.home, "routing.apply", text=in_text(plan), note="a test", by="ada")
    return int(answer["version"])


async def why(stack: Stack, call: str) -> CallWhy:
    return msgspec.convert(await ask(stack.installation.home, "why", call=call), CallWhy)


def dials(stack: Stack, number: str) -> int:
    """How often the public network was ever asked for this number."""
    carrier = AsteriskInstance(stack.asterisk.install, stack.installation.home / "carrier", {})
    return carrier.log_file.read_text(encoding="utf-8").count(f"Executing [{number}@public:1]")


async def test_a_plan_applied_while_a_caller_waits_answers_him(stack: Stack, page_of: OpenAgent) -> None:
    await apply(stack, patient_plan())
    mei = await work(await page_of("mei"))
    await pause(await page_of("ana"))  # logged on: the first step has somebody to wait for
    caller = await ring_in(stack, EN_LOANS, SOPHIE)
    waiting = await phase(stack, SOPHIE, "queued")
    found = (await why(stack, waiting["id"])).waiting
    assert found is not None
    assert (found.place, found.step, found.logged_on, found.free) == (1, 0, 1, 0)
    assert (found.change.kind, found.change.agent) in (("agent_ready", "ana"), ("lower_need", "mei"))
    assert found.text["zh"]
    assert found.text["en"]

    plan = patient_plan()
    plan["queues"]["loans"]["steps"][0] = "product:lones>=4"
    with pytest.raises(BadRequest, match=r"plan:\d+:.*lones"):
        await apply(stack, plan)
    assert (await phase(stack, SOPHIE, "queued"))["id"] == waiting["id"], "the old plan stays"

    plan = patient_plan()
    plan["agents"]["mei"]["skills"]["product:loans"] = 5
    assert await apply(stack, plan) > 2
    await mei.answer()
    decision = (await until(lambda: _decided(stack, waiting["id"])))[0]
    assert (decision.agent, decision.step, decision.place, decision.eligible) == ("mei", 0, 1, 1)
    assert decision.rule in ("only_agent", "only_work")
    await mei.at("hang-up").click()
    await caller.wait_ended()
    await dispose(mei, "advice", "", save="save-not-ready")

    home = str(stack.installation.home)
    code, text = await tandem("why", waiting["id"], "--home", home, TANDEM_DATABASE_URL=stack.database_url)
    assert code == 0, text
    assert "(mei), queue loans" in text
    assert f"rule {decision.rule}" in text
    assert decision.text["en"] in text


async def test_a_step_comes_with_its_time_or_a_long_prediction(stack: Stack, page_of: OpenAgent) -> None:
    """Jun has loans at 3 only: the second step is his."""
    steps = ["product:loans>=4", {"after": "4 s", "needs": "product:loans>=2"}]
    await apply(stack, patient_plan({"loans": {"steps": steps}}))
    jun, lin = await work(await page_of("jun")), await page_of("lin")
    await pause(lin)  # logged on: the first step has somebody to wait for
    caller = await ring_in(stack, ZH_LOANS, LIU)
    await jun.ringing()
    call = (await row(stack, LIU))["id"]
    decision = (await until(lambda: _decided(stack, call)))[0]
    assert (decision.step, decision.agent) == (1, "jun")
    assert decision.waited_s >= 4.0
    assert "widened" not in await kinds(stack, call)
    await caller.hang_up()
    await jun.state("ready")

    await apply(stack, demo_plan())
    caller = await ring_in(stack, ZH_LOANS, STRANGER)
    await jun.ringing()
    call = (await row(stack, STRANGER))["id"]
    decision = (await until(lambda: _decided(stack, call)))[0]
    assert (decision.step, decision.agent) == (1, "jun")
    assert "widened" in await kinds(stack, call), "nobody is at work who meets the first step: the wait is long"
    assert decision.waited_s < 10.0, "it came with its time"
    await caller.hang_up()
    await jun.state("ready")


async def _decided(stack: Stack, call: str) -> Any:
    return (await why(stack, call)).decisions


async def test_overflow_to_another_queue(stack: Stack, page_of: OpenAgent) -> None:
    rule = {"when": "waited > 1 s", "do": "queue", "to": "operator"}
    await apply(stack, patient_plan({"support": {"overflow": [rule]}}))
    jun = await work(await page_of("jun"))
    await pause(await page_of("wei"))
    caller = await ring_in(stack, ZH_SUPPORT, STRANGER)
    await jun.answer()
    call = await phase(stack, STRANGER, "talking")
    assert call["queue"] == "operator"
    told = await kinds(stack, call["id"])
    assert told.index("queued") < told.index("overflow") < told.index("matched")
    decision = (await why(stack, call["id"])).decisions[0]
    assert (decision.agent, decision.queue) == ("jun", "operator")
    assert decision.waited_s >= 1.0, "the wait in the first queue counts"
    await jun.at("hang-up").click()
    await caller.wait_ended()
    await dispose(jun, "wrong_number", "", save="save-not-ready")


async def keep_place(stack: Stack, number: str) -> dict[str, Any]:
    """A caller who waits, is offered a call back and presses 1; his contact once he has hung up."""
    call: PlacedCall = await ring_in(stack, ZH_ACCOUNTS, number, "WANG")
    id_ = (await phase(stack, number, "queued"))["id"]
    await has(stack, id_, "callback_offered")
    await until(lambda: reads_keys(stack))
    await call.press("1")
    await call.wait_ended()
    return await over(stack, id_, "callback")


async def entry(stack: Stack, first: Mapping[str, Any], state: str) -> dict[str, Any]:
    """Wait until the entry that this contact left is in that state."""
    seen: dict[str, Any] = {}

    async def there() -> bool:
        nonlocal seen
        seen = dict(await stack.database.fetch_row("select * from callbacks where call = $1", first["id"]) or {})
        return seen.get("state") == state

    await until(there, why=f"the call back is not {state}")
    return seen


async def test_a_place_is_kept_and_the_agent_rung_first(stack: Stack, page_of: OpenAgent) -> None:
    await apply(stack, patient_plan({"service": {"overflow": [OFFER]}}))
    mei = await page_of("mei")
    await pause(mei)
    first = await keep_place(stack, ANSWERS)
    later = await ring_in(stack, ZH_ACCOUNTS, STRANGER)  # of the same tier, and came later
    waiting = await phase(stack, STRANGER, "queued")
    found = (await why(stack, waiting["id"])).waiting
    assert found is not None
    assert found.place == 2
    before = dials(stack, ANSWERS)

    await work(mei)
    await mei.ringing()
    assert dials(stack, ANSWERS) == before, "the customer was dialled before the agent was there"
    await expect(mei.at("callback-note")).to_be_visible()
    await mei.at("answer").click()
    second = await phase(stack, ANSWERS, "talking")
    assert second["id"] != first["id"]
    assert second["queued_at"] == first["queued_at"], "his place is lost"
    assert stack.carrier.talking(ANSWERS) == 1
    assert (await phase(stack, STRANGER, "queued"))["id"] == waiting["id"]
    await later.hang_up()
    await mei.at("hang-up").click()
    await dispose(mei, "balance", "", save="save-not-ready")
    done = await entry(stack, first, "done")
    assert done["attempts"] == dials(stack, ANSWERS) - before == 1
    assert (await kinds(stack, second["id"])).count("matched") == 1


async def test_a_place_is_kept_and_the_customer_rung_first(stack: Stack, page_of: OpenAgent) -> None:
    await apply(stack, patient_plan({"service": {"overflow": [OFFER], "callback": {"first": "customer"}}}))
    mei = await page_of("mei")
    await pause(mei)
    first = await keep_place(stack, ANSWERS)
    before = dials(stack, ANSWERS)
    await entry(stack, first, "due")
    await work(mei)
    await mei.ringing()
    assert stack.carrier.talking(ANSWERS) == 1, "an agent was rung for nobody"
    await mei.at("answer").click()
    second = await phase(stack, ANSWERS, "talking")
    assert second["queued_at"] == first["queued_at"], "his place is lost"
    told = await kinds(stack, second["id"])
    assert told.index("dialled") < told.index("reached") < told.index("matched") < told.index("talking")
    await mei.at("hang-up").click()
    await dispose(mei, "balance", "", save="save-not-ready")
    done = await entry(stack, first, "done")
    assert done["attempts"] == dials(stack, ANSWERS) - before == 1


async def test_the_server_is_killed_while_a_call_back_is_due(stack: Stack, page_of: OpenAgent) -> None:
    await apply(stack, patient_plan({"service": {"overflow": [OFFER]}}))
    mei = await page_of("mei")
    await pause(mei)
    first = await keep_place(stack, ANSWERS)
    before = dials(stack, ANSWERS)
    await entry(stack, first, "due")
    await stack.kill_server()
    await stack.start_server()
    await expect(mei.at("live-state")).to_have_attribute("data-state", "live")
    await work(mei)
    await mei.answer()
    second = await phase(stack, ANSWERS, "talking")
    assert second["queued_at"] == first["queued_at"], "his place is lost"
    await mei.at("hang-up").click()
    await dispose(mei, "balance", "", save="save-not-ready")
    done = await entry(stack, first, "done")
    assert done["attempts"] == dials(stack, ANSWERS) - before == 1


async def test_the_server_is_killed_while_a_customer_is_dialled(stack: Stack, page_of: OpenAgent) -> None:
    rule = {"ring": f"{RING_S} s", "no_answer_retry": "1 h"}
    await apply(stack, patient_plan({"service": {"overflow": [OFFER], "callback": rule}}))
    mei = await page_of("mei")
    await pause(mei)
    first = await keep_place(stack, RINGS)
    await work(mei)
    await mei.ringing()
    await mei.at("answer").click()
    dialling = await phase(stack, RINGS, "dialling")
    await until(lambda: _dialled(stack))
    await stack.kill_server()
    await stack.start_server()
    await expect(mei.at("live-state")).to_have_attribute("data-state", "live")
    assert (await phase(stack, RINGS, "dialling"))["id"] == dialling["id"]
    assert dials(stack, RINGS) == stack.carrier.talking(RINGS) == 1
    tried = await over(stack, dialling["id"], "not_reached")
    left = await entry(stack, first, "open")
    assert (left["attempts"], left["last_result"]) == (1, "no_answer")
    assert left["queued_at"] == first["queued_at"], "his place is lost"
    assert left["next_at"] > tried["ended_at"]
    assert dials(stack, RINGS) == 1
    await mei.state("ready")
    await pause(mei)


async def _dialled(stack: Stack) -> bool:
    return dials(stack, RINGS) == 1


async def test_the_day_comes_out_the_same_again(stack: Stack, tmp_path: Path) -> None:
    """All that the tests above did, two crashes included."""
    home = str(stack.installation.home)
    code, text = await tandem("replay", "today", "--home", home)
    assert code == 0, text
    assert "the same decisions again" in text

    change = tmp_path / "change.yaml"
    change.write_text("queues:\n  loans: {steps: [anyone]}\n", encoding="utf-8")
    code, text = await tandem(
        *("whatif", "today", "--change", str(change), "--runs", "2", "--home", home),
        TANDEM_DATABASE_URL=stack.database_url,
    )
    assert code == 0, text
    assert "calls that waited" in text
    assert "before" in text
