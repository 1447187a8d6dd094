"""The README tells what the draws that ship give, and what is made anew says how it differs."""

import pandas as pd
import pytest

from docs import reproduce
from docs.results import README, breaks, rewritten, tables_in, taken_away

TEXT = "before\n\n| a | b |\n| -- | -- |\n| x | 1% |\n\n| c |\n| -- |\n| y |\nafter\n"


@pytest.mark.slow
def test_the_tables_of_the_readme_are_those_of_the_draws_that_ship() -> None:
    told = tables_in(README.read_text(encoding="utf-8"))
    for table in (breaks(), taken_away()):
        pd.testing.assert_frame_equal(told["|".join(table.columns)], table)


def test_a_table_is_made_anew_and_the_rest_of_a_page_is_left() -> None:
    new = pd.DataFrame({"a": ["z"], "b": ["2%"]})
    text = rewritten(TEXT, {"a|b": new})
    assert text == TEXT.replace("| x | 1% |", "| z | 2% |")
    pd.testing.assert_frame_equal(tables_in(text)["a|b"], new)


def test_what_is_made_without_a_name_is_short_and_all_is_all() -> None:
    assert {"results", "reports", "prior"} <= set(reproduce.chosen([]))
    assert "ranks" not in reproduce.chosen([])
    assert reproduce.chosen(["ranks", "prior"]) == ["prior", "ranks"]
    assert reproduce.chosen(["all"]) == list(reproduce.ITEMS)
    with pytest.raises(SystemExit, match="rank: no such thing"):
        reproduce.chosen(["rank"])


def test_every_report_and_picture_that_is_committed_can_be_made_anew() -> None:
    made = {path for item in reproduce.ITEMS.values() for path in reproduce.contents(item)}
    folders = (
        "docs/calibration",
        "docs/figures",
        "calibration/posterior",
        "scenarios/catalogue/expected",
    )
    committed = {
        str(path.relative_to(reproduce.ROOT))
        for folder in folders
        for path in (reproduce.ROOT / folder).rglob("*")
        if path.is_file()
    }
    # Where the fits begin, not what comes of them.
    beginnings = [
        f"calibration/posterior/{start}.{kind}"
        for start in ("reference", *(f"starts/seed-{seed}" for seed in (2, 3, 4)))
        for kind in ("json", "parquet")
    ]
    assert committed - made == {"docs/figures/quarter.svg", *beginnings}  # the figure is by hand


def test_differences_are_told_and_dates_are_none() -> None:
    before = {"a.md": b"x 1\nMade 2026-01-01 with seed 1\n", "b.png": b"\xff\x01", "c": b"1"}
    same = before | {"a.md": b"x 1\nMade 2026-02-02 with seed 1\n"}
    assert list(reproduce.differences(before, same)) == []
    after = {"a.md": b"x 2\n", "b.png": b"\xff\x02", "d": b"1"}
    told = list(reproduce.differences(before, after))
    assert "  b.png: another picture" in told
    assert "  c: gone" in told
    assert "  d: new" in told
    assert "    -x 1" in told
    assert "    +x 2" in told
