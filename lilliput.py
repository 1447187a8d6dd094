"""Four unequal allies, 1945-1980: the names with which one works, and the command ``lilliput``.

``import lilliput`` gives scenarios, runs, batches and comparisons, the ensemble, and the model on
Mesa; each is loaded when it is first used. What is installed are four names: ``lilliput``, and
``simulation``, ``scenarios`` and ``calibration``, where everything stands. Should another
distribution have brought one of these, it is said at the first use which, and where it lies.
"""

import hashlib
import sys
from base64 import urlsafe_b64encode
from functools import cache
from importlib import import_module
from importlib.metadata import Distribution, PackageNotFoundError
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

#: The packages of which lilliput is made; ``lilliput`` itself stands beside them.
PACKAGES = ("simulation", "scenarios", "calibration")


def strangers() -> list[str]:
    """What is wrong with the packages that are found under lilliput's names; empty if nothing is.

    One is another distribution's where it does not lie beside this file, or where its first file is
    not the one that was installed, having been written over.
    """
    here, notes = Path(__file__).resolve().parent, []
    for name in PACKAGES:
        spec = find_spec(name)
        place = Path(spec.origin).resolve() if spec is not None and spec.origin else None
        if place is None:
            notes.append(f"the package {name} of lilliput is not installed beside {here}")
        elif place.parent.parent != here:
            notes.append(f"{name} is found in {place.parent}, before lilliput's in {here / name}")
        elif _is_overwritten(name, place):
            notes.append(f"{place} is not lilliput's: another distribution has written over it")
    return notes


def _is_overwritten(name: str, place: Path) -> bool:
    """Whether the first file of a package is not the one that was installed, so far as is known."""
    try:
        files = Distribution.from_name("lilliput").files or []
    except PackageNotFoundError:
        return False
    own = next((each for each in files if each.as_posix() == f"{name}/__init__.py"), None)
    if own is None or own.hash is None:  # a checkout that is used in place
        return False
    digest = hashlib.new(own.hash.mode, place.read_bytes()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode() != own.hash.value


@cache
def _check_strangers() -> None:
    notes = strangers()
    if notes:
        remedy = "install lilliput into an environment of its own: python -m venv"
        raise ImportError("\n  ".join(["lilliput cannot start:", *notes, remedy]))


def main() -> None:
    """The command ``lilliput``."""
    try:
        _check_strangers()
    except ImportError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    from calibration.cli.main import main as command

    command()


if TYPE_CHECKING:
    from scenarios import *  # noqa: F403
    from simulation.countries import Country as Country
    from simulation.ensemble import simulate as simulate
    from simulation.errors import LilliputError as LilliputError
    from simulation.interventions import HISTORICAL as HISTORICAL
    from simulation.model import AllianceModel as AllianceModel
    from simulation.model import CountryAgent as CountryAgent
    from simulation.model import run_model as run_model
    from simulation.parameters import Parameters as Parameters
    from simulation.parameters import default_parameters as default_parameters
    from simulation.state import Move as Move
    from simulation.state import Status as Status
    from simulation.trajectory import Trajectory as Trajectory

#: Where each public name of the simulation lives; those of scenarios, ``scenarios`` knows.
_HOMES = {
    name: home
    for home, names in {
        "simulation.countries": "Country",
        "simulation.ensemble": "simulate",
        "simulation.errors": "LilliputError",
        "simulation.interventions": "HISTORICAL",
        "simulation.model": "AllianceModel CountryAgent run_model",
        "simulation.parameters": "Parameters default_parameters",
        "simulation.state": "Move Status",
        "simulation.trajectory": "Trajectory",
    }.items()
    for name in names.split()
}


def __getattr__(name: str) -> Any:
    """A public name, loaded from its module when it is first used."""
    if name == "__version__":
        return Distribution.from_name("lilliput").version
    if name.startswith("_") and name != "__all__":  # Python asks for some at every import
        raise AttributeError(f"module 'lilliput' has no attribute {name!r}")
    if name == "__all__":
        _check_strangers()
        return sorted([*_HOMES, *import_module("scenarios").__all__])
    _check_strangers()
    home = _HOMES.get(name, "scenarios")
    if home == "scenarios" and name not in import_module(home).__all__:
        raise AttributeError(f"module 'lilliput' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return [*globals(), "__version__", *__getattr__("__all__")]


if __name__ == "__main__":
    main()
