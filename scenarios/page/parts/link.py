"""Links that reopen a view: what a tab shows, written into the query of its address and read back with care."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import solara

from scenarios.arguments import whole_number
from simulation.dates import QUARTERS, quarter_name
from simulation.errors import Problem, unknown
from simulation.parameters import parameter_problems

WHERE = "link"
_QUARTER_NAMES = {quarter_name(quarter).replace(" ", ""): quarter for quarter in range(QUARTERS)}


def quarter_key(quarter: int) -> str:
    """A quarter as links write it: ``1961Q3``."""
    return quarter_name(quarter).replace(" ", "")


def settings_text(changes: Mapping[str, float]) -> str:
    """Parameters set by hand as links write them: ``name:value,name:value``."""
    return ",".join(f"{name}:{value!r}" for name, value in changes.items())


class LinkReader:
    """Reads the query of a link key by key; a value that is not allowed is a problem, and its default is used."""

    def __init__(self, search: str | None) -> None:
        pairs = parse_qsl(search or "", keep_blank_values=True)
        self._values = dict(pairs)
        self._asked: list[str] = []
        self._problems = [
            Problem(WHERE, key, value, "each key once")
            for place, (key, value) in enumerate(pairs)
            if key in dict(pairs[:place])
        ]

    def _value(self, key: str) -> str | None:
        self._asked.append(key)
        return self._values.get(key)

    def name(self, key: str, allowed: Sequence[str], default: str) -> str:
        """One of some names."""
        value = self._value(key)
        if value is None or value in allowed:
            return default if value is None else value
        self._problems.append(unknown(WHERE, key, value, allowed))
        return default

    def whole(self, key: str, least: int, most: int, default: int) -> int:
        """A whole number within bounds."""
        value = self._value(key)
        if value is None:
            return default
        number, problems = whole_number(key, value, least, most, command=WHERE)
        self._problems += problems
        return default if problems else number

    def whole_or_word(self, key: str, word: str, least: int, most: int) -> int | None:
        """A whole number within bounds, or none for the word, which is also the default."""
        value = self._values.get(key, word)
        if value == word:
            self._value(key)
            return None
        number = self.whole(key, least, most, least - 1)
        return None if number < least else number

    def text(self, key: str, longest: int) -> str:
        """A text of some length at most; empty if there is none."""
        value = self._value(key) or ""
        if len(value) <= longest:
            return value
        self._problems.append(Problem(WHERE, key, f"{value[:20]}...", f"at most {longest} letters"))
        return ""

    def quarter(self, key: str, default: int) -> int:
        """A quarter such as ``1961Q3``."""
        value = self._value(key)
        if value is None or value in _QUARTER_NAMES:
            return default if value is None else _QUARTER_NAMES[value]
        first, last = quarter_key(0), quarter_key(QUARTERS - 1)
        self._problems.append(Problem(WHERE, key, value, f"a quarter from {first} to {last}"))
        return default

    def settings(self, key: str) -> dict[str, float]:
        """Parameters set by hand, each within its bounds."""
        changes: dict[str, float] = {}
        for setting in filter(None, (self._value(key) or "").split(",")):
            name, _, text = setting.partition(":")
            try:
                value = float(text)
            except ValueError:
                self._problems.append(Problem(WHERE, key, setting, "a parameter, : and a number"))
                continue
            problems = parameter_problems(WHERE, {name: value})
            self._problems += problems
            if not problems:
                changes[name] = value
        return changes

    def problems(self) -> list[Problem]:
        """All that is wrong with the link, keys that no tab knows included; ask for every key first."""
        strange = [key for key in self._values if key not in self._asked]
        return self._problems + [unknown(WHERE, "key", key, tuple(self._asked)) for key in strange]


def query_of(values: Iterable[tuple[str, str]]) -> str:
    """The query of a link, empty values left out."""
    return urlencode([(key, value) for key, value in values if value != ""], safe=":,")


@solara.component_vue(str(Path("vue") / "link.vue"))
def CopyLink(query: str) -> None:
    """A button that copies the address of this view; the browser's own address line follows the view as well."""


#: The latest query of each tab by its address, so that a tab is found as it was left.
queries_context = solara.create_context(None)


def use_link(path: str, query: str) -> None:
    """Let the address of a tab follow what it shows."""
    left = solara.use_context(queries_context)
    if left is not None:
        left[path] = query
