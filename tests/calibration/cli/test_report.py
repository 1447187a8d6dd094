"""``lilliput report``: after a batch and a comparison, and one message for every mistake."""

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from calibration.cli.batch import batch
from calibration.cli.compare import compare
from calibration.cli.report import report
from calibration.prior import draw_coordinates, parameters_at
from scenarios.draws import columns_of, write_draws

app = typer.Typer()
for command in (batch, compare, report):
    app.command()(command)
NAMES = ("historical", "gang-of-four-wins")


@pytest.fixture(scope="module")
def draws_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("draws") / "prior.parquet"
    write_draws(columns_of(parameters_at(draw_coordinates(20, 3) * 0.3)), {"kind": "prior"}, path)
    return path


@pytest.fixture(scope="module")
def folder(draws_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a batch was made where it is made by default."""
    place = tmp_path_factory.mktemp("place")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        arguments = [
            "batch",
            *NAMES,
            "--replicates",
            "40",
            "--draws",
            str(draws_file),
            "--workers",
            "1",
        ]
        made = CliRunner().invoke(app, arguments)
        assert made.exit_code == 0, made.output
    return place


@pytest.fixture
def lilliput(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(folder)

    def called(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments))

    return called


def test_batch_compare_and_report_speak_of_the_same_folder() -> None:
    defaults = [
        inspect.signature(command).parameters[name].default
        for command, name in ((batch, "out"), (compare, "folder"), (report, "folder"))
    ]
    assert defaults == [Path("results/batch")] * 3


@pytest.mark.slow
def test_the_three_run_in_a_row(
    lilliput: Callable[..., Result], folder: Path, draws_file: Path
) -> None:
    compared = lilliput("compare")
    assert compared.exit_code == 0, compared.output
    assert "gang-of-four-wins" in compared.output
    reported = lilliput("report", "--draws", str(draws_file))
    assert reported.exit_code == 0, reported.output
    path = folder / "results" / "batch-report.html"
    assert str(path) in reported.output.replace("\n", "")
    page = path.read_text(encoding="utf-8")
    assert "Would the alliance with China have outlived 1978" in page
    assert sorted(each.name for each in (folder / "results").iterdir()) == [
        "batch",
        "batch-report",
        "batch-report.html",
    ]
    refused = lilliput("report", "--draws", str(draws_file))
    assert refused.exit_code == 2
    assert "--overwrite" in refused.stderr
    assert path.read_text(encoding="utf-8") == page
    again = lilliput("report", "--draws", str(draws_file), "--overwrite")
    assert again.exit_code == 0, again.output
    assert path.read_text(encoding="utf-8") == page


def test_every_mistake_is_told_at_once_and_nothing_is_written(
    lilliput: Callable[..., Result], folder: Path
) -> None:
    before = sorted(folder.rglob("*"))
    refused = lilliput(
        "report",
        "--factual",
        "gang-of-five",
        "--horizon",
        "x",
        "--event",
        "albania-chine",
        "--out",
        "report.txt",
    )
    assert refused.exit_code == 2
    for told in ("gang-of-four-wins", "--horizon", "albania-china", ".html", "4 problems"):
        assert told in refused.stderr
    assert sorted(folder.rglob("*")) == before


def test_draws_that_are_not_those_of_the_batch_are_refused(
    lilliput: Callable[..., Result], folder: Path
) -> None:
    refused = lilliput("report", "--out", "other.html")
    assert refused.exit_code == 2
    assert "draws.id" in refused.stderr
    assert not (folder / "other.html").exists()


def test_a_folder_without_a_batch_is_refused(lilliput: Callable[..., Result]) -> None:
    refused = lilliput("report", "nowhere", "--out", "x.html")
    assert refused.exit_code == 2
    assert "nowhere" in refused.stderr
