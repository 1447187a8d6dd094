"""What attacks begin from: draws of the prior, a small batch, and the checkpoint of a fit."""

from pathlib import Path

import numpy as np

from calibration.fit.population import Population, Sampling
from calibration.fit.posterior import write_checkpoint
from calibration.prior import draw_coordinates, parameters_at
from scenarios.batch.run import run_batch
from scenarios.draws import Draws, columns_of, write_draws
from scenarios.files import scenario_named
from simulation.interventions import HISTORICAL

OTHER = "no-opening-1971"


def prior_draws(folder: Path, count: int = 50) -> Draws:
    """Draws from the prior, narrowed towards its centre."""
    parameters = parameters_at(draw_coordinates(count, 7) * 0.3)
    return write_draws(columns_of(parameters), {"kind": "prior"}, folder / "prior.parquet")


def fitted_draws(draws: Draws, path: Path, seed: int) -> Path:
    """The same draws as a fit would have left them."""
    manifest = {
        "kind": "provisional",
        "made_by": "lilliput calibrate fit",
        "method": "none",
        "effort": "quick",
        "settings": {"population": len(draws)},
        "seed": seed,
        "evidence_overlay": None,
        "rules": "none",
        "fitted_to": "1978-12",
        "log_evidence": -50.0,
        "log_evidence_error": 0.2,
        "effective_size_of": dict.fromkeys(draws.frame.columns, 40),
        "versions": {},
    }
    write_draws(draws.frame, manifest, path)
    return path


def small_batch(draws: Draws, folder: Path) -> Path:
    """A batch of two scenarios in six files."""
    scenarios = (HISTORICAL, scenario_named(OTHER))
    return run_batch(scenarios, draws, 30, 1, folder, workers=1, chunk=10)


def checkpoint(folder: Path) -> Path:
    """The checkpoint of a fit that has just begun, as far as its form goes."""
    coordinates = draw_coordinates(16, 3)
    rows = np.zeros(len(coordinates))
    ancestors = np.arange(len(coordinates))
    population = Population(coordinates, rows, ancestors, 0.0, 0.0, len(coordinates), rows)
    path = folder / "fit.parquet.checkpoint"
    write_checkpoint(Sampling(population, 0, 3, coordinates, (0.9, 0.9, 0.9)), {"seed": 1}, path)
    return path
