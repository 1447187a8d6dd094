"""The form of a check's report: text, JSON and pictures, written whole."""

import json

import numpy as np
import pytest
from matplotlib.figure import Figure

from calibration.origin import origin_of, rules_hash
from calibration.reports.form import (
    CheckReport,
    ReportFigure,
    ReportTable,
    folder_problems,
    markdown_table,
    shown,
    write_object,
    write_report,
)


def report(**changes):
    figure = Figure(figsize=(2, 2))
    figure.subplots().plot([0, 1], [1, 0])
    table = ReportTable("Shares", ("what", "share"), (("aid", 0.1234), ("strain", float("nan"))))
    told = {
        "name": "trial",
        "title": "A trial",
        "finding": "It fell short by a third.",
        "reached": False,
        "origin": origin_of(seed=7, records=3),
        "parts": ("Said first.", table, ReportFigure("line", "A line.", figure)),
        "values": {"share": np.float64(0.5), "none": float("nan"), "list": np.arange(3)},
    }
    return CheckReport(**(told | changes))


def test_a_report_is_text_object_and_pictures(tmp_path):
    path = write_report(report(), tmp_path / "out")
    text = path.read_text()
    assert text.startswith("# A trial\n\n**Not reached.** It fell short by a third.\n\nSaid first.")
    assert "| aid | 0.123 |\n| strain | – |" in text
    assert "![A line.](figures/trial-line.png)" in text
    assert f"with seed 7; records 3; rules {rules_hash()[:12]}" in text
    told = json.loads((tmp_path / "out" / "trial.json").read_text())
    assert told["values"] == {"share": 0.5, "none": None, "list": [0, 1, 2]}
    assert (told["reached"], told["origin"]["seed"]) == (False, 7)
    found = sorted(
        p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.*")
    )
    assert found == ["figures/trial-line.png", "figures/trial-line.svg", "trial.json", "trial.md"]


def test_a_report_without_a_goal_gives_no_verdict(tmp_path):
    text = write_report(report(reached=None), tmp_path).read_text()
    assert text.startswith("# A trial\n\nIt fell short")


def test_numbers_stand_to_the_right_and_bars_are_kept_from_tearing_the_table():
    table = ReportTable("t", ("a|b", "n"), (("x|y", 12345.6), ("z", 2)))
    assert markdown_table(table).splitlines()[1:] == [
        "| --- | ---: |",
        "| x\\|y | 12346 |",
        "| z | 2 |",
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [(None, "–"), (True, "yes"), (0.00012345, "0.000123"), (3, "3"), ("a\nb", "a b")],
)
def test_cells_are_shown_plainly(cell, text):
    assert shown(cell) == text


def test_a_failed_writing_leaves_the_old_file(tmp_path):
    path = tmp_path / "kept.json"
    write_object(path, {"a": 1})
    with pytest.raises(TypeError):
        write_object(path, {"a": object()})
    assert json.loads(path.read_text()) == {"a": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["kept.json"]


def test_a_file_is_no_folder_for_reports(tmp_path):
    (tmp_path / "taken").write_text("")
    assert len(folder_problems(tmp_path / "taken", "calibrate check")) == 1
    assert folder_problems(tmp_path / "new" / "deeper", "calibrate check") == []
