"""What the page says when something is wrong: words, never a traceback."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import reacton.ipyvuetify as v
import solara

from simulation.errors import LilliputError, Problem

logger = logging.getLogger("lilliput.page")

#: Said of a mistake that is ours; the traceback goes to the server's log.
OUR_FAULT = "Something went wrong inside lilliput; what you entered is not at fault."

#: How a component reports an exception of its own buttons and sliders to the page; see ``guarded``.
report_context = solara.create_context(None)


def lines_of(error: BaseException) -> tuple[str, list[str]]:
    """An exception in words: a title, and one line a problem."""
    if isinstance(error, LilliputError):
        return error.title, [str(problem) for problem in error.problems]
    return OUR_FAULT, [
        "The page goes on working. The server's log has the details; please report them.",
    ]


@solara.component
def Refusal(title: str, lines: list[str], on_close: Callable[[], None] | None = None) -> None:
    """A card that says what is wrong, one line a problem, announced to screen readers."""
    with v.Alert(
        type="warning", outlined=True, dense=True, attributes={"role": "alert"}, class_="lp-refusal"
    ):
        with solara.Div():
            solara.Text(title, style={"font-weight": "bold"})
            for line in lines:
                solara.Text(line, style={"display": "block"})
            if on_close is not None:
                solara.Button("Close", on_click=on_close, text=True, small=True)


@solara.component
def Trouble(error: BaseException | None, on_close: Callable[[], None] | None = None) -> None:
    """What went wrong, if anything did; its place stays, so that nothing beneath is begun anew."""
    with solara.Div():
        if error is not None:
            Refusal(*lines_of(error), on_close=on_close)


@solara.component
def LinkRefusal(problems: Sequence[Problem], on_close: Callable[[], None]) -> None:
    """What was wrong with the link of a tab; its place stays, so that closing disturbs nothing."""
    with solara.Div():
        if problems:
            title = "This link cannot be opened as it stands; what is wrong in it was left out"
            Refusal(title, [str(problem) for problem in problems], on_close=on_close)


def guarded(
    report: Callable[[BaseException], None], handler: Callable[..., Any]
) -> Callable[..., None]:
    """A handler of clicks or input whose exceptions become words on the page and go to the log."""

    def run(*arguments: Any) -> None:
        try:
            handler(*arguments)
        except Exception as error:
            if not isinstance(error, LilliputError):
                logger.exception("the page failed")
            report(error)

    return run


def use_guard() -> Callable[[Callable[..., Any]], Callable[..., None]]:
    """A wrapper for the handlers of a component: their exceptions become a card on the page."""
    report = solara.use_context(report_context)
    return lambda handler: guarded(report, handler)


@solara.component
def Boundary(children: list[Any] = []) -> None:
    """Shows its children, or a card in their place if they cannot be shown."""
    trouble, set_trouble = solara.use_state(None)
    report_context.provide(set_trouble)
    failed, clear = solara.use_exception()
    if failed is not None:
        logger.error("the page failed", exc_info=failed)
        Refusal(*lines_of(failed))
        solara.Button("Show the page again", on_click=clear)
        return
    with solara.Div():
        Trouble(trouble, on_close=lambda: set_trouble(None))
        solara.Div(children=children)
