"""What an operator sees of the installation: its flows and its health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tandem.agent_desktop.core.resources import CheckReport, FlowList, FlowProblem, FlowStep, FlowView
from tandem.cti.app.checks import check_installation
from tandem.cti.app.installation import Installation
from tandem.cti.model.ids import DeviceId
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.step import Step
from tandem.ivr.errors import FlowError
from tandem.ivr.flow_files import load_flow_file


class InstallationOperations:
    """Implements ``agent_desktop.ports.Operations``."""

    def __init__(self, installation: Installation, flows: Mapping[DeviceId, Flow], queues: frozenset[str]) -> None:
        self._installation = installation
        self._flows = flows
        self._queues = queues

    @property
    def recordings_dir(self) -> Path:
        return self._installation.recordings_dir

    def flows(self) -> FlowList:
        """The flows that are live, each with what is wrong with its file as it is on disk now."""
        numbers: dict[str, list[str]] = {}
        files: dict[str, Path] = {}
        flows: dict[str, Flow] = {}
        for number, flow in self._flows.items():
            numbers.setdefault(flow.name, []).append(number)
            files[flow.name] = self._installation.flows[number]
            flows[flow.name] = flow
        return FlowList(
            flows=[
                FlowView(
                    name=name,
                    file=files[name].name,
                    numbers=numbers[name],
                    languages=list(flow.languages),
                    start=flow.start,
                    steps=_steps(flow),
                    problems=self._problems(files[name]),
                )
                for name, flow in flows.items()
            ]
        )

    def _problems(self, file: Path) -> list[FlowProblem]:
        try:
            load_flow_file(file, self._queues)
        except FlowError as error:
            return [FlowProblem(line=p.line, message=p.what, hint=p.fix) for p in error.problems]
        return []

    async def check(self) -> CheckReport:
        return CheckReport(checks=await check_installation(self._installation, serving=True))


def _steps(flow: Flow) -> list[FlowStep]:
    return [
        FlowStep(
            id=name,
            kind=step.kind,
            prompts=_words(step, flow.languages),
            exits=[{"name": way.name, "to": way.target} for way in step.exits()],
        )
        for name, step in flow.steps.items()
    ]


def _words(step: Step, languages: Sequence[str]) -> dict[str, str]:
    """What the step says first, by language; nothing for a language, or a step, without words."""
    first = [wording for speech in step.speeches()[:1] for wording in speech]
    said = {
        tag: " ".join(text for wording in first for spoken, text in wording.texts if spoken == tag) for tag in languages
    }
    return {tag: text for tag, text in said.items() if text}
