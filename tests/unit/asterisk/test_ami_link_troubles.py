"""The link in trouble that a real Asterisk does not make on request: on the fake, over loopback."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from tests.support.ami_probe import Probe
from tests.support.fake_ami import FakeAmi

from tandem.cti.adapters.asterisk import session as session_module
from tandem.cti.adapters.asterisk.alarms import Alarm, AlarmLimiter
from tandem.cti.adapters.asterisk.link import AmiLink, AmiSettings, Down, DownCause, LinkState
from tandem.cti.model.errors import BadRequest, LimitReached, LinkDown, OutcomeUnknown, Overload


@pytest.fixture
async def ami() -> AsyncIterator[FakeAmi]:
    fake = FakeAmi()
    await fake.start()
    yield fake
    await fake.kill()


def settings(ami: FakeAmi, **given: Any) -> AmiSettings:
    usual: dict[str, Any] = {
        "host": ami.host,
        "port": ami.port,
        "username": ami.username,
        "secret": ami.secret,
        "system_name": ami.system_name,
        "ping_interval_s": 60.0,
        "ping_timeout_s": 30.0,
    }
    return AmiSettings(**(usual | given))


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30.0):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def test_it_waits_for_an_asterisk_that_is_still_booting(ami: FakeAmi) -> None:
    await ami.kill()
    ami.boot_s = 0.3
    await ami.start()
    async with Probe(settings(ami)) as it:
        await it.until(lambda: it.link.state == "booting")
        ami.emit("Newchannel", [("Uniqueid", "1")])
        with pytest.raises(LinkDown):
            await it.send("Ping")
        assert it.ups == 0
        await it.until_up()
        ami.emit("Hangup", [("Uniqueid", "1")])
        await it.until(lambda: it.events)
        assert [event.name for event in it.events] == ["Hangup"]


async def test_without_the_right_to_see_the_boot_it_says_so(ami: FakeAmi) -> None:
    await ami.kill()
    ami.boot_s = 60.0
    await ami.start()
    async with Probe(settings(ami, boot_timeout_s=0.1)) as it:
        await it.until(lambda: it.link.state == "waiting")
        assert "read class 'system'" in it.link.last_error
        assert [alarm.kind for alarm in it.alarms] == ["not_ready"]


async def test_something_else_on_the_port_is_not_taken_for_asterisk(ami: FakeAmi) -> None:
    ami.banner = b"SSH-2.0-OpenSSH_9.2\r\n"
    async with Probe(settings(ami, connect_timeout_s=0.1)) as it:
        await it.until(lambda: it.link.state == "waiting")
        assert "does not greet" in it.link.last_error
        assert ami.logins == 0


async def test_an_answer_after_its_time_is_counted_and_harms_nobody(ami: FakeAmi) -> None:
    async with Probe(settings(ami)) as it:
        await it.until_up()
        ami.mute.add("UserEvent")
        with pytest.raises(OutcomeUnknown, match="UserEvent"):
            await it.send("UserEvent", {"UserEvent": "x"}, timeout_s=0.05)
        late = dict(ami.received[-1])["ActionID"]
        ami.emit_raw(f"Response: Success\r\nActionID: {late}\r\n\r\n".encode())
        await it.until(lambda: it.link.counters.late_answers == 1)
        assert it.link.counters.timeouts == 1
        assert (await it.send("Ping")).name == "Success"
        assert it.downs == []


async def test_the_rest_of_a_list_that_was_given_up_is_no_event(ami: FakeAmi) -> None:
    async with Probe(settings(ami)) as it:
        await it.until_up()
        ami.mute.add("Status")
        with pytest.raises(OutcomeUnknown):
            await it.link.send_list("Status", {}, "StatusComplete", timeout_s=0.05)
        late = [dict(fields) for fields in ami.received if fields[0] == ("Action", "Status")][-1]["ActionID"]
        ami.emit_raw(f"Event: Status\r\nPrivilege: Call\r\nActionID: {late}\r\n\r\n".encode())
        ami.emit_raw(f"Event: StatusComplete\r\nActionID: {late}\r\nEventList: Complete\r\n\r\n".encode())
        await it.until(lambda: it.link.counters.late_answers == 2)
        assert it.events == []
        assert it.link.counters.dropped == {}


async def test_a_list_is_bounded(ami: FakeAmi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "MAX_LIST_ITEMS", 1)
    async with Probe(settings(ami)) as it:
        await it.until_up()
        for number in range(3):
            call = [("Channel", f"Local/answer{number}@x"), ("Data", "5"), ("ChannelId", f"{number}")]
            await it.send("Originate", call)
        with pytest.raises(LimitReached):
            await it.link.send_list("Status", {}, "StatusComplete")
        assert (await it.send("Ping")).name == "Success"


async def test_actions_in_flight_are_bounded(ami: FakeAmi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "MAX_PENDING", 3)
    async with Probe(settings(ami, ping_interval_s=60.0)) as it:
        await it.until_up()
        ami.mute.add("UserEvent")
        waiting = [asyncio.create_task(it.send("UserEvent", {"UserEvent": "x"})) for _ in range(3)]
        await it.until(lambda: ami.count("UserEvent") == 3)
        with pytest.raises(Overload):
            await it.send("Ping")
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert (await it.send("Ping")).name == "Success"


async def test_a_full_queue_starts_the_link_afresh_instead_of_losing_events_silently(ami: FakeAmi) -> None:
    stalled = asyncio.Event()
    async with Probe(settings(ami, queue_limit=10), while_syncing=stalled.wait) as it:
        await it.until(lambda: it.ups == 1)
        for number in range(11):
            ami.emit("Newstate", [("Uniqueid", str(number))])
        await it.until(lambda: it.downs)
        assert it.downs[0].cause is DownCause.OVERFLOW
        assert "faster than they were taken" in it.downs[0].reason
        stalled.set()
        await it.until_up(2)
        assert it.events == []
        assert it.link.counters.overflowed_events == 11
        assert [alarm.kind for alarm in it.alarms] == ["overflow"]
        ami.emit("Hangup", [("Uniqueid", "0")])
        await it.until(lambda: it.events)


async def test_what_was_received_before_the_end_is_handed_over_before_it(ami: FakeAmi) -> None:
    order: list[str] = []
    patient = settings(ami, ping_interval_s=60.0)
    link = AmiLink(patient, on_down=lambda down: order.append("down"), on_event=lambda m: order.append(m.name))
    task = asyncio.create_task(link.run())
    await until(lambda: link.state is LinkState.UP)
    for _ in range(5_000):
        ami.emit("Newstate", [("Uniqueid", "1")])
    ami.sessions[0].writer.close()
    await until(lambda: "down" in order)
    assert order == ["Newstate"] * 5_000 + ["down"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_trouble_that_lasts_is_met_with_longer_pauses(ami: FakeAmi) -> None:
    time = asyncio.get_running_loop().time
    connected_at: list[float] = []

    def slam(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected_at.append(time())
        writer.transport.abort()

    async with await asyncio.start_server(slam, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Probe(settings(ami, port=port, backoff_min_s=0.01)) as it:
            await it.until(lambda: len(connected_at) >= 25)
    assert connected_at[24] - connected_at[0] > 0.5, "24 pauses of the shortest length are half of that"


async def test_a_snapshot_that_fails_is_tried_again_on_a_new_connection(ami: FakeAmi) -> None:
    failures = iter([RuntimeError("first"), TimeoutError(), None])

    async def snapshot() -> None:
        if (failure := next(failures)) is not None:
            raise failure

    async with Probe(settings(ami), while_syncing=snapshot) as it:
        await it.until_up(3)
        assert [down.cause for down in it.downs] == [DownCause.NOT_READY] * 2
        assert "RuntimeError" in it.downs[0].reason
        assert ami.logins == 3


async def test_a_snapshot_that_hangs_is_cut_off(ami: FakeAmi) -> None:
    async with Probe(settings(ami, sync_timeout_s=0.05), while_syncing=asyncio.Event().wait) as it:
        await it.until(lambda: it.downs)
        assert it.downs[0].cause is DownCause.NOT_READY
        assert "syncing" in it.downs[0].reason


async def test_an_end_during_the_snapshot_ends_it(ami: FakeAmi) -> None:
    async with Probe(settings(ami), while_syncing=asyncio.Event().wait) as it:
        await it.until(lambda: it.ups == 1)
        await ami.stop()
        await it.until(lambda: it.downs)
        assert (it.downs[0].cause, it.downs[0].gone) == (DownCause.SHUTDOWN, True)


async def test_a_listener_that_fails_on_the_end_does_not_end_the_link(ami: FakeAmi) -> None:
    def fail(down: Down) -> None:
        raise KeyError(down.cause)

    link = AmiLink(settings(ami), on_down=fail)
    task = asyncio.create_task(link.run())
    for logins in (1, 2):
        await until(lambda: ami.logins >= logins and link.state is LinkState.UP)  # noqa: B023  (awaited here)
        for session in ami.sessions:
            session.writer.transport.abort()
    await asyncio.sleep(0.05)
    assert link.counters.listener_errors >= 1
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_pong_behind_a_burst_is_no_silence(ami: FakeAmi) -> None:
    async with Probe(settings(ami, ping_interval_s=0.1, ping_timeout_s=0.5)) as it:
        await it.until_up()
        ami.mute.add("Ping")
        for _ in range(60):
            ami.emit("Newstate", [("Uniqueid", "1")])
            await asyncio.sleep(0.02)
        assert it.downs == []
        await it.until(lambda: it.downs)
        assert it.downs[0].cause is DownCause.SILENT


async def test_what_was_not_read_while_we_were_held_up_ourselves_is_no_silence(
    ami: FakeAmi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "_LATE_S", 10.0)
    async with Probe(settings(ami, ping_interval_s=0.05, ping_timeout_s=0.2)) as it:
        await it.until_up()
        ami.mute.add("Ping")
        pings = ami.count("Ping")
        await it.until(lambda: ami.count("Ping") > pings)
        time.sleep(0.3)  # noqa: ASYNC251  (it is the loop that is to stand still)
        for _ in range(5):
            await asyncio.sleep(0)
        asked = dict(ami.received[-1])["ActionID"]
        ami.emit_raw(f"Response: Success\r\nPing: Pong\r\nActionID: {asked}\r\n\r\n".encode())
        ami.mute.clear()
        await it.until(lambda: ami.count("Ping") > pings + 1)
        assert it.downs == []


async def test_pings_without_an_answer_end_it_though_events_come(ami: FakeAmi) -> None:
    async with Probe(settings(ami, ping_interval_s=0.1, ping_timeout_s=0.05)) as it:
        await it.until_up()
        ami.mute.add("Ping")
        for _ in range(1_000):
            ami.emit("Newstate", [("Uniqueid", "1")])
            await asyncio.sleep(0.01)
            if it.downs:
                break
        assert it.downs[0].cause is DownCause.SILENT


async def test_a_restart_that_nobody_saw_is_told_before_the_snapshot(ami: FakeAmi) -> None:
    order: list[str] = []

    async def up(link: AmiLink) -> None:
        order.append("up")

    def down(down: Down) -> None:
        order.append(f"down {down.gone}")
        ami.starts += len(order) == 2  # another process, started so fast that no connection was refused

    link = AmiLink(settings(ami), on_up=up, on_down=down)
    task = asyncio.create_task(link.run())
    for expected in (["up"], ["up", "down False", "down True", "up"]):
        await until(lambda: link.state is LinkState.UP and order == expected)  # noqa: B023  (awaited here)
        ami.sessions[0].writer.transport.abort()
    await until(lambda: order[4:] == ["down False", "up"])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_filter_that_asterisk_refuses_is_an_alarm(ami: FakeAmi) -> None:
    async with Probe(settings(ami, filters=("action(exclude),name(VarSet)",))) as it:
        await it.until_up()
        assert [(alarm.kind, "Permission denied" in alarm.text) for alarm in it.alarms] == [("filter", True)]


async def test_an_asterisk_without_a_name_is_an_alarm(ami: FakeAmi) -> None:
    ami.system_name = ""
    async with Probe(settings(ami, system_name=None)) as it:
        await it.until_up()
        assert [alarm.kind for alarm in it.alarms] == ["no_system_name"]


async def test_forged_events_alarm_once_for_each_channel(ami: FakeAmi) -> None:
    async with Probe(settings(ami)) as it:
        await it.until_up()
        for channel in ("PJSIP/t-1", "PJSIP/t-2"):
            for _ in range(50):
                ami.emit("Newstate", [("Channel", channel), ("CallerIDNum", "1\r\nUniqueid: v"), ("Uniqueid", "1")])
        await it.until(lambda: it.link.counters.dropped.get("repeated_header") == 100)
        assert [alarm.channel for alarm in it.alarms] == ["PJSIP/t-1", "PJSIP/t-2"]
        assert it.events == []


async def test_a_listener_that_fails_on_an_alarm_does_not_end_the_link(ami: FakeAmi) -> None:
    def fail(alarm: Alarm) -> None:
        raise KeyError(alarm.kind)

    seen: list[str] = []
    link = AmiLink(settings(ami), on_alarm=fail, on_event=lambda message: seen.append(message.name))
    task = asyncio.create_task(link.run())
    await until(lambda: link.state is LinkState.UP)
    ami.emit_raw(b"Event: Hangup\r\nPrivilege: call,all\r\n\r\n")
    ami.emit("Hold", [("Uniqueid", "1")])
    await until(lambda: bool(seen))
    assert (seen, ami.logins, link.counters.dropped) == (["Hold"], 1, {"no_system_name": 1})
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_alarms_are_told_again_with_what_was_left_out() -> None:
    now, told = [0.0], list[Alarm]()
    limiter = AlarmLimiter(told.append, 10.0, lambda: now[0])
    for now[0] in (0.0, 1.0, 9.9, 10.0, 10.1, 25.0):
        limiter.give("a", "text")
    limiter.give("b", "text")
    assert [(alarm.kind, alarm.suppressed) for alarm in told] == [("a", 0), ("a", 2), ("a", 1), ("b", 0)]


def test_alarms_of_endlessly_many_kinds_take_no_endless_memory() -> None:
    limiter = AlarmLimiter(lambda alarm: None, 10.0)
    for number in range(5_000):
        limiter.give(str(number), "text")
    assert len(limiter._told) <= 1_024


@pytest.mark.parametrize(
    ("trouble_s", "refusals", "expected"),
    [
        (None, 0, 0.0),
        (0.0, 0, 0.1),
        (0.4, 0, 0.1),
        (3.6, 0, 0.72),
        (1e6, 0, 5.0),
        (0.0, 1, 1.0),
        (0.0, 4, 8.0),
        (0.0, 99, 60.0),
    ],
)
def test_the_pause_grows_with_the_trouble(trouble_s: float | None, refusals: int, expected: float) -> None:
    link = AmiLink(AmiSettings(host="localhost", port=1, username="a", secret="b"))
    pauses = [link._pause_s(trouble_s, refusals) for _ in range(200)]
    assert 0.8 * expected <= min(pauses) <= 0.95 * expected
    assert 1.05 * expected <= max(pauses) <= 1.2 * expected


def test_secrets_stay_on_this_machine_and_out_of_logs() -> None:
    with pytest.raises(BadRequest, match="TLS"):
        AmiSettings(host="192.0.2.1", port=5038, username="a", secret="b")
    tls = ssl.create_default_context()
    remote = AmiSettings(host="pbx.example", port=5039, username="a", secret="hunter2", system_name="hush", tls=tls)
    assert "hunter2" not in repr(remote)
    assert "hush" not in repr(remote)
    for host in ("127.0.0.1", "::1", "localhost"):
        AmiSettings(host=host, port=1, username="a", secret="b")
