"""The journal of inputs: what was taken is in the files, and no trouble of the disk reaches the calls."""

from __future__ import annotations

import errno
import gzip
import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.support.history import RecordedFloor, play, recorded_history
from tests.support.house import MEI, Floor

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import floor_plan as c
from tandem.cti.app.history import input_journal as under_test
from tandem.cti.app.history.input_files import BadJournal, DayMissing, End, PartReader, Recorded, parts, parts_of
from tandem.cti.app.history.input_journal import InputJournal
from tandem.cti.model import events as ev
from tandem.cti.model.errors import WrongState
from tandem.cti.model.ids import CallId, ConnectionId, DeviceId
from tandem.cti.storage.spool_format import Entry, line_of

DAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12).astimezone().timestamp()
HELD = ev.Held(call=CallId("c-1"), connection=ConnectionId("c-1.0"))


@pytest.fixture
def floor() -> Floor:
    return Floor(now=NOON)


@pytest.fixture
def alarms() -> list[str]:
    return []


@pytest.fixture
def opened(tmp_path: Path, floor: Floor, alarms: list[str]) -> Iterator[Callable[..., InputJournal]]:
    made = []

    def make(**given: Any) -> InputJournal:
        journal = InputJournal(tmp_path, floor.center, on_alarm=alarms.append, **given)
        journal.open()
        made.append(journal)
        return journal

    yield make
    for journal in made:
        journal.close()


def recorded(folder: Path, day: str | None = None) -> list[Recorded]:
    return [line for part in parts(folder, day) for line in PartReader(part).inputs() if isinstance(line, Recorded)]


