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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """One step of a threshold: ``by`` (below 0: down), not beyond ``bound``. ``effect`` may name ``{by}``, so much more
    or less it is, and ``{left}``, the milliseconds left of the two seconds in which a person is to have an agent."""

    threshold: Threshold
    by: int
    bound: int
    effect: Texts
    more_mistaken: bool = False

    def advice(self, settings: MachineDetection, text: Texts) -> Advice | None:
        """None: it is at the bound, or beyond."""
        before = int(getattr(settings, self.threshold))
        after = min(before + self.by, self.bound) if self.by > 0 else max(before + self.by, self.bound)
        if (after - before) * self.by <= 0:
            return None
        figures = {"by": abs(after - before), "left": 2_000 - after}
        return Advice(
            text=text,
            change=self.threshold,
            before=before,
            after=after,
            effect={language: sentence.format(**figures) for language, sentence in self.effect.items()},
            more_mistaken=self.more_mistaken,
        )


_LISTEN_AGAIN = {
    "zh": "被当作应答机的真人减少，漏过的应答机增多。之后请再抽听。",
    "en": "Fewer persons are taken for machines, more machines reach agents. Listen again afterwards.",
}
_LOOSER = {
    "LONGGREETING": _Change(threshold="greeting_ms", by=200, bound=3_000, effect=_LISTEN_AGAIN),
    "MAXWORDS": _Change(threshold="words", by=1, bound=8, effect=_LISTEN_AGAIN),
    "INITIALSILENCE": _Change(threshold="initial_silence_ms", by=500, bound=5_000, effect=_LISTEN_AGAIN),
}
"""What takes somebody for a machine, and what takes fewer."""
_LONGER_SILENCE = _Change(
    threshold="after_greeting_silence_ms",
    by=200,
    bound=1_200,
    effect={
        "zh": "问候中有停顿的应答机可识别一部分；每个真人多等 {by} 毫秒，两秒中剩 {left} 毫秒接通座席；"
        "停顿后又说话的真人更可能被当作应答机。",
        "en": "Some machines that pause in their greeting are found. Every person waits {by} ms longer, {left} ms of "
        "the two seconds are left for an agent, and a person who speaks again after a pause is more likely taken for "
        "a machine.",
    },
    more_mistaken=True,
)
_LONGER_LISTENING = _Change(
    threshold="total_ms",
    by=500,
    bound=5_000,
    effect={
        "zh": "其中一部分会得到判断；仍无法判断的人多等 {by} 毫秒，说话多的真人更可能被当作应答机。",
        "en": "Some of them get a verdict. Who gets none waits {by} ms longer, and a person who talks much is more "
        "likely taken for a machine.",
    },
    more_mistaken=True,
)
_SOONER = _Change(
    threshold="after_greeting_silence_ms",
    by=-100,
    bound=600,
    effect={
        "zh": "每个真人早 {by} 毫秒接通，被当作应答机的真人减少，漏过的应答机增多。",
        "en": "Every person is served {by} ms sooner, fewer are taken for machines, more machines reach agents.",
    },
)


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
            return heard.threshold == int(getattr(settings, _LOOSER[kind].threshold))
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
                "zh": f"因 {each.kind} 判为应答机并转座席的 {each.connected} 通中，{unmarked} 通座席未标为应答机。",
                "en": f"Of {each.connected} put through as machines for {each.kind}, agents left {unmarked} unmarked.",
            }
            found.append((unmarked, each.kind, text))
        elif not each.connected and share > MISTAKEN_SHARE and each.calls >= LEAST_CALLS:
            text = {
                "zh": f"您抽听得知 {share:.0%} 的“应答机”是真人；多数因 {each.kind} 判定（{each.calls} 通）。",
                "en": f"You found {share:.0%} of the machines to be persons; most were judged by {each.kind} "
                f"({each.calls} calls).",
            }
            found.append((each.calls * share, each.kind, text))
    advices = (_LOOSER[kind].advice(settings, text) for _, kind, text in sorted(found, key=lambda one: -one[0]))
    yield from (advice for advice in advices if advice is not None)


def _longer_silence(settings: MachineDetection, human: Heard) -> Advice | None:
    if not _many(human):
        return None
    each_s = human.marked_s / human.marked
    text = {
        "zh": f"接通的 {human.connected} 个“真人”中，座席标出 {human.marked} 个应答机（每个占用 {each_s:.0f} 秒）。",
        "en": f"Of {human.connected} connected as persons, agents marked {human.marked} as machines "
        f"({each_s:.0f} s of an agent's time each).",
    }
    return _LONGER_SILENCE.advice(settings, text)


def _longer_listening(settings: MachineDetection, unsure: Heard) -> Advice | None:
    if not _many(unsure):
        return None
    text = {
        "zh": f"未能判断就接通的 {unsure.connected} 通中，座席标出 {unsure.marked} 个应答机。",
        "en": f"Of {unsure.connected} connected without a verdict, agents marked {unsure.marked} as machines.",
    }
    return _LONGER_LISTENING.advice(settings, text)


def _sooner(settings: MachineDetection, human: Heard) -> Advice | None:
    if human.connected < LEAST_QUIET or human.marked >= FEW_SHARE * human.connected:
        return None
    text = {
        "zh": f"接通的 {human.connected} 个“真人”中，座席只标出 {human.marked} 个应答机。",
        "en": f"Of {human.connected} connected as persons, agents marked only {human.marked} as machines.",
    }
    return _SOONER.advice(settings, text)


def _nothing(human: Heard, unsure: Heard) -> Advice:
    connected, marked = human.connected + unsure.connected, human.marked + unsure.marked
    return Advice(
        text={
            "zh": f"无建议：按现行阈值接通 {connected} 通，座席标为应答机 {marked} 通"
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
