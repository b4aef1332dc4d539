"""The built pages, a single-page application. Only files found at start are served: no path leads out of the folder."""

from __future__ import annotations

import os
from pathlib import Path

from aiohttp import web

from tandem.agent_desktop.errors import NoSuchRoute

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mp3": "audio/mpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".wav": "audio/wav",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_INDEX = "/index.html"
_HASHED = "/assets/"
"""Vite puts a hash of the content into the names in this folder: what is there never changes."""
_NOT_BUILT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Tandem: pages not built</title></head>
<body><h1>The pages are not built / 页面尚未构建</h1>
<p>The server is running, but its web pages are missing. In a source checkout, build them once with
<code>npm ci &amp;&amp; npm run build</code> in <code>src/tandem/agent_desktop/web</code> (Node 20 or newer), then load
this page again. A released wheel contains them.</p></body></html>
"""


class Pages:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = _found(folder)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A file; ``index.html`` for a path of the application's own; NoSuchRoute for a file that is not there."""
        if _INDEX not in self._files:
            self._files = _found(self._folder)
        if _INDEX not in self._files:
            return web.Response(text=_NOT_BUILT, status=503, content_type="text/html")
        path = request.path
        if path not in self._files:
            if path.startswith(_HASHED) or "." in path.rpartition("/")[2]:
                raise NoSuchRoute("There is no such file.")
            path = _INDEX
        file = self._files[path]
        return web.FileResponse(
            file,
            headers={
                "Content-Type": _TYPES.get(file.suffix, "application/octet-stream"),
                "Cache-Control": _caching(path),
            },
        )


def _caching(path: str) -> str:
    if path == _INDEX:
        return "no-store"
    return "public, max-age=31536000, immutable" if path.startswith(_HASHED) else "no-cache"


def _found(folder: Path) -> dict[str, Path]:
    """URL path -> file, for every regular file in the folder that really lies in it."""
    root = folder.resolve()
    return {
        "/" + file.relative_to(root).as_posix(): file
        for parent, _, names in os.walk(root)
        for file in (Path(parent, name) for name in names)
        if file.resolve() == file and file.is_file()
    }
