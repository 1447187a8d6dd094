"""A report of a check: data that is stored once and rendered as often as there are readers.

A check named ``recovery`` leaves ``recovery.json``, and beside its Markdown ``recovery.md`` the
pictures ``figures/recovery-*.svg`` and ``.png``. The reports that are published travel with the
package, beside the draws they are about, so that every reader has them wherever lilliput runs;
their Markdown and pictures stand in ``docs/calibration`` of a checkout.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

from matplotlib.figure import Figure
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Tag,
    model_validator,
)

from calibration.errors import CalibrationError
from scenarios.charts.look import write_figure
from scenarios.disk import absolute, plain, unwritable, write_json, write_whole
from scenarios.draws import Draws
from scenarios.reader import read_json, why
from simulation.errors import Problem, listed, raise_if_any
from simulation.schema import refusal, validated

_PACKAGE = Path(__file__).parents[1]
#: The published reports, one JSON file a check.
PUBLISHED = _PACKAGE / "posterior" / "reports"
#: Where the published reports are rendered, in a checkout of the project.
DOCUMENTED = _PACKAGE.parent / "docs" / "calibration"
FIGURES = "figures"
#: What every report says of where it comes from; see ``calibration.origin.origin_of``.
ORIGIN = ("date", "seed", "settings", "rules", "parameter_table", "versions")

Cell = bool | int | float | str | None
Row = TypeVar("Row")
#: The figures of a report's pictures, by their names.
Pictures = dict[str, Figure]


class _Data(BaseModel):
    """Data that is complete, has nothing unknown in it, and stays as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, entry: Any) -> Any:
        """NumPy's numbers and arrays as JSON knows them, so that what is written reads the same."""
        return plain(entry)


class Table(_Data):
    """A table: its title, the heads of its columns, and rows of cells, which are not rounded."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    @classmethod
    def of(
        cls, title: str, rows: Iterable[Row], columns: Mapping[str, Callable[[Row], Any]]
    ) -> "Table":
        """A table with a row an entry; each column says how its cell comes from the entry."""
        cells = [[cell(row) for cell in columns.values()] for row in rows]
        return cls(title=title, columns=tuple(columns), rows=cells)

    @model_validator(mode="after")
    def _rectangular(self) -> "Table":
        if any(len(row) != len(self.columns) for row in self.rows):
            raise refusal("one cell a column in every row")
        return self


class Picture(_Data):
    """A picture: the end of its file's name, and what it shows in a sentence."""

    name: str
    caption: str


class Goal(_Data):
    """A goal of a check: what it is about, what is wanted, what was measured, and the verdict.

    ``reached`` is none where the check tells something that no threshold is set for.
    """

    name: str
    goal: str
    measured: str
    reached: bool | None


def _kind_of(part: object) -> str:
    if isinstance(part, str):
        return "text"
    columns = isinstance(part, Table) or (isinstance(part, Mapping) and "columns" in part)
    return "table" if columns else "picture"


Part = Annotated[
    Annotated[str, Tag("text")]
    | Annotated[Table, Tag("table")]
    | Annotated[Picture, Tag("picture")],
    Discriminator(_kind_of),
]


def _complete(origin: dict[str, Any]) -> dict[str, Any]:
    missing = [key for key in ORIGIN if key not in origin]
    if missing:
        raise refusal(f"an object with {listed(ORIGIN)}; {listed(missing)} missing")
    return origin


class Report(_Data):
    """What a check found.

    ``check`` is the stem of its files; ``finding`` says in plain words what came out and what it
    means, failures included; ``reached`` whether the goals were reached (none where there is no
    goal); ``parts`` are paragraphs, tables and pictures in the order of reading; ``values`` are
    the numbers for programs.
    """

    check: str
    title: str
    finding: str
    reached: bool | None
    origin: Annotated[dict[str, Any], AfterValidator(_complete)]
    parts: Sequence[Part] = ()
    goals: Sequence[Goal] = ()
    values: dict[str, Any] = {}

    @property
    def pictures(self) -> list[Picture]:
        """The pictures of the report in the order of reading."""
        return [part for part in self.parts if isinstance(part, Picture)]


