"""Requests that mean harm, sent to the page as served: nothing is changed, deleted or moved."""

import http.client
import shutil
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
from playwright.sync_api import Browser

import scenarios.page.gate

solara_settings = pytest.importorskip("solara.server.settings")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the files that the page sends, so that no attack can reach the installed ones."""
    folder = tmp_path_factory.mktemp("served") / "cdn"
    shutil.copytree(solara_settings.assets.proxy_cache_dir, folder)
    return folder


@pytest.fixture(scope="module")
def attacked(start: Any, files: Path) -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOLARA_ASSETS_PROXY_CACHE_DIR", str(files))
        with start() as running:
            yield running


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def asked(
    server: Any, path: str, headers: Mapping[str, str] | None = None, method: str = "GET"
) -> tuple[int, dict[str, str], bytes]:
    """The status, headers and body of an answer; the path goes over the wire as it stands."""
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    connection.putrequest(method, path, skip_host="Host" in (headers or {}))
    for name, value in (headers or {}).items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {n.lower(): v for n, v in answer.getheaders()}, body


def test_no_folder_that_is_asked_for_is_deleted(attacked: Any, files: Path) -> None:
    before = contents(files)
    folders = [path.relative_to(files) for path in files.rglob("*") if path.is_dir()]
    assert folders
    ways = [quote(str(folder)) for folder in folders]
    ways += [f"{way}/" for way in ways] + [f"{way}/." for way in ways[:20]]
    ways += ["", ".", "..", "%2e%2e", "..%2f..%2f", "%5c..", "a/../..", "x", "x%00y"]
    for way in ways:
        status, _, _ = asked(attacked, f"/_solara/cdn/{way}")
        # The name of a library alone stands for its main file, where it has one.
        main = "/" not in unquote(way) and (files / unquote(way) / "__main.js").is_file()
        assert status == (200 if main else 404), way
    assert contents(files) == before


def test_files_of_the_page_are_still_sent(attacked: Any, files: Path) -> None:
    path = next(path for path in files.rglob("*.js") if path.name != "__main.js")
    status, _, body = asked(attacked, f"/_solara/cdn/{quote(str(path.relative_to(files)))}")
    assert status == 200
    assert body == path.read_bytes()


@pytest.mark.parametrize("name", ["X-Script-Name", "Script-Name", "X-Forwarded-Host"])
def test_no_header_moves_the_page_for_those_who_come_later(attacked: Any, name: str) -> None:
    asked(attacked, "/", {name: "//evil.example"})
    status, _, body = asked(attacked, "/")
    assert status == 200
    assert b"evil.example" not in body


def test_strange_hosts_and_other_websites_are_refused(attacked: Any) -> None:
    assert asked(attacked, "/", {"Host": "evil.example"})[0] == 421
    assert asked(attacked, "/", {"Origin": "http://evil.example"})[0] == 403
    assert asked(attacked, "/resourcez")[0] == 404


def test_every_answer_carries_the_headers(attacked: Any) -> None:
    for path in ("/", "/no-such-page", "/_solara/cdn/nothing"):
        headers = asked(attacked, path)[1]
        for name, value in scenarios.page.gate.HEADERS:
            assert headers[name.decode()] == value.decode()


def test_another_website_can_neither_ask_nor_connect(attacked: Any, browser: Browser) -> None:
    page = browser.new_page()
    page.route("http://evil.example/", lambda route: route.fulfill(body="<h1>evil</h1>"))
    page.goto("http://evil.example/")
    address = attacked.url
    opened = page.evaluate(
        """address => new Promise(done => {
            const socket = new WebSocket(address.replace("http", "ws")
                + "/jupyter/api/kernels/1/channels?session_id=1");
            socket.onopen = () => done(true);
            socket.onerror = () => done(false);
        })""",
        address,
    )
    assert opened is False
    shown = page.evaluate(
        """address => new Promise(done => {
            const picture = new Image();
            picture.onload = picture.onerror = () => done(picture.naturalWidth);
            picture.src = address + "/_solara/cdn/requirejs@2.3.6";
        })""",
        address,
    )
    assert shown == 0
    page.close()
