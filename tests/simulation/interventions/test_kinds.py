"""What each kind of change does, worked out by hand, and what is refused of it."""

import numpy as np
import pytest

from simulation.context import Context
from simulation.countries import Country
from simulation.dates import quarter_of
from simulation.drivers import leadership_spells
from simulation.ensemble import simulate
from simulation.interventions import (
    HISTORICAL,
    MOVES,
    Course,
    Cut,
    Economy,
    Goodwill,
    Grant,
    ParameterValue,
    Pledge,
    Scenario,
    SolePatron,
    Sum,
    read_changes,
    scenario_from,
)
from simulation.parameters import default_parameters, held_numbers, parameter_table

ALBANIA, CHINA, USSR, YUGOSLAVIA = Country
DATES = {"from": "1960-01", "to": "1961-12", "reason": "r"}
SPAN = {"start": "1960-01", "end": "1961-12", "reason": "r"}
PAIR = {"patron": "ussr", "client": "albania"}
IN_FORCE, AFTER = quarter_of("1961-07"), quarter_of("1962-01")


def scenario_of(*changes):
    return Scenario(name="try", question="What if?", interventions=changes)


def quarters_of(*changes, parameters=None):
    return Context(scenario_of(*changes), parameters or default_parameters())


def problems_of(*entries):
    return {
        problem.key: str(problem)
        for problem in read_changes("try.toml", [DATES | entry for entry in entries])[1]
    }


def test_a_course_leaves_its_other_part_to_those_in_office():
    documented = Context(HISTORICAL, default_parameters())
    line = quarters_of(Course(**SPAN, country="ussr", course="line", spell="ussr-stalin"))
    table, spells = parameter_table(), leadership_spells()
    stalin, khrushchev = spells["ussr-stalin"], spells["ussr-khrushchev"]
    assert line.quarter(IN_FORCE).line[USSR, 0] == table[stalin.line].default
    assert line.quarter(IN_FORCE).hierarchy[USSR, 0] == table[khrushchev.hierarchy].default
    hierarchy = quarters_of(Course(**SPAN, country="ussr", course="hierarchy", value=0.25))
    assert hierarchy.quarter(IN_FORCE).hierarchy[USSR, 0] == 0.25
    for context in (line, hierarchy):
        for quarter in (quarter_of("1959-12"), AFTER):
            now, then = context.quarter(quarter), documented.quarter(quarter)
            assert np.array_equal(now.line, then.line)
            assert np.array_equal(now.hierarchy, then.hierarchy)
        now, then = context.quarter(IN_FORCE), documented.quarter(IN_FORCE)
        assert np.array_equal(now.line[ALBANIA], then.line[ALBANIA])


def test_an_economy_changes_income_and_every_comparison_of_sizes():
    then = Context(HISTORICAL, default_parameters()).quarter(IN_FORCE)
    now = quarters_of(Economy(**SPAN, country="albania", value=4.0)).quarter(IN_FORCE)
    assert now.income[ALBANIA, 0] == 4 * then.income[ALBANIA, 0]
    assert np.array_equal(now.income[1:], then.income[1:])
    assert now.log_smallness[ALBANIA] == pytest.approx(then.log_smallness[ALBANIA] - np.log(4))
    assert np.array_equal(now.log_smallness[1:], then.log_smallness[1:])
    ratio = np.exp(now.log_size_share - now.log_client_share)[USSR, ALBANIA, 0]
    before = np.exp(then.log_size_share - then.log_client_share)[USSR, ALBANIA, 0]
    assert ratio == pytest.approx(before / 4)
    assert now.log_size_share[USSR, CHINA, 0] == then.log_size_share[USSR, CHINA, 0]
    shares = np.exp(now.log_size_share) + np.exp(now.log_client_share)
    assert shares == pytest.approx(np.ones(shares.shape))


EARLY = {"start": "1945-01", "end": "1945-12", "reason": "r", "patron": "yugoslavia"}
KEPT = (
    *("grant_share", "newly_pledged", "requested", "tie"),
    *("arms_grant_share", "arms_newly_pledged", "arms_requested"),
)


def first_quarter(*changes):
    """What the first quarter holds, form by form, of Belgrade and Tirana, allies then."""
    arrays = simulate(
        default_parameters(), scenario_of(*changes), seed=1, quarters=1, keep=KEPT
    ).arrays
    found = {name: float(values[0, YUGOSLAVIA, ALBANIA, 0]) for name, values in arrays.items()}
    assert found["tie"] == 1
    arms = {name: found[f"arms_{name}"] for name in ("grant_share", "newly_pledged", "requested")}
    economic = {name: found[name] - arms[name] for name in ("newly_pledged", "requested")}
    return {"economic": economic | {"grant_share": found["grant_share"]}, "arms": arms}


