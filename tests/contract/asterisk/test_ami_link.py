"""What the link promises, on a real Asterisk and on the fake that stands in for it elsewhere.

``AMI_DRIVER=panoramisk`` runs the same suite on panoramisk, for comparison (docs/adr/0002): many fail, as they should.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from typing import Any, cast
from urllib.parse import quote

import pytest
import pytest_asyncio
from tests.support.ami_probe import AmiServer, Probe
from tests.support.fake_ami import FakeAmi
from tests.support.real_ami import RealAmi
from tests.support.tcp_proxy import TcpProxy

from tandem.cti.adapters.asterisk.codec import MAX_ACTION_LINE_BYTES, Message
from tandem.cti.adapters.asterisk.link import ActionRefused, AmiSettings, DownCause
from tandem.cti.model.errors import InvalidField, LinkDown, OutcomeUnknown
from tandem.cti.provision.asterisk import default_cache_dir, find_or_build

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAMES = ["王小明", "欧阳娜娜", "Ærø Ünïcödé", "🚀 rocket", 'O"Brien \\ co', "a: b, c=d"]
MakeProbe = Callable[..., Probe]


def driver() -> type[Probe]:
    if os.environ.get("AMI_DRIVER") == "panoramisk":
        from tests.support.panoramisk_probe import PanoramiskProbe

        return cast("type[Probe]", PanoramiskProbe)
    return Probe


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["fake", "real"])
async def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AmiServer]:
    ami: AmiServer
    if request.param == "fake":
        ami = FakeAmi()
    else:
        install = find_or_build(default_cache_dir(), print)
        ami = RealAmi(install, tmp_path_factory.mktemp("asterisk"))
    await ami.start()
    yield ami
    await ami.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def wire(server: AmiServer) -> AsyncIterator[TcpProxy]:
    async with TcpProxy(server.port) as proxy:
        yield proxy


@pytest.fixture
def probe(server: AmiServer, wire: TcpProxy) -> MakeProbe:
    """Makes a probe behind the wire; settings may be given by name."""

    def make(*, straight: bool = False, while_syncing: Any = None, on_event: Any = None, **settings: Any) -> Probe:
        given: dict[str, Any] = {
            "host": server.host,
            "port": server.port if straight else wire.port,
            "username": server.username,
            "secret": server.secret,
            "system_name": server.system_name,
            "ping_interval_s": 0.2,
            "ping_timeout_s": 3.0,
        }
        return driver()(AmiSettings(**(given | settings)), while_syncing=while_syncing, on_event=on_event)

    return make


def fresh(what: str, numbers: Iterator[int] = count()) -> str:  # noqa: B008  (one counter for all)
    """A ChannelId of its own: Asterisk 22.10 does not end cleanly after one was used twice at a time."""
    return f"{what}-{next(numbers)}"


def call(uniqueid: str, *, name: str = "Li", exten: str = "answer", seconds: str = "0.2", **variables: str) -> Any:
    return [
        ("Channel", f"Local/{exten}@contract/n"),
        ("ChannelId", uniqueid),
        ("Application", "Wait"),
        ("Data", seconds),
        ("CallerID", f'"{name}" <13800138000>'),
        ("Async", "true"),
        *[("Variable", f"{key}={value}") for key, value in variables.items()],
    ]


async def test_it_logs_in_and_waits_for_the_boot(probe: MakeProbe) -> None:
    async with probe() as it:
        await it.until_up()
        assert (await it.send("Ping"))["Ping"] == "Pong"
        assert (it.ups, it.downs, it.link.last_error) == (1, [], "")


async def test_it_pings_and_takes_the_time(probe: MakeProbe) -> None:
    async with probe() as it:
        await it.until(lambda: it.link.counters.ping_s > 0)


async def test_closing_is_told_once(probe: MakeProbe) -> None:
    async with probe() as it:
        await it.until_up()
    assert it.link.state == "closed"
    assert [down.cause for down in it.downs] == [DownCause.CLOSED]


async def test_a_wrong_password_is_a_clear_state_and_no_storm(probe: MakeProbe, wire: TcpProxy) -> None:
    async with probe(secret="wrong") as it:
        await it.until(lambda: it.link.state == "refused")
        assert "refused" in it.link.last_error
        assert "wrong" not in it.link.last_error
        await asyncio.sleep(1.0)
        assert wire.connections <= 2
        with pytest.raises(LinkDown):
            await it.send("Ping")
        assert (it.ups, it.downs) == (0, [])
        assert len(it.alarms) == 1


async def test_another_asterisk_than_the_one_meant_is_refused(probe: MakeProbe) -> None:
    async with probe(system_name="another") as it:
        await it.until(lambda: it.link.state == "refused")
        assert "systemname" in it.link.last_error
        assert it.ups == 0


async def test_the_secret_name_is_learned_where_it_was_not_given(probe: MakeProbe) -> None:
    async with probe(system_name=None) as it:
        await it.until_up()
        await it.send("UserEvent", {"UserEvent": "Known"})
        await it.until(lambda: it.user_events("Known"))
        assert it.alarms == []


async def test_a_list_is_all_of_its_items(probe: MakeProbe) -> None:
    async with probe() as it:
        await it.until_up()
        assert await it.send_list("CoreShowChannels", {}, "CoreShowChannelsComplete") == []
        for number in range(5):
            await it.send("Originate", call(f"list-{number}", seconds="20", TANDEM_A=str(number), TANDEM_B="b=1"))
        wanted = {f"list-{number}" for number in range(5)}
        await it.until(lambda: len([e for e in it.events if e.name == "OriginateResponse"]) == 5)
        items = await it.send_list("CoreShowChannels", {}, "CoreShowChannelsComplete")
        assert wanted <= {item["Uniqueid"] for item in items}
        items = await it.send_list("Status", {"Variables": "TANDEM_A,TANDEM_B,NONE"}, "StatusComplete")
        [third] = [item for item in items if item["Uniqueid"] == "list-3"]
        assert third.getall("Variable") == ["TANDEM_A=3", "TANDEM_B=b=1", "NONE=(null)"]
        for item in await it.send_list("CoreShowChannels", {}, "CoreShowChannelsComplete"):
            if item["Uniqueid"] in wanted:
                await it.send("Hangup", {"Channel": item["Channel"]})
        await it.until(lambda: wanted <= {e.get("Uniqueid") for e in it.events if e.name == "Hangup"})


async def test_a_refused_action_raises_with_the_reason(probe: MakeProbe) -> None:
    async with probe() as it:
        await it.until_up()
        with pytest.raises(ActionRefused, match="Permission denied"):
            await it.send("Command", {"Command": "core show version"})
        with pytest.raises(ActionRefused, match="nvalid"):
            await it.send_list("NoSuchAction", {}, "NoSuchComplete")
        assert (await it.send("Ping")).name == "Success"


async def test_the_events_of_a_call_come_in_order_with_its_chinese_name(probe: MakeProbe) -> None:
    async with probe() as it:
        await it.until_up()
        answer = await it.send("Originate", call("call-1", name="王小明"))
        assert answer.name == "Success"
        await it.until(lambda: any(e.name == "Hangup" for e in it.of_channel("call-1")))
        names = [each.name for each in it.of_channel("call-1")]
        order = [name for name in names if name in {"Newchannel", "NewCallerid", "OriginateResponse", "Hangup"}]
        assert order == ["Newchannel", "NewCallerid", "OriginateResponse", "Hangup"]
        [response] = [each for each in it.events if each.name == "OriginateResponse"]
        assert (response["Response"], response["ActionID"]) == ("Success", answer["ActionID"])
        assert it.of_channel("call-1")[-1]["CallerIDName"] == "王小明"


async def test_names_survive_being_cut_into_pieces(probe: MakeProbe, wire: TcpProxy) -> None:
    wire.piece = 7
    async with probe() as it:
        await it.until_up()
        for name in NAMES:
            await it.send("UserEvent", {"UserEvent": "Named", "Name": name, "Again": name * 5})
        await it.until(lambda: len(it.user_events("Named")) == len(NAMES))
        assert [each["Name"] for each in it.user_events("Named")] == NAMES
        assert [each["Again"] for each in it.user_events("Named")] == [name * 5 for name in NAMES]


async def test_hundreds_of_events_arrive_once_and_in_order(probe: MakeProbe) -> None:
    async with probe() as it, probe(straight=True) as sender:
        await it.until_up()
        await sender.until_up()
        for start in range(0, 400, 50):
            fields = [{"UserEvent": "Count", "Number": str(number)} for number in range(start, start + 50)]
            await asyncio.gather(*(sender.send("UserEvent", each) for each in fields))
        await it.until(lambda: len(it.user_events("Count")) >= 400)
        assert [int(each["Number"]) for each in it.user_events("Count")] == list(range(400))


@pytest.mark.parametrize("value", ["a\r\nEvil: 1", "a\r\n\r\nAction: UserEvent\r\nUserEvent: Evil", "a\nb", "a\x00b"])
async def test_a_value_cannot_become_a_header_or_an_action(probe: MakeProbe, value: str) -> None:
    async with probe() as it:
        await it.until_up()
        with pytest.raises(InvalidField):
            await it.send("UserEvent", {"UserEvent": "Value", "Name": value})
        await it.send("UserEvent", {"UserEvent": "After"})
        await it.until(lambda: it.user_events("After"))
        assert [each.get("UserEvent") for each in it.events if each.name == "UserEvent"] == ["After"]


async def test_the_longest_action_arrives_whole(probe: MakeProbe) -> None:
    async with probe() as it:
        await it.until_up()
        fields = [("UserEvent", "Long")] + [(f"H{number}", "x") for number in range(124)]
        longest = "王" + "x" * (MAX_ACTION_LINE_BYTES - len("Name: 王".encode()))
        await it.send("UserEvent", [*fields, ("Name", longest)])
        await it.until(lambda: it.user_events("Long"))
        assert it.user_events("Long")[0]["Name"] == longest
        assert it.user_events("Long")[0]["H123"] == "x"


async def test_a_cut_is_noticed_at_once_and_mended(probe: MakeProbe, wire: TcpProxy) -> None:
    async with probe() as it:
        await it.until_up()
        wire.cut()
        await it.until(lambda: it.downs)
        assert (it.downs[0].cause, it.downs[0].gone) == (DownCause.DISCONNECTED, False)
        await it.until_up(2)
        await it.send("UserEvent", {"UserEvent": "Back"})
        await it.until(lambda: it.user_events("Back"))
        assert len(it.downs) == 1


async def test_what_was_in_flight_at_a_cut_is_unknown_and_never_sent_again(probe: MakeProbe, wire: TcpProxy) -> None:
    async with probe() as it, probe(straight=True) as observer:
        await it.until_up()
        await observer.until_up()
        wire.stall(only_answers=True)
        action = asyncio.create_task(it.send("UserEvent", {"UserEvent": "Once"}))
        await observer.until(lambda: observer.user_events("Once"))
        wire.cut()
        wire.flow()
        with pytest.raises(OutcomeUnknown):
            async with asyncio.timeout(10.0):
                await action
        await it.until_up(2)
        await it.send("UserEvent", {"UserEvent": "Later"})
        await observer.until(lambda: observer.user_events("Later"))
        assert len(observer.user_events("Once")) == 1


async def test_without_a_link_nothing_is_sent(probe: MakeProbe, wire: TcpProxy) -> None:
    async with probe() as it, probe(straight=True) as observer:
        await it.until_up()
        await observer.until_up()
        wire.stall()
        wire.cut()
        await it.until(lambda: it.downs)
        with pytest.raises(LinkDown):
            async with asyncio.timeout(5.0):
                await it.send("UserEvent", {"UserEvent": "Never"})
        wire.flow()
        await it.until_up(2)
        await it.send("UserEvent", {"UserEvent": "Now"})
        await observer.until(lambda: observer.user_events("Now"))
        assert observer.user_events("Never") == []


async def test_a_silent_wire_is_noticed_and_mended(probe: MakeProbe, wire: TcpProxy) -> None:
    async with probe() as it:
        await it.until_up()
        wire.stall()
        await it.until(lambda: it.downs)
        assert it.downs[0].cause is DownCause.SILENT
        wire.cut()
        wire.flow()
        await it.until_up(2)


async def test_a_restart_is_told_and_the_link_comes_back(probe: MakeProbe, server: AmiServer) -> None:
    async with probe(straight=True) as it:
        await it.until_up()
        await server.restart()
        await it.until_up(2)
        assert [(down.cause, down.gone) for down in it.downs] == [(DownCause.SHUTDOWN, True)]
        assert (await it.send("Ping")).name == "Success"


async def test_a_crash_is_known_to_be_one(probe: MakeProbe, server: AmiServer) -> None:
    async with probe(straight=True) as it:
        await it.until_up()
        await server.kill()
        await it.until(lambda: any(down.gone for down in it.downs))
        assert [down.gone for down in it.downs] == [False, True]
        await server.start()
        await it.until_up(2)
        assert len(it.downs) == 2


@pytest.mark.parametrize(
    "payload",
    [
        "1\r\nUniqueid: victim",
        "1\r\nUniqueid: victim\r\n\r\nX: y",
        "1\r\n\r\nEvent: Hangup\r\nPrivilege: call,all\r\nEvil: victim",
        "1\r\n\r\nResponse: Success\r\nActionID: 1\r\nX: y",
    ],
    ids=["added", "torn", "torn into an event", "torn into an answer"],
)
async def test_what_a_caller_writes_into_events_is_dropped(probe: MakeProbe, payload: str) -> None:
    hostile, innocent = fresh("hostile"), fresh("innocent")
    async with probe() as it:
        await it.until_up()
        await it.send("Originate", call(hostile, exten="hostile", seconds="0.3", PAYLOAD=quote(payload, safe="")))
        await it.until(lambda: it.alarms)
        await it.send("Originate", call(innocent, name="欧阳娜娜"))
        await it.until(lambda: any(e.name == "Hangup" for e in it.of_channel(innocent)))
        assert not [each for each in it.events if "victim" in each.text or "X: y" in each.text]
        assert sum(it.link.counters.dropped.values()) > 0
        assert any(alarm.channel.startswith("Local/hostile@contract") for alarm in it.alarms)
        assert it.downs == []


async def test_a_hostile_channel_does_not_break_the_list_of_the_others(probe: MakeProbe) -> None:
    async with probe() as it:
        await it.until_up()
        innocent = {fresh("innocent") for _ in range(4)}
        for number, uniqueid in enumerate(innocent):
            await it.send("Originate", call(uniqueid, seconds="1"))
            if number == 2:
                payload = quote("1\r\nUniqueid: victim\r\n\r\nX: y", safe="")
                await it.send("Originate", call(fresh("hostile"), exten="hostile", seconds="1", PAYLOAD=payload))
                await it.until(lambda: it.alarms)
        await it.until(lambda: innocent <= {e["Uniqueid"] for e in it.events if e.name == "OriginateResponse"})
        for action in ("CoreShowChannels", "Status"):
            missing = it.link.counters.list_items_missing
            items = await it.send_list(action, {}, f"{action}Complete")
            assert innocent <= {item["Uniqueid"] for item in items}
            assert "victim" not in {item["Uniqueid"] for item in items}
            assert it.link.counters.list_items_missing > missing


async def test_a_stalled_caller_does_not_stall_the_reader(probe: MakeProbe) -> None:
    """The snapshot of the caller takes its time; events wait, none is lost, none is handed over before it is done."""
    released = asyncio.Event()
    async with probe(while_syncing=released.wait) as it, probe(straight=True) as sender:
        await it.until(lambda: it.ups == 1)
        await sender.until_up()
        for number in range(100):
            await sender.send("UserEvent", {"UserEvent": "Meanwhile", "Number": str(number)})
        assert (await it.send("Ping")).name == "Success"
        assert it.link.counters.queue_peak >= 100
        assert it.events == []
        released.set()
        await it.until(lambda: len(it.user_events("Meanwhile")) == 100)
        assert [int(each["Number"]) for each in it.user_events("Meanwhile")] == list(range(100))


async def test_a_listener_that_fails_costs_its_event_and_no_more(probe: MakeProbe) -> None:
    def fail(message: Message) -> None:
        if message.get("Number") == "1":
            raise KeyError("listener")

    async with probe(on_event=fail) as it:
        await it.until_up()
        for number in range(3):
            await it.send("UserEvent", {"UserEvent": "Fails", "Number": str(number)})
        await it.until(lambda: len(it.user_events("Fails")) == 3)
        assert it.link.counters.listener_errors == 1
        assert it.downs == []


async def test_it_closes_cleanly_whatever_it_is_doing(probe: MakeProbe) -> None:
    before = asyncio.all_tasks()
    reached = set()
    for number in range(40):
        actions: list[asyncio.Task[Message]] = []
        async with probe() as it:
            await asyncio.sleep(number / 1000)
            reached.add(it.link.state)
            actions.append(asyncio.create_task(it.send("Originate", call(fresh("close"), seconds="0"))))
            await asyncio.sleep(0)
        await asyncio.wait(actions, timeout=10)
        assert isinstance(actions[0].exception(), LinkDown | OutcomeUnknown | None)
        assert len(it.downs) == it.ups
        assert it.link.state == "closed"
    assert {"connecting", "up"} <= reached
    left = [task for task in asyncio.all_tasks() - before if "asterisk" in repr(task.get_coro())]
    if left:
        await asyncio.wait(left, timeout=10)
    assert all(task.done() for task in left)
