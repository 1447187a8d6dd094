"""Quarters and dates: public interfaces speak dates, arrays speak quarter numbers."""

import re

FIRST_YEAR = 1945
LAST_YEAR = 1980
QUARTERS = (LAST_YEAR - FIRST_YEAR + 1) * 4
_DATE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")


def quarter_of(date: str, *, end: bool = False) -> int:
    """The quarter that holds a date ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``, 1945 Q1 being 0.

    A bare year means its first quarter, or its last if ``end`` is true. Dates before 1945 give
    negative numbers and dates after 1980 numbers from 144 on. Raises ``ValueError`` if it is no
    date.
    """
    match = _DATE.match(date.strip())
    if match is None:
        raise ValueError(f"{date!r} is not a date; write YYYY, YYYY-MM or YYYY-MM-DD")
    year = int(match[1])
    month = int(match[2]) if match[2] else (12 if end else 1)
    day = int(match[3]) if match[3] else 1
    if not (1 <= month <= 12 and 1 <= day <= 31):
        raise ValueError(f"{date!r} is not a date; months run from 01 to 12 and days from 01 to 31")
    return (year - FIRST_YEAR) * 4 + (month - 1) // 3


def date_of(quarter: float) -> str:
    """The month ``YYYY-MM`` in the middle of a quarter, 1945-02 for 0; it may be a fraction."""
    months = round(float(quarter) * 3) + 1
    return f"{FIRST_YEAR + months // 12:04d}-{months % 12 + 1:02d}"


def year_of(quarter: int) -> int:
    """The calendar year a quarter belongs to."""
    return FIRST_YEAR + quarter // 4


def quarter_name(quarter: int) -> str:
    """A quarter in words, such as ``1960 Q3``."""
    return f"{year_of(quarter)} Q{quarter % 4 + 1}"
