import pytest

from simulation.errors import (
    MISSING,
    LilliputError,
    NonFiniteError,
    Problem,
    SimulationError,
    nearest,
    raise_if_any,
    unknown,
)


def test_a_problem_says_where_what_is_allowed_and_the_nearest():
    problem = unknown("try.toml", "country", "albnia", ("albania", "china"))
    assert (
        str(problem)
        == "try.toml: country = 'albnia'; allowed: albania, china; did you mean 'albania'?"
    )


def test_a_missing_value_is_called_missing():
    assert (
        str(Problem("try.toml", "unit", MISSING, "required"))
        == "try.toml: unit = (missing); allowed: required"
    )


def test_a_long_value_is_cut_short():
    assert len(str(Problem("try.toml", "note", "x" * 5000, "less"))) < 300


@pytest.mark.parametrize(
    ("value", "found"),
    [("USSR", "ussr"), ("Chnia", "china"), ("portugal", ""), (17, ""), (None, "")],
)
def test_the_nearest_name(value, found):
    assert nearest(value, ("ussr", "china")) == found


def test_all_problems_are_listed_and_counted():
    problems = [Problem("a", "x", 1, "2"), Problem("b", "y", 3, "4")]
    with pytest.raises(SimulationError) as caught:
        raise_if_any("cannot be used", problems)
    assert caught.value.problems == tuple(problems)
    assert str(caught.value).splitlines() == [
        "cannot be used (2 problems)",
        "  1. a: x = 1; allowed: 2",
        "  2. b: y = 3; allowed: 4",
    ]


def test_one_problem_is_counted_as_one():
    assert str(SimulationError("bad", [Problem("a", "x", 1, "2")])).startswith("bad (1 problem)\n")


def test_a_title_alone_is_the_message():
    assert str(SimulationError("bad")) == "bad"


def test_no_problem_raises_nothing_and_the_kind_can_be_chosen():
    raise_if_any("fine", [])
    with pytest.raises(NonFiniteError):
        raise_if_any("bad", [Problem("a", "x", 1, "2")], NonFiniteError)
    assert issubclass(NonFiniteError, SimulationError)
    assert issubclass(SimulationError, LilliputError)
