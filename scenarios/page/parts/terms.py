"""The words that a tab uses in a sense of its own, each explained where it is looked at.

They are those of the glossary (``scenarios/glossary.md``), which tells them once for all.
"""

import re
from functools import cache
from pathlib import Path

import solara

import scenarios

#: An entry of the glossary: a term on a line of its own, then what it means.
_ENTRY = re.compile(r"^(\S.*)\n: ((?:.+\n?)+)", re.MULTILINE)
#: What marks words as bold, slanted or code.
_MARKS = re.compile(r"[*`]")


def plain_text(text: str) -> str:
    """A text without the marks of bold, slanted and code."""
    return _MARKS.sub("", text)


@cache
def glossary() -> dict[str, str]:
    """What every term means, in the order of the glossary."""
    text = (Path(scenarios.__file__).parent / "glossary.md").read_text(encoding="utf-8")
    return {term: plain_text(" ".join(meaning.split())) for term, meaning in _ENTRY.findall(text)}


@solara.component_vue(str(Path("vue") / "terms.vue"))
def _Terms(terms: list[tuple[str, str]]) -> None: ...


@solara.component
def Terms(*names: str) -> None:
    """Some terms of the glossary; pointing at one, or coming to it by key, tells its meaning."""
    _Terms(terms=[(name, glossary()[name]) for name in names])
