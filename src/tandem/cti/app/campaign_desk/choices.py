"""What the fields of a campaign may name in this installation, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tandem.agent_desktop.core import campaign_resources as shapes
from tandem.agent_desktop.core.fields import Texts
from tandem.cti.app.campaign_desk.ground import Ground
from tandem.cti.model.campaigns import Campaign, CampaignRecord
from tandem.cti.model.ids import CampaignId
from tandem.cti.model.profiles import DispositionNode
from tandem.routing.core.dialer.campaign_check import Known
from tandem.routing.core.dialer.campaign_check import problems as problems_of
from tandem.routing.core.dialer.jurisdictions import RULE_BOOK

NOTHING_SET = Campaign(id=CampaignId(""), name="")


def of(ground: Ground) -> shapes.CampaignChoices:
    plan = ground.center.plan
    return shapes.CampaignChoices(
        queues=[_choice(queue.id, queue.name_zh, queue.name_en) for queue in plan.for_calls],
        flows=[_choice(flow, flow, flow) for flow in ground.flows()],
        carriers=[_choice(name, name, name) for name in ground.carriers],
        rules=[shapes.CampaignChoice(id=book.id, name=dict(book.name)) for book in RULE_BOOK.values()],
        countries=sorted(ground.countries),
        dispositions=[_choice(node.code, node.zh, node.en) for node in _leaves(ground.dispositions)],
        defaults=NOTHING_SET,
    )


def problems(ground: Ground, document: Campaign, now: CampaignRecord | None) -> list[shapes.CampaignProblem]:
    """Errors first. ``now``: the campaign as it is, None for a new one."""
    known = Known(
        queues=frozenset(str(queue.id) for queue in ground.center.plan.for_calls),
        flows=frozenset(ground.flows()),
        carriers=frozenset(ground.carriers),
        dispositions=frozenset(node.code for node in _leaves(ground.dispositions)),
        countries=frozenset(ground.countries),
        prices={carrier.name: carrier.prices for carrier in ground.center.house.carriers},
        capped_before=now is not None and now.state != "draft" and now.document.cost_cap is not None,
    )
    return [
        shapes.CampaignProblem(field=each.field, severity=each.severity, what=dict(each.what), fix=dict(each.fix))
        for each in sorted(problems_of(document, known), key=lambda each: each.severity)
    ]


def _choice(id_: str, zh: str, en: str) -> shapes.CampaignChoice:
    return shapes.CampaignChoice(id=id_, name={"zh": zh or id_, "en": en or id_})


def _leaves(nodes: Sequence[DispositionNode]) -> Iterator[DispositionNode]:
    for node in nodes:
        if node.children:
            yield from _leaves(node.children)
        else:
            yield node


def jurisdictions() -> shapes.Jurisdictions:
    return shapes.Jurisdictions(
        jurisdictions=[
            shapes.JurisdictionView(
                id=book.id,
                version=book.version,
                name=dict(book.name),
                abandon_limit=book.abandon_limit,
                window_days=book.window_days,
                answer_within_s=book.answer_within_s,
                ring_least_s=book.ring_least_s,
                hours=_week(book.hours),
                quiet=_week(book.quiet) if any(book.quiet) else [],
                consent_needed=book.consent_needed,
                holidays=book.holidays,
                per_day=book.per_day,
                per_week=book.per_week,
                abandoned_rest_s=book.abandoned_rest_s,
                formula=book.formula,
                sources=[
                    shapes.RuleSource(
                        citation=source.citation,
                        title=dict(source.title),
                        text={"zh": source.zh, "en": source.en},
                        force=source.force,
                    )
                    for source in book.sources
                ],
            )
            for book in RULE_BOOK.values()
        ]
    )


_DAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


def _week(week: Sequence[Sequence[tuple[int, int]]]) -> list[Texts]:
    """Days with the same hours on one line: ``Mon-Fri 08:00-21:00``."""
    lines: list[tuple[int, int]] = []
    for day, spans in enumerate(week):
        if lines and tuple(week[lines[-1][0]]) == tuple(spans):
            lines[-1] = (lines[-1][0], day)
        else:
            lines.append((day, day))
    return [
        {
            language: f"{names[first]}{'' if first == last else f'-{names[last]}'} {_spans(week[first]) or '–'}"
            for language, names in _DAYS.items()
        }
        for first, last in lines
    ]


def _spans(spans: Sequence[tuple[int, int]]) -> str:
    return ", ".join(f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}" for begin, end in spans)
