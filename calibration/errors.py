"""What is wrong with the evidence, or with a calibration asked for."""

from importlib.util import find_spec

from simulation.errors import LilliputError, Problem, raise_if_any


class CalibrationError(LilliputError):
    """Evidence, a setting or a posterior that calibration cannot use, with all its problems."""


def require(extra: str, *modules: str) -> None:
    """Raise ``CalibrationError`` that names the extra to install, if a module of it is missing."""
    missing = [module for module in modules if find_spec(module) is None]
    allowed = f'what pip install "lilliput[{extra}]" installs'
    problems = [Problem("lilliput", "packages", ", ".join(missing), allowed)][: len(missing)]
    raise_if_any("this needs more than lilliput alone", problems, CalibrationError)
