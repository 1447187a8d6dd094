"""``lilliput serve`` with faults: some choices of a visitor make a computation fail.

A program of its own imports it; worker processes import it again, so that they have the faults too.
"""

import os
from collections.abc import Callable
from typing import Any

# Solara reads this when it is imported, which here is before the page is served.
os.environ["SOLARA_ASSETS_EXTRA_LOCATIONS"] = "scenarios.page.assets"

from scenarios.page import simulated
from scenarios.page.calibration import tab as calibration
from scenarios.page.compare import question
from scenarios.page.compare import tab as comparing
from scenarios.page.explore import tab as explore
from scenarios.page.record import tab as record

SECRET = "secret inner state"
#: Choices that fail: seeds, a pair, how few rows, a parameter.
SEED, DEADLY_SEED, PAIR, ROWS, PARAMETER = 13, 14, "china-ussr", 30, "need_share"


def failing(carried_out: Callable[..., Any], wrong: Callable[..., bool]) -> Callable[..., Any]:
    def tried(*given: Any, **named: Any) -> Any:
        if wrong(*given):
            raise ZeroDivisionError(SECRET)
        return carried_out(*given, **named)

    return tried


BLOCK = simulated.simulated_block


def dying_block(parameters: Any, scenarios: Any, seed: int, *rest: Any) -> Any:
    """A worker that dies."""
    if seed == DEADLY_SEED:
        os._exit(1)
    return BLOCK(parameters, scenarios, seed, *rest)


def main() -> None:
    """Serve the page with the faults."""
    from calibration.cli.serve.main import serve

    simulated.simulated_block = dying_block
    comparing.charts_of = failing(comparing.charts_of, lambda part, _: part.comparison.pair == PAIR)
    explore.reasons_of = failing(explore.reasons_of, lambda _, pair: pair == PAIR)
    explore.told_by_mesa = failing(explore.told_by_mesa, lambda view, _: view.seed == SEED)
    question.answer_of = failing(question.answer_of, lambda asked, *_: asked.seed == SEED)
    record.lanes_of = failing(record.lanes_of, lambda marks: len(marks) < ROWS)
    calibration.posterior_chart = failing(
        calibration.posterior_chart, lambda parameter, *_: parameter.name == PARAMETER
    )
    serve(port="0")
