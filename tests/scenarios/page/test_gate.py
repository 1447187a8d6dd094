"""The gate before the page: what it lets through, and what it refuses."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from scenarios.page import server
from scenarios.page.gate import HEADERS, PLACING, Gate

PORT = 8765
OWN = {"host": f"127.0.0.1:{PORT}"}


class Behind:
    """A server that answers everything and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"page"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = tmp_path / "files"
    (files / "library@1.0.0" / "dist").mkdir(parents=True)
    (files / "library@1.0.0" / "dist" / "all.js").write_text("all")
    (files / "library@1.0.0" / "__main.js").write_text("main")
    (tmp_path / "secret").write_text("secret")
    (files / "way-out").symlink_to(tmp_path / "secret")
    return files


def answer(
    folder: Path,
    path: str = "/",
    headers: dict[str, str] | None = None,
    *,
    method: str = "GET",
    kind: str = "http",
    **settings: Any,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What a request is answered, and what of it reaches the server behind the gate."""
    behind, sent = Behind(), []
    gate = Gate(behind, PORT, folder, **settings)
    written = [
        (name.encode(), value.encode())
        for name, value in (OWN if headers is None else headers).items()
    ]
    scope = {"type": kind, "path": path, "method": method, "headers": written, "root_path": "/x"}

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    with ThreadPoolExecutor(1) as thread:  # the browser tests have a loop of their own in this one
        thread.submit(asyncio.run, gate(scope, receive, send)).result()
    return sent, behind.asked


def status(*arguments: Any, **settings: Any) -> int:
    sent, asked = answer(*arguments, **settings)
    assert bool(asked) == (sent[0].get("status") == 200)
    return int(sent[0].get("status", sent[0].get("code", 0)))


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8765", "localhost:8765", "[::1]:8765", "LOCALHOST:8765"]
)
def test_the_page_answers_at_its_own_addresses(folder: Path, host: str) -> None:
    assert status(folder, "/", {"host": host}) == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example:8765", "127.0.0.1", "127.0.0.1:80", "192.168.0.7:8765", "", "[::1", "a:b:c"],
)
def test_a_strange_host_is_refused(folder: Path, host: str) -> None:
    assert status(folder, "/", {"host": host}) == 421
    assert status(folder, "/", {}) == 421


def test_remote_visitors_may_use_numbers_but_no_strange_name(folder: Path) -> None:
    assert status(folder, "/", {"host": "192.168.0.7:8765"}, remote=True) == 200
    assert status(folder, "/", {"host": "evil.example:8765"}, remote=True) == 421
    assert status(folder, "/", {"host": "desk:8765"}, remote=True, names=("desk",)) == 200


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "foreign",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "websocket"},
    ],
)
def test_what_another_website_sends_is_refused(
    folder: Path, kind: str, foreign: dict[str, str]
) -> None:
    expected = 403 if kind == "http" else 1008
    assert status(folder, "/", OWN | foreign, kind=kind) == expected


def test_a_link_from_another_website_opens_the_page(folder: Path) -> None:
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert status(folder, "/", OWN | link) == 200
    assert status(folder, "/", OWN | {"origin": f"http://127.0.0.1:{PORT}"}) == 200


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("library@1.0.0/dist/all.js", 200),
        ("library@1.0.0", 200),
        ("library@1.0.0/dist", 404),
        ("library@1.0.0/", 404),
        ("", 404),
        ("../secret", 404),
        ("library@1.0.0/../../secret", 404),
        ("way-out", 404),
        ("way-out/x", 404),
        ("no-such@1.0.0/index.js", 404),
        ("library@1.0.0/\0", 404),
    ],
)
def test_only_regular_files_are_sent_and_no_folder_is_named(
    folder: Path, path: str, expected: int
) -> None:
    before = sorted(folder.rglob("*"))
    assert status(folder, f"/_solara/cdn/{path}") == expected
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/_solara/api/close/1", 200),
        ("POST", "/_solara/api/evict/1", 405),
        ("GET", "/_solara/api/evict/1", 404),
        ("GET", "/resourcez", 404),
        ("DELETE", "/", 405),
        ("PUT", "/_solara/cdn/library@1.0.0/dist/all.js", 405),
        ("POST", "/", 405),
    ],
)
def test_the_page_can_be_read_and_left_and_nothing_else(
    folder: Path, method: str, path: str, expected: int
) -> None:
    assert status(folder, path, method=method) == expected


def test_no_header_moves_the_page(folder: Path) -> None:
    placing = {name.decode(): "//evil.example" for name in PLACING}
    _, (scope,) = answer(folder, "/", OWN | placing)
    assert scope["root_path"] == ""
    assert {name for name, _ in scope["headers"]} == {b"host"}


@pytest.mark.parametrize("path", ["/", "/static/no-such", "/resourcez"])
def test_every_answer_carries_the_headers(folder: Path, path: str) -> None:
    sent, _ = answer(folder, path)
    assert set(HEADERS) <= set(sent[0]["headers"])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", 200),
        ("/record", 200),
        ("/record/", 200),
        ("/static/assets/charts.js", 200),
        ("/nowhere", 404),
        ("/record/nowhere", 404),
        ("/_solara/nowhere", 404),
    ],
)
def test_of_pages_the_tabs_alone_are_there(folder: Path, path: str, expected: int) -> None:
    assert status(folder, path, tabs={"/": "Explore", "/record": "Record"}) == expected


def test_a_refusal_is_told_in_words(folder: Path) -> None:
    sent, _ = answer(folder, "/resourcez")
    assert b"There is no such page" in sent[1]["body"]
    assert answer(folder, "/resourcez", method="HEAD")[0][1]["body"] == b""


def test_without_room_new_visitors_are_told_and_others_stay(folder: Path) -> None:
    def room(visitor: str) -> bool:
        return visitor == "here"

    connection = "/jupyter/api/kernels/{}/channels"
    assert status(folder, "/", room=room) == 503
    assert status(folder, "/static/x.css", room=room) == 200
    assert status(folder, connection.format("new"), kind="websocket", room=room) == 1008
    gone: list[str] = []
    for name in ("new", "here"):
        path = connection.format(name)
        _, asked = answer(folder, path, kind="websocket", room=room, gone=gone.append)
        assert bool(asked) == (name == "here")
    assert gone == ["here"], "whoever was let in has left"


def test_who_was_let_in_takes_room_before_solara_knows_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "MOST_VISITORS", 2)
    monkeypatch.setattr(server, "_let_in", set())
    comers = ("one", "two", "three", "two", "")
    assert [server.admit(name) for name in comers] == [True, True, False, True, False]
    server.leave("one")
    assert server.admit("")
    assert server.admit("three")
    assert not server.admit("one")
