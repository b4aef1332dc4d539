"""Parsers of commands whose help is in the language of the terminal, as are argparse's own texts."""

from __future__ import annotations

import argparse
import re
from typing import Any, Self

from tandem.cti.app.help_words import OF_ARGPARSE, help_of, say
from tandem.cti.app.terminal import LANGUAGES, columns, language_of_terminal

PROGRAM = "tandem"


class CommandParser(argparse.ArgumentParser):
    """A command. What it and its options are for stands in ``help_words`` under their names: KeyError without it."""

    def __init__(self, *, prog: str = PROGRAM, **options: Any) -> None:
        own = _in_language(help_of(prog.removeprefix(PROGRAM).strip()))
        super().__init__(prog=prog, description=own, formatter_class=_Help, **options)
        self._below: Any = None

    def takes(self, *names: str, **options: Any) -> None:
        """As ``add_argument``, with the help of its last name."""
        about = _in_language(help_of(self.prog.removeprefix(PROGRAM).strip(), names[-1]))
        self.add_argument(*names, help=about, **options)

    def command(self, name: str) -> Self:
        """One of its commands. ``chosen`` comes before."""
        about = _in_language(help_of(f"{self.prog} {name}".removeprefix(PROGRAM).strip()))
        made: Self = self._below.add_parser(name, help=about)
        return made

    def chosen(self, metavar: str, *, dest: str = argparse.SUPPRESS) -> None:
        """One of its commands is to be named; it is kept as ``dest``, if that is given."""
        self._below = self.add_subparsers(required=True, metavar=metavar, dest=dest)


def refused(code: str, text: str) -> argparse.ArgumentTypeError:
    """For the ``type`` of an argument: why ``text`` is none, a sentence of ``help_words``."""
    return argparse.ArgumentTypeError(say(code, language_of_terminal(), text=repr(text)))


class _Help(argparse.HelpFormatter):
    """Chinese has no spaces to break a line at, and its characters are two columns wide."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrapped(text, width) if language_of_terminal() == "zh" else super()._split_lines(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if language_of_terminal() != "zh":
            return super()._fill_text(text, width, indent)
        return "\n".join(indent + line for line in wrapped(text, width - len(indent)))


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most so many columns, if no word is longer; none begins with a closing mark."""
    lines = [""]
    for piece in re.findall(r"(?:[!-~]+|.)[，。；：、）”？]*\s*", text):
        if lines[-1] and columns(lines[-1] + piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines]


def _in_language(both: tuple[str, str]) -> str:
    return both[LANGUAGES.index(language_of_terminal())]


def _own_text(english: str) -> str:
    return OF_ARGPARSE.get(english, english) if language_of_terminal() == "zh" else english


def _own_plural(one: str, many: str, count: int) -> str:
    return _own_text(one if count == 1 else many)


# argparse asks gettext for its texts under these names; a catalogue of its kind would have to be compiled and found by
# the C library's locale, which need not be installed
vars(argparse).update({"_": _own_text, "ngettext": _own_plural})
