"""Who can take what: logged-on agents, indexed by the distinct needs that work asks for.

A *group* is all agents who meet one set of needs (or one of a few alternatives), for one kind of work; or one person.
Groups come into being when work first asks for them. A group knows its members, those of them who are free in order of
idleness, and the lanes of waiting work whose first one they could take. An agent knows his groups. So a freed agent
looks only under his own skills, and a new call only at the free agents who meet its needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tandem.cti.model.ids import AgentId
from tandem.cti.model.skills import Need, Needs, unmet
from tandem.routing.core.acd.work import Kind

if TYPE_CHECKING:
    from tandem.routing.core.acd.line import Lane, Route

GroupKey = tuple[Kind, AgentId | None, tuple[Needs, ...]]
"""Kind of work, the one person (or None), and the alternatives of which one must be met."""

HeadItem = tuple[int, int, float, float, str, "Lane"]
"""(tier, -priority, due at, queued at, id, lane): the order in which a group's waiting lanes stand."""


def normal(needs: Needs) -> Needs:
    """The same needs in one spelling: sorted, each skill once with its highest minimum."""
    if len(needs) < 2:
        return needs
    highest: dict[str, int] = {}
    for need in needs:
        highest[need.skill] = max(need.minimum, highest.get(need.skill, need.minimum))
    return tuple(Need(skill, minimum) for skill, minimum in sorted(highest.items()))


def implies(narrow: Needs, wide: Needs) -> bool:
    """Whoever meets ``narrow`` meets ``wide``."""
    minimum = {need.skill: need.minimum for need in narrow}
    return unmet(wide, minimum) is None


@dataclass(slots=True, eq=False)
class Member:
    """A logged-on agent."""

    id: AgentId
    skills: Mapping[str, int]
    site: str
    groups: list[Group] = field(default_factory=list)
    """By number."""
    demand: list[Group] = field(default_factory=list)
    """Those of them that some work asks for first."""
    usual: float | None = None
    """How slow he is at what is asked for first, on average; kept until that changes."""
    free: bool = False
    idle_since: float = 0.0
    turn: int = 0
    """Counts the moments of becoming free: who was first among equally idle ones."""
    kinds: frozenset[Kind] = frozenset()
    open: list[Group] | None = None
    """Those of his groups that are of his kinds, as long as neither changes."""

    def available_in(self) -> list[Group]:
        """His groups for the kinds of work that he can take now."""
        if self.open is None:
            kinds = self.kinds
            self.open = [group for group in self.groups if group.kind in kinds]
        return self.open

    def fits(self, group: Group) -> bool:
        if group.person is not None and group.person != self.id:
            return False
        return any(unmet(needs, self.skills) is None for needs in group.alternatives)


@dataclass(slots=True, eq=False)
class Group:
    """Agents who can take the same work."""

    number: int
    kind: Kind
    person: AgentId | None
    alternatives: tuple[Needs, ...]
    members: dict[Member, None] = field(default_factory=dict)
    idle: dict[Member, None] = field(default_factory=dict)
    """Free members; longest idle first while ``in_order``."""
    local: dict[str, dict[Member, None]] = field(default_factory=dict)
    """The same by site, of those who have one."""
    in_order: bool = True
    heads: list[HeadItem] = field(default_factory=list)
    works: int = 0
    """Waiting works that this group's members can take."""
    routes: dict[Route, None] = field(default_factory=dict)
    """Whose steps or stages it is."""
    first: bool = False
    """Some work asks for it first: losing a free member matters."""
    arrivals: int = 0
    """Works that asked for it first, since its rate was last renewed."""
    renewed_at: float = 0.0
    counted: float = 0.0
    counted_s: float = 0.0
    price: float = 0.0
    """What losing its last free member costs."""

    @property
    def key(self) -> GroupKey:
        return (self.kind, self.person, self.alternatives)

    def enter(self, member: Member) -> None:
        """He is free."""
        self.idle[member] = None
        if member.site:
            self.local.setdefault(member.site, {})[member] = None

    def leave(self, member: Member) -> None:
        """He is not free any more."""
        del self.idle[member]
        if member.site:
            del self.local[member.site][member]

    def put_in_order(self) -> None:
        """Who became free out of turn (he keeps his idle time) stands where he belongs."""
        for line in (self.idle, *self.local.values()):
            members = sorted(line, key=lambda m: (m.idle_since, m.turn))
            line.clear()
            line.update(dict.fromkeys(members))
        self.in_order = True