def of_kind(kind, value, form):
    return kind(**EARLY, client="albania", value=value, form=form)


@pytest.mark.parametrize("form", ["economic", "arms", "both"])
def test_a_cut_leaves_a_part_of_what_the_rules_grant_of_a_form(form):
    documented, cut = first_quarter(), first_quarter(of_kind(Cut, 0.25, form))
    for each, granted in cut.items():
        if form in (each, "both"):
            assert granted["grant_share"] == documented[each]["grant_share"] * 0.25
            pledged = granted["grant_share"] * granted["requested"]
            assert granted["newly_pledged"] == pytest.approx(pledged)
            assert 0 < granted["newly_pledged"] < documented[each]["newly_pledged"]
        else:
            assert granted == pytest.approx(documented[each]), "the other form stays as it was"
    nothing = first_quarter(of_kind(Cut, 0.0, form))
    assert nothing == first_quarter(of_kind(Grant, 0.0, form))


@pytest.mark.parametrize("form", ["economic", "arms", "both"])
def test_a_grant_is_of_the_forms_it_names(form):
    documented, granted = first_quarter(), first_quarter(of_kind(Grant, 0.75, form))
    for each, found in granted.items():
        if form in (each, "both"):
            assert found["grant_share"] == 0.75
            assert found["newly_pledged"] == pytest.approx(0.75 * found["requested"])
        else:
            assert found == pytest.approx(documented[each]), "the other form stays as it was"


@pytest.mark.parametrize(("form", "other"), [("economic", "arms"), ("arms", "economic")])
def test_a_sum_is_pledged_in_place_of_what_the_rules_say_of_its_form(form, other):
    documented = first_quarter()
    asked = documented[form]["requested"]
    half = first_quarter(of_kind(Sum, asked / 2, form))
    assert half[form]["newly_pledged"] == pytest.approx(asked / 2)
    assert half[form]["grant_share"] == pytest.approx(0.5)
    much = first_quarter(of_kind(Sum, 10 * asked, form))
    assert much[form]["newly_pledged"] == pytest.approx(10 * asked)
    assert much[form]["grant_share"] == 1
    nothing = first_quarter(of_kind(Sum, 0.0, form))
    assert nothing[form]["grant_share"] == 0
    assert nothing[form]["newly_pledged"] == pytest.approx(0, abs=1e-12)
    for found in (half, much, nothing):
        assert found[other] == pytest.approx(documented[other]), "the other form stays as it was"


@pytest.mark.parametrize("kind", [Sum, Pledge])
def test_sums_and_pledges_of_aid_go_as_far_as_the_tie_and_of_arms_reach_allies_only(kind):
    def pledged(*changes):
        arrays = simulate(
            default_parameters(),
            scenario_of(*changes),
            seed=1,
            quarters=1,
            keep=("newly_pledged", "arms_newly_pledged", "tie"),
        ).arrays
        found = {name: values[0, USSR, ALBANIA, 0] for name, values in arrays.items()}
        assert 0 < found["tie"] < 1, "not yet allied"
        return found

    moscow = EARLY | {"patron": "ussr", "client": "albania", "value": 7.0}
    own, extra = pledged(), pledged(kind(**moscow))
    before = own["newly_pledged"] if kind is Pledge else 0
    assert extra["newly_pledged"] - before == pytest.approx(7 * extra["tie"])
    assert extra["arms_newly_pledged"] == 0
    arms = pledged(kind(**moscow, form="arms"))
    assert arms["arms_newly_pledged"] == 0
    assert arms["newly_pledged"] == own["newly_pledged"]


def test_goodwill_of_each_history_stays_at_what_it_was_on_the_eve(drawn_parameters):
    parameters = drawn_parameters(12, 5)
    factual = simulate(parameters, seed=2, keep=("goodwill",)).arrays["goodwill"]
    eve, last = quarter_of("1960-01") - 1, quarter_of("1961-12")
    for one_way in (False, True):
        change = Goodwill(**SPAN, **PAIR, value="own", one_way=one_way)
        held = simulate(parameters, scenario_of(change), seed=2, keep=("goodwill",)).arrays
        span = held["goodwill"][eve : last + 1]
        assert (span[:, USSR, ALBANIA] == factual[eve, USSR, ALBANIA]).all()
        assert len(set(factual[eve, USSR, ALBANIA])) == 12
        back = (span[:, ALBANIA, USSR] == factual[eve, ALBANIA, USSR]).all()
        assert back != one_way
        assert not np.array_equal(
            held["goodwill"][last + 1, USSR, ALBANIA], factual[eve, USSR, ALBANIA]
        )


