"""Take the pictures of the page in the documentation: ``make screenshots`` (needs Chromium)."""

import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FIGURES = Path(__file__).parent / "figures"
#: What is shown: the file's name, the address, and words that are there once the tab is ready.
VIEWS = (
    ("page-explore", "/?quarter=1961Q4", "1,024 breaks"),
    ("page-compare", "/compare", "Still unbroken"),
    ("page-record", "/record?pair=albania-china&role=target", "rows"),
    ("page-calibration", "/calibration", "Posterior against prior"),
)
CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]


def take(page: Page, address: str, name: str, path: str, words: str) -> None:
    """Open one view, wait until it is drawn, and write its picture."""
    page.goto(address + path)
    page.get_by_text(words).first.wait_for(timeout=60_000)
    page.wait_for_timeout(4_000)  # pictures below the words follow
    if page.get_by_text("This link cannot be opened").count():
        raise SystemExit(f"{path}: the page refuses this link")
    page.screenshot(path=FIGURES / f"{name}.png")


def main() -> None:
    """Serve the page, take every view, and end the server."""
    command = [sys.executable, "-m", "calibration.cli.main", "serve", "--port", "0"]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server,
        sync_playwright() as driver,
    ):
        address = next(
            found[0] for line in server.stdout if (found := re.search(r"http://[\d.:]+", line))
        )
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        for name, path, words in VIEWS:
            take(page, address, name, path, words)
        browser.close()
        server.terminate()


if __name__ == "__main__":
    main()
