"""Fields, sliders and buttons, the browser's own, for every keyboard.

The browser refuses what is out of bounds, and so does the server.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import reacton.core
import solara

from scenarios.page.parts.refusal import use_guard
from simulation.errors import Problem, raise_if_any

#: The longest text that is searched for.
LONGEST_TEXT = 80
#: A small button with a frame, as most are.
SmallButton = partial(solara.Button, small=True, outlined=True)


def _refuse_unless(sound: bool, label: str, value: object, allowed: str) -> None:
    problem = Problem("page", label, value, allowed)
    raise_if_any("this value cannot be used", [] if sound else [problem])


@dataclass(frozen=True)
class Field:
    """Something to be chosen or entered: its name and label, its value, and what it may be.

    With ``choices`` (values and words) it is a list, with ``least`` and ``most`` a whole number,
    otherwise a text. ``groups`` are the headings under which choices stand, by their values.
    """

    name: str
    label: str
    value: str | int
    choices: tuple[tuple[str, str], ...] = ()
    least: int | None = None
    most: int | None = None
    hint: str = ""
    groups: Mapping[str, str] = field(default_factory=dict)

    def check(self, value: object) -> str | int:
        """The value if it may be had; raises ``LilliputError`` if not."""
        if self.choices:
            _refuse_unless(value in dict(self.choices), self.label, value, "one of the list")
            return str(value)
        if self.least is not None and self.most is not None:
            allowed = f"a whole number from {self.least} to {self.most}"
            number = float(value) if isinstance(value, int | float) else self.least - 1
            sound = self.least <= number <= self.most and number == int(number)
            _refuse_unless(sound, self.label, value, allowed)
            return int(number)
        allowed = f"a text of at most {LONGEST_TEXT} letters"
        sound = isinstance(value, str) and len(value) <= LONGEST_TEXT
        _refuse_unless(sound, self.label, value, allowed)
        return str(value)


@dataclass(frozen=True)
class Slider:
    """A number to be set: its name and label, bounds, step, value, and what is shown on hover.

    With ``start`` a button leads back to that value.
    """

    name: str
    label: str
    least: float
    most: float
    step: float
    value: float
    hint: str = ""
    unit: str = ""
    start: float | None = None

    def check(self, value: object) -> float:
        """The value as a number; raises ``LilliputError`` if it is none or out of bounds."""
        sound = isinstance(value, int | float) and self.least <= value <= self.most
        _refuse_unless(sound, self.label, value, f"{self.least:g} to {self.most:g}")
        return float(value)  # type: ignore[arg-type]


@solara.component_vue(str(Path("vue") / "fields.vue"))
def _Fields(
    rows: list[dict[str, Any]],
    longest: int,
    event_chosen: Callable[[dict[str, Any]], None],
) -> None: ...


@solara.component
def Fields(fields: Sequence[Field], on_value: Callable[[str, str | int], None]) -> None:
    """Some fields; ``on_value`` is given the name and the new value of the one that was changed."""
    _Fields(
        rows=[asdict(each) for each in fields],
        longest=LONGEST_TEXT,
        event_chosen=use_guard()(_checked(fields, on_value)),
    )


@solara.component_vue(str(Path("vue") / "sliders.vue"))
def _Sliders(
    rows: list[dict[str, Any]], answered: int, event_moved: Callable[[dict[str, Any]], None]
) -> None: ...


@solara.component
def Sliders(sliders: Sequence[Slider], on_value: Callable[[str, float], None]) -> None:
    """Some sliders; ``on_value`` is given the name and the new value of the one that was moved.

    The browser is told which of its messages has been answered, and sends the next one then.
    """
    answered, set_answered = solara.use_state(0)
    change = use_guard()(_checked(sliders, on_value))
    rendering = reacton.core.get_render_context()

    def moved(message: dict[str, Any]) -> None:
        with rendering:  # value and answer reach the browser together
            set_answered(int(message["turn"]))
            change(message)

    _Sliders(rows=[asdict(slider) for slider in sliders], answered=answered, event_moved=moved)


def _checked(
    inputs: Sequence[Field] | Sequence[Slider], on_value: Callable[[str, Any], None]
) -> Callable[[dict[str, Any]], None]:
    """What passes on a change in the browser, once the value has been checked."""
    by_name = {each.name: each for each in inputs}

    def change(message: dict[str, Any]) -> None:
        name = str(message["name"])
        on_value(name, by_name[name].check(message["value"]))

    return change