def until(true: Callable[[], Any]) -> None:
    for _ in range(3000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to be")


def test_what_is_recorded_can_be_read_at_once(tmp_path: Path, opened: Callable[..., InputJournal]) -> None:
    journal = opened()
    journal.handle(HELD, now=NOON)
    journal.handle(c.Tick(), now=NOON + 0.1)
    until(lambda: journal.status.pending == 0)
    assert [(line.now, line.input) for line in recorded(tmp_path)] == [(NOON, HELD), (NOON + 0.1, c.Tick())]
    assert (part := parts(tmp_path)[0]).path.name == "2026-11-22-0001.lines"
    assert part.path.stat().st_mode & 0o777 == 0o600


def test_a_refused_command_is_an_input_and_is_raised(tmp_path: Path, opened: Callable[..., InputJournal]) -> None:
    journal = opened()
    command = c.Commanded(MEI, m.Decline(id=1, call="c-1"))
    with pytest.raises(WrongState):
        journal.handle(command, now=NOON)
    journal.handle(HELD, now=NOON + 1)
    journal.close()
    first, second = recorded(tmp_path)
    assert first.input == command
    assert second.chain != first.chain, "the refusal is part of what came of it"


def test_a_closed_journal_says_so_and_the_next_process_begins_another_file(
    tmp_path: Path, opened: Callable[..., InputJournal]
) -> None:
    journal = opened()
    journal.handle(HELD, now=NOON)
    journal.close()
    assert isinstance(list(PartReader(parts(tmp_path)[0]).inputs())[-1], End)
    opened().handle(HELD, now=NOON + 1)
    until(lambda: len(parts(tmp_path)) == 2 and parts(tmp_path)[0].finished)
    assert [part.number for part in parts_of(tmp_path, DAY)] == [1, 2]
    until(lambda: len(recorded(tmp_path)) == 2)


def test_midnight_begins_another_day(tmp_path: Path, opened: Callable[..., InputJournal]) -> None:
    journal = opened()
    midnight = datetime(2026, 11, 23).astimezone().timestamp()
    for now in (midnight - 1e-3, midnight, midnight + 1):
        journal.handle(HELD, now=now)
    journal.close()
    assert len(recorded(tmp_path, "2026-11-22")) == 1
    assert len(recorded(tmp_path, "2026-11-23")) == 2


def test_a_full_part_is_followed_by_another_and_compressed(tmp_path: Path) -> None:
    floor = recorded_history(tmp_path, 2_000, part_bytes=60_000)
    assert floor.journal is not None
    there = parts(tmp_path)
    assert len(there) > 3
    assert len(recorded(tmp_path)) == floor.inputs
    assert [part.finished for part in there][-1] is False


def test_old_days_are_removed_and_a_bound_is_kept(
    tmp_path: Path, opened: Callable[..., InputJournal], alarms: list[str]
) -> None:
    for day in ("2026-10-21", "2026-10-22", "2026-11-20", "2026-11-21"):
        with gzip.open(tmp_path / f"{day}-0001.lines.gz", "wb", compresslevel=0) as file:
            file.write(b"x" * 1000)
    journal = opened(journal_days=30, max_bytes=1500)
    until(lambda: len(parts(tmp_path)) == 1)
    assert parts(tmp_path)[0].day == "2026-11-21"
    until(lambda: journal.status.bytes > 1000)
    assert len(alarms) == 1
    assert "2026-11-20 are removed early" in alarms[0]


def test_today_alone_over_the_bound_stops_the_journal_and_not_the_calls(
    tmp_path: Path, opened: Callable[..., InputJournal], alarms: list[str], floor: Floor
) -> None:
    (tmp_path / "2026-11-22-0001.lines").write_bytes(b"x" * 2000)
    journal = opened(max_bytes=10)
    until(lambda: journal._keeper.full)
    journal.handle(HELD, now=NOON)
    assert journal.status.lost == 1
    assert "bound" in alarms[0]


def test_a_disk_that_refuses_ends_the_file_and_a_new_state_begins_the_next(
    tmp_path: Path,
    opened: Callable[..., InputJournal],
    alarms: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    journal = opened()
    journal.handle(HELD, now=NOON)
    until(lambda: journal.status.pending == 0)
    full = threading.Event()
    write = os.write

    def refuse(fd: int, data: bytes) -> int:
        if full.is_set():
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(fd, data)

    monkeypatch.setattr(os, "write", refuse)
    full.set()
    journal.handle(HELD, now=NOON + 1)
    until(lambda: alarms)
    full.clear()
    assert "No space left" in alarms[0]
    journal.handle(HELD, now=NOON + 2)  # too soon after the failure
    journal.handle(HELD, now=NOON + 2 + under_test.RETRY_S)
    until(lambda: len(parts(tmp_path)) == 2)
    assert journal.status.lost == 1
    journal.close()
    assert [line.now for line in recorded(tmp_path)] == [NOON, NOON + 7.0]


def test_a_disk_that_stands_still_holds_up_nobody(
    opened: Callable[..., InputJournal], alarms: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    write = os.write

    def stand(fd: int, data: bytes) -> int:
        go_on.wait(20)
        return write(fd, data)

    monkeypatch.setattr(os, "write", stand)
    journal = opened(pending_bytes=50_000)
    for number in range(1_000):
        journal.handle(HELD, now=NOON + number / 1000)
    go_on.set()
    assert journal.status.lost > 0
    assert journal.status.pending < 60_000
    assert "does not keep up" in alarms[0]


def test_what_has_no_text_costs_one_input_and_not_the_day(
    tmp_path: Path, opened: Callable[..., InputJournal], alarms: list[str]
) -> None:
    journal = opened()
    journal.handle(HELD, now=NOON)
    journal.handle(ev.Held(call=CallId("\udc80"), connection=ConnectionId("x")), now=NOON + 1)
    journal.handle(HELD, now=NOON + 2)
    journal.close()
    assert [line.now for line in recorded(tmp_path)] == [NOON, NOON + 2]
    assert len(parts(tmp_path)) == 2
    assert "cannot be written as text" in alarms[0]


def test_another_center_begins_with_its_own_state(tmp_path: Path, opened: Callable[..., InputJournal]) -> None:
    journal = opened()
    journal.handle(HELD, now=NOON)
    other = Floor(now=NOON)
    journal.checkpoint(other.center)
    journal.handle(c.SeatOpened(MEI, on_call=False), now=NOON + 1)
    assert other.center.agents[MEI].seat_open
    journal.close()
    assert len(parts(tmp_path)) == 2


def test_days_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(DayMissing, match="there is none yet"):
        parts_of(tmp_path / "inputs", DAY)
    (tmp_path / "2026-11-20-0001.lines").touch()
    (tmp_path / "2026-11-20-0001.lines.new").touch()
    (tmp_path / "nonsense.lines").touch()
    with pytest.raises(DayMissing, match="there are 2026-11-20 to 2026-11-20"):
        parts_of(tmp_path, DAY)


# ---- files that are not as they should be ----


@pytest.fixture
def lines(tmp_path: Path) -> list[bytes]:
    floor = RecordedFloor(folder=tmp_path / "whole")
    import random

    play(floor, 200, random.Random(5))
    floor.close()
    return parts(tmp_path / "whole")[0].path.read_bytes().splitlines(keepends=True)


def read(folder: Path, content: bytes) -> tuple[PartReader, list[Recorded | End]]:
    (folder / "2026-11-22-0001.lines").write_bytes(content)
    reader = PartReader(parts(folder)[0])
    return reader, list(reader.inputs())


@pytest.mark.parametrize("cut", [1, 7, 30])
def test_a_torn_last_line_is_the_end(tmp_path: Path, lines: list[bytes], cut: int) -> None:
    reader, found = read(tmp_path, b"".join(lines[:50])[:-cut])
    assert reader.torn
    assert len(found) == 47


def test_a_whole_file_is_not_torn(tmp_path: Path, lines: list[bytes]) -> None:
    reader, found = read(tmp_path, b"".join(lines))
    assert not reader.torn
    assert len(found) == len(lines) - 2


def renumbered(number: int, payload: bytes) -> bytes:
    return line_of(Entry(number, payload))


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda lines: [*lines[:9], b"?" + lines[9][1:], *lines[10:]], "line 10: it is damaged"),
        (lambda lines: [*lines[:9], *lines[10:]], "line 10: it is line 11: lines are missing"),
        (lambda lines: [*lines[:9], lines[8], *lines[9:]], "line 10: it is line 9: lines are missing or doubled"),
        (lambda lines: [*lines[:2], renumbered(3, b"input 1.0 0000 Nobody {}")], "line 3: there is no input named"),
        (lambda lines: [*lines[:2], renumbered(3, b"input soon 0000 Tick {}")], "line 3: it is malformed"),
        (lambda lines: [*lines[:2], renumbered(3, b"input")], "line 3: it is malformed"),
        (lambda lines: [*lines[:2], renumbered(3, b"end")], "line 3: it is malformed"),
        (lambda lines: [*lines[:2], renumbered(3, b"output 1")], "line 3: b'output' is no kind of line"),
        (lambda lines: [lines[0], renumbered(2, b"state ???")], "line 2: the state of the center is not there"),
        (lambda lines: [lines[0]], "line 2: the state of the center is not there"),
        (lambda lines: [renumbered(1, b"header {}")], "line 1: no header"),
        (lambda lines: [renumbered(1, lines[0][:-1].split(b" ", 2)[2].replace(b'"format":1', b'"format":2'))], "is 2"),
        (lambda lines: [], "line 1: no header"),
        (lambda lines: [b"\0" * 4096], "line 1: no header"),
    ],
)
def test_damage_is_refused_with_its_line(
    tmp_path: Path, lines: list[bytes], spoil: Callable[[list[bytes]], list[bytes]], what: str
) -> None:
    with pytest.raises(BadJournal, match=what):
        read(tmp_path, b"".join(spoil(lines)))


def test_a_damaged_compressed_file_is_refused(tmp_path: Path, lines: list[bytes]) -> None:
    whole = gzip.compress(b"".join(lines))
    for content in (whole[:-20], whole[: len(whole) // 2] + b"\0" * 50 + whole[len(whole) // 2 + 50 :], b"no gzip"):
        (tmp_path / "2026-11-22-0001.lines.gz").write_bytes(content)
        with pytest.raises(BadJournal, match=r"cannot be read any further|damaged|no header|not there"):
            list(PartReader(parts(tmp_path)[0]).inputs())


def test_a_device_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "2026-11-22-0001.lines").mkdir()
    with pytest.raises(BadJournal, match="cannot be read"):
        PartReader(parts(tmp_path)[0])


def test_phones_of_a_snapshot_in_another_order_are_the_same_input(
    tmp_path: Path, opened: Callable[..., InputJournal]
) -> None:
    phones = frozenset(DeviceId(str(number)) for number in range(1000, 1050))
    found = ev.SwitchFound(snapshot=ev.Snapshot(connections=(), in_service=phones), restarted=False)
    journal = opened()
    journal.handle(found, now=NOON)
    journal.close()
    assert recorded(tmp_path)[0].input == found
