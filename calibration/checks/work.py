"""What checks say of themselves: how each works, in words."""

import tomllib
from functools import cache
from importlib.resources import files


@cache
def _methods() -> dict[str, str]:
    return tomllib.loads(files("calibration.checks").joinpath("methods.toml").read_text("utf-8"))


def method(check: str, **constants: object) -> str:
    """How a check works, as ``methods.toml`` says it, with the constants of the check."""
    return _methods()[check].format(**constants)
