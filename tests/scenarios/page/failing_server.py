"""``lilliput serve`` with faults: some choices of a visitor make a computation fail.

A program of its own imports it; worker processes import it again, so that they have the faults too.
"""

import os
from collections.abc import Callable
from typing import Any

from scenarios.page import explore, history, record, simulated
from scenarios.page.calibration import tab as calibration
from scenarios.page.compare import question as comparing
from scenarios.page.compare import view as compare_view

SECRET = "secret inner state"
#: Choices that fail: the quarter of a map, seeds, a pair, how few rows, a parameter.
QUARTER, SEED, DEADLY_SEED, PAIR, ROWS, PARAMETER = 1, 13, 14, "china-ussr", 30, "need_share"


def failing(carried_out: Callable[..., Any], wrong: Callable[..., bool]) -> Callable[..., Any]:
    def tried(*given: Any, **named: Any) -> Any:
        if wrong(*given):
            raise ZeroDivisionError(SECRET)
        return carried_out(*given, **named)

    return tried


BLOCK, FAN = simulated.simulated_block, compare_view.fan_figure


def dying_block(parameters: Any, scenarios: Any, seed: int, *rest: Any) -> Any:
    """A worker that dies."""
    if seed == DEADLY_SEED:
        os._exit(1)
    return BLOCK(parameters, scenarios, seed, *rest)


def failing_fan(fan: Any, pair: str, *rest: Any, **named: Any) -> Any:
    """A picture that no process can draw."""
    if pair == PAIR:
        raise ZeroDivisionError(SECRET)
    return FAN(fan, pair, *rest, **named)


def main() -> None:
    """Serve the page with the faults."""
    from calibration.cli.serve import serve

    simulated.simulated_block = dying_block
    compare_view.fan_figure = failing_fan
    explore.network_figure = failing(
        explore.network_figure, lambda _, quarter, __: quarter == QUARTER
    )
    history.Stepper.history = failing(  # type: ignore[method-assign]
        history.Stepper.history, lambda self, _: self._view.seed == SEED
    )
    comparing.answer_of = failing(comparing.answer_of, lambda question, *_: question.seed == SEED)
    record.evidence_timeline = failing(record.evidence_timeline, lambda marks, _: len(marks) < ROWS)
    calibration.posterior_figure = failing(
        calibration.posterior_figure, lambda parameter, *_: parameter.name == PARAMETER
    )
    serve(port="0")
