"""What is wrong with the evidence, or with a calibration asked for."""

from importlib.util import find_spec

from simulation.errors import LilliputError, listed

#: Where problems of a fit are said to be, and under what title.
FIT_COMMAND, FIT_TITLE = "calibrate fit", "the fit cannot start"


class CalibrationError(LilliputError):
    """Evidence, a setting or a posterior that calibration cannot use, with all its problems."""


def require(extra: str, *modules: str) -> None:
    """Raise ``CalibrationError`` that names the extra to install, if a module of it is missing."""
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        raise CalibrationError(
            f"this needs {listed(missing)}, not installed here. To install it:\n"
            f'  pip install "lilliput[{extra}]"'
        )
