"""``lilliput benchmark``: how many histories a second are simulated, and how far from the goals."""

from typing import TYPE_CHECKING, Annotated, Any

from calibration.cli.requests import MOST_WORKERS, Request, command, flag, option, whole
from scenarios.console import plain_table, print_json, show_table

if TYPE_CHECKING:
    from rich.table import Table


class BenchmarkRequest(Request):
    """How much is to be measured."""

    command = "lilliput benchmark"
    title = "this cannot be measured"

    replicates: Annotated[
        int, whole(1, 1_000_000), option("Histories of the ensemble in each round, at least.")
    ] = 2048
    workers: Annotated[
        int | None, whole(1, MOST_WORKERS), option("Worker processes.", "W", default="one a core")
    ] = None
    rounds: Annotated[int, whole(1, 1000), option("Rounds; the median is told.", "K")] = 5
    as_json: Annotated[bool, flag("--json", "Print one JSON object instead of a table.")] = False


@command
def benchmark(request: BenchmarkRequest) -> None:
    """Measure the ensemble, the Mesa model and the floor side by side.

    The floor draws as many random numbers and evaluates as many exponentials and logarithms, and
    does nothing else.
    """
    from rich.console import Console
    from rich.progress import Progress

    from scenarios.benchmark import Plan, measure, processors

    plan = Plan.of(request.replicates, request.workers or processors(), request.rounds)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("measuring", total=plan.steps)
        measured = measure(plan, lambda: progress.advance(task))
    if request.as_json:
        print_json(measured)
        return
    console = Console()
    show_table(console, _rates_table(measured))
    for line in _sentences(measured):
        console.print(line, highlight=False)


def _rates_table(measured: dict[str, Any]) -> "Table":
    rows = (
        ("ensemble", "ensemble_per_second", measured["workers"]),
        ("Mesa model, one after another", "mesa_per_second", 1),
        ("floor", "floor_per_second", measured["workers"]),
    )
    numbers = ("histories a second", "processes")
    return plain_table(
        ("measured", *numbers),
        [(name, f"{measured[key]:,.1f}", str(processes)) for name, key, processes in rows],
        right=numbers,
    )


def _sentences(measured: dict[str, Any]) -> list[str]:
    counts = ", ".join(
        f"{count:,.0f} {name}" for name, count in measured["evaluations_a_history"].items()
    )
    memory = ", ".join(f"{peak:.0f} MiB for {n}" for n, peak in measured["peak_memory_mib"].items())
    return [
        f"ensemble / Mesa: {measured['ensemble_over_mesa']:.0f} times as fast"
        f" (goal: at least {measured['ensemble_over_mesa_goal']});"
        f" {measured['ensemble_over_mesa_per_worker']:.0f} a worker",
        f"floor / ensemble: {measured['floor_over_ensemble']:.1f} times as fast"
        f" (goal: at most {measured['floor_over_ensemble_goal']})",
        f"a history: {measured['quarters']} quarters,"
        f" {measured['uniforms_a_history']:,} uniforms, {counts}",
        f"peak memory of a process: {memory} replicates",
        f"medians of {measured['rounds']} rounds of {measured['replicates_a_round']} replicates"
        f" in chunks of {measured['chunk']}",
    ]
