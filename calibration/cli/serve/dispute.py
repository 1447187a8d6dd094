"""What follows from another reading of one row of the evidence, for the tab Record.

The row is changed as an overlay would change it, so that whatever is wrong with the change is told
as for an overlay. The draws that ship are weighted by how much more or less probable the changed
record is with each of them; where few of them carry the weight, only a fit can tell.
"""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from calibration.checks.identified import likelihood_of_draws
from calibration.checks.leave_one_out import MOST_K, smoothed
from calibration.errors import CalibrationError
from calibration.evidence.reading import FOLDER, evidence_lines, read_evidence
from calibration.likelihood.observations import Record, fitted_record, overlaid_record
from calibration.prior import coordinates_of_draws
from scenarios.draws import read_draws
from scenarios.page.material import DISPUTED, Disputed, Moved
from simulation.conditioning import RecordedMove
from simulation.countries import pair_name
from simulation.dates import quarter_name
from simulation.errors import LilliputError, raise_if_any, unknown

#: Draws that are weighted, copies of each from which the probability of the record is taken, and
#: the seed of their shocks.
DRAWS, COPIES, SEED = 512, 4, 1
_TITLE = "this reading cannot be used"


def disputed(name: str, change: Mapping[str, str]) -> Disputed:
    """The observations that move, and the weights of the first draws, if a row is read otherwise.

    ``change`` are cells of the row, such as its value. Raises ``CalibrationError`` that lists
    everything wrong with the row as changed.
    """
    file, overlay = overlay_of(name, change)
    with TemporaryDirectory(prefix="lilliput-page-") as passing:
        path = Path(passing) / file
        path.write_text(overlay, encoding="utf-8")
        try:
            changed = overlaid_record(path)
        except LilliputError as error:
            raise CalibrationError(_TITLE, error.problems) from error
    shipped = fitted_record(read_evidence())
    moved = moved_between(shipped, changed)
    if not moved:
        return Disputed(file, overlay, moved)
    coordinates = coordinates_of_draws(read_draws().frame.iloc[:DRAWS])
    before, after = (
        likelihood_of_draws(coordinates, record, seed=SEED, copies=COPIES)
        for record in (shipped, changed)
    )
    weights, pareto = smoothed((before - after)[None])
    return Disputed(file, overlay, moved, tuple(weights[0].tolist()), bool(pareto[0] <= MOST_K))


def overlay_of(name: str, change: Mapping[str, str]) -> tuple[str, str]:
    """The overlay that changes some cells of a row: the name of its file, and its text."""
    tables, _ = evidence_lines(FOLDER)
    rows = {line.name: (kind, line.cells) for kind, lines in tables.items() for line in lines}
    problems = [] if name in rows else [unknown("record", "row", name, tuple(rows))]
    problems += [
        unknown("record", "column", key, DISPUTED) for key in change if key not in DISPUTED
    ]
    raise_if_any(_TITLE, problems, CalibrationError)
    kind, cells = rows[name]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(cells), lineterminator="\n")
    writer.writeheader()
    writer.writerow(dict(cells) | {key: value for key, value in change.items() if key in cells})
    return f"{kind}.csv", text.getvalue()


def moved_between(before: Record, after: Record) -> tuple[Moved, ...]:
    """The figures and dated moves that differ between two records, in words."""
    figures = {figure.name: figure for figure in before.figures}
    moved = [
        Moved(figure.name, figures[figure.name].words, figure.words)
        for figure in after.figures
        if figure.name in figures and figures[figure.name] != figure
    ]
    old, new = ({repr(move): move for move in record.moves} for record in (before, after))
    gone = dict(_dated(each) for key, each in old.items() if key not in new)
    come = dict(_dated(each) for key, each in new.items() if key not in old)
    names = {**gone, **come}  # dated otherwise, or on record before or after only
    moved += [Moved(name, gone.get(name, "none"), come.get(name, "none")) for name in names]
    return tuple(moved)


def _dated(move: RecordedMove) -> tuple[str, str]:
    """A dated move by its name, and its window."""
    ends = (quarter_name(each) for each in (move.first_quarter, move.last_quarter))
    return f"{pair_name(*move.pair)} {move.move.name.lower()}", " to ".join(dict.fromkeys(ends))
