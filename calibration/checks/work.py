"""What checks say of themselves: how each works, in words."""

import tomllib
from importlib.resources import files

_METHODS: dict[str, str] = tomllib.loads(
    files("calibration.checks").joinpath("methods.toml").read_text("utf-8")
)


def method(check: str, **constants: object) -> str:
    """How a check works, as ``methods.toml`` says it, with the constants of the check."""
    return _METHODS[check].format(**constants)
