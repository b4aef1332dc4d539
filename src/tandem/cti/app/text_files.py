"""Text that an operator hands over in a file."""

from __future__ import annotations

from pathlib import Path

from tandem.cti.model.errors import BadRequest


def text_of(file: Path, *, most_characters: int, name: str = "") -> str:
    """UTF-8. ``name``: what it is called in errors; '' = its path. Raises BadRequest: it cannot be read, is not UTF-8,
    or takes more bytes than so many characters can (four each)."""
    called, most_bytes = name or str(file), 4 * most_characters
    try:
        with file.open("rb") as opened:
            content = opened.read(most_bytes + 1)
    except OSError as error:
        raise BadRequest(f"{called} cannot be read: {error.strerror}") from None
    if len(content) > most_bytes:
        raise BadRequest(f"{called} is larger than {most_bytes >> 20} MiB")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadRequest(f"{called}:{line}: this is not UTF-8. Save the file as UTF-8.") from None
