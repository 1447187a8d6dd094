"""What theories expect: every row is about a pattern that is looked for, and is read both ways."""

import numpy as np
import pytest

from calibration.checks.histories.implied import share_of
from calibration.checks.histories.pattern_list import Pattern, all_patterns
from calibration.checks.histories.predictive import PatternResult
from calibration.checks.histories.theories import (
    read_theories,
    theories,
    theory_table,
    theory_values,
)
from calibration.errors import CalibrationError

HEAD = "author,named,claim,pattern,expects,source,lines,doubt\n"


def result(number, passed):
    share = share_of(np.arange(10) < (9 if passed else 1))
    return PatternResult(Pattern(number, "", lambda history: None), share, None, None, passed)


def test_every_theory_is_about_a_pattern_that_is_looked_for(evidence, record):
    known = {pattern.number for pattern in all_patterns(evidence, record)}
    assert {theory.pattern for theory in theories()} <= known
    assert {theory.author for theory in theories()} == {"Keohane", "Morrow", "Snyder", "Womack"}
    assert all(theory.lines for theory in theories())


def test_the_doubt_of_the_source_is_told():
    (womack,) = (theory for theory in theories() if theory.author == "Womack")
    assert womack.named == "yes"
    assert "footnote 21" in womack.doubt
    assert womack.doubt in {row[-1] for row in theory_table([result("8", True)]).rows}


@pytest.mark.parametrize("passed", [True, False])
def test_a_theory_for_a_pattern_and_one_against_it_cannot_both_be_borne_out(passed):
    told = {row["expects"]: row["borne_out"] for row in theory_values([result("8", passed)])}
    assert told == {"for": passed, "against": not passed}
    table = theory_table([result("8", passed)])
    assert {row[3] for row in table.rows} == {"8", "not 8"}


def test_a_theory_whose_pattern_was_not_looked_for_is_left_out():
    assert theory_table([]).rows == []
    assert theory_values([result("6", True)])[0]["author"] == "Keohane"


def test_everything_wrong_with_a_table_is_told_at_once(tmp_path):
    path = tmp_path / "theories.csv"
    path.write_text(HEAD + "Womack,maybe,x,8,perhaps,nobody,abc,\n", encoding="utf-8")
    with pytest.raises(CalibrationError) as refused:
        read_theories(path)
    for words in ("maybe", "perhaps", "nobody", "abc"):
        assert words in str(refused.value)
