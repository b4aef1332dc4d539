"""Text that an operator hands over in a file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

from tandem.cti.model.errors import BadRequest
from tandem.cti.model.system_reasons import reason_of


def text_of(file: Path, *, most_characters: int) -> str:
    """UTF-8. Raises BadRequest: it cannot be read, is not UTF-8, or takes more bytes than so many characters can (four
    each)."""
    return _text(lambda: file.open("rb"), str(file), most_characters)


def text_given(file: str, *, most_characters: int) -> str:
    """As ``text_of``; ``-`` is standard input, also where that is a socket, or a file that this user may not open."""
    if file != "-":
        return text_of(Path(file), most_characters=most_characters)
    return _text(lambda: nullcontext(sys.stdin.buffer), "standard input", most_characters)


def _text(opened: Callable[[], AbstractContextManager[BinaryIO]], called: str, most_characters: int) -> str:
    most_bytes = 4 * most_characters
    try:
        with opened() as stream:
            content = stream.read(most_bytes + 1)
    except OSError as error:
        raise BadRequest.because("file_unreadable", file=called, texts=reason_of(error)) from None
    if len(content) > most_bytes:
        raise BadRequest.because("file_large", file=called, most_mib=most_bytes >> 20)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadRequest.because("file_not_utf8", file=called, line=line) from None
