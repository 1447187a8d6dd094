"""Drawing a posterior to the end, from its beginning or from where it was broken off."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from calibration.errors import FIT_COMMAND, FIT_TITLE, CalibrationError
from calibration.fit.drivers import with_drivers
from calibration.fit.population import Effort, Sampling, begun
from calibration.fit.posterior import (
    checkpoint_path,
    read_checkpoint,
    setting_differences,
    write_checkpoint,
    write_posterior,
)
from calibration.fit.reference import Reference
from calibration.fit.sampler import sampled
from calibration.fit.workers import log_likelihoods, over_processes
from calibration.likelihood.observations import Record
from scenarios.disk import one_at_a_time
from scenarios.draws import Draws
from simulation.errors import Problem, raise_if_any
from simulation.parameters import parameter_table


def draw_posterior(
    record: Record,
    effort: Effort,
    settings: dict[str, Any],
    out: Path,
    *,
    reference: Reference | None = None,
    workers: int | None = None,
    resume: bool = False,
    overwrite: bool = False,
    each_step: Callable[[Sampling], None] = lambda _: None,
) -> tuple[Draws, Sampling]:
    """Draw a population from the posterior of a record, write it to ``out``, and return it.

    It begins with the prior, or with a ``reference``. After every step the sampling is kept in a
    file beside ``out``, from which ``resume`` goes on, and given to ``each_step``. Raises
    ``CalibrationError`` if something stands at ``out`` that may not be replaced, or a
    checkpoint of another fit.
    """
    checkpoint = checkpoint_path(out)
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    seed = settings["seed"]
    around = reference or Reference.of_prior(len(parameter_table()))
    here = around.likelihood(
        partial(log_likelihoods, record=record, seed=seed, copies=effort.copies)
    )
    with (
        one_at_a_time(out, out.with_suffix(".json"), checkpoint),
        over_processes([here], workers) as (likelihood,),
    ):
        sampling = _unfinished(settings, out, resume, overwrite) or begun(
            with_drivers(around.standard(effort.population, seed), seed), likelihood
        )

        def keep(sampling: Sampling) -> None:
            write_checkpoint(sampling, settings, checkpoint)
            each_step(sampling)

        keep(sampling)
        sampling = around.returned(sampled(sampling, likelihood, effort, seed, keep))
        draws = write_posterior(sampling, settings, out)
        checkpoint.unlink()
    return draws, sampling


def _unfinished(
    settings: dict[str, Any], out: Path, resume: bool, overwrite: bool
) -> Sampling | None:
    """The sampling to go on with, if any.

    Raises ``CalibrationError`` for all that stands in the way.
    """
    path = checkpoint_path(out)
    problems = []
    if resume and path.exists():
        checkpoint = read_checkpoint(path)
        if checkpoint is not None:
            problems = setting_differences(settings, checkpoint[1])
        else:
            allowed = "a whole checkpoint; --overwrite begins anew"
            problems = [Problem("--resume", "checkpoint", str(path), allowed)]
        raise_if_any("the fit cannot be resumed", problems, CalibrationError)
        return checkpoint[0] if checkpoint else None
    if not overwrite:
        remedies = {
            out: "a new file; --overwrite replaces what is there",
            path: "no checkpoint of an unfinished fit; --resume goes on with it, --overwrite "
            "begins anew",
        }
        problems = [
            Problem(FIT_COMMAND, "--out", str(place), allowed)
            for place, allowed in remedies.items()
            if place.exists()
        ]
    raise_if_any(FIT_TITLE, problems, CalibrationError)
    return None
