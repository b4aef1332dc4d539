"""The flows that answer, and those that calls in progress began with. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from tandem.cti.app import announcements
from tandem.cti.app.floor_plan import DraftCalled, FlowsDeployed, Sounds
from tandem.cti.app.house import Caller, House
from tandem.cti.core import beginnings
from tandem.cti.core import flow_events as fe
from tandem.cti.core.contact import Contact
from tandem.cti.model.errors import WrongState
from tandem.cti.model.ids import CallId, DeviceId
from tandem.ivr.core.check import load_bundle
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.core.shelf import DeployedFlow, FlowText, at_number, choose

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

DRAFT_RING_S = 30.0
PHONE = "phone:"
"""Before the name of one of our own phones, where it is dialled like a customer's number."""


_ANYTHING = Catalog()
"""Whoever deploys a flow has checked what it names; that may be gone later, and calls in progress go on."""


def load(text: FlowText) -> Flow:
    """The flow of this text; that the queues which it names exist is not asked. Remembered. Raises FlowError."""
    return load_bundle(dict(text.files), text.main, _ANYTHING, stored=True)


def editions_of(house: House) -> dict[str, Flow]:
    """By edition: what is deployed, and what calls in progress began with. Raises FlowError."""
    return {text.edition: load(text) for text in (*_texts(house.flows), *house.editions)}


def _texts(flows: Iterable[DeployedFlow]) -> list[FlowText]:
    return [text for flow in flows for text in (flow.live, flow.canary) if text is not None]


def for_call(center: Center, call: CallId, dnis: DeviceId) -> tuple[str, FlowText | None]:
    """Name and version of the flow for a new call to this number; ('', None): none answers there."""
    deployed = at_number(center.flows, dnis)
    return ("", None) if deployed is None else (deployed.name, choose(deployed, call, dnis))


def of_call(center: Center, contact: Contact) -> Flow | None:
    """The flow that the call began with; where that is lost, the one that answers at its number now."""
    flow = center.editions.get(contact.flow_edition)
    if flow is None and not contact.draft:
        deployed = at_number(center.flows, contact.dnis)
        flow = None if deployed is None else center.editions.get(deployed.live.edition)
    return flow


def deploy(center: Center, input_: FlowsDeployed) -> None:
    """New calls get these; calls in progress stay with theirs. Raises FlowError; nothing is changed then."""
    loaded = {text.edition: _known(center, text) for text in _texts(input_.flows)}
    center.flows = input_.flows
    _renew(center, loaded, input_.sounds)


def _known(center: Center, text: FlowText) -> Flow:
    """What is in use is not read anew, though it may have left the cache: that would hold up the calls."""
    return center.editions.get(text.edition) or load(text)


def _renew(center: Center, loaded: Mapping[str, Flow], sounds: Sounds) -> None:
    """Besides what is ``loaded`` now, only what some call began with is kept, and only the sounds of what may still be
    said: a server sees thousands of versions and drafts."""
    in_use = {contact.flow_edition for contact in center.contacts.values() if not contact.ended}
    in_use |= {text.edition for text in _texts(center.flows)}
    kept = {edition: flow for edition, flow in center.editions.items() if edition in in_use}
    center.editions = kept | dict(loaded)
    said = announcements.prompts_of(center.plan)
    said = said.union(*(announcements.every_language(closure.text) for closure in center.closures.values()))
    said = said.union(*(flow.spoken() for flow in center.editions.values()))
    known = {**center.sounds, **dict(sounds)}
    center.sounds = {prompt: name for prompt, name in known.items() if prompt in said}


def call_draft(center: Center, input_: DraftCalled) -> None:
    """Ring the author's phone. Raises FlowError, WrongState; nothing is changed then."""
    if not center.switch_up or input_.call in center.contacts:
        raise WrongState.because("switch_or_call")
    flow = _known(center, input_.flow)
    _renew(center, {input_.flow.edition: flow}, input_.sounds)
    contact = beginnings.begin_draft(input_.call, flow=flow.name, edition=input_.flow.edition, now=center.now)
    center.contacts[contact.id] = contact
    center.callers[contact.id] = Caller(looked_up=True)
    center.drafts.add(contact.id)
    center.step(contact, fe.DraftBegun(device=DeviceId(PHONE + input_.device), ring_s=DRAFT_RING_S))
