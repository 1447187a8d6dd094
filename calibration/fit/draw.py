"""Drawing a posterior to the end, from its beginning or from where it was broken off."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from calibration.errors import FIT_COMMAND, FIT_TITLE, CalibrationError
from calibration.fit.drivers import with_drivers, with_likely_drivers
from calibration.fit.near import Near
from calibration.fit.population import Effort, Likelihood, Sampling, begun, begun_near
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

#: Of so many sets of drivers each vector near the posterior begins with one that fits it.
_SETS = 32


def draw_posterior(
    record: Record,
    effort: Effort,
    settings: dict[str, Any],
    out: Path,
    *,
    reference: Reference | None = None,
    near: Near | None = None,
    workers: int | None = None,
    resume: bool = False,
    overwrite: bool = False,
    each_step: Callable[[Sampling], None] = lambda _: None,
) -> tuple[Draws, Sampling]:
    """Draw a population from the posterior of a record, write it to ``out``, and return it.

    It begins with the prior, with a ``reference``, or with draws ``near``, from which the last
    moves alone are made. After every step the sampling is kept in a
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
        sampling = _unfinished(settings, out, resume, overwrite)
        if sampling is None:
            sampling = _begun(around, near, likelihood, effort, seed)

        def keep(sampling: Sampling) -> None:
            write_checkpoint(sampling, settings, checkpoint)
            each_step(sampling)

        keep(sampling)
        sampling = around.returned(sampled(sampling, likelihood, effort, seed, keep))
        draws = write_posterior(sampling, settings, out, near)
        checkpoint.unlink()
    return draws, sampling


def _begun(
    around: Reference, near: Near | None, likelihood: Likelihood, effort: Effort, seed: int
) -> Sampling:
    """The beginning of a fit: vectors around a reference, or those of draws near the posterior.

    Of the latter who began alike are relatives.
    """
    if near is None:
        first = with_drivers(around.standard(effort.population, seed), seed)
        return begun(first, likelihood)
    places = near.places(effort.population // effort.thinned)
    first = around.within(near.coordinates[places])
    first = with_likely_drivers(first, likelihood, seed, _SETS)
    return begun_near(first, likelihood, effort, places, near.told.log_evidence)


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
