"""Prose in Markdown: lines that can be read and compared."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST = 100
#: What cannot be broken: rows of tables, headings, pictures, and items that are a link alone.
_UNBREAKABLE = re.compile(r"\s*(\||#|\[?!\[|- \[[^]]*\]\([^)]*\)$)")
_FOLDERS = (".", "benchmarks", "calibration", "docs", "scenarios", "simulation")
PAGES = sorted(
    path.relative_to(ROOT)
    for folder in _FOLDERS
    for path in (ROOT / folder).glob("*.md" if folder == "." else "**/*.md")
    if "generated" not in path.parts
)


def long_lines(text: str) -> list[str]:
    """The lines of prose, outside code, that are longer than they need to be."""
    found, in_code = [], False
    for line in text.splitlines():
        if line.lstrip().startswith("```"):
            in_code = not in_code
        words = line.split()
        if len(line) > MOST and not in_code and not _UNBREAKABLE.match(line):
            found += [line] * (len(max(words, key=len)) < MOST)
    return found


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_lines_of_prose_have_at_most_a_hundred_characters(path: Path) -> None:
    assert long_lines((ROOT / path).read_text(encoding="utf-8")) == []


def test_a_long_line_is_found_and_code_tables_and_long_words_are_not() -> None:
    long = "word " * 30
    link = f"- [{long}](somewhere.md)"
    assert long_lines(f"{link}\nshort\n{long}\n```sh\n{long}\n```\n| {long}\n{'x' * 120}\n") == [
        long
    ]
