"""A recorded history, run again, is the same to the last bit; and where it is not, the first difference is found."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.history import recorded_history
from tests.support.house import make_house

from tandem.cti.app.history import replay as under_test
from tandem.cti.app.history.center_state import HouseCode
from tandem.cti.app.history.input_files import BadJournal, Header, PartReader, code_hash, parts
from tandem.cti.app.history.replay import Proof, from_time, replay, written_by_another
from tandem.cti.core.turn import Rules
from tandem.cti.storage.spool_format import Entry, line_of, parse_line

INPUTS = int(os.environ.get("TANDEM_REPLAYED_INPUTS", "100000"))
"""``TANDEM_REPLAYED_INPUTS=1000000`` takes about two minutes; ``python -m benchmarks replay`` runs that many."""


def code(_: Header) -> HouseCode:
    return HouseCode.of(make_house())


def prove(folder: Path) -> Proof:
    proof = Proof()
    for _ in replay(parts(folder), code=code, proof=proof):
        pass
    return proof


@pytest.mark.timeout(900)
def test_a_long_history_gives_the_same_decisions_bit_for_bit(tmp_path: Path) -> None:
    floor = recorded_history(tmp_path, INPUTS, seed=2, part_bytes=8 << 20)
    proof = prove(tmp_path)
    assert (proof.inputs, proof.different, proof.unproven) == (floor.inputs, 0, 0)
    assert floor.refused > INPUTS / 1000


@pytest.mark.parametrize("seed", ["1", "2"])
def test_nothing_depends_on_the_order_of_sets(tmp_path: Path, seed: str) -> None:
    """Another process has another hash of every text: were a set gone through anywhere, it would decide otherwise."""
    recorded_history(tmp_path, 5_000, seed=4)
    script = (
        "import sys; from pathlib import Path; from tests.unit.app.test_replay import prove\n"
        "proof = prove(Path(sys.argv[1])); print(proof.inputs, proof.different, proof.first)"
    )
    environ = os.environ | {"PYTHONHASHSEED": seed}
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(command, env=environ, cwd=root, capture_output=True, text=True, check=True)
    inputs, different, first = done.stdout.split(maxsplit=2)
    assert (int(inputs) >= 5_000, different, first.strip()) == (True, "0", "None")


def test_a_changed_input_is_found_and_only_what_follows_from_it_differs(tmp_path: Path) -> None:
    recorded_history(tmp_path, 2_000, seed=6)
    path = max((part.path for part in parts(tmp_path)), key=lambda path: path.stat().st_size)
    lines = path.read_bytes().splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if n > 500 and b" Originated " in line and b"+86" in line)
    entry = parse_line(lines[at][:-1])
    assert entry is not None
    lines[at] = line_of(Entry(entry.seq, entry.payload.replace(b"+86138", b"+86139", 1)))
    path.write_bytes(b"".join(lines))
    proof = prove(tmp_path)
    assert proof.first is not None
    assert proof.first.recorded.number == at + 1
    assert 0 < proof.different < proof.inputs / 10


def test_other_rules_are_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded_history(tmp_path, 2_000, seed=6)
    begin = under_test.begin

    def otherwise(reader: PartReader, code: Callable[[Header], HouseCode]) -> Any:
        center = begin(reader, code)
        center.house = replace(center.house, rules=Rules(ring_s=3.0))
        return center

    monkeypatch.setattr(under_test, "begin", otherwise)
    assert prove(tmp_path).different > 0


def test_a_torn_day_is_replayed_up_to_where_it_is_torn(tmp_path: Path) -> None:
    recorded_history(tmp_path, 1_000, seed=8)
    path = parts(tmp_path)[-1].path
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-5]) + lines[-5][:20])
    proof = prove(tmp_path)
    assert (proof.different, proof.unproven, proof.torn) == (0, 1, 1)


def test_lines_after_the_end_are_refused(tmp_path: Path) -> None:
    recorded_history(tmp_path, 200, seed=8)
    path = parts(tmp_path)[-1].path
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines) + line_of(Entry(len(lines) + 1, b"input 1.0 0 Tick {}")))
    with pytest.raises(BadJournal, match="goes on after its end"):
        prove(tmp_path)


def test_a_defect_of_the_day_is_one_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded_history(tmp_path, 300, seed=8)
    begin = under_test.begin

    def fragile(reader: PartReader, code: Callable[[Header], HouseCode]) -> Any:
        center = begin(reader, code)
        center.contacts = None  # type: ignore[assignment]
        return center

    monkeypatch.setattr(under_test, "begin", fragile)
    outcomes = [step.outcome for step in replay(parts(tmp_path), code=code)]
    assert None in outcomes


def rewritten(path: Path, number: int, change: Callable[[bytes], bytes]) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    entry = parse_line(lines[number - 1][:-1])
    assert entry is not None
    lines[number - 1] = line_of(Entry(entry.seq, change(entry.payload)))
    path.write_bytes(b"".join(lines))


def test_another_version_is_named(tmp_path: Path) -> None:
    recorded_history(tmp_path, 200, seed=8)
    part = parts(tmp_path)[0]
    shapes = PartReader(part).header.shapes
    assert written_by_another(part) is None
    rewritten(part.path, 1, lambda text: text.replace(code_hash().encode(), b"0123456789abcdef"))
    other = written_by_another(part)
    assert other is not None
    assert other.code == "0123456789abcdef"
    assert prove(tmp_path).different == 0, "another program that decides the same is the same"
    rewritten(part.path, 1, lambda text: text.replace(shapes.encode(), b"fedcba9876543210"))
    with pytest.raises(BadJournal, match=r"code 0123456789abcdef\), whose inputs have other fields"):
        prove(tmp_path)


def test_a_state_of_another_version_is_refused(tmp_path: Path) -> None:
    recorded_history(tmp_path, 200, seed=8)
    part = parts(tmp_path)[0]
    rewritten(part.path, 2, lambda _: b"state Y3RhbmRlbS5jdGkubW9kZWwuaWRzCkdvbmUKLg==")
    with pytest.raises(BadJournal, match="replay it with that version"):
        prove(tmp_path)


def test_who_reads_only_the_beginning_of_a_file_leaves_it_closed(tmp_path: Path) -> None:
    recorded_history(tmp_path, 50, seed=9)
    gc.disable()
    try:
        for part in parts(tmp_path):
            assert PartReader(part).header.at
        held = {os.path.realpath(f"/proc/self/fd/{each}") for each in os.listdir("/proc/self/fd")}
    finally:
        gc.enable()
    assert not held.intersection(str(part.path.resolve()) for part in parts(tmp_path))


def test_a_replay_begins_at_the_last_state_before_the_asked_time(tmp_path: Path) -> None:
    recorded_history(tmp_path, 2_000, seed=9, part_bytes=60_000)
    there = parts(tmp_path)
    begins = [PartReader(part).header.at for part in there]
    assert from_time(there, begins[0] - 1) == there
    assert from_time(there, begins[2]) == there[2:]
    assert from_time(there, begins[2] + 1e-3) == there[2:]
    assert from_time(there, begins[-1] + 1e9) == there[-1:]
