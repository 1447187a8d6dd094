"""The sources, with public addresses where there are some."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from calibration.evidence.lines import sources
from docs.tables.markdown import one_line, sentence

ADDRESSES: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("addresses.toml").read_text(encoding="utf-8")
)


def page() -> Iterator[str]:
    """Every source: who, what, when, where it can be read, and how the held text differs."""
    yield from ("# Sources", "", "Every number and date of lilliput names one of these keys. Lines")
    yield from ("are counted in the text held, pages are the printed ones.", "")
    for key, source in sources().items():
        year = "" if source["year"] == 0 else f", {source['year']}"
        yield from (f"## {key}", "", f"{source['author']}: *{source['title']}*{year}.", "")
        yield from (f"- {sentence(source['kind'])}", f"- {sentence(one_line(source['note']))}")
        place = ADDRESSES.get(key, {})
        if place.get("address"):
            yield f"- To be read at <{place['address']}>."
        yield from (f"- {sentence(place['differs'])}" for _ in [0] if place.get("differs"))
        yield ""
