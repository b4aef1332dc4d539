"""Does a plan make sense? What refers to nothing, contradicts itself or goes round is an error; what works but probably
was not meant is a warning. Pure, and quick for 10,000 queues: agents are kept as bits per skill and level.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from tandem.cti.documents.graph import circles
from tandem.cti.documents.problems import Problem, closest, instead_of
from tandem.cti.documents.reading import MAX_GUESSES
from tandem.cti.model.hours import WeeklyHours
from tandem.cti.model.ids import AgentId
from tandem.cti.model.skills import Needs, needs_text
from tandem.cti.model.timezones import known_timezone
from tandem.routing.core.plan import SECTIONS, Action, AgentPlan, Plan, QueuePlan, StepPlan

LineOf = Callable[..., int]
"""The line of a path of keys and indexes, such as ``("queues", "loans", "steps", 1)``."""
CUSTOMER_TIERS = ("vip", "gold", "standard")
"""What a customer's record may say."""
SPOKEN = ("zh", "en")
MAX_LOOPS = 20
_FOR_CALLS_ONLY = ("number", "voicemail", "callback", "message")


@dataclass(slots=True)
class Findings:
    """Each with file, line, what is wrong and what to do."""

    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


class Staff:
    """Who can what, as bits: bit n is the n-th agent of the plan."""

    def __init__(self, agents: Iterable[AgentPlan]) -> None:
        self.agents = tuple(agents)
        self.everyone = (1 << len(self.agents)) - 1
        self.with_tasks = _bits(agent.tasks > 0 for agent in self.agents)
        levels: dict[str, list[bytearray]] = {}
        for number, agent in enumerate(self.agents):
            for skill, proficiency in agent.skills.items():
                rows = levels.setdefault(skill, [bytearray(len(self.agents) // 8 + 1) for _ in range(5)])
                for row in rows[:proficiency]:
                    row[number >> 3] |= 1 << (number & 7)
        self._levels = {skill: [int.from_bytes(row, "little") for row in rows] for skill, rows in levels.items()}
        self._able: dict[Needs, int] = {(): self.everyone}

    @property
    def skills(self) -> Collection[str]:
        return self._levels.keys()

    def able(self, needs: Needs) -> int:
        """The agents who meet all needs."""
        found = self._able.get(needs)
        if found is None:
            found = self.everyone
            for need in needs:
                found &= self._levels[need.skill][need.minimum - 1] if need.skill in self._levels else 0
            self._able[needs] = found
        return found

    def highest(self, skill: str) -> int:
        """The highest proficiency that anyone has; 0 when nobody has the skill."""
        return sum(1 for row in self._levels.get(skill, ()) if row)

    def nearest(self, needs: Needs) -> tuple[AgentId, list[str]] | None:
        """The agent who lacks the least, and what he lacks, in words. Looks at every agent."""
        best: tuple[int, AgentId, list[str]] | None = None
        for agent in self.agents:
            short = [(need, agent.skills.get(need.skill, 0)) for need in needs]
            short = [(need, has) for need, has in short if has < need.minimum]
            missing = sum(need.minimum - has for need, has in short)
            if best is None or missing < best[0]:
                words = [f"{need.skill} {has} instead of {need.minimum}" for need, has in short]
                best = (missing, agent.login, words)
        return best[1:] if best else None


def _bits(flags: Iterable[bool]) -> int:
    row = bytearray()
    for number, flag in enumerate(flags):
        if number & 7 == 0:
            row.append(0)
        row[-1] |= flag << (number & 7)
    return int.from_bytes(row, "little")


def check_plan(plan: Plan, *, file: str, line: LineOf, logins: Collection[str] | None = None) -> Findings:
    """``logins``: of the agents who may log in; None when they are not known."""
    return _Check(plan, file, line, logins).run()


class _Check:
    def __init__(self, plan: Plan, file: str, line: LineOf, logins: Collection[str] | None) -> None:
        self.plan = plan
        self.file = file
        self.line = line
        self.logins = logins
        self.found = Findings()
        self.staff = Staff(
            agent for agent in plan.agents.values() if logins is None or not logins or agent.login in logins
        )
        self.staffed = any(agent.skills for agent in self.staff.agents)
        self.guesses = 0

    def run(self) -> Findings:
        for queue in self.plan.queues.values():
            self.queue(queue)
        if not self.plan.for_calls:
            fix = "Add a queue without kind: task; callers whose own queue is gone go to the first one."
            self.error(("queues",), "no_queue_for_calls", "there is no queue for calls", fix)
        self.loops()
        self.agents()
        self.hours()
        self.shifts()
        self.tiers()
        self.sites()
        if self.plan.blending.resume_above <= self.plan.blending.yield_below:
            fix = "Write a resume_above that is higher, or campaigns come and go all the time."
            self.error(("blending",), "blending", "resume_above is not above yield_below", fix)
        return self.found

    # -- saying it -----------------------------------------------------------------------------------------------------

    def error(self, path: tuple[str | int, ...], code: str, what: str, fix: str) -> None:
        self.found.errors.append(self._problem(path, code, what, fix))

    def warn(self, path: tuple[str | int, ...], code: str, what: str, fix: str) -> None:
        self.found.warnings.append(self._problem(path, code, what, fix))

    def _problem(self, path: tuple[str | int, ...], code: str, what: str, fix: str) -> Problem:
        part = f"{SECTIONS.get(str(path[0]), ('', ''))[0]} {path[1]}".strip() if len(path) > 1 else ""
        return Problem(self.file, self.line(*path), code, what, fix, part, tuple(map(str, path)))

    def may_guess(self) -> bool:
        """Comparing words takes its time: a plan that is wrong all over gets no more guesses."""
        self.guesses += 1
        return self.guesses <= MAX_GUESSES

    def instead_of(self, word: str, known: Collection[str]) -> str:
        return instead_of(word, known) if self.may_guess() else "Use a name that exists."

    # -- queues --------------------------------------------------------------------------------------------------------

    def queue(self, queue: QueuePlan) -> None:
        here = ("queues", queue.id)
        self.steps(queue)
        if queue.hours and queue.hours not in self.plan.hours:
            what, fix = f'there are no hours "{queue.hours}"', self.instead_of(queue.hours, self.plan.hours)
            self.error((*here, "hours"), "unknown_hours", what, fix)
        if queue.hours and queue.closed is None:
            fix = "Add closed: with what happens then, such as {do: voicemail}."
            self.warn(
                (*here, "hours"), "closed_without_action", "callers outside its hours hear the built-in text", fix
            )
        if queue.closed:
            self.action(queue, queue.closed, (*here, "closed"))
        for number, rule in enumerate(queue.overflow):
            self.action(queue, rule.action, (*here, "overflow", number))
            if rule.ready_below == 0:
                fix = "Write ready < 1 for: nobody is there."
                self.error((*here, "overflow", number), "never_due", "ready < 0 never holds", fix)
        if queue.kind == "task" and queue.sticky:
            fix = "Remove it here."
            self.warn((*here, "sticky"), "not_for_tasks", "sticky means nothing for tasks", fix)

    def action(self, queue: QueuePlan, action: Action, path: tuple[str | int, ...]) -> None:
        if queue.kind == "task" and action.kind in _FOR_CALLS_ONLY:
            what = f"{action.kind} is nothing that can be done with a task"
            self.error(path, "not_for_tasks", what, "Use do: queue with another queue of tasks.")
        if action.kind == "queue":
            target = self.plan.queues.get(action.to)  # type: ignore[call-overload]
            if target is None:
                fix = self.instead_of(action.to, self.plan.queues)
                self.error(path, "unknown_queue", f'there is no queue "{action.to}"', fix)
            elif target.kind != queue.kind:
                what = f'queue "{action.to}" has kind {target.kind}, this one {queue.kind}'
                self.error(path, "other_kind", what, "Name a queue of the same kind.")
        if action.text and (missing := [language for language in SPOKEN if language not in action.text]):
            what = f"the text is missing in {', '.join(missing)}"
            self.warn(path, "missing_text", what, f"Add {missing[0]}: or those callers hear the built-in text.")

    def steps(self, queue: QueuePlan) -> None:
        here = ("queues", queue.id, "steps")
        first = queue.steps[0]
        if first.after_s or first.predicted_over_s is not None:
            fix = "Let it begin at once: write it without after and or_predicted_over."
            self.error((*here, 0), "first_step_waits", "nobody may take a call before the first step", fix)
        able = 0
        for number, step in enumerate(queue.steps):
            place = f"step {number + 1}"
            if number and step.after_s <= queue.steps[number - 1].after_s:
                what = f"{place} does not begin after the one before it"
                self.error((*here, number), "steps_not_ascending", what, "Write steps in order of after, each later.")
            if wider := _wider(step, queue.steps[:number]):
                what = f"{place} adds nobody: who meets it meets step {wider} too"
                fix = "Let it ask for less than the steps before it, or remove it."
                self.error((*here, number), "step_adds_nobody", what, fix)
                continue
            here_able = self.staff.able(step.needs)
            if queue.kind == "task":
                here_able &= self.staff.with_tasks
            if self.staffed:
                self.step(step, here_able, able, (*here, number), place)
            able |= here_able
        if self.staffed and not able:
            fix = "Give an agent the skills, lower them, or add a step for anyone."
            self.error(here, "nobody_serves", "there is no agent who can ever serve this queue", fix)

    def step(self, step: StepPlan, able: int, before: int, path: tuple[str | int, ...], place: str) -> None:
        unknown = [need for need in step.needs if need.skill not in self.staff.skills]
        for need in unknown:
            near = closest(need.skill, self.staff.skills) if self.may_guess() else None
            fix = f'Did you mean "{near}"?' if near else "Give it to an agent, or write a skill that somebody has."
            self.error(path, "unknown_skill", f'{place}: no agent has the skill "{need.skill}"', fix)
        if not unknown and not able:
            self.warn(
                path, "step_never_matches", f"{place} can never match: {self._lacking(step.needs)}", self._how(step)
            )
        elif step.needs and able and before and not able & ~before:
            what = f"{place} adds nobody: every agent who meets it meets an earlier step too"
            self.warn(path, "step_adds_no_agent", what, "Let it ask for less, or remove it.")

    def _lacking(self, needs: Needs) -> str:
        too_high = [need for need in needs if self.staff.highest(need.skill) < need.minimum]
        if too_high:
            return "nobody has " + " or ".join(map(str, too_high))
        return f"nobody has {needs_text(needs)} together"

    def _how(self, step: StepPlan) -> str:
        near = self.staff.nearest(step.needs) if self.may_guess() else None
        if near is None:
            return "Lower it to what your agents have."
        login, words = near
        return (
            f"{login} comes nearest ({', '.join(words)}): lower the step, or raise the agent."
            if words
            else ("Who would meet it takes no tasks: raise an agent's tasks.")
        )

    def loops(self) -> None:
        ways = {queue.id: _leads_to(queue) for queue in self.plan.queues.values()}
        for circle in islice(circles(ways), MAX_LOOPS):  # type: ignore[arg-type]
            shown = " -> ".join(circle if len(circle) <= 8 else (*circle[:6], "...", circle[-1]))
            what = f"callers would be sent round: {shown}"
            fix = "Let one of these queues lead elsewhere, such as to voicemail or callback."
            self.error(("queues", circle[0]), "overflow_loop", what, fix)

    # -- agents --------------------------------------------------------------------------------------------------------

    def agents(self) -> None:
        for agent in self.plan.agents.values():
            here = ("agents", agent.login)
            if self.logins is not None and agent.login not in self.logins:
                near = closest(agent.login, self.logins) if self.may_guess() else None
                fix = f'Did you mean "{near}"?' if near else "Add the person with tandem user, or remove the entry."
                self.warn(here, "unknown_agent", f'no agent logs in as "{agent.login}"', fix)
            if not agent.skills and not agent.outbound:
                fix = "Add skills: {SKILL: 1 to 5}."
                what = "an agent without skills gets only what anyone may take"
                self.warn(here, "agent_without_skills", what, fix)
            if agent.site and agent.site not in self.plan.sites:
                fix = self.instead_of(agent.site, self.plan.sites)
                self.error((*here, "site"), "unknown_site", f'there is no site "{agent.site}"', fix)
            if agent.shift and agent.shift not in self.plan.shifts:
                fix = self.instead_of(agent.shift, self.plan.shifts)
                self.error((*here, "shift"), "unknown_shift", f'there is no shift "{agent.shift}"', fix)
        absent = sorted(login for login in self.logins or () if AgentId(login) not in self.plan.agents)
        if absent:
            shown = ", ".join(absent[:12]) + (", ..." if len(absent) > 12 else "")
            what = f"{len(absent)} of those who log in as agents are not in the plan: {shown}"
            self.warn(("agents",), "agent_without_skills", what, "Add them under agents: with their skills.")

    # -- hours, shifts, tiers, sites -----------------------------------------------------------------------------------

    def hours(self) -> None:
        used = {queue.hours for queue in self.plan.queues.values()} | set(self.plan.calling.hours.values())
        for beginning, name in self.plan.calling.hours.items():
            if name not in self.plan.hours:
                what, fix = f'there are no hours "{name}"', self.instead_of(name, self.plan.hours)
                self.error(("calling", "hours", beginning), "unknown_hours", what, fix)
        for name, hours in self.plan.hours.items():
            self.times(hours, ("hours", name))
            if name not in used:
                fix = f"Name it in a queue (hours: {name}), or remove it."
                self.warn(("hours", name), "unused_hours", "nothing has these hours", fix)

    def times(self, hours: WeeklyHours, here: tuple[str, str]) -> None:
        if not known_timezone(hours.timezone):
            fix = 'Write it as in the IANA database, such as "Asia/Shanghai".'
            self.error((*here, "timezone"), "unknown_timezone", f'there is no time zone "{hours.timezone}"', fix)
        if not any(hours.days.values()) and not any(hours.open_on.values()):
            self.error((*here, "weekly"), "never_open", "these hours never open", "Give at least one day its times.")
        both = hours.closed_on & hours.open_on.keys()
        if both:
            what = f"{min(both)} is under closed and under open"
            self.error((*here, "closed"), "closed_and_open", what, "Keep one of the two.")

    def shifts(self) -> None:
        teams = {agent.team for agent in self.plan.agents.values()}
        worked = {agent.shift for agent in self.plan.agents.values()}
        shift_of: dict[str, str] = {}
        for name, shift in self.plan.shifts.items():
            here = ("shifts", name)
            self.times(shift.hours, here)
            for number, team in enumerate(shift.teams):
                if shift_of.setdefault(team, name) != name:
                    fix = "Name the team in one shift; single agents may have another one (shift: ...)."
                    what = f'the team "{team}" works the shift "{shift_of[team]}" already'
                    self.error((*here, "teams", number), "team_twice", what, fix)
                elif team not in teams:
                    fix = self.instead_of(team, teams - {""})
                    self.warn((*here, "teams", number), "unknown_team", f'no agent is of the team "{team}"', fix)
            if not shift.teams and name not in worked:
                fix = f"Name its teams (teams: [...]), give agents shift: {name}, or remove it."
                self.warn((*here, "teams"), "unused_shift", "nobody works this shift", fix)

    def tiers(self) -> None:
        ranks: dict[int, str] = {}
        for tier in self.plan.tiers:
            other = ranks.setdefault(tier.rank, tier.name)
            if other != tier.name:
                what = f"{tier.name} has the same rank as {other}"
                self.error(("tiers", tier.name), "same_rank", what, "Give each tier a rank of its own.")
            if tier.name not in CUSTOMER_TIERS:
                fix = f"Use one of: {', '.join(CUSTOMER_TIERS)}."
                self.warn(("tiers", tier.name), "unknown_tier", f'no customer can have the tier "{tier.name}"', fix)
        names = {tier.name for tier in self.plan.tiers}
        for name in CUSTOMER_TIERS:
            if name not in names:
                what = f'the tier "{name}" has no entry: such customers are served last'
                self.warn(("tiers",), "missing_tier", what, f"Add {name}: {{rank: ...}}.")

    def sites(self) -> None:
        owner: dict[str, str] = {}
        staffed = {agent.site for agent in self.plan.agents.values()}
        for site, numbers in self.plan.sites.items():
            for number in sorted(numbers):
                if owner.setdefault(number, site) != site:
                    what = f"the number {number} arrives at {owner[number]} already"
                    self.error(("sites", site), "number_twice", what, "A number belongs to one site.")
            if site not in staffed:
                fix = f"Give agents site: {site}, or remove it."
                self.warn(("sites", site), "site_without_agents", "nobody works at this site", fix)


def _wider(step: StepPlan, earlier: tuple[StepPlan, ...]) -> int:
    """The number (from 1) of an earlier step whose needs everyone meets who meets this one's; 0 for none.

    A later step for anyone drops what calls need of their own (``steps.steps_of``), so only another such is as wide.
    """
    level = {need.skill: need.minimum for need in step.needs}
    for number, other in enumerate(earlier, 1):
        if all(level.get(need.skill, 0) >= need.minimum for need in other.needs) and (step.needs or number > 1):
            return number
    return 0


def _leads_to(queue: QueuePlan) -> Iterator[str]:
    actions = [rule.action for rule in queue.overflow]
    if queue.closed:
        actions.append(queue.closed)
    return iter(dict.fromkeys(action.to for action in actions if action.kind == "queue"))
