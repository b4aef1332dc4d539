"""Recorded audio over HTTP, with ranges (RFC 9110 section 14), confined to the recordings folder."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from tandem.cti.model.errors import ResourceMissing

_AUDIO = {".wav": "audio/wav", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".opus": "audio/ogg"}


def audio(folder: Path, name: str) -> web.FileResponse:
    """The file ``name`` inside ``folder``. Raises ResourceMissing, also for a name that leads out of the folder."""
    file = _inside(folder, name)
    media = _AUDIO.get(file.suffix.lower()) if file is not None else None
    if file is None or media is None:
        raise ResourceMissing.because("recording_gone")
    return web.FileResponse(
        file,
        headers={
            "Content-Type": media,
            "Content-Disposition": "inline",
            "Cache-Control": "private, no-store",
        },
    )


def _inside(folder: Path, name: str) -> Path | None:
    try:
        root = folder.resolve(strict=True)
        file = (root / name).resolve(strict=True)
    except (OSError, ValueError):
        return None
    return file if file.is_relative_to(root) and file.is_file() else None
