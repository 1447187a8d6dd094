"""Sliders with a number beside each, within bounds: the browser refuses what is out of them, and so does the server."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import solara

from scenarios.page.parts.refusal import use_guard
from simulation.errors import Problem, raise_if_any


@dataclass(frozen=True)
class Slider:
    """A number to be set: its name and label, bounds, step and value, what is shown on hover, and where it started.

    ``words`` are shown in place of the numbers, one for each whole number from ``least`` on. With ``start`` a button
    leads back to that value.
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
    words: tuple[str, ...] = ()

    def check(self, value: object) -> float:
        """The value as a number; raises ``LilliputError`` if it is none or out of bounds."""
        sound = isinstance(value, int | float) and self.least <= value <= self.most
        problem = Problem("page", self.label, value, f"{self.least:g} to {self.most:g}")
        raise_if_any("this value cannot be used", [] if sound else [problem])
        return float(value)  # type: ignore[arg-type]


@solara.component_vue(str(Path("vue") / "sliders.vue"))
def _Sliders(rows: list[dict[str, Any]], event_moved: Callable[[dict[str, Any]], None]) -> None: ...


@solara.component
def Sliders(sliders: Sequence[Slider], on_value: Callable[[str, float], None]) -> None:
    """Some sliders; ``on_value`` is told the name and the new value when one has been moved."""
    guard = use_guard()
    by_name = {slider.name: slider for slider in sliders}

    def moved(told: dict[str, Any]) -> None:
        name = str(told["name"])
        on_value(name, by_name[name].check(told["value"]))

    _Sliders(rows=[asdict(slider) for slider in sliders], event_moved=guard(moved))
