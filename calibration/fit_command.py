"""``lilliput calibrate``: draw parameters that fit the record."""

from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from calibration.evidence_reading import read_evidence
from calibration.likelihood import LAST_FITTED
from calibration.population import likelihood_of
from calibration.prior import draw_coordinates, parameters_at
from calibration.sampler import Effort, Population, sampled
from calibration.targets import fitted_record
from scenarios.console import reporting_errors
from scenarios.draws import write_draws
from simulation.errors import LilliputError, Problem, raise_if_any, unknown
from simulation.parameters import parameter_table

calibrate_app = typer.Typer(help="Fit the parameters to the record.", no_args_is_help=True)

#: How hard to sample; the first is for a look, the second made the draws that ship.
EFFORTS = {
    "quick": Effort(population=256, moves=3, effective_share=0.5, last_moves=10),
    "standard": Effort(population=1024, moves=20, effective_share=0.6, last_moves=200),
}
COPIES = 2
MOST_SEED = 2**63 - 1


@calibrate_app.callback()
def _group() -> None:
    """Fit the parameters to the record."""


@calibrate_app.command("fit")
def fit(
    out: Annotated[Path, typer.Option(help="Parquet file to write; a JSON manifest goes beside it.")],
    effort: Annotated[
        str, typer.Option(help="quick (about a minute) or standard (about a quarter of an hour).")
    ] = "quick",
    seed: Annotated[int, typer.Option(help="Number that fixes all chance.")] = 1,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes; the draws do not depend on it.")
    ] = None,
) -> None:
    """Draw parameters from the prior narrowed by the record (dated moves, silence, aid, shares granted)."""
    with reporting_errors():
        raise_if_any("the fit cannot start", _problems(out, effort, seed, workers), LilliputError)
        population = fitted(EFFORTS[effort], seed, workers)
        drawn = parameters_at(population.coordinates)
        frame = pd.DataFrame({name: drawn[name] for name in parameter_table()})
        draws = write_draws(frame, manifest_of_fit(population, effort, seed), out)
        typer.echo(
            f"{len(draws)} draws, {draws.id}, written to {out}; log evidence {population.log_evidence:.1f}"
        )


def _problems(out: Path, effort: str, seed: int, workers: int | None) -> list[Problem]:
    problems = []
    if effort not in EFFORTS:
        problems.append(unknown("calibrate fit", "--effort", effort, tuple(EFFORTS)))
    if not 0 <= seed <= MOST_SEED:
        problems.append(Problem("calibrate fit", "--seed", seed, f"0 to {MOST_SEED}"))
    if workers is not None and not 1 <= workers <= 1024:
        problems.append(Problem("calibrate fit", "--workers", workers, "1 to 1024"))
    if out.suffix != ".parquet":
        problems.append(Problem("calibrate fit", "--out", str(out), "a file name that ends in .parquet"))
    if not out.parent.is_dir():
        problems.append(Problem("calibrate fit", "--out", str(out), "a file in a folder that exists"))
    return problems


def fitted(effort: Effort, seed: int, workers: int | None = None) -> Population:
    """A population drawn from the posterior of the fitted record, with a progress bar of the power reached."""
    record = fitted_record(read_evidence())
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    generator = np.random.Generator(np.random.Philox(key=[seed, 1]))
    with (
        likelihood_of(record, seed=seed, copies=COPIES, workers=workers) as likelihood,
        Progress(*columns, transient=True) as progress,
    ):
        bar = progress.add_task("from the prior", total=1.0)

        def report(population: Population, accepted: float) -> None:
            told = f"record weighs {population.power:.2g}, {accepted:.0%} of moves taken"
            progress.update(bar, completed=population.power**0.5, description=told)

        return sampled(draw_coordinates(effort.population, seed), likelihood, effort, generator, report)


def manifest_of_fit(population: Population, effort: str, seed: int) -> dict[str, object]:
    """What the draws are, how they were made, and how well they fit, for the file beside them."""
    return {
        "kind": "provisional",
        "made_by": "lilliput calibrate fit",
        "method": "tempered population sampling of the conditioned likelihood",
        "effort": effort,
        "settings": asdict(EFFORTS[effort]) | {"copies": COPIES},
        "seed": seed,
        "fitted_to": LAST_FITTED,
        "log_evidence": round(population.log_evidence, 2),
        "mean_log_likelihood": round(float(population.log_likelihood.mean()), 2),
        "versions": {name: version(name) for name in ("lilliput", "numpy", "scipy")},
    }