def test_goodwill_one_way_is_that_of_the_patron_toward_the_client():
    change = Goodwill(**SPAN, **PAIR, value=0.3, one_way=True)
    now = quarters_of(change).quarter(IN_FORCE)
    assert now.goodwill_fixed == (((USSR, ALBANIA), 0.3),)
    assert not now.goodwill_kept


def test_a_sole_patron_closes_alliances_with_every_other_country():
    now = quarters_of(SolePatron(**SPAN, **PAIR)).quarter(IN_FORCE)
    thirds = {(ALBANIA, CHINA), (CHINA, ALBANIA), (ALBANIA, YUGOSLAVIA), (YUGOSLAVIA, ALBANIA)}
    assert set(now.forbidden["formation"]) == thirds
    assert not any(now.forbidden[move] for move in set(MOVES) - {"formation"})


def test_without_a_second_patron_no_third_country_allies_with_the_client(drawn_parameters):
    change = SolePatron(start="1949-10", end="1980-12", reason="r", **PAIR)
    parameters = drawn_parameters(60, 6, reach=0.3)

    def formations(*changes):
        moves = simulate(parameters, scenario_of(*changes), seed=2, keep=()).moves
        formed = (moves.client == ALBANIA) & (moves.move == 1) & (moves.quarter >= 19)
        return {Country(patron) for patron in moves.patron[formed]}

    assert formations() == {CHINA, USSR, YUGOSLAVIA}
    assert formations(change) == {USSR}


@pytest.mark.parametrize(
    ("name", "value"), [("need_share", 0.02), ("break_fear", 0.0)], ids=["fitted", "held"]
)
def test_a_number_is_set_in_every_history_be_it_fitted_or_held(drawn_parameters, name, value):
    assert (name in held_numbers()) == (name == "break_fear")
    change = ParameterValue(reason="r", parameter=name, value=value)
    parameters = scenario_of(change).parameters(drawn := drawn_parameters(5, 7))
    assert (parameters[name] == value).all()
    assert len(set(drawn[name])) == 5
    others = set(drawn) - {name}
    assert all(parameters[each] is drawn[each] for each in others)
    assert HISTORICAL.parameters(drawn) is drawn


@pytest.mark.parametrize(
    ("entry", "key", "told"),
    [
        ({"kind": "course", "country": "ussr", "course": "line"}, "", "either spell"),
        (
            {"kind": "course", "country": "ussr", "course": "line", "value": 0, "spell": "ussr-st"},
            ".spell",
            "ussr-stalin",
        ),
        (
            {
                "kind": "course",
                "country": "ussr",
                "course": "line",
                "value": 0.5,
                "spell": "ussr-stalin",
            },
            "",
            "either spell",
        ),
        (
            {"kind": "course", "country": "ussr", "course": "lines", "value": 1},
            ".course",
            "hierarchy",
        ),
        ({"kind": "course", "country": "ussr", "course": "line", "value": 2}, ".value", "0 to 1"),
        (
            {"kind": "course", "country": "ussr", "course": "line", "spell": "china-hua"},
            ".spell",
            "ussr-stalin",
        ),
        ({"kind": "economy", "country": "ussr", "value": 0}, ".value", "0.1 to 10"),
        ({"kind": "cut", **PAIR, "value": 1.5}, ".value", "0 to 1"),
        ({"kind": "sum", **PAIR, "value": -1}, ".value", "0 to 1000"),
        ({"kind": "grant", **PAIR, "value": 1, "form": "arm"}, ".form", "arms"),
        ({"kind": "cut", **PAIR, "value": 1, "form": "loans"}, ".form", "economic, arms, both"),
        ({"kind": "sum", **PAIR, "value": 1, "form": "both"}, ".form", "economic, arms"),
        ({"kind": "pledge", **PAIR, "value": 1, "form": "both"}, ".form", "economic, arms"),
        ({"kind": "sole-patron", "patron": "ussr", "client": "ussr"}, ".client", "another"),
        ({"kind": "goodwill", **PAIR, "value": "theirs"}, ".value", '"own"'),
        ({"kind": "goodwill", **PAIR, "value": float("nan")}, ".value", '"own"'),
        ({"kind": "goodwill", **PAIR, "value": 0.5, "one_way": "yes"}, ".one_way", "true or"),
    ],
)
def test_what_is_refused_is_told_with_what_is_allowed(entry, key, told):
    problems = problems_of(entry)
    assert list(problems) == [f"interventions[1]{key}"]
    assert told in problems[f"interventions[1]{key}"]