def published_reports(folder: Path = PUBLISHED) -> dict[str, Report]:
    """The reports in a folder by the names of their checks, the published ones unless it is named.

    Raises ``CalibrationError`` that lists everything that is wrong with any of them.
    """
    entries = [_read(path) for path in sorted(folder.glob("*.json"))]
    problems = [problem for _, wrong in entries for problem in wrong]
    raise_if_any("the reports cannot be used", problems, CalibrationError)
    return {report.check: report for report, _ in entries if report is not None}


def _read(path: Path) -> tuple[Report | None, list[Problem]]:
    try:
        entry = read_json(path)
    except (OSError, ValueError) as error:
        return None, [Problem(str(path), "file", why(error), "a readable JSON file")]
    return validated(Report, entry, path.name)


def differences(report: Report, checked: Draws) -> list[str]:
    """In words, in what a report does not belong to some draws; empty where it does."""
    origin, manifest = report.origin, checked.manifest
    draws, evidence = origin.get("draws"), manifest.get("log_evidences")
    found = []
    if draws and draws["id"] != checked.id:
        found.append(f"made with other draws ({draws['id']})")
    if report.check == "agreement" and evidence not in (None, report.values.get("log_evidence")):
        found.append("about other fits than those that were pooled into these draws")
    if origin["rules"] != manifest.get("rules", origin["rules"]):
        found.append("made with other rules")
    if origin["parameter_table"] != checked.table:
        found.append("made with another parameter table")
    return found


def earlier_report(check: str, folder: Path) -> Report | None:
    """The report of a check that is rendered into a folder; none if there is none yet.

    Raises ``CalibrationError`` that lists everything that is wrong with it.
    """
    path = _stored(folder) / f"{check}.json"
    if not path.exists():
        return None
    report, problems = _read(path)
    raise_if_any("the report that is there cannot be used", problems, CalibrationError)
    return report


def _stored(folder: Path) -> Path:
    """Where reports rendered into a folder are stored: in it, or the package if it is published."""
    return PUBLISHED if is_published(folder) else folder


def is_published(folder: Path) -> bool:
    """Whether reports rendered into a folder are the published ones: those of a checkout."""
    return absolute(folder) == DOCUMENTED.resolve()


def write_report(report: Report, pictures: Mapping[str, Figure], folder: Path) -> Path:
    """Store a report and render it into a folder, with its pictures; returns the path of the text.

    ``pictures`` are the figures by the names of the report's pictures. The JSON is stored in the
    folder, or in the package if the folder is ``docs/calibration`` of a checkout. Every file is
    complete or not there at all; an earlier report of the same check is replaced.
    """
    from calibration.reports.markdown import markdown_of  # which needs the models above

    if {picture.name for picture in report.pictures} != set(pictures):
        raise ValueError(f"the pictures of the report {report.check!r} are not those given")
    (folder / FIGURES).mkdir(parents=True, exist_ok=True)
    settings = {"check": report.check, "seed": report.origin.get("seed", "none")}
    for name, figure in pictures.items():
        write_figure(figure, folder / FIGURES, f"{report.check}-{name}", settings)
    stored = _stored(folder)
    stored.mkdir(parents=True, exist_ok=True)
    write_json(stored / f"{report.check}.json", report.model_dump())
    path = folder / f"{report.check}.md"
    write_whole(path, markdown_of(report))
    return path


def folder_problems(folder: Path, command: str, option: str = "--out") -> list[Problem]:
    """What keeps files from being written into the folder that an option of a command names."""
    if folder.exists() and not folder.is_dir():
        return [Problem(command, option, str(folder), "a folder; this is a file")]
    return unwritable(folder / "report", command, option)
