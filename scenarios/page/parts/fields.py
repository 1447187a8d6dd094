"""Fields to choose from lists, to enter whole numbers and to search in; the browser's own, for every keyboard."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import solara

from scenarios.page.parts.refusal import use_guard
from simulation.errors import Problem, raise_if_any

#: The longest text that is searched for.
LONGEST_TEXT = 80


@dataclass(frozen=True)
class Field:
    """Something to be chosen or entered: its name and label, the value it has, and what it may be.

    With ``choices`` (values and words) it is a list, with ``least`` and ``most`` a whole number, otherwise a text.
    """

    name: str
    label: str
    value: str | int
    choices: tuple[tuple[str, str], ...] = ()
    least: int | None = None
    most: int | None = None
    hint: str = ""

    def check(self, value: object) -> str | int:
        """The value if it may be had; raises ``LilliputError`` if not."""
        if self.choices:
            sound, allowed = value in dict(self.choices), "one of the list"
        elif self.least is not None and self.most is not None:
            sound = (
                isinstance(value, int | float)
                and value == int(value)
                and self.least <= value <= self.most
            )
            allowed = f"a whole number from {self.least} to {self.most}"
        else:
            sound = isinstance(value, str) and len(value) <= LONGEST_TEXT
            allowed = f"a text of at most {LONGEST_TEXT} letters"
        problem = Problem("page", self.label, value, allowed)
        raise_if_any("this value cannot be used", [] if sound else [problem])
        return int(value) if self.least is not None else str(value)  # type: ignore[call-overload]


def choices_of(words: Mapping[str, str] | Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Choices from a table of values and words, or from words that are their own values."""
    if isinstance(words, Mapping):
        return tuple(words.items())
    return tuple((word, word) for word in words)


@solara.component_vue(str(Path("vue") / "fields.vue"))
def _Fields(
    rows: list[dict[str, Any]],
    longest: int,
    locked: bool,
    event_chosen: Callable[[dict[str, Any]], None],
) -> None: ...


@solara.component
def Fields(
    fields: Sequence[Field], on_value: Callable[[str, str | int], None], locked: bool = False
) -> None:
    """Some fields; ``on_value`` is told the name and the new value of the one that was changed."""
    guard = use_guard()
    by_name = {field.name: field for field in fields}

    def chosen(told: dict[str, Any]) -> None:
        field = by_name[str(told["name"])]
        on_value(field.name, field.check(told["value"]))

    _Fields(
        rows=[asdict(field) for field in fields],
        longest=LONGEST_TEXT,
        locked=locked,
        event_chosen=guard(chosen),
    )
