"""Text that an operator hands over in a file."""

from __future__ import annotations

from pathlib import Path

from tandem.cti.model.errors import BadRequest
from tandem.cti.model.system_reasons import reason_of


def text_of(file: Path, *, most_characters: int, name: str = "") -> str:
    """UTF-8. ``name``: what it is called in errors; '' = its path. Raises BadRequest: it cannot be read, is not UTF-8,
    or takes more bytes than so many characters can (four each)."""
    called, most_bytes = name or str(file), 4 * most_characters
    try:
        with file.open("rb") as opened:
            content = opened.read(most_bytes + 1)
    except OSError as error:
        raise BadRequest.because("file_unreadable", file=called, texts=reason_of(error)) from None
    if len(content) > most_bytes:
        raise BadRequest.because("file_large", file=called, most_mib=most_bytes >> 20)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadRequest.because("file_not_utf8", file=called, line=line) from None
