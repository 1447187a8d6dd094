"""How fast the page answers, in real Chromium against the real server: wall and processor seconds.

``python benchmarks/page.py`` prints one line a measure: median and worst wall seconds as the
browser sees them, and the processor seconds of the server with its workers for each. Needs the
extras ``page`` and ``dev``; Chromium is Playwright's, or the one that ``--chromium`` names. Measure
on an idle machine.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
from playwright.sync_api import Browser, Page, expect, sync_playwright

from scenarios.files import catalogue

#: Does something in the page, and tells after how many seconds something is to be seen there.
TIMED = """async ([deed, sign]) => {
  const done = new Function("return " + sign);
  const start = performance.now();
  new Function(deed)();
  while (!done()) await new Promise(requestAnimationFrame);
  return (performance.now() - start) / 1000;
}"""
NOW = "document.querySelector('.lp-map [role=img]').getAttribute('aria-label')"
STRAIN = "document.querySelector('[aria-label^=\"Strain of\"] svg').innerHTML"
PRESS = "[...document.querySelectorAll('button')].find(b => b.innerText.trim() === '{}').click()"
PLAYING = "[...document.querySelectorAll('button')].some(b => b.innerText.trim() === 'Pause')"


class Server:
    """``lilliput serve`` on a free port, with the processor time and memory that it has used."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "calibration.cli.main", "serve", "--port", "0"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        found = re.search(r"http://\S+", self._process.stdout.readline())
        assert found, "the page is served"
        self.url = found[0]
        self._main = psutil.Process(self._process.pid)

    def seconds(self) -> float:
        """Processor seconds of the server and its workers."""
        whole = (self._main, *self._main.children(recursive=True))
        return sum(sum(each.cpu_times()[:2]) for each in whole)

    def memory(self) -> float:
        """Megabytes that the server itself holds."""
        return float(self._main.memory_info().rss / 1e6)

    def close(self) -> None:
        """End the server."""
        self._process.terminate()
        self._process.wait()


def told(server: Server, name: str, goal: str, tries: int, once: Callable[[int], float]) -> None:
    """Measure something several times and print it."""
    before = server.seconds()
    walls = [once(number) for number in range(tries)]
    time.sleep(0.5)
    own = (server.seconds() - before) / tries
    middle, worst = statistics.median(walls), max(walls)
    print(f"{name:44} {middle:8.3f} {worst:8.3f} {own:10.3f}   {goal}", flush=True)


