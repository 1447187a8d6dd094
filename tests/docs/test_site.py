"""The site is built without a warning, opens without a network, and its links lead somewhere."""

import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs.pages import ROOT

#: What a browser fetches by itself, by element and attribute.
FETCHED = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src"}


class References(HTMLParser):
    """The ids of a page, what it links to and what it has a browser fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if given.get(FETCHED.get(tag, ""), ""):
            self.fetched.append(given[FETCHED[tag]])


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site, without executing the notebooks: ``test_notebooks.py`` does."""
    out = tmp_path_factory.mktemp("site")
    options = ["--quiet", "--builder", "html", "--fail-on-warning", "--keep-going", "--fresh-env"]
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, "--conf-dir", "docs", ".", str(out)],
        cwd=ROOT,
        env=os.environ | {"LILLIPUT_NOTEBOOKS": "off"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return out


@pytest.mark.slow
def test_links_lead_somewhere_and_nothing_is_fetched_from_outside(site) -> None:
    pages = {
        path.resolve(): References(path.read_text(encoding="utf-8"))
        for path in site.rglob("*.html")
    }
    assert len(pages) > 100
    outside, lost = [], []
    for path, page in pages.items():
        outside += [each for each in page.fetched if urlsplit(each).netloc]
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            missing = not target.exists() or (
                parts.fragment
                and target in pages
                and unquote(parts.fragment) not in pages[target].ids
            )
            lost += [f"{path.name}: {link}"] if missing else []
    assert outside == []
    assert lost == []
    assert "docs/index.html" in (site / "index.html").read_text(encoding="utf-8")