class Pool:
    """All logged-on agents and all groups."""

    def __init__(self) -> None:
        self.members: dict[AgentId, Member] = {}
        self.groups: dict[GroupKey, Group] = {}
        self.numbered = 0
        self.priced: list[Group] = []
        """Those that some work asks for first."""
        self._by_skill: dict[str, dict[Member, None]] = {}
        self._filed: dict[str, list[Group]] = {}
        """Groups under the rarest skill of each alternative; '' holds those that anyone meets."""
        self.free: dict[AgentId, Member] = {}
        self.turn = 0
        self.latest_idle = float("-inf")
        self.of_person: dict[AgentId, list[Group]] = {}

    # ---- agents ----

    def add(self, member: Member) -> None:
        """A member comes with his skills; he is not free yet."""
        self.members[member.id] = member
        found: dict[Group, None] = dict.fromkeys(self.of_person.get(member.id, ()))
        for skill in ("", *member.skills):
            if skill:
                self._by_skill.setdefault(skill, {})[member] = None
            found.update(dict.fromkeys(self._filed.get(skill, ())))
        member.groups = sorted((g for g in found if member.fits(g)), key=lambda g: g.number)
        member.demand = [g for g in member.groups if g.first]
        member.open = None
        for group in member.groups:
            group.members[member] = None

    def remove(self, member: Member) -> list[Group]:
        """Takes a member (who is not free) out; returns the groups that lost their last one."""
        del self.members[member.id]
        for skill in member.skills:
            del self._by_skill[skill][member]
        for group in member.groups:
            del group.members[member]
        return [group for group in member.groups if not group.members]

    def enter(self, member: Member) -> None:
        """He is free, of the kinds and since when it says there."""
        member.free = True
        self.free[member.id] = member
        groups = member.available_in()
        if member.site:
            for group in groups:
                group.enter(member)
        else:
            for group in groups:
                group.idle[member] = None
        if member.idle_since >= self.latest_idle:
            self.latest_idle = member.idle_since
        else:
            for group in groups:
                group.in_order = False

    def leave(self, member: Member) -> None:
        """He is not free any more."""
        member.free = False
        del self.free[member.id]
        groups = member.available_in()
        if member.site:
            for group in groups:
                group.leave(member)
        else:
            for group in groups:
                del group.idle[member]

    # ---- groups ----

    def group(self, kind: Kind, person: AgentId | None, alternatives: tuple[Needs, ...]) -> Group:
        """The group of this key (needs in normal spelling); built from the index when it is new."""
        key = (kind, person, alternatives)
        group = self.groups.get(key)
        if group is None:
            group = self.groups[key] = Group(self.numbered, kind, person, alternatives)
            self.numbered += 1
            if person is None:
                found: dict[Member, None] = {}
                for needs in alternatives:
                    found.update(dict.fromkeys(self._file(group, needs)))
            else:
                self.of_person.setdefault(person, []).append(group)
                found = {m: None for m in (self.members.get(person),) if m is not None and m.fits(group)}
            for member in found:
                group.members[member] = None
                member.groups.append(group)
                member.open = None
                if member.free and kind in member.kinds:
                    group.enter(member)
            group.put_in_order()
        return group

    def ask_first(self, group: Group) -> None:
        """Some work asks for this group first."""
        if not group.first and group.person is None:
            group.first = True
            self.priced.append(group)
            for member in group.members:
                member.usual = None
                if member.demand and member.demand[-1].number > group.number:
                    member.demand = [g for g in member.groups if g.first]
                else:
                    member.demand.append(group)

    def drop(self, group: Group) -> None:
        """Forget the group of one person that no work asks for any more (those of needs are few and stay)."""
        if group.person is None or group.routes:
            return
        del self.groups[group.key]
        groups = self.of_person[group.person]
        groups.remove(group)
        if not groups:
            del self.of_person[group.person]
        for member in group.members:
            member.groups.remove(group)
            member.open = None

    def meeting(self, needs: Needs) -> list[Member]:
        """Logged-on agents who meet these needs."""
        skill = self._rarest(needs)
        members = list(self._by_skill.get(skill, ()) if skill else self.members.values())
        for need in needs:
            name, minimum = need.skill, need.minimum
            members = [member for member in members if member.skills.get(name, 0) >= minimum]
        return members

    def _file(self, group: Group, needs: Needs) -> list[Member]:
        self._filed.setdefault(self._rarest(needs), []).append(group)
        return self.meeting(needs)

    def _rarest(self, needs: Needs) -> str:
        sizes = [(len(self._by_skill.get(need.skill, ())), need.skill) for need in needs if need.minimum > 0]
        return min(sizes)[1] if sizes else ""
