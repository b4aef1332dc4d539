"""A small plan, and what is wrong with changed ones."""

from __future__ import annotations

from collections.abc import Collection

from tandem.routing.plan_file import Review, review_plan

GOOD = """\
format: 1
queues:
  loans:
    name: {zh: 贷款业务, en: Loans}
    priority: 10
    target: 90% in 15 s
    handle: 4 min
    steps:
      - language:zh>=3 and product:loans>=2
      - {after: 10 s, or_predicted_over: 20 s, needs: product:loans}
      - {after: 30 s, needs: anyone}
    hours: office
    closed: {do: voicemail, text: {zh: 请留言, en: Leave a message}}
    closing: closed
    overflow:
      - {when: waited > 60 s and ready < 2, do: callback}
      - {when: predicted > 5 min and waiting > 3, do: queue, to: operator}
    sticky: {prefer: owner, up_to: 20 s, within: 7 d}
    callback: {first: customer, attempts: 5, busy_retry: 1 min, no_answer_retry: 1 h, ring: 20 s, expires: 2 d}
    rejoin_within: 10 min
  operator:
    name: Operator
  tickets:
    name: Tickets
    kind: task
    steps: [product:loans>=2]
agents:
  mei: {skills: {language:zh: 5, product:loans: 2}, site: kunming, team: loans, tasks: 2, outbound: true}
  tom: {skills: {language:en: 5, product:loans: 1}}
hours:
  office:
    timezone: Asia/Shanghai
    weekly: {mon-fri: 09:00-12:00 13:00-18:00, sat: 10:00-16:00}
    closed: [2026-05-01, 2026-10-01..2026-10-07]
    open: {2026-10-10: 09:00-18:00}
tiers:
  vip: {rank: 0, priority: 30}
  gold: {rank: 1}
  standard: {rank: 2}
sites:
  kunming: [95533, "+8687165320018"]
cross_site: 5 s
blending: {yield_below: 75%, resume_above: 85%, most: 50%}
"""
SHIFTS = """\
shifts:
  day: {weekly: {mon-fri: 09:00-12:00 13:00-18:00}, teams: [loans]}
  night:
    timezone: Europe/Berlin
    weekly: {mon-thu: 00:00-06:00 22:00-24:00, fri: 00:00-06:00}
"""
LOGINS = ("mei", "tom")


def review(text: str, logins: Collection[str] | None = LOGINS) -> Review:
    return review_plan(text, "plan.yaml", logins=logins)


def errors_of(text: str) -> list[tuple[str, int, str]]:
    """(code, line, part) of each error."""
    return [(problem.code, problem.line, problem.part) for problem in review(text).errors]


def warnings_of(text: str) -> list[tuple[str, int, str]]:
    found = review(text)
    assert found.errors == ()
    return [(problem.code, problem.line, problem.part) for problem in found.warnings]
