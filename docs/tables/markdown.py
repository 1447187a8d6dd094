"""Tables, citations and numbers as Markdown."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from simulation.parameters import source_keys

#: A source and the lines cited of it, as docstrings and tables give them.
_CITED = re.compile(rf"\b({'|'.join(source_keys())})\b")


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of a table; nothing stands in place of none."""
    yield from ("", _line(heads), _line(["--"] * len(heads)))
    yield from (_line(["" if cell is None else cell for cell in row]) for row in rows)
    yield ""


def _line(cells: Sequence[Any]) -> str:
    texts = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(texts)} |"


def linked(text: str) -> str:
    """A text in which every source leads to its place on the page of sources."""
    return _CITED.sub(r"[\1](/docs/generated/sources.md#\1)", text)


def cited(source: str, lines: str = "", page: str = "") -> str:
    """A source with lines and pages."""
    parts = [linked(source), lines.replace(";", ", "), f"(p. {page.replace(';', ', ')})"]
    return " ".join(part for part in (parts if page else parts[:2]) if part)


def number(value: float | None) -> str:
    """A number as it stands in its table."""
    return "" if value is None else f"{value:g}"


def sentence(text: str) -> str:
    """A text with a capital letter in front and a full stop behind."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def one_line(text: str) -> str:
    """A text without line breaks."""
    return " ".join(text.split())
