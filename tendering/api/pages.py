"""The front end's pages: `web_dist/` as it was built, and index.html for every address it routes.

The table of files is read once, at start: what is not in it cannot be asked for, so no address
leads outside the folder. Files with a hash in their name never change and are kept for ever.
"""

import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from aiohttp import web

INDEX: Final = "index.html"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "no-cache"
# Vite's names: assets/name-hash.extension.
_HASHED: Final = re.compile(r"assets/.+-[A-Za-z0-9_-]{8,}\.\w+")
# Addresses of the platform itself: what is not there is a problem document, never a page.
_PAGES: Final = r"/{page:(?!(?:api|health|metrics)(?:/|$)).*}"
# Not left to the machine's own table, which may lack or mistake them.
_MEDIA_TYPES: Final = MappingProxyType(
    {
        ".css": "text/css",
        ".html": "text/html",
        ".ico": "image/x-icon",
        ".js": "text/javascript",
        ".json": "application/json",
        ".mjs": "text/javascript",
        ".svg": "image/svg+xml",
        ".ttf": "font/ttf",
        ".wasm": "application/wasm",
        ".webmanifest": "application/manifest+json",
        ".woff2": "font/woff2",
    }
)
# Beside the file itself; aiohttp sends them to whoever takes them.
_COMPRESSED: Final = frozenset({".br", ".gz"})
_TEXT: Final = ("text/", "application/json", "application/manifest+json", "image/svg+xml")
_NOT_BUILT: Final = """<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>页面尚未构建</title></head>
<body>
<h1>平台正在运行，页面尚未构建</h1>
<p>请运行 <code>python hatch_build.py</code>，然后重新启动平台。接口位于 <code>/api/v1</code>。</p>
<p lang="en">The platform is running, but its pages were not built: run
<code>python hatch_build.py</code> and start it again. The API is at <code>/api/v1</code>.</p>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class _File:
    """One file of the front end as it is served."""

    path: Path
    media_type: str
    cache_control: str


def mount_pages(app: web.Application, folder: Path) -> None:
    """Serve the front end below `folder`; mount it last, after all other routes."""
    files = _files(folder)

    async def get_page(request: web.Request) -> web.StreamResponse:
        name = request.match_info["page"]
        file = files.get(name)
        if file is None and name.startswith("assets/"):
            raise web.HTTPNotFound
        return _answer(file or files.get(INDEX))

    app.router.add_get(_PAGES, get_page)


def _files(folder: Path) -> dict[str, _File]:
    """The files below the folder by their address; links out of it and dot files are left out."""
    root = folder.resolve()
    found = {}
    for path in sorted(root.rglob("*")) if root.is_dir() else ():
        name = path.relative_to(root).as_posix()
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if (
            hidden
            or path.suffix in _COMPRESSED
            or not path.is_file()
            or not path.resolve().is_relative_to(root)
        ):
            continue
        found[name] = _File(
            path=path,
            media_type=_media_type(path),
            cache_control=_FOR_EVER if _HASHED.fullmatch(name) else _ASK_AGAIN,
        )
    return found


def _media_type(path: Path) -> str:
    guessed = _MEDIA_TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    media_type = guessed or "application/octet-stream"
    return f"{media_type}; charset=utf-8" if media_type.startswith(_TEXT) else media_type


def _answer(file: _File | None) -> web.StreamResponse:
    if file is None:
        return web.Response(
            text=_NOT_BUILT,
            status=503,
            content_type="text/html",
            headers={"Cache-Control": "no-store"},
        )
    headers = {
        "Cache-Control": file.cache_control,
        "Content-Type": file.media_type,
        "Vary": "Accept-Encoding",
    }
    return web.FileResponse(file.path, headers=headers)
