"""The library of flows in the demo: a number of its own for each, their versions, and what they look up.

The flows are those of ``examples/flows``. Here the made-up hosts that they ask are the demo's own service, and two of
them have a past and a future: versions that were live before, that some calls get, or that nobody gets yet.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from tandem.cti.adapters.postgres.flows import Checked
from tandem.cti.app.demo_service import HOST, PORT
from tandem.cti.app.flow_bundles import checked_of, look, tests_pass
from tandem.cti.app.installation import DEMO_DNIS, DEMO_FLOW
from tandem.ivr.core.check import edition_of
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.core.shelf import DeployedFlow, FlowText
from tandem.ivr.errors import FlowError

NUMBERS: Mapping[str, str] = {
    "95002": "bank",
    "95003": "delivery",
    "95004": "after_hours",
    "95005": "vip",
    "95006": "survey",
}
MAIN = "main.yaml"
_TOKEN_FILE = "demo_service_token"  # noqa: S105 - the name of a file
_ENDINGS = (".yaml",)
_OUTSIDE = ("https://core.bank.example/", "https://api.shop.example/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A version made of the flow as it is shipped. ``texts``: what is written otherwise, each at least once there."""

    note: str
    texts: tuple[tuple[str, str], ...] = ()
    days_ago: float = 7.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """``versions``: from 1. ``live``: what calls get; ``canary``: what ``share`` of them gets since ``canary_days``."""

    versions: tuple[Change, ...]
    live: int = 1
    canary: int | None = None
    share: float = 0.0
    canary_days: float = 2.0


_SHIPPED = Change(note="")
PASTS: Mapping[str, Past] = {
    "bank": Past(
        versions=(
            Change(note="", texts=(("digit_timeout_s: 5", "digit_timeout_s: 3"),), days_ago=20),
            Change(note="More time between the digits of a card number: callers read it off the card"),
        ),
        live=2,
    ),
    "delivery": Past(
        versions=(
            _SHIPPED,
            Change(
                note="An order that is not found: ask for the number again at once",
                texts=(
                    ("prompts: not_found, goto: next", "prompts: not_found, goto: ask_order"),
                    (
                        '{press: "20261120"}, {press: "1"}, {press: "0"}]\n'
                        "    expect: {heard: [not_found, what_next, to_agent]",
                        '{press: "20261120"}, {press: "1"}, {silence: 2}]\n'
                        "    expect: {heard: [not_found, ask_order, nothing_heard, to_agent]",
                    ),
                ),
                days_ago=2.5,
            ),
        ),
        canary=2,
        share=0.2,
    ),
    "survey": Past(
        versions=(
            _SHIPPED,
            Change(
                note="Ask four of five callers",
                texts=(
                    ("share: 50, goto: say_stay", "share: 80, goto: say_stay"),
                    ("share: 50, goto: say_hold", "share: 20, goto: say_hold"),
                ),
                days_ago=1,
            ),
        )
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    text: FlowText
    tests: Mapping[str, str]
    note: str
    days_ago: float
    flow: Flow
    checked: Checked


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryFlow:
    name: str
    number: str
    past: Past
    versions: tuple[Version, ...] = field(repr=False)

    @property
    def deployed(self) -> DeployedFlow:
        """What its number has now."""
        return DeployedFlow(
            name=self.name,
            numbers=(self.number,),
            live=self.versions[self.past.live - 1].text,
            canary=self.versions[self.past.canary - 1].text if self.past.canary else None,
            share=self.past.share,
        )


def lay_out(home: Path) -> dict[str, Any]:
    """Put the flows that are not there yet, and the secret of the demo's service, into the home folder; the settings
    that go with them."""
    for name in NUMBERS.values():
        folder = home / "flows" / name
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in _shipped(name).items():
            if not (folder / file).exists():
                (folder / file).write_text(text, encoding="utf-8")
    token(home)
    credential = {"hosts": [HOST], "value_file": _TOKEN_FILE}
    return {
        "flows": {DEMO_DNIS: str(DEMO_FLOW)} | {number: f"flows/{name}/{MAIN}" for number, name in NUMBERS.items()},
        "data_allow": [HOST],
        "data_credentials": {"core_banking": credential, "shop": credential},
    }


def token(home: Path) -> str:
    """What flows prove themselves with to the demo's service; made on first use."""
    file = home / _TOKEN_FILE
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(f"Bearer {secrets.token_urlsafe(24)}\n", encoding="utf-8")
    return file.read_text(encoding="utf-8").strip().removeprefix("Bearer ")


def library(catalog: Catalog) -> list[LibraryFlow]:
    """The main menu and the library, all versions checked and tested. Slow: for a thread. Raises FlowError."""
    main = LibraryFlow(
        name="main",
        number=DEMO_DNIS,
        past=Past(versions=(_SHIPPED,)),
        versions=(
            _version({DEMO_FLOW.name: DEMO_FLOW.read_text(encoding="utf-8")}, DEMO_FLOW.name, 1, _SHIPPED, catalog),
        ),
    )
    return [main, *(_flow(number, name, catalog) for number, name in NUMBERS.items())]


def _flow(number: str, name: str, catalog: Catalog) -> LibraryFlow:
    past = PASTS.get(name, Past(versions=(_SHIPPED,)))
    versions = (
        _version(_changed(_shipped(name), change), MAIN, place, change, catalog)
        for place, change in enumerate(past.versions, 1)
    )
    return LibraryFlow(name=name, number=number, past=past, versions=tuple(versions))


def _version(texts: Mapping[str, str], main: str, number: int, change: Change, catalog: Catalog) -> Version:
    files = {name: text for name, text in texts.items() if not name.endswith(".test.yaml")}
    tests = {name: text for name, text in texts.items() if name.endswith(".test.yaml")}
    review = look(files, main, catalog)
    if review.flow is None:
        raise FlowError(review.errors)
    return Version(
        text=FlowText(version=number, main=main, files=tuple(sorted(files.items())), edition=edition_of(files)),
        tests=tests,
        note=change.note,
        days_ago=change.days_ago,
        flow=review.flow,
        checked=checked_of(review, tests_pass(review.flow, tests)),
    )


def _changed(files: Mapping[str, str], change: Change) -> dict[str, str]:
    for old, _ in change.texts:
        if not any(old in text for text in files.values()):
            raise ValueError(f"the shipped flow does not say: {old}")
    changed = dict(files)
    for old, new in change.texts:
        changed = {name: text.replace(old, new) for name, text in changed.items()}
    return changed


def _shipped(name: str) -> dict[str, str]:
    folder = resources.files("tandem.cti.app").joinpath("demo_flows", name)
    texts = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(_ENDINGS)}
    for outside in _OUTSIDE:
        texts = {file: text.replace(outside, f"http://{HOST}:{PORT}/") for file, text in texts.items()}
    return texts
