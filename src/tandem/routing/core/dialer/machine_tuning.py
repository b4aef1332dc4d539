"""Which threshold of the machine detection to change next, by what agents say of the calls it let through. Pure.

The detection (Asterisk's ``AMD()``) names what it decided by and the threshold it held it against (``HUMAN-820-800``),
so only calls that were judged by the threshold of today count: after a change the evidence is collected anew. One
bounded step at a time. A step that may take more persons for machines says so (``more_mistaken``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from tandem.cti.model.campaigns import MachineDetection
from tandem.cti.model.detections import Heard
from tandem.routing.core.dialer.machine_costs import band

LEAST_MARKS = 20
"""Calls that agents contradicted the detection on, before anything is suggested."""
LEAST_FOUND = 3
"""Persons in a sample of those who were taken for machines: then the share counts that it has at least (95 %)."""
LEAST_CALLS = 50
"""Machines by one threshold, before a share of them that was found by listening counts."""
LEAST_QUIET = 200
"""Talks without marks, before persons are let through sooner."""
MANY_SHARE = 0.10
FEW_SHARE = 0.02
MISTAKEN_SHARE = 0.05
TOO_LONG_SLACK_MS = 200
"""``TOOLONG`` says how long it listened, which is a little more than it was to."""

Threshold = Literal["initial_silence_ms", "greeting_ms", "after_greeting_silence_ms", "total_ms", "words"]
Texts = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """``change`` None: nothing is to be changed, ``text`` says why not. ``before``, ``after``: milliseconds, or words.
    ``effect``: what is to be expected. ``more_mistaken``: it may take more persons for machines."""

    text: Texts
    change: Threshold | None = None
    before: int = 0
    after: int = 0
    effect: Texts = field(default_factory=dict)
    more_mistaken: bool = False


_LOOSER: dict[str, tuple[Threshold, int, int]] = {
    "LONGGREETING": ("greeting_ms", 200, 3_000),
    "MAXWORDS": ("words", 1, 8),
    "INITIALSILENCE": ("initial_silence_ms", 500, 5_000),
}
"""What takes somebody for a machine -> its threshold, a step that takes fewer, how far at most."""
_SILENCE_STEP_MS, _SILENCE_MOST_MS, _SILENCE_LEAST_MS = 200, 1_200, 600
"""The silence after a greeting is part of the two seconds in which a person is to have an agent."""
_TOTAL_STEP_MS, _TOTAL_MOST_MS = 500, 5_000


def advise(settings: MachineDetection, heard: Iterable[Heard]) -> Advice:
    """The next step, or why there is none."""
    current = [each for each in heard if _is_current(each, settings)]
    human, unsure = _sum("HUMAN", current), _sum("TOOLONG", current)
    return next(steps(settings, current), None) or _nothing(human, unsure)


def steps(settings: MachineDetection, heard: Iterable[Heard]) -> Iterator[Advice]:
    """All that may be done; persons who are taken for machines come first."""
    current = [each for each in heard if _is_current(each, settings)]
    human, unsure = _sum("HUMAN", current), _sum("TOOLONG", current)
    yield from _fewer_mistaken(settings, current)
    others = _longer_silence(settings, human), _longer_listening(settings, unsure), _sooner(settings, human)
    yield from (advice for advice in others if advice is not None)


def _is_current(heard: Heard, settings: MachineDetection) -> bool:
    match heard.kind:
        case "HUMAN":
            return heard.threshold == settings.after_greeting_silence_ms
        case "TOOLONG":
            listened_ms = settings.initial_silence_ms + settings.total_ms
            return listened_ms <= heard.threshold < listened_ms + TOO_LONG_SLACK_MS
        case kind if kind in _LOOSER:
            return heard.threshold == int(getattr(settings, _LOOSER[kind][0]))
    return False


def _fewer_mistaken(settings: MachineDetection, heard: list[Heard]) -> Iterator[Advice]:
    found: list[tuple[float, str, Texts]] = []
    for each in heard:
        if each.said != "machine" or each.kind not in _LOOSER:
            continue
        unmarked, share = each.connected - each.marked, settings.mistaken_share
        many = unmarked >= LEAST_MARKS and unmarked > MISTAKEN_SHARE * each.connected
        if many or (unmarked >= LEAST_FOUND and band(unmarked, each.connected)[0] > MISTAKEN_SHARE):
            text = {
                "zh": f"因 {each.kind} 判为机器并转座席的 {each.connected} 通中，{unmarked} 通座席未标为机器。",
                "en": f"Of {each.connected} put through as machines for {each.kind}, agents left {unmarked} unmarked.",
            }
            found.append((unmarked, each.kind, text))
        elif not each.connected and share > MISTAKEN_SHARE and each.calls >= LEAST_CALLS:
            text = {
                "zh": f"您抽听得知 {share:.0%} 的“机器”是真人；多数因 {each.kind} 判定（{each.calls} 通）。",
                "en": f"You found {share:.0%} of the machines to be persons; most were judged by {each.kind} "
                f"({each.calls} calls).",
            }
            found.append((each.calls * share, each.kind, text))
    for _, kind, text in sorted(found, key=lambda one: -one[0]):
        change, step, most = _LOOSER[kind]
        before = int(getattr(settings, change))
        if before < most:
            effect = {
                "zh": "被当作机器的真人减少，漏过的机器增多。之后请再抽听。",
                "en": "Fewer persons are taken for machines, more machines reach agents. Listen again afterwards.",
            }
            yield Advice(text=text, change=change, before=before, after=min(before + step, most), effect=effect)


def _longer_silence(settings: MachineDetection, human: Heard) -> Advice | None:
    before = settings.after_greeting_silence_ms
    if not _many(human) or before >= _SILENCE_MOST_MS:
        return None
    after = min(before + _SILENCE_STEP_MS, _SILENCE_MOST_MS)
    each_s = human.marked_s / human.marked
    return Advice(
        text={
            "zh": f"接通的 {human.connected} 个“真人”中，座席标出 {human.marked} 个机器（每个占用 {each_s:.0f} 秒）。",
            "en": f"Of {human.connected} connected as persons, agents marked {human.marked} as machines "
            f"({each_s:.0f} s of an agent's time each).",
        },
        change="after_greeting_silence_ms",
        before=before,
        after=after,
        effect={
            "zh": f"问候中有停顿的机器可识别一部分；每个真人多等 {after - before} 毫秒，"
            f"两秒中剩 {2_000 - after} 毫秒接通座席；停顿后又说话的真人更可能被当作机器。",
            "en": f"Some machines that pause in their greeting are found. Every person waits {after - before} ms "
            f"longer, {2_000 - after} ms of the two seconds are left for an agent, and a person who speaks again "
            "after a pause is more likely taken for a machine.",
        },
        more_mistaken=True,
    )


def _longer_listening(settings: MachineDetection, unsure: Heard) -> Advice | None:
    before = settings.total_ms
    if not _many(unsure) or before >= _TOTAL_MOST_MS:
        return None
    after = min(before + _TOTAL_STEP_MS, _TOTAL_MOST_MS)
    return Advice(
        text={
            "zh": f"未能判断就接通的 {unsure.connected} 通中，座席标出 {unsure.marked} 个机器。",
            "en": f"Of {unsure.connected} connected without a verdict, agents marked {unsure.marked} as machines.",
        },
        change="total_ms",
        before=before,
        after=after,
        effect={
            "zh": f"其中一部分会得到判断；仍无法判断的人多等 {after - before} 毫秒，说话多的真人更可能被当作机器。",
            "en": f"Some of them get a verdict. Who gets none waits {after - before} ms longer, and a person who talks "
            "much is more likely taken for a machine.",
        },
        more_mistaken=True,
    )


def _sooner(settings: MachineDetection, human: Heard) -> Advice | None:
    before = settings.after_greeting_silence_ms
    if human.connected < LEAST_QUIET or human.marked >= FEW_SHARE * human.connected or before <= _SILENCE_LEAST_MS:
        return None
    after = max(before - _SILENCE_STEP_MS // 2, _SILENCE_LEAST_MS)
    return Advice(
        text={
            "zh": f"接通的 {human.connected} 个“真人”中，座席只标出 {human.marked} 个机器。",
            "en": f"Of {human.connected} connected as persons, agents marked only {human.marked} as machines.",
        },
        change="after_greeting_silence_ms",
        before=before,
        after=after,
        effect={
            "zh": f"每个真人早 {before - after} 毫秒接通，被当作机器的真人减少，漏过的机器增多。",
            "en": f"Every person is served {before - after} ms sooner, fewer are taken for machines, more machines "
            "reach agents.",
        },
    )


def _nothing(human: Heard, unsure: Heard) -> Advice:
    connected, marked = human.connected + unsure.connected, human.marked + unsure.marked
    return Advice(
        text={
            "zh": f"无建议：按现行阈值接通 {connected} 通，座席标为机器 {marked} 通"
            f"（同因需 {LEAST_MARKS} 通且占 {MANY_SHARE:.0%}）。",
            "en": f"Nothing to change: by the thresholds of today {connected} were connected, agents marked {marked} "
            f"as machines (a change needs {LEAST_MARKS} and {MANY_SHARE:.0%} for one cause).",
        }
    )


def _many(heard: Heard) -> bool:
    return heard.marked >= LEAST_MARKS and heard.marked >= MANY_SHARE * heard.connected


def _sum(kind: str, heard: list[Heard]) -> Heard:
    """Of those who were taken for persons."""
    of = [each for each in heard if each.kind == kind and each.said != "machine"]
    return Heard(
        said="",
        kind=kind,
        threshold=0,
        calls=sum(each.calls for each in of),
        connected=sum(each.connected for each in of),
        marked=sum(each.marked for each in of),
        marked_s=sum(each.marked_s for each in of),
    )