def opened(browser: Browser, server: Server, query: str = "quarter=1950Q1&draw=3") -> Page:
    """A visitor on the tab Explore, everything drawn, the crowd included."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(120_000)
    page.goto(f"{server.url}/?{query}")
    expect(page.locator(".lp-timeline svg")).to_have_count(3, timeout=120_000)
    expect(page.get_by_text("1,024 histories").first).to_be_visible(timeout=120_000)
    page.wait_for_timeout(1_000)
    return page


def timed(page: Page, deed: str, sign: str) -> float:
    """Seconds from a deed to its sign."""
    return float(page.evaluate(TIMED, [deed, sign]))


def changed(page: Page, what: str, deed: str) -> float:
    """Seconds from a deed until something looks otherwise."""
    page.evaluate(f"window.before = {what}")
    return timed(page, deed, f"{what} !== window.before")


def first_content(browser: Browser, server: Server) -> None:
    """From asking for the address to map and charts."""

    def once(_: int) -> float:
        page = browser.new_page()
        begun = time.monotonic()
        page.goto(server.url, wait_until="commit")
        page.wait_for_selector(".lp-map svg")
        page.wait_for_selector(".lp-timeline svg")
        seconds = time.monotonic() - begun
        page.close()
        return seconds

    told(server, "first content", "< 2", 5, once)


def explore(browser: Browser, server: Server) -> None:
    """A step, a scrub, a moved slider, and playing."""
    page = opened(browser, server)
    step = PRESS.format("Step")
    told(server, "step", "< 0.3", 20, lambda _: changed(page, NOW, step))

    def scrub(number: int) -> float:
        deed = (
            "const scrub = document.querySelector('.lp-scrub');"
            f"scrub.value = {(37 * number) % 144}; scrub.dispatchEvent(new Event('input'))"
        )
        return changed(page, NOW, deed)

    told(server, "scrub", "< 0.3", 20, scrub)
    page.get_by_label("Parameters of").select_option("strain")
    page.wait_for_selector("[data-name=strain_ideology]")

    def slide(number: int) -> float:
        deed = (
            "const one = document.querySelector('[type=range][data-name=strain_ideology]');"
            f"one.value = {1 + 0.5 * (number % 6)}; one.dispatchEvent(new Event('input'))"
        )
        return changed(page, STRAIN, deed)

    told(server, "moved slider (a parameter)", "< 0.3", 10, slide)
    page.get_by_label("Quarters a second").select_option("16")
    page.evaluate(PRESS.format("Back to start"))
    page.evaluate(PRESS.format("Play"))
    seconds = timed(page, "", f"{NOW}.includes('1955 Q1')")
    page.evaluate(PRESS.format("Pause"))
    print(f"{'quarters a second, playing at 16':44} {40 / seconds:8.1f}   > 8", flush=True)
    for button in ("Pause", "Reset"):

        def once(_: int, button: str = button) -> float:
            page.evaluate(PRESS.format("Back to start"))
            page.evaluate(PRESS.format("Play"))
            page.wait_for_timeout(700)
            return timed(page, PRESS.format(button), f"!({PLAYING})")

        told(server, f"{button} during Play", "< 0.5", 13, once)
    page.close()


def compare(browser: Browser, server: Server) -> None:
    """Two times 10,000 histories of every scenario, then another pair of the same.

    Between choosing a scenario and pressing Compare a visitor takes a third of a second at least.
    """
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(300_000)
    page.goto(f"{server.url}/compare")
    idle = "[...document.querySelectorAll('button')].find(b => b.innerText === 'Cancel')?.disabled"
    told_of = "document.querySelector('.lp-answer').innerText + (document.querySelector('caption')"
    told_of += "?.innerText)"
    page.wait_for_function(idle)
    for name in [each for each in catalogue() if each != "historical"]:
        page.get_by_label("Set beside it").select_option(name)
        page.wait_for_timeout(300)

        def ask(_: int, name: str = name) -> float:
            shown = f"document.querySelector('.lp-scenario[aria-label={name}]')"
            sign = f"{idle} && {shown} && !document.querySelector('.lp-stale')"
            return timed(page, PRESS.format("Compare"), sign)

        told(server, f"compare {name}", "< 1.5", 1, ask)

    def another(number: int) -> float:
        pair = ("china-ussr", "albania-ussr")[number % 2]
        deed = "const pair = document.querySelector('#field-pair');"
        deed += f"pair.value = '{pair}'; pair.dispatchEvent(new Event('change'))"
        page.wait_for_timeout(300)  # all of the answer before is there, not its sentence alone
        page.evaluate(f"window.before = {told_of}")
        return timed(page, deed, f"{idle} && {told_of} !== window.before")

    told(server, "another pair of the same", "< 0.2", 6, another)
    page.close()


def crowd(browser: Browser, server: Server, visitors: int = 20) -> None:
    """Twenty visitors who step at once, and the memory that they take and leave."""
    before = server.memory()
    pages = [opened(browser, server, f"quarter=1950Q1&draw={each}") for each in range(visitors)]
    during = server.memory()
    step = PRESS.format("Step")
    told(server, f"step, {visitors} at once (each)", "< 1", visitors, lambda number: changed(
        pages[number], NOW, step))  # fmt: skip
    for page in pages:
        page.close(run_before_unload=True)
    time.sleep(8)
    after = server.memory()
    each = (during - before) / visitors
    print(f"{'MB a session':44} {each:8.1f}   < 10", flush=True)
    print(f"{'MB before, with them, after they left':44} {before:.0f}, {during:.0f}, {after:.0f}")


@contextmanager
def running(chromium: str | None) -> Iterator[tuple[Browser, Server]]:
    """The server and a browser."""
    server = Server()
    try:
        with sync_playwright() as playwright:
            arguments = ["--no-sandbox", "--disable-gpu"]
            browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
            yield browser, server
            browser.close()
    finally:
        server.close()


MEASURES = {"first": first_content, "explore": explore, "compare": compare, "crowd": crowd}


def main() -> None:
    """Measure what is named, or everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measures", nargs="*", choices=[*MEASURES, []], default=[])
    parser.add_argument("--chromium", help="the browser to use")
    given = parser.parse_args()
    print(f"load of the machine when it begins: {os.getloadavg()[0]:.1f}")
    print(f"{'':44} {'median':>8} {'worst':>8} {'processor':>10}   goal")
    with running(given.chromium) as (browser, server):
        for name in given.measures or MEASURES:
            MEASURES[name](browser, server)
    print(f"load of the machine when it ends: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
