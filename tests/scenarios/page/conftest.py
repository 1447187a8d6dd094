"""Shared by the tests of the page: the real server, a real browser, and visitors in it."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from calibration.cli.serve.material import material_of
from calibration.evidence.reading import read_evidence
from scenarios.page.material import Material
from tests.conftest import PATIENCE

#: Seconds after which the server forgets a visitor whose connection is lost; tests need not wait.
FORGETS_AFTER = 5
#: What the console of a browser tells that must not happen.
COMPLAINTS = ("warning", "error")


@dataclass
class Server:
    """The page as ``lilliput serve`` serves it."""

    url: str
    process: subprocess.Popen[str]

    def memory(self) -> float:
        """Memory that the server holds, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found
        return int(found[1]) / 1024

    def visitors(self, which: str = "total") -> int:
        """How many visitors the server remembers; ``has_connected`` are those who are there."""
        with urllib.request.urlopen(f"{self.url}/resourcez") as answer:
            return int(json.load(answer)["kernels"][which])


SERVE = ("-m", "calibration.cli.main", "serve", "--port", "0")


@contextmanager
def served(*program: str, stderr: IO[str] | None = None) -> Iterator[Server]:
    """The page on a free port for as long as it is needed; Ctrl-C ends it.

    The program is ``lilliput serve`` unless another is named.
    """
    process = subprocess.Popen(
        [sys.executable, *(program or SERVE)],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        env={
            **os.environ,
            "SOLARA_KERNEL_CULL_TIMEOUT": f"{FORGETS_AFTER}s",
            "PYTHONUNBUFFERED": "1",
        },
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://\S+", line)
    assert found, line
    yield Server(found[0], process)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE / 1000)


@pytest.fixture(scope="package")
def start() -> Callable[..., AbstractContextManager[Server]]:
    """Serves the page with another program than the command."""
    return served


@pytest.fixture(scope="package")
def server() -> Iterator[Server]:
    with served() as running:
        yield running


@pytest.fixture(scope="package")
def material() -> Material:
    """What every visitor of the page is shown from."""
    return material_of(read_evidence())


@dataclass
class Visitor:
    """Somebody at a browser of their own; ``errors`` are those of the page and of its console."""

    page: Page
    context: BrowserContext
    url: str
    errors: list[str] = field(default_factory=list)

    def visit(self, query: str = "") -> None:
        """Open the page, with the query of a link, and wait until map and charts are drawn."""
        self.page.goto(f"{self.url}/{'?' + query if query else ''}")
        expect(self.page.locator(".lp-map svg")).to_be_visible()
        expect(self.page.locator(".lp-timeline svg")).to_have_count(3)

    def press(self, name: str) -> None:
        """Press a button of this name."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def shows(self, quarter: str) -> None:
        """Wait until this quarter is shown, and its map."""
        expect(self.page.locator(".lp-now")).to_have_text(quarter)
        expect(self.picture(f"The four countries in {quarter}")).to_be_visible()

    def picture(self, words: str):  # type: ignore[no-untyped-def]
        """The picture whose words begin so."""
        return self.page.locator(f'[role="img"][aria-label^="{words}"]')

    def drawing(self, words: str) -> str:
        """What a picture is made of."""
        return str(self.picture(words).locator("svg").inner_html())

    def slide(self, name: str, value: str) -> None:
        """Put a number into the field beside a slider."""
        beside = self.page.locator(f'.lp-slider:has([data-name="{name}"]) input[type=number]')
        beside.fill(value)
        beside.press("Tab")

    def download(self, name: str | re.Pattern[str]) -> tuple[str, bytes]:
        """Take away the first file whose button is named so: its name and its bytes."""
        with self.page.expect_download() as found:
            self.page.get_by_role("button", name=name).first.click()
        return found.value.suggested_filename, Path(found.value.path()).read_bytes()


@contextmanager
def visits(browser: Browser, url: str) -> Iterator[Callable[..., Visitor]]:
    """Lets somebody come with a browser of their own; nobody's page may raise an error."""
    come: list[Visitor] = []

    def arrive(width: int = 1280, height: int = 800, *, dark: bool = False) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        one = Visitor(page, context, url)
        page.on("pageerror", lambda error: one.errors.append(str(error)))
        page.on(
            "console",
            lambda told: one.errors.append(told.text) if told.type in COMPLAINTS else None,
        )
        come.append(one)
        return one

    yield arrive
    errors = [error for one in come for error in one.errors]
    for one in come:
        one.context.close()
    assert errors == []


@pytest.fixture
def visitor(server: Server, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Lets somebody come with a browser of their own."""
    with visits(browser, server.url) as arrive:
        yield arrive


@pytest.fixture
def arriving() -> Callable[..., AbstractContextManager[Callable[..., Visitor]]]:
    """Lets somebody come to another server."""
    return visits
