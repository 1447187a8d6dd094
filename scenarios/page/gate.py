"""What stands before the page's server: who may ask for what, and what every answer carries.

The server that draws the page trusts whoever reaches it. The gate does not: a request must name an
address at which the page is served, must not come from another website, and may ask only for the
page, its files and its own connection. Nothing that a request says changes where the page thinks it
stands. Where there is no room for another visitor, they are told so.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

#: The names that this machine has for itself.
LOOPBACK = ("127.0.0.1", "localhost", "::1")
#: Where the files lie that other projects wrote; they are sent, never fetched from afar.
FILES = "/_solara/cdn/"
#: Where a browser says that its visitor has left.
LEAVING = "/_solara/api/close/"
#: What the page loads beside; of all else only the tabs are shown.
LOADED = ("/static/", "/jupyter/", "/readyz")
#: The connection of a visitor, by the name that their browser has given them.
_CONNECTION = re.compile(r"/jupyter/api/kernels/([^/]+)/channels")
#: Headers by which a proxy would tell the server where it stands.
PLACING = (
    b"script-name",
    b"x-script-name",
    b"forwarded",
    b"x-forwarded-host",
    b"x-forwarded-proto",
)
#: The page compiles its templates in the browser, which needs eval; all else comes from here alone.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
_PAGE = """\
<!doctype html><html lang="en"><meta charset="utf-8"><title>{heading} · lilliput</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/static/assets/favicon.svg">
<link rel="stylesheet" href="/static/assets/custom.css"><style>{style}</style>
<script>
const chosen = localStorage.getItem(":solara:theme.variant");
const dark = matchMedia("(prefers-color-scheme: dark)").matches;
document.documentElement.classList.add(
  (chosen ? chosen.includes("dark") : dark) ? "lp-dark" : "lp-light");
</script>
<body style="margin: 0; font-family: Roboto, sans-serif"><div class="lp-page">
<header class="lp-head"><span class="lp-name">lilliput</span>
<nav class="lp-tabs" aria-label="Tabs">{tabs}</nav></header>
<main class="lp-main"><h1>{heading}</h1><p>{words}</p></main></div></body></html>
"""
_TAB = '<a href="{address}"><span class="lp-tab">{title}</span></a>'


@dataclass(frozen=True)
class Refusal:
    """Why a request is not answered: the status of the answer, a heading and a sentence."""

    status: int
    heading: str
    words: str


STRANGE_HOST = Refusal(
    421, "This is not the page's address", "The page answers at the address that lilliput printed."
)
OTHER_SITE = Refusal(
    403, "This request came from another website", "The page answers only its own visitors."
)
NO_SUCH_PAGE = Refusal(
    404, "There is no such page", "The address may have been mistyped. These tabs are there:"
)
NO_ROOM = Refusal(
    503, "The page has no room", "As many visitors are here as it can serve. Come again later."
)
NOT_ALLOWED = Refusal(405, "This cannot be done here", "The page can be read, and nothing else.")


@dataclass(frozen=True)
class Gate:
    """The page's server behind the gate.

    ``port`` is where the page is served and ``names`` under which names of this machine; loopback
    names always count, and so does any numeric address if ``remote`` visitors are let in. ``files``
    is the folder that holds the files of other projects. ``tabs`` are the titles of the tabs by
    their addresses; a refusal lists them in the look of the page, which ``style`` describes.
    ``room`` tells whether there is room for a visitor, whose name is empty if they are new;
    ``gone`` hears of each whose connection has ended.
    """

    server: Application
    port: int
    files: Path
    names: Iterable[str] = ()
    remote: bool = False
    tabs: Mapping[str, str] = field(default_factory=lambda: {"/": "Go to the page"})
    style: str = ""
    room: Callable[[str], bool] = lambda _: True
    gone: Callable[[str], None] = lambda _: None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it in words; the life of the server is left to itself."""
        if scope["type"] == "lifespan":
            await self.server(scope, receive, send)
            return
        refusal = self.refusal_of(scope) or await self._crowded(scope)
        if refusal is not None:
            await self._refuse(refusal, scope, receive, send)
            return
        plain = [(name, value) for name, value in scope["headers"] if name not in PLACING]
        try:
            await self.server({**scope, "headers": plain, "root_path": ""}, receive, _guarded(send))
        finally:
            if connection := _CONNECTION.fullmatch(scope["path"]):
                self.gone(connection[1])

    def refusal_of(self, scope: Scope) -> Refusal | None:
        """Why a request is refused; none if it is answered."""
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get(b"host", "")
        if not self.is_own(host):
            return STRANGE_HOST
        if _from_elsewhere(headers, host):
            return OTHER_SITE
        if scope["type"] == "websocket":
            return None
        path, method = scope["path"], scope["method"]
        if method == "POST" and path.startswith(LEAVING):
            return None
        if method not in ("GET", "HEAD"):
            return NOT_ALLOWED
        if path.startswith(FILES):
            return None if self.is_file(path.removeprefix(FILES)) else NO_SUCH_PAGE
        known = path.startswith(LOADED) or (path.rstrip("/") or "/") in self.tabs
        return None if known else NO_SUCH_PAGE

    async def _crowded(self, scope: Scope) -> Refusal | None:
        """The refusal of a visitor for whom there is no room; none of those who are here."""
        connection = _CONNECTION.fullmatch(scope["path"])
        comes = connection or (scope["path"].rstrip("/") or "/") in self.tabs
        name = connection[1] if connection else ""
        return NO_ROOM if comes and not await asyncio.to_thread(self.room, name) else None

    def is_own(self, host: str) -> bool:
        """Whether a request's ``Host`` is an address at which the page is served."""
        try:
            parts = urlsplit(f"//{host}")
            name, port = parts.hostname or "", parts.port or 80
        except ValueError:
            return False
        if port != self.port:
            return False
        return name in (*LOOPBACK, *self.names) or (self.remote and _is_numeric(name))

    def is_file(self, path: str) -> bool:
        """Whether a path is that of a regular file in the folder of files, by no way round."""
        folder = self.files.resolve()
        name = path if "/" in path else f"{path}/__main.js"  # as the server looks for it
        try:
            place = (folder / name).resolve()
            return place.is_relative_to(folder) and place.is_file()
        except (OSError, ValueError):
            return False

    async def _refuse(self, refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a short page of words; a connection is closed before it is opened."""
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": refusal.heading})
            return
        tabs = "".join(_TAB.format(address=at, title=title) for at, title in self.tabs.items())
        words = {"heading": refusal.heading, "words": refusal.words, "tabs": tabs}
        body = _PAGE.format(**words, style=self.style).encode()
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
        ]
        sending = _guarded(send)
        await sending({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await sending(
            {"type": "http.response.body", "body": b"" if scope.get("method") == "HEAD" else body}
        )


def _is_numeric(name: str) -> bool:
    """Whether a host is an address in numbers, which no other website can bear as its name."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _from_elsewhere(headers: Mapping[bytes, str], host: str) -> bool:
    """Whether a browser says that another website sent it; a link to the page may be followed."""
    origin = headers.get(b"origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return True
    site, mode = headers.get(b"sec-fetch-site"), headers.get(b"sec-fetch-mode")
    return site in ("cross-site", "same-site") and mode != "navigate"


def _guarded(send: Send) -> Send:
    """Answers with the headers that every answer of the page carries."""

    async def sending(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            names = {name for name, _ in HEADERS}
            kept = [(n, v) for n, v in message.get("headers", ()) if n.lower() not in names]
            message = {**message, "headers": [*kept, *HEADERS]}
        await send(message)

    return sending
