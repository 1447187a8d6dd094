"""A comparison as a plain table: every probability and date in words, with its error and what would halve it."""

from collections.abc import Iterator
from dataclasses import dataclass

from scenarios.comparison.compare import NEAR, Causation, Comparison, Shift
from scenarios.comparison.estimates import Estimate
from scenarios.comparison.tables import in_years, per_cent


@dataclass(frozen=True)
class ComparisonRow:
    """One number of a comparison: its name, what it means in a sentence, and the number as text.

    ``value`` has its Monte Carlo standard error with it; ``spread`` is how much it differs from draw to draw, and
    ``halving`` how many histories would halve the error (both empty where that cannot be said). ``key`` is the name of
    the number for programs and ``estimate`` the number itself.
    """

    key: str
    name: str
    meaning: str
    value: str
    spread: str
    halving: str
    estimate: Estimate


def comparison_rows(comparison: Comparison) -> tuple[ComparisonRow, ...]:
    """Every number of a comparison but the yearly ones, in the order of reading."""
    return (*_shares(comparison), *_times(comparison), *_dependences(comparison))


def _shares(comparison: Comparison) -> Iterator[ComparisonRow]:
    fates = comparison.fates
    reading = comparison.reading
    factual, other = reading.factual.name, reading.scenario.name
    told = (
        ("at_risk", "Still to come", "not broken yet when the branches part", comparison.at_risk),
        ("factual_broken", f"Breaks, {factual}", "within the horizon", comparison.factual_broken),
        (
            "counterfactual_broken",
            f"Breaks, {other}",
            "within the horizon",
            comparison.counterfactual_broken,
        ),
        (
            "avoided",
            "Avoided",
            "breaks in the factual branch, not in the counterfactual",
            fates.avoided,
        ),
        (
            "brought_forward",
            "Brought forward",
            "breaks earlier, or only, in the counterfactual",
            fates.brought_forward,
        ),
        ("delayed", "Delayed", "breaks in both, later in the counterfactual", fates.delayed),
        ("unchanged", "Unchanged", "the same quarter, or in neither", fates.unchanged),
    )
    for key, name, meaning, estimate in told:
        yield _share_row(key, name, meaning, estimate)


def _times(comparison: Comparison) -> Iterator[ComparisonRow]:
    shift = comparison.shift
    meaning = (
        f"later is plus; nine histories in ten: {shift_range(shift)}"
        if shift.median.value is not None
        else ""
    )
    yield _years_row("median_shift", "Median shift (years)", meaning, shift.median)
    gained = comparison.restricted_mean.difference
    yield _years_row(
        "years_gained", "Years gained", "mean time unbroken within the horizon, difference", gained
    )


def _dependences(comparison: Comparison) -> Iterator[ComparisonRow]:
    for key, name, meaning, cause in (
        (
            "necessity",
            "Necessity",
            "of the twins that break, those that would not have",
            comparison.necessity,
        ),
        (
            "sufficiency",
            "Sufficiency",
            "of the unbroken counterfactuals, those whose twin breaks",
            comparison.sufficiency,
        ),
    ):
        yield _share_row(key, name, meaning + bounds_in_words(cause), cause.value)
    back = comparison.redirecting
    near = f"{NEAR // 4} year"
    told = (
        ("to_twin", "Returns to its path", f"breaks within {near} of its twin", back.to_twin),
        (
            "to_record",
            "Meets the record",
            f"breaks within {near} of the documented window",
            back.to_record,
        ),
        (
            "factual_to_record",
            "Meets the record, factual",
            "the same, of the factual twins",
            back.factual_to_record,
        ),
    )
    for key, name, meaning, estimate in told:
        if estimate is not None:
            yield _share_row(key, name, meaning, estimate)


def bounds_in_words(cause: Causation) -> str:
    """The bounds of a probability of causation that hold however the branches are coupled."""
    if cause.low is None or cause.high is None:
        return ""
    return f"; {100 * cause.low:.0f} to {100 * cause.high:.0f} % however the branches are coupled"


def shift_range(shift: Shift) -> str:
    """The shifts of nine histories in ten, in years or in words."""
    if shift.low is None or shift.high is None:
        return "–"
    low, high = (in_years(Estimate(end)) for end in (shift.low, shift.high))
    return low if low == high else f"{low} to {high}"


def _share_row(key: str, name: str, meaning: str, estimate: Estimate) -> ComparisonRow:
    value = per_cent(estimate).replace("± 0.0", "± <0.1")
    spread = "" if estimate.spread is None else f"{100 * estimate.spread:.1f}"
    return _row(key, name, meaning, value if value == "-" else f"{value} %", spread, estimate)


def _years_row(key: str, name: str, meaning: str, estimate: Estimate) -> ComparisonRow:
    spread = "" if estimate.spread is None else f"{estimate.spread:.2f}"
    return _row(key, name, meaning, in_years(estimate), spread, estimate)


def _row(
    key: str, name: str, meaning: str, value: str, spread: str, estimate: Estimate
) -> ComparisonRow:
    return ComparisonRow(
        key,
        name,
        meaning,
        "–" if value == "-" else value,
        spread,
        halving_in_words(estimate),
        estimate,
    )


def halving_in_words(estimate: Estimate) -> str:
    """How many histories would halve the error of a number, or that it takes more draws."""
    if not estimate.error:
        return ""
    return "more draws needed" if estimate.halving is None else f"{estimate.halving:,}"
