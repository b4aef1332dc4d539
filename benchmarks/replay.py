"""The journal of inputs and its replay: what an input costs, and whether a million of them decide the same again.

``python -m benchmarks replay`` plays a history of 1,000,000 inputs (calls, agents, troubles, drawn from a seed) through
a real center into a real journal, and replays it. The exit code is 1 when one decision comes out otherwise.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from random import Random

from benchmarks.report import Figure, Machine, percentile, say, show
from tests.support.history import RecordedFloor, play
from tests.support.house import Floor, make_house

from tandem.cti.app.floor_plan import Input, Output
from tandem.cti.app.history.center_state import HouseCode, freeze, thaw
from tandem.cti.app.history.input_files import parts
from tandem.cti.app.history.input_journal import InputJournal
from tandem.cti.app.history.replay import Proof, replay
from tandem.cti.model.errors import CtiError
from tandem.cti.model.ids import AgentId

INPUTS = 1_000_000
AGENTS = 1_000


class Watched(InputJournal):
    """Tells the journal's own share of each input, in CPU time: what else the machine does is not its cost."""

    def handle(self, input_: Input, *, now: float) -> list[Output]:
        began = time.thread_time_ns()
        self.record(now, input_)
        recorded = time.thread_time_ns()
        outcome: list[Output] | CtiError
        try:
            outcome = self._center.handle(input_, now=now)
        except CtiError as error:
            outcome = error
        handled = time.thread_time_ns()
        self.outcome(outcome)
        JOURNAL_US.append((recorded - began + time.thread_time_ns() - handled) / 1000)
        CENTER_US.append((handled - recorded) / 1000)
        if isinstance(outcome, CtiError):
            raise outcome
        return outcome


JOURNAL_US: list[float] = []
CENTER_US: list[float] = []


def main() -> int:
    house = make_house()
    with tempfile.TemporaryDirectory(prefix="tandem-replay-") as name:
        folder = Path(name)
        say(f"{INPUTS:,} inputs are recorded")
        machine = Machine()
        floor = RecordedFloor(house=house, folder=folder, journal_of=Watched)
        play(floor, INPUTS, Random(1))
        floor.close()
        assert floor.journal is not None
        recording_s = machine.passed_s
        files = parts(folder)
        size = sum(part.path.stat().st_size for part in files)
        show(
            "Recording",
            [
                Figure("inputs", floor.inputs, ""),
                Figure("refused commands among them", floor.refused, ""),
                Figure("journal, CPU per input: mean", sum(JOURNAL_US) / len(JOURNAL_US), "us"),
                Figure("journal, CPU per input: p50", percentile(JOURNAL_US, 50), "us"),
                Figure("journal, CPU per input: p99", percentile(JOURNAL_US, 99), "us"),
                Figure("journal, the longest (a new file's state)", max(JOURNAL_US) / 1000, "ms"),
                Figure("center, CPU per input: mean", sum(CENTER_US) / len(CENTER_US), "us"),
                Figure("lost", floor.journal.status.lost, "inputs"),
                Figure("files", len(files), ""),
                Figure("on the disk, per input", size / floor.inputs, "bytes"),
                Figure("whole recording, model of the switch included", recording_s, "s"),
            ],
        )
        say("they are replayed")
        proof = Proof()
        began, cpu = time.monotonic(), time.process_time()
        for _ in replay(files, code=lambda _: HouseCode.of(house), proof=proof):
            pass
        passed, used = time.monotonic() - began, time.process_time() - cpu
        show(
            "Replay",
            [
                Figure("inputs", proof.inputs, ""),
                Figure("with another outcome", proof.different, ""),
                Figure("not compared", proof.unproven, ""),
                Figure("time", passed, "s"),
                Figure("CPU, per input", 1e6 * used / proof.inputs, "us"),
                Figure("inputs a second", proof.inputs / passed, "1/s"),
                *machine.figures(),
            ],
        )
    show(f"State of a center with {AGENTS:,} agents", _state())
    return 1 if proof.different or proof.inputs != floor.inputs else 0


def _state() -> list[Figure]:
    skills = {AgentId(f"a{n}"): {f"s{n % 40}": 1 + n % 5, f"s{n % 39 + 1}": 3, "language:zh": 5} for n in range(AGENTS)}
    floor = Floor(house=make_house(skills=skills))
    floor.ready(*skills)
    for n in range(100):
        floor.call(str(n))
    floor.settle(limit=10_000)
    code = HouseCode.of(floor.house)
    freezes, thaws = [], []
    state = b""
    for _ in range(20):
        began = time.perf_counter()
        state = freeze(floor.center)
        frozen = time.perf_counter()
        thaw(state, code)
        freezes.append(1000 * (frozen - began))
        thaws.append(1000 * (time.perf_counter() - frozen))
    return [
        Figure("frozen (once per file): median", percentile(freezes, 50), "ms"),
        Figure("thawed: median", percentile(thaws, 50), "ms"),
        Figure("size", len(state) / 1024, "KiB"),
    ]


if __name__ == "__main__":
    sys.exit(main())
