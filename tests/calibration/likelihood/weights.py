"""The probability of the record, averaged plainly: what estimates are compared with."""

from calibration.likelihood.likelihood import doubt_of
from calibration.likelihood.quantities import COMPARED_ARRAYS
from simulation.conditioning import Conditioning
from simulation.ensemble import simulate


def log_weights(parameters, record, *, seed):
    """The log-probability that the rules give the record, in conditioned mode (R,)."""
    conditioning = Conditioning(record.moves, parameters.replicates, record.until)
    trajectory = simulate(
        parameters,
        seed=seed,
        quarters=conditioning.until,
        keep=COMPARED_ARRAYS,
        record=conditioning,
    )
    doubt = doubt_of(record, parameters, seed, 0)
    figures = (figure.density_in(trajectory, doubt) for figure in record.figures)
    return sum(figures, conditioning.log_probability)
