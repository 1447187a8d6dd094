"""What is wrong with the evidence, or with a calibration asked for."""

from simulation.errors import LilliputError


class CalibrationError(LilliputError):
    """Evidence, a setting or a posterior that calibration cannot use, with all its problems."""
