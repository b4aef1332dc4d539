"""One what-if from the stored day to its figures, in a process of its own (``python -m`` this).

Standard input: an ``Order`` as JSON. Standard output: ``News``, one JSON a line; the last one has a result or a
problem. Reading a day (a replay of all its inputs, or its rows) and simulating it take seconds to minutes of computing:
nothing of it happens in the server's process, and it happens with the lowest priority.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec

from tandem.agent_desktop.core import study_resources as shapes
from tandem.agent_desktop.core.fields import Texts
from tandem.cti.app.history.day_store import DayStore
from tandem.cti.app.history.input_files import BadJournal, parts
from tandem.cti.app.history.replay import CodeOf, code_of
from tandem.cti.app.history.whatif import BadChange, StoredDay, from_journal, read_change
from tandem.cti.model.errors import CtiError, ResourceMissing, Unavailable
from tandem.cti.storage.pool import Database
from tandem.routing.core.whatif import Study
from tandem.routing.errors import PlanError
from tandem.routing.plan_document.in_chinese import texts_of

log = logging.getLogger(__name__)

_DATABASE_S = 120.0
"""A whole day's rows may take a while."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """``now``: epoch seconds; a day that is not over ends then. ``runs``: 2 or more."""

    day: str
    change: str
    runs: int
    inputs_dir: str
    database_url: str
    now: float


class News(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``runs_done`` 0: the day is read and made ready."""

    runs_done: int = 0
    result: shapes.WhatIfResult | None = None
    problem: Texts = {}


DEFECT: Texts = {
    "en": "A defect of Tandem ended the simulation. The server's log says more; report it.",
    "zh": "程序缺陷使模拟中止。详情见服务器日志，请报告此问题。",
}


def main() -> int:
    logging.basicConfig(format="what-if: %(levelname)s %(message)s")
    with suppress(OSError):
        os.nice(15)
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    try:
        stored = asyncio.run(stored_day(order))
        _tell(News(result=_simulated(stored, order)))
    except BrokenPipeError:
        return 1  # the server that asked is gone
    except CtiError as error:
        _tell(News(problem=problem_of(error)))
    except Exception:
        log.exception("a simulation failed")
        _tell(News(problem=DEFECT))
    return 0


def _tell(news: News) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(news) + b"\n")
    sys.stdout.buffer.flush()


def _simulated(stored: StoredDay, order: Order) -> shapes.WhatIfResult:
    study = Study(day=stored.day, plan=stored.plan, change=read_change(order.change, stored, "the change"))
    study.notes += stored.notes
    _tell(News())
    pairs = []
    for number in range(order.runs):
        pairs.append(study.run(number))
        _tell(News(runs_done=number + 1))
    # the pages' shape has the same fields
    return msgspec.convert(msgspec.to_builtins(study.result(pairs)), shapes.WhatIfResult)


async def stored_day(order: Order, *, code: CodeOf = code_of) -> StoredDay:
    """From the journal of inputs; from the database where there is none that can be replayed. Raises CtiError."""
    day = date.fromisoformat(order.day)
    notes: list[Texts] = []
    files = parts(Path(order.inputs_dir), order.day)
    if files:
        try:
            with suppress(BadChange):  # a day without a single input
                stored = from_journal(files, day, code=code)
                if stored.day.arrivals:
                    return _noted(stored, _doubts(stored))
        except BadJournal as error:
            log.warning("taken from the database: %s", error)
            notes.append(
                {
                    "en": "The journal of that day cannot be replayed by this version: the day is from the database.",
                    "zh": "当前版本无法重放当天的输入日志：数据取自数据库。",
                }
            )
    database = Database(order.database_url, connections=1, deadline_s=_DATABASE_S)
    await database.open()
    try:
        stored = await DayStore(database).day(day, now=order.now)
    finally:
        await database.close()
    return _noted(stored, notes)


def _noted(stored: StoredDay, notes: Iterable[Texts]) -> StoredDay:
    return replace(stored, notes=(*stored.notes, *notes))


def _doubts(stored: StoredDay) -> list[Texts]:
    different = stored.proof.different if stored.proof is not None else 0
    if not different:
        return []
    return [
        {
            "en": f"This version decides otherwise than that day's at {different} of the day's inputs.",
            "zh": f"当天的输入中有 {different} 项在当前版本下决策不同。",
        }
    ]


# ---- what is said when it cannot be done ---------------------------------------------------------------------------


def problem_of(error: CtiError) -> Texts:
    """What is wrong and what to do, for the pages."""
    said = str(error).rstrip(".")
    if isinstance(error, PlanError):
        sentences = [texts_of(problem) for problem in error.problems]
        joints = {"en": " ", "zh": "："}
        return {
            language: "\n".join(f"{what[language]}{joint}{fix[language]}" for what, fix in sentences)
            for language, joint in joints.items()
        }
    if isinstance(error, BadChange):
        return {"en": said + ". Mend the change and run it again.", "zh": f"变更有误，请修改后重新运行：{said}"}
    if isinstance(error, ResourceMissing):
        return {"en": said + ". Choose a day from the list.", "zh": "没有这一天的数据。请从列表中选择日期。"}
    if isinstance(error, Unavailable):
        return {"en": f"{said}. Try again when the database is back.", "zh": "数据库暂时不可用。请在恢复后重新运行。"}
    return {"en": said + ".", "zh": f"无法模拟：{said}"}


if __name__ == "__main__":
    sys.exit(main())
