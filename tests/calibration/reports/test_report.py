"""A report of a check: stored once as data, rendered as Markdown, with its pictures."""

import json

import numpy as np
import pytest
from matplotlib.figure import Figure

from calibration.errors import CalibrationError
from calibration.origin import origin_of, rules_hash
from calibration.reports import report as reports
from calibration.reports.markdown import markdown_table, shown
from calibration.reports.report import (
    Goal,
    Picture,
    Report,
    Table,
    folder_problems,
    published_reports,
    write_report,
)


def trial(**changes):
    rows = (("aid", 0.1234), ("strain", float("nan")))
    entries = {
        "check": "trial",
        "title": "A trial",
        "finding": "It fell short by a third.",
        "reached": False,
        "origin": origin_of(seed=7, records=3),
        "parts": (
            "Said first.",
            Table(title="Shares", columns=("what", "share"), rows=rows),
            Picture(name="line", caption="A line."),
        ),
        "goals": (Goal(name="aid", goal="at least 1", measured="0.5", reached=False),),
        "values": {"share": np.float64(0.5), "none": float("nan"), "list": np.arange(3)},
    }
    return Report(**(entries | changes))


def pictures():
    figure = Figure(figsize=(2, 2))
    figure.subplots().plot([0, 1], [1, 0])
    return {"line": figure}


def test_a_report_is_data_text_and_pictures(tmp_path):
    folder = tmp_path / "out"
    path = write_report(trial(), pictures(), folder)
    text = path.read_text()
    assert text.startswith("# A trial\n\n**Not reached.** It fell short by a third.\n\n**Goals**")
    assert "| aid | at least 1 | 0.5 | no |\n\nSaid first." in text
    assert "| aid | 0.123 |\n| strain | – |" in text
    assert "![A line.](figures/trial-line.png)" in text
    assert f"with seed 7; records 3; rules {rules_hash()[:12]}" in text
    entries = json.loads((folder / "trial.json").read_text())
    assert entries["values"] == {"share": 0.5, "none": None, "list": [0, 1, 2]}
    assert (entries["reached"], entries["origin"]["seed"]) == (False, 7)
    names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.*"))
    assert names == ["figures/trial-line.png", "figures/trial-line.svg", "trial.json", "trial.md"]


def test_what_is_stored_reads_the_same(tmp_path):
    write_report(trial(), pictures(), tmp_path)
    assert published_reports(tmp_path) == {"trial": trial()}


def test_cells_keep_their_kinds():
    rows = [(True, 1, 1.0, "1", None), (np.bool_(True), np.int64(1), np.float64(1), "1", None)]
    table = Table(title="t", columns=tuple("abcde"), rows=rows)
    for row in table.rows:
        assert [type(cell) for cell in row] == [bool, int, float, str, type(None)]


def test_reports_of_a_checkout_are_stored_in_the_package(tmp_path, monkeypatch):
    docs, package = tmp_path / "docs", tmp_path / "package" / "reports"
    monkeypatch.setattr(reports, "DOCUMENTED", docs)
    monkeypatch.setattr(reports, "PUBLISHED", package)
    write_report(trial(), pictures(), tmp_path / "elsewhere")
    assert not package.exists()
    write_report(trial(), pictures(), docs)
    assert (package / "trial.json").is_file()
    assert sorted(p.name for p in docs.iterdir()) == ["figures", "trial.md"]


def test_everything_that_is_no_report_is_named_with_file_and_place(tmp_path):
    write_report(trial(), pictures(), tmp_path)
    entry = json.loads((tmp_path / "trial.json").read_text())
    del entry["title"], entry["origin"]["rules"]
    entry["findings"] = entry.pop("finding")
    entry["parts"][1]["rows"][0] = ["aid"]
    (tmp_path / "trial.json").write_text(json.dumps(entry))
    (tmp_path / "torn.json").write_text("{")
    (tmp_path / "other.json").write_text("[]")
    with pytest.raises(CalibrationError) as caught:
        published_reports(tmp_path)
    message = str(caught.value)
    assert len(caught.value.problems) == 7
    for place in ("torn.json", "other.json", "trial.json: title", "finding", "parts[1]"):
        assert place in message
    assert "did you mean 'finding'" in message
    assert "rules missing" in message


def test_pictures_are_those_of_the_report(tmp_path):
    with pytest.raises(ValueError, match="trial"):
        write_report(trial(), {}, tmp_path)


def test_a_report_without_a_goal_gives_no_verdict(tmp_path):
    text = write_report(trial(reached=None, goals=()), pictures(), tmp_path).read_text()
    assert text.startswith("# A trial\n\nIt fell short by a third.\n\nSaid first.")


def test_numbers_stand_to_the_right_and_bars_are_kept_from_tearing_the_table():
    table = Table(title="t", columns=("a|b", "n"), rows=(("x|y", 12345.6), ("z\nz", 2)))
    assert markdown_table(table).splitlines() == [
        "| a\\|b | n |",
        "| --- | ---: |",
        "| x\\|y | 12346 |",
        "| z z | 2 |",
    ]


@pytest.mark.parametrize(
    ("cell", "text"), [(None, "–"), (True, "yes"), (0.00012345, "0.000123"), (3, "3")]
)
def test_cells_are_shown_plainly(cell, text):
    assert shown(cell) == text


def test_a_file_is_no_folder_for_reports(tmp_path):
    (tmp_path / "taken").write_text("")
    assert len(folder_problems(tmp_path / "taken", "calibrate check")) == 1
    assert folder_problems(tmp_path / "new" / "deeper", "calibrate check") == []
