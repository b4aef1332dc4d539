"""``tandem routing``: look at the routing plan, check one, apply one, go back.

Where a server runs in this home, ``apply``, ``rollback`` and ``preview`` go through it, so that the plan counts at
once; else the plan is saved and counts from the next start on. The server answers ``routing.apply`` (``text``,
``note``, ``by``; gives ``{"version"}``) and ``routing.preview`` (``text``; gives ``{"effects": [{..}]}``).
"""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path

from tandem.cti.adapters.postgres.plans import PlanStore, StoredPlan
from tandem.cti.app.command_parser import CommandParser
from tandem.cti.app.control import ask
from tandem.cti.app.routing_words import say
from tandem.cti.app.terminal import language_of_terminal, padded
from tandem.cti.app.text_files import text_given
from tandem.cti.model.errors import ResourceMissing, Unavailable
from tandem.cti.storage.migrate import migrate
from tandem.cti.storage.pool import Database
from tandem.routing.core.plan import Plan, StepPlan
from tandem.routing.core.plan_change import difference
from tandem.routing.plan_document.in_chinese import problem_text
from tandem.routing.plan_document.words import share_text, time_text, written_needs
from tandem.routing.plan_file import PLAN_FILE, Review, parse_plan, review_plan

_MOST_CHANGES = 60

OpenDatabase = AbstractAsyncContextManager[str]
"""Its URL while the ``with`` block runs."""


def add_commands(routing: CommandParser, for_all: Callable[[CommandParser], None]) -> None:
    """What ``run`` looks at: ``do``, and ``file``, ``note``, ``version``. ``for_all`` gives each its common options."""
    routing.chosen("WHAT", dest="do")
    for name in ("check", "preview", "apply", "show", "export", "versions", "rollback"):
        command = routing.command(name)
        if name in ("check", "preview", "apply"):
            command.takes("file")
        if name == "apply":
            command.takes("--note", default="")
        if name == "rollback":
            command.takes("version", type=int)
        for_all(command)


async def run(asked: argparse.Namespace, home: Path, database: OpenDatabase) -> int:
    """One of the commands. 0: well; 1: the plan has errors. Raises CtiError with a sentence for the one who asked."""
    async with _store(database) as plans:
        match asked.do:
            case "check":
                return _report(await _review(plans, _text_of(asked.file), _name_of(asked.file)))
            case "preview":
                return await _preview(plans, _text_of(asked.file), _name_of(asked.file), home)
            case "apply":
                return await _apply(plans, _text_of(asked.file), _name_of(asked.file), asked.note, home)
            case "rollback":
                text = await plans.text_of(asked.version)
                return await _apply(plans, text, f"version {asked.version}", f"back to version {asked.version}", home)
            case "versions":
                for version in await plans.versions():
                    when = datetime.fromtimestamp(version.created_at).astimezone().strftime("%Y-%m-%d %H:%M")
                    print(f"{version.version:5}  {when}  {version.created_by:12}  {version.note}".rstrip())
            case "export":
                sys.stdout.write((await _current(plans)).text)
            case _:
                stored = await _current(plans)
                language = language_of_terminal()
                print(say("version", language, version=stored.version, note=stored.note).rstrip())
                print("\n".join(plan_table(parse_plan(stored.text, f"version {stored.version}"), language)))
    return 0


def plan_table(plan: Plan, language: str) -> list[str]:
    """A line for each queue, then how many agents have which skills."""
    width = max(map(len, plan.queues))
    lines = []
    for queue in plan.queues.values():
        steps = say("then", language).join(_step(step, language) for step in queue.steps)
        target = say("target", language, share=share_text(queue.target_share), time=time_text(queue.target_s))
        told = say("queue", language, hours=queue.hours or say("always_open", language), steps=steps)
        lines.append(f"{queue.id:{width}}  {padded(target, 14)}  {told}")
    count: dict[str, int] = {}
    for agent in plan.agents.values():
        for skill in agent.skills:
            count[skill] = count.get(skill, 0) + 1
    skills = ", ".join(f"{skill} {number}" for skill, number in sorted(count.items()))
    return [*lines, say("agents", language, count=len(plan.agents), skills=skills or say("no_skills", language))]


def _step(step: StepPlan, language: str) -> str:
    needs = written_needs(step.needs)
    return say("needs_after", language, needs=needs, time=time_text(step.after_s)) if step.after_s else needs


@asynccontextmanager
async def _store(database: OpenDatabase) -> AsyncIterator[PlanStore]:
    async with database as url:
        await migrate(url)
        pool = Database(url, connections=1)
        await pool.open()
        try:
            yield PlanStore(pool)
        finally:
            await pool.close()


async def _current(plans: PlanStore) -> StoredPlan:
    stored = await plans.current()
    if stored is None:
        raise ResourceMissing.because("no_plan_to_show")
    return stored


async def _review(plans: PlanStore, text: str, name: str) -> Review:
    return review_plan(text, name, logins=await plans.agent_logins())


def _report(review: Review) -> int:
    language = language_of_terminal()
    for problem in review.errors:
        print(problem_text(problem, language))
    _warn(review, language)
    counts = {"errors": len(review.errors), "warnings": len(review.warnings)}
    print(say("bad" if review.errors else "good", language, **counts))
    return 1 if review.errors else 0


def _warn(review: Review, language: str) -> None:
    for problem in review.warnings:
        print(say("warning", language) + problem_text(problem, language))


async def _preview(plans: PlanStore, text: str, name: str, home: Path) -> int:
    review = await _review(plans, text, name)
    if review.plan is None:
        return _report(review)
    stored = await plans.current()
    old = parse_plan(stored.text, f"version {stored.version}") if stored else Plan(queues={})
    language = language_of_terminal()
    changes = difference(old, review.plan)
    for change in changes[:_MOST_CHANGES]:
        print(change.text[language])
    if len(changes) > _MOST_CHANGES:
        print(say("more", language, count=len(changes) - _MOST_CHANGES))
    if not changes:
        print(say("same", language))
    try:
        seen = await ask(home, "routing.preview", text=text)
    except Unavailable:
        print(say("no_server", language))
    else:
        for effect in seen["effects"]:
            warning = say("warning", language) if effect["severity"] == "warning" else ""
            print(warning + effect["text"][language])
    return 0


async def _apply(plans: PlanStore, text: str, name: str, note: str, home: Path) -> int:
    review = await _review(plans, text, name)
    if review.errors:
        return _report(review)
    language = language_of_terminal()
    _warn(review, language)
    by = getpass.getuser()
    try:
        version = (await ask(home, "routing.apply", text=text, note=note, by=by))["version"]
    except Unavailable:
        version = await plans.save(text, note=note, by=by)
        print(say("saved", language, version=version))
    else:
        print(say("applied", language, version=version))
    return 0


def _name_of(file: str) -> str:
    return "standard input" if file == "-" else Path(file).name


def _text_of(file: str) -> str:
    """Raises BadRequest when the file cannot be read."""
    return text_given(file, most_characters=PLAN_FILE.max_characters)