@pytest.mark.parametrize(
    ("entry", "key", "told"),
    [
        ({"parameter": "need_shar", "value": 0.02}, ".parameter", "need_share"),
        ({"parameter": "need_share", "value": 1}, ".value", "0.001 to 0.05 (share of GDP"),
        ({"parameter": "need_share", "value": "much"}, ".value", "0.001 to 0.05"),
        ({"parameter": "break_fear", "value": 3}, ".value", "0 to 2 (strain"),
        ({"parameter": "need_share", "value": 0.02, "from": "1960"}, ".from", "1945-01"),
    ],
)
def test_a_parameter_is_refused_beyond_its_bounds_and_with_dates(entry, key, told):
    entry = {"kind": "parameter", "reason": "r", **entry}
    (problem,) = read_changes("try.toml", [entry])[1]
    assert problem.key == f"interventions[1]{key}"
    assert told in str(problem)


LINE = {"kind": "course", "country": "ussr", "course": "line", "value": 0.5}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (LINE, LINE | {"value": 0.6}),
        (LINE, {"kind": "leadership", "country": "ussr", "spell": "ussr-stalin"}),
        ({"kind": "grant", **PAIR, "value": 1}, {"kind": "sum", **PAIR, "value": 1}),
        ({"kind": "cut", **PAIR, "value": 1}, {"kind": "sum", **PAIR, "value": 1}),
        (
            {"kind": "grant", **PAIR, "value": 1},
            {"kind": "sum", **PAIR, "value": 1, "form": "arms"},
        ),
        (
            {"kind": "cut", **PAIR, "value": 1, "form": "arms"},
            {"kind": "grant", **PAIR, "value": 1, "form": "arms"},
        ),
        (
            {"kind": "sole-patron", **PAIR},
            {"kind": "impose", "patron": "china", "client": "albania", "move": "formation"},
        ),
        (
            {"kind": "goodwill", **PAIR, "value": 0.5},
            {"kind": "goodwill", **PAIR, "value": "own", "one_way": True},
        ),
    ],
)
def test_changes_that_set_one_thing_contradict_each_other_in_either_order(one, other):
    for first, second in ((one, other), (other, one)):
        problems = problems_of(first, second)
        assert list(problems) == ["interventions[2]"]
        assert "interventions[1] also sets it in 1960 Q1 to 1961 Q4" in problems["interventions[2]"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (LINE, LINE | {"course": "hierarchy"}),
        ({"kind": "sum", **PAIR, "value": 1}, {"kind": "pledge", **PAIR, "value": 1}),
        (
            {"kind": "sum", **PAIR, "value": 1},
            {"kind": "sum", **PAIR, "value": 1, "form": "arms"},
        ),
        (
            {"kind": "grant", **PAIR, "value": 1, "form": "economic"},
            {"kind": "cut", **PAIR, "value": 1, "form": "arms"},
        ),
        (
            {"kind": "sole-patron", **PAIR},
            {"kind": "forbid", "patron": "china", "client": "albania", "move": "formation"},
        ),
        (
            {"kind": "goodwill", **PAIR, "value": 0.5, "one_way": True},
            {
                "kind": "goodwill",
                "patron": "albania",
                "client": "ussr",
                "value": "own",
                "one_way": True,
            },
        ),
    ],
)
def test_changes_of_two_things_stand_side_by_side(one, other):
    assert not problems_of(one, other)


def test_many_changes_are_checked_in_one_pass():
    entry = DATES | {"kind": "grant", **PAIR, "value": 0.5}
    _, problems = read_changes("try.toml", [entry] * 5000)
    assert len(problems) == 4999


def test_every_kind_survives_its_manifest():
    changes = (
        Course(**SPAN, country="ussr", course="line", spell="ussr-stalin"),
        Course(**SPAN, country="china", course="hierarchy", value=0.0),
        Economy(**SPAN, country="albania", value=2.0),
        Cut(**SPAN, **PAIR, value=0.5),
        Sum(**SPAN, patron="china", client="albania", value=5.0),
        Sum(**SPAN, patron="china", client="albania", value=3.0, form="arms"),
        Grant(**SPAN, patron="yugoslavia", client="albania", value=0.5, form="economic"),
        SolePatron(**SPAN, **PAIR),
        Goodwill(**SPAN, **PAIR, value="own", one_way=True),
        ParameterValue(reason="r", parameter="need_share", value=0.02),
    )
    scenario = scenario_of(*changes)
    assert scenario_from(scenario.plain()) == scenario


@pytest.mark.parametrize("kind", [Goodwill, Grant, Cut, Sum, Pledge])
def test_new_keys_leave_the_fingerprints_of_older_changes_as_they_were(kind):
    (plain,) = scenario_of(kind(**SPAN, **PAIR, value=0.5)).plain()["interventions"]
    assert set(plain) == {
        *("start", "end", "reason", "kind", "country", "patron", "client", "driver", "spell"),
        *("move", "value"),
    }
