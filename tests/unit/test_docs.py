"""The documentation says what is there: links lead somewhere, and nothing that users can set or say is left out."""

from __future__ import annotations

import argparse
import re
import subprocess
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote

import pytest

from tandem.cti.app import cli
from tandem.cti.model import states
from tandem.cti.runtime.settings import Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]\[]*\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)


def pages() -> list[Path]:
    """Every page that is ours: under version control, or about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    try:
        names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive
        names = [str(page.relative_to(ROOT)) for page in (*ROOT.glob("*.md"), *DOCS.rglob("*.md"))]
    return [ROOT / name for name in sorted(set(names)) if (ROOT / name).exists()]


def anchors(page: Path) -> set[str]:
    """As the usual hosts make them: small letters, spaces to hyphens, signs dropped."""
    headings = _HEADING.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(page: Path) -> Iterator[str]:
    for target in _LINK.findall(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists():
            yield f"{page.relative_to(ROOT)}: {target}"
        elif anchor and there.suffix == ".md" and anchor not in anchors(there):
            yield f"{page.relative_to(ROOT)}: {target} (no such heading)"


def commands() -> dict[str, argparse.ArgumentParser]:
    actions = cli._parser()._actions
    return next(dict(action.choices) for action in actions if isinstance(action, argparse._SubParsersAction))


def text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_there_is_something_to_check() -> None:
    assert len(pages()) > 20
    assert len(commands()) >= 7


def test_links_lead_somewhere() -> None:
    assert [fault for page in pages() for fault in broken(page)] == []


def test_every_page_is_in_the_index() -> None:
    linked = {(DOCS / target.partition("#")[0]).resolve() for target in _LINK.findall(text("README.md"))}
    adrs = set((DOCS / "adr").glob("[0-9]*.md"))
    assert [str(page) for page in DOCS.rglob("*.md") if page not in linked | adrs | {DOCS / "README.md"}] == []


def test_every_decision_is_in_the_index() -> None:
    linked = set(_LINK.findall(text("adr/README.md")))
    written = {page.name for page in (DOCS / "adr").glob("[0-9]*.md")}
    assert written == {target for target in linked if target[:1].isdigit()}
    numbers = sorted(int(name[:4]) for name in written)
    assert len(numbers) == len(set(numbers)), "two decisions have one number"


@pytest.mark.parametrize("name", Settings.__struct_fields__)
def test_every_setting_is_documented(name: str) -> None:
    row = next((line for line in text("reference/settings.md").splitlines() if f"| `{name}`" in line), "")
    if not row:
        row = next((line for line in text("reference/settings.md").splitlines() if f", `{name}` |" in line), "")
    assert row, f"docs/reference/settings.md: no row for {name}"
    default = getattr(Settings(), name)
    shown = {True: "true", False: "false"}.get(default) if isinstance(default, bool) else None
    if shown is None:
        shown = repr(default).replace("'", '"')
    assert f"`{shown}`" in row, f"docs/reference/settings.md: the default of {name} is {shown}"


def test_every_command_and_option_is_documented() -> None:
    page = text("reference/command-line.md")
    sections = {match[1]: match[2] for match in re.finditer(r"^## `tandem ([\w-]+)(.*?)(?=^## |\Z)", page, re.M | re.S)}
    assert set(sections) == set(commands())
    everywhere = page.partition("## `tandem serve`")[0]
    missing = [
        f"tandem {name} {option}"
        for name, parser in commands().items()
        for action in parser._actions
        for option in action.option_strings
        if option.startswith("--") and option != "--help" and option not in sections[name] + everywhere
    ]
    assert missing == []


def test_no_command_is_documented_that_does_not_exist() -> None:
    said = {
        (page.relative_to(ROOT).as_posix(), name)
        for page in pages()
        for name in re.findall(r"`(?:\.venv/bin/)?tandem ([a-z][\w-]*)", page.read_text(encoding="utf-8"))
    }
    assert [(page, name) for page, name in sorted(said) if name not in commands()] == []


def test_every_state_is_in_the_glossary() -> None:
    page = text("glossary.md")
    words = {
        member.value
        for kind in vars(states).values()
        if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum
        for member in kind
    }
    assert len(words) > 30
    assert [word for word in sorted(words) if f"`{word}`" not in page] == []


def test_every_key_is_documented() -> None:
    keys = (ROOT / "src/tandem/agent_desktop/web/src/keys.ts").read_text(encoding="utf-8")
    chords = {chord for group in re.findall(r"chords: \[(.*?)\]", keys) for chord in re.findall(r'"([^"]+)"', group)}
    assert len(chords) > 20
    page = text("reference/agent-desktop-keys.md")
    assert [chord for chord in sorted(chords) if f"`{chord}`" not in page] == []


def test_pictures_are_small() -> None:
    pictures = list((DOCS / "images").glob("*.png"))
    assert pictures
    assert [picture.name for picture in pictures if picture.stat().st_size > 200_000] == []
