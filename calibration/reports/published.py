"""The published reports of the checks, as they travel with the package, so that the page shows them wherever it runs.

The text and pictures of a report stand in ``docs/calibration``, which an installed package does not have; its numbers
therefore also stand in ``calibration/posterior/reports``, beside the draws they are about.
"""

import json
from pathlib import Path
from typing import Any

from calibration.errors import CalibrationError
from simulation.errors import Problem, raise_if_any

_PACKAGE = Path(__file__).parents[1]
#: The numbers of the published reports, one JSON file a check.
PUBLISHED = _PACKAGE / "posterior" / "reports"
#: Where the published reports stand in a checkout of the project.
DOCUMENTED = _PACKAGE.parent / "docs" / "calibration"
#: What every report says of itself.
_KEYS = ("check", "title", "finding", "origin", "values")


def published_reports(folder: Path = PUBLISHED) -> dict[str, dict[str, Any]]:
    """The published reports by the names of their checks; none where none has been published.

    Raises ``CalibrationError`` that lists every file that is no report.
    """
    reports: dict[str, dict[str, Any]] = {}
    problems = []
    for path in sorted(folder.glob("*.json")):
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            problems.append(Problem(str(path), "file", str(error), "a readable JSON file"))
            continue
        missing = [key for key in _KEYS if not isinstance(told, dict) or key not in told]
        if missing:
            problems.append(
                Problem(path.name, "keys", missing, f"an object with {', '.join(_KEYS)}")
            )
        else:
            reports[str(told["check"])] = told
    raise_if_any("the published reports cannot be read", problems, CalibrationError)
    return reports


def is_published(folder: Path) -> bool:
    """Whether reports written into a folder are the published ones: those of a checkout's ``docs/calibration``."""
    return folder.resolve() == DOCUMENTED.resolve()
