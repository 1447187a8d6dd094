import pytest

from simulation.dates import QUARTERS, date_of, quarter_name, quarter_of, year_of


@pytest.mark.parametrize(
    ("date", "end", "quarter"),
    [
        ("1945", False, 0),
        ("1945", True, 3),
        ("1945-03", False, 0),
        ("1945-04", False, 1),
        ("1948-06-28", False, 13),
        ("1961-12", True, 67),
        ("1980-12-31", False, 143),
        ("1944-12", False, -1),
        ("1981", False, 144),
        (" 1956-02 ", False, 44),
    ],
)
def test_the_quarter_of_a_date(date, end, quarter):
    assert quarter_of(date, end=end) == quarter


@pytest.mark.parametrize(
    "date",
    ["", "61", "1961-13", "1961-00", "1961-01-32", "1961-1", "December 1961", "1961-01-01T00"],
)
def test_what_is_no_date_is_refused_by_name(date):
    with pytest.raises(ValueError, match="not a date") as caught:
        quarter_of(date)
    assert repr(date) in str(caught.value)


def test_every_quarter_comes_back_from_its_date():
    assert [quarter_of(date_of(quarter)) for quarter in range(QUARTERS)] == list(range(QUARTERS))


def test_the_date_of_a_quarter_is_its_middle_month():
    assert (date_of(0), date_of(143), date_of(-1)) == ("1945-02", "1980-11", "1944-11")


def test_part_quarters_are_rounded_to_months():
    assert date_of(67 + 1 / 3) == "1961-12"


def test_names_and_years():
    assert quarter_name(62) == "1960 Q3"
    assert (year_of(0), year_of(3), year_of(4), year_of(143)) == (1945, 1945, 1946, 1980)
    assert QUARTERS == 144
