"""A house whose flow has every kind of step, on a switch where a test says when a caller presses what."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.support.house import DNIS, Floor, make_house

from tandem.cti.app import floor_plan as c
from tandem.cti.app.house import House
from tandem.cti.core.turn import Rules
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.ids import CallId, ConnectionId
from tandem.cti.model.records import CallEventRecord, CallRecord, SurveyRecord, VisitRecord
from tandem.cti.model.states import Phase
from tandem.ivr.core.check import edition_of
from tandem.ivr.core.shelf import DeployedFlow, FlowText

KITCHEN = Path(__file__).parent / "flows" / "kitchen.yaml"


def text_of(text: str, version: int) -> FlowText:
    files = {KITCHEN.name: text}
    return FlowText(version=version, main=KITCHEN.name, files=tuple(files.items()), edition=edition_of(files))


def edition(version: int) -> FlowText:
    """The kitchen flow, with another text for each version."""
    return text_of(f"{KITCHEN.read_text(encoding='utf-8')}# version {version}\n", version)


def deployed(live: FlowText, canary: FlowText | None = None, share: float = 0.0) -> DeployedFlow:
    return DeployedFlow(name="kitchen", numbers=(DNIS,), live=live, canary=canary, share=share)


def kitchen_house(*, rules: Rules | None = None) -> House:
    made = make_house(file=KITCHEN, rules=rules)
    return replace(made, flows=(deployed(edition(1)),), sip_hosts=frozenset({"partner.example.com"}))


@dataclass
class KitchenFloor(Floor):
    """Prompts end by themselves (while ``plays``); what listens waits for ``press`` or ``silence``."""

    house: House = field(default_factory=kitchen_house)

    def __post_init__(self) -> None:
        self.plays = True
        self.listening: dict[ConnectionId, list[rq.Collect | rq.Music | rq.Play]] = {}
        self.dips: dict[CallId, c.DipAsked] = {}
        self.speech: dict[CallId, c.SpeechAsked] = {}
        self.recorded: list[str] = []
        self.texts: tuple[FlowText, ...] = (self.house.flows[0].live,)
        self.missed = ""
        super().__post_init__()

    # ---- what the switch and the shell do ----

    def handle(self, input_: c.Input) -> list[c.Output]:
        outputs = super().handle(input_)
        for output in outputs:
            if isinstance(output, c.DipAsked):
                self.dips[output.call] = output
            elif isinstance(output, c.SpeechAsked):
                self.speech[output.call] = output
        return outputs

    def request(self, request: rq.SwitchRequest) -> None:
        match request:
            case rq.Play() if self.plays:
                super().request(request)
            case rq.Play() | rq.Collect() | rq.Music():
                self.requests.append(request)
                if request.connection in self.legs:
                    self.listening.setdefault(request.connection, []).append(request)
            case rq.Join():
                super().request(request)
                self._broken_off(request.connection)
            case rq.Record():
                super().request(request)
                self.recorded.append(request.recording)
            case _:
                super().request(request)

    def _broken_off(self, connection: ConnectionId) -> None:
        for request in self.listening.pop(connection, []):
            self.news.append(ev.MediaEnded(call=request.call, connection=connection, token=request.token, ok=False))

    def restart(self, *, store: bool = True, fallback: bool = False, lost: int = 0) -> None:
        self.dips.clear()
        self.speech.clear()
        self.listening.clear()
        self.house = replace(self.house, flows=self.center.flows, editions=self.texts)
        super().restart(store=store, fallback=fallback, lost=lost)

    # ---- what people do ----

    def hears(self, call: CallId) -> rq.Collect | rq.Music | rq.Play | None:
        """What the caller hears or is asked now."""
        waiting = self.listening.get(self.center.contacts[call].caller)
        return waiting[0] if waiting else None

    def press(self, call: CallId, digits: str) -> None:
        """He presses these and what comes of it is carried out; '' for silence. A lone ``#`` comes as it is."""
        request = self.hears(call)
        assert request is not None, f"{call} is asked nothing"
        self.listening[request.connection].pop(0)
        secret = isinstance(request, rq.Collect) and request.sensitive and bool(digits)
        self.news.append(
            ev.MediaEnded(
                call=call,
                connection=request.connection,
                token=request.token,
                digits="" if secret or isinstance(request, rq.Play) else digits,
                secret=f"ref{len(digits)}" if secret else "",
                secret_length=len(digits) if secret else 0,
            )
        )
        self.settle()

    def silence(self, call: CallId) -> None:
        self.press(call, "")

    def media_fails(self, call: CallId) -> None:
        """What he hears breaks off: a file is gone."""
        request = self.hears(call)
        assert request is not None
        self.listening[request.connection].pop(0)
        self.news.append(ev.MediaEnded(call=call, connection=request.connection, token=request.token, ok=False))
        self.settle()

    def media_refused(self, call: CallId) -> None:
        """The switch will not do it."""
        request = self.hears(call)
        assert request is not None
        self.listening[request.connection].pop(0)
        kind = type(request).__name__
        self.handle(ev.RequestFailed(call=call, connection=request.connection, request=kind, code="error"))
        self.settle()

    def fetched(self, call: CallId, status: str = "ok", **values: str | int | bool) -> None:
        asked = self.dips.pop(call)
        self.handle(c.DipAnswered(call, asked.token, status, values))
        self.settle()

    def spoken(self, call: CallId, *, made: bool = True) -> None:
        asked = self.speech.pop(call)
        sounds = tuple((prompt, f"made/{prompt.text}") for prompt in asked.prompts) if made else ()
        self.handle(c.SpeechMade(call, asked.token, sounds))
        self.settle()

    def deploy(self, live: FlowText, canary: FlowText | None = None, share: float = 0.0) -> None:
        self.texts = (*self.texts, *(text for text in (live, canary) if text is not None))
        self.handle(c.FlowsDeployed((deployed(live, canary, share),), (), "ada"))

    def arrive(self, name: str = "a") -> CallId:
        """A caller rings in, is not known, and is at the main menu."""
        call = self.call(name)
        self.settle()
        self.fetched(call, "not_found")
        return call

    # ---- what was written down ----

    def row(self, call: CallId) -> CallRecord:
        return [each for each in self.records if isinstance(each, CallRecord) and each.id == call][-1]

    def visits(self, call: CallId) -> list[tuple[str, str, str]]:
        return [
            (each.step, each.exit, each.to)
            for each in self.records
            if isinstance(each, VisitRecord) and each.call == call
        ]

    def survey(self, call: CallId) -> list[SurveyRecord]:
        return [each for each in self.records if isinstance(each, SurveyRecord) and each.call == call]

    def notes(self, call: CallId, kind: str) -> list[CallEventRecord]:
        return [
            each
            for each in self.records
            if isinstance(each, CallEventRecord) and each.call == call and each.kind == kind
        ]

    def phase(self, call: CallId) -> Phase:
        return self.center.contacts[call].phase

    def in_line(self, key: str = "5") -> CallId:
        """A caller who has chosen a queue at the main menu and waits in it."""
        call = self.arrive()
        self.press(call, key)
        assert self.phase(call) is Phase.QUEUED
        return call

    @property
    def said(self) -> list[tuple[str, ...]]:
        """The prompts of all that was played or asked."""
        return [request.prompts for request in self.requests if isinstance(request, rq.Play | rq.Collect)]
