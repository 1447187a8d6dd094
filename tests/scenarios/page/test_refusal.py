"""What goes wrong is told in words: the reader never sees a traceback."""

import logging
from collections.abc import Callable, Iterator

import ipyvuetify
import ipywidgets
import pytest
import solara

from scenarios.page.parts.refusal import OUR_FAULT, Boundary, use_guard
from simulation.errors import Problem, SimulationError

Rendered = Callable[[solara.Element], ipywidgets.Widget]


@pytest.fixture
def rendered() -> Iterator[Rendered]:
    contexts = []

    def render(element: solara.Element) -> ipywidgets.Widget:
        box, context = solara.render(element, handle_error=False)
        contexts.append(context)
        return box

    yield render
    for context in contexts:
        context.close()


def within(widget: object) -> Iterator[object]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from within(child)


def text_of(widget: object) -> str:
    return "\n".join(part for part in within(widget) if isinstance(part, str))


def press(widget: object, label: str) -> None:
    (button,) = (
        one for one in within(widget) if isinstance(one, ipyvuetify.Btn) and label in text_of(one)
    )
    button.click()


@solara.component
def Breaking(error: Exception) -> None:
    """A component that cannot be drawn."""
    raise error


@solara.component
def BreakingWhenPressed(error: Exception) -> None:
    """A component whose button does what cannot be done."""
    guard = use_guard()

    def fail() -> None:
        raise error

    solara.Text("still here")
    solara.Button("Try", on_click=guard(fail))


def test_what_cannot_be_drawn_is_a_card_and_the_log_has_the_rest(
    rendered: Rendered, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="lilliput.page"):
        page = rendered(Boundary(children=[Breaking(ZeroDivisionError("secret inner state"))]))
    shown = text_of(page)
    assert OUR_FAULT in shown
    assert "Show the page again" in shown
    assert "Traceback" not in shown
    assert "secret inner state" not in shown
    assert "secret inner state" in caplog.text


def test_a_button_that_fails_is_told_and_the_page_stays(
    rendered: Rendered, caplog: pytest.LogCaptureFixture
) -> None:
    page = rendered(
        Boundary(children=[BreakingWhenPressed(ZeroDivisionError("secret inner state"))])
    )
    press(page, "Try")
    shown = text_of(page)
    assert OUR_FAULT in shown
    assert "still here" in shown
    assert "secret inner state" not in shown
    assert "secret inner state" in caplog.text
    press(page, "Close")
    assert OUR_FAULT not in text_of(page)


def test_a_mistake_of_the_readers_is_told_problem_by_problem(rendered: Rendered) -> None:
    problems = [
        Problem("page", "seed", -1, "0 to 9999"),
        Problem("page", "draw", 5000, "0 to 1023"),
    ]
    mistake = SimulationError("these cannot be used", problems)
    page = rendered(Boundary(children=[BreakingWhenPressed(mistake)]))
    press(page, "Try")
    shown = text_of(page)
    assert "these cannot be used" in shown
    assert all(str(problem) in shown for problem in problems)
