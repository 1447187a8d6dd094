import pickle
from itertools import pairwise
from operator import attrgetter

import numpy as np
import pytest
from pydantic import ValidationError

from simulation.context import Context
from simulation.countries import COUNTRY_KEYS, Country, country_named
from simulation.dates import QUARTERS, quarter_of
from simulation.drivers import (
    CHINA_ENTERS,
    DRIVER_FILES,
    DRIVERS,
    PLAN_YEARS,
    leadership_spells,
    read_driver,
)
from simulation.errors import SimulationError
from simulation.interventions import (
    HISTORICAL,
    INTERVENTIONS,
    MOVES,
    Grant,
    Leadership,
    Pledge,
    Scenario,
    read_changes,
    scenario_from,
)
from simulation.parameters import default_parameters, parameter_table, source_keys

ALBANIA, CHINA, USSR, YUGOSLAVIA = Country
SPANS = [(row["country"], row["from"], row["to"]) for row in read_driver("leadership")]
DATED_FILES = ["leadership", *DRIVER_FILES.values()]
USSR_ALBANIA = {"patron": "ussr", "client": "albania"}


def month(date):
    return int(date[:4]) * 12 + int(date[5:7]) - 1


def changed(**fields):
    times = {"start": "1960-01", "end": "1961-12", "reason": "a test"}
    change = INTERVENTIONS[fields["kind"]](**times, **fields)
    return Context(
        Scenario(name="try", question="What if?", interventions=(change,)), default_parameters()
    )


def test_every_file_of_drivers_is_read():
    assert set(DRIVER_FILES) == set(DRIVERS)


@pytest.mark.parametrize("name", DATED_FILES)
def test_dated_rows_run_forward_and_do_not_overlap(name):
    for country in COUNTRY_KEYS:
        rows = [row for row in read_driver(name) if row["country"] == country]
        spans = sorted((month(row["from"]), month(row["to"])) for row in rows)
        assert all(first <= last for first, last in spans)
        assert all(before[1] < after[0] for before, after in pairwise(spans)), country
    assert {row["country"] for row in read_driver(name)} <= set(COUNTRY_KEYS)


@pytest.mark.parametrize("name", [*DATED_FILES, "proximity"])
def test_coded_values_lie_within_their_range_and_cite_a_source(name):
    rows = read_driver(name)
    assert rows
    for row in rows:
        assert row["source"] in source_keys()
        assert row["note"].strip() or row["source"] not in ("assumption", "chronology", "geography")
        if "value" in row:
            assert 0 <= float(row["low"]) <= float(row["value"]) <= float(row["high"]) <= 1, row


def test_leadership_spells_follow_on_one_another_to_the_end_of_1980():
    for country in Country:
        spells = sorted(
            (s.first_month, s.last_month)
            for s in leadership_spells().values()
            if s.country is country
        )
        assert all(before[1] + 1 == after[0] for before, after in pairwise(spells))
        assert spells[-1][1] == QUARTERS * 3 - 1
        assert spells[0][0] == (57 if country is CHINA else 0)


def test_leadership_spells_have_names_of_their_own_and_parameters_of_the_table():
    assert len(leadership_spells()) == len(SPANS)
    for spell in leadership_spells().values():
        assert {spell.line, spell.hierarchy} <= set(parameter_table())


@pytest.mark.parametrize(
    ("date", "country", "spell"),
    [
        ("1945-01", USSR, "ussr-stalin"),
        ("1953-01", USSR, "ussr-stalin"),  # the middle month decides
        ("1953-04", USSR, "ussr-collective"),
        ("1956-01", USSR, "ussr-first-secretary"),
        ("1956-04", USSR, "ussr-khrushchev"),
        ("1980-12", CHINA, "china-reform"),
        ("1946-01", CHINA, "china-mao-reconstruction"),  # before the first spell, the first
    ],
)
def test_who_is_in_office(date, country, spell):
    assert Context(HISTORICAL, default_parameters()).spell(quarter_of(date), country).name == spell


def test_lines_and_hierarchy_are_the_parameters_of_the_spells_in_office(drawn_parameters):
    parameters = drawn_parameters(3, 2)
    quarter = Context(HISTORICAL, parameters).quarter(quarter_of("1960-07"))
    assert np.array_equal(quarter.line[USSR], parameters["line_ussr_khrushchev"])
    assert np.array_equal(quarter.hierarchy[CHINA], parameters["hierarchy_china"])


def test_a_driver_is_the_mean_of_its_months():
    rows = [row for row in read_driver("pressure") if row["country"] == "albania"]
    values = {}
    for row in rows:
        for one in range(month(row["from"]), month(row["to"]) + 1):
            values[one] = float(row["value"])
    context = Context(HISTORICAL, default_parameters())
    for quarter in range(QUARTERS):
        first = 1945 * 12 + 3 * quarter
        expected = sum(values.get(first + step, 0) for step in range(3)) / 3
        assert context.quarter(quarter).pressure[ALBANIA, 0] == pytest.approx(expected)


def test_every_quarter_has_finite_drivers_in_their_ranges():
    context = Context(HISTORICAL, default_parameters())
    talks = []
    for quarter in range(QUARTERS):
        now = context.quarter(quarter)
        for name in (*DRIVERS, "line", "hierarchy", "proximity", "present"):
            values = getattr(now, name)
            assert ((values >= 0) & (values <= 1)).all(), name
        assert np.isfinite(now.income).all()
        assert (now.income > 0).all()
        shares = np.exp(now.log_size_share) + np.exp(now.log_client_share)
        assert shares == pytest.approx(np.ones(shares.shape))
        talks += [1945 + quarter // 4] if now.plan_talks else []
    assert talks == [year - 1 for year in PLAN_YEARS for _ in range(4)]


def test_size_shares_follow_the_economies():
    now = Context(HISTORICAL, default_parameters()).quarter(60)
    assert now.log_size_share[USSR, ALBANIA, 0] == pytest.approx(
        now.log_client_share[ALBANIA, USSR, 0]
    )
    ratio = np.exp(now.log_size_share - now.log_client_share)
    assert ratio[USSR, ALBANIA, 0] == pytest.approx(now.income[USSR, 0] / now.income[ALBANIA, 0])
    assert ratio[USSR, ALBANIA, 0] > 100
    assert np.exp(now.log_smallness) * now.income == pytest.approx(now.income.min())


def test_economies_are_interpolated_in_logarithms_between_the_years_held():
    held = {(row["country"], row["year"]): float(row["gdp"]) for row in read_driver("economies")}
    share = (
        1955 + 3 / 8 - 1950.5
    ) / 5  # the middle of 1955 Q2 between the middles of 1950 and 1955
    gdp = {
        key: held[key, "1950"] ** (1 - share) * held[key, "1955"] ** share
        for key in ("albania", "ussr")
    }
    now = Context(HISTORICAL, default_parameters()).quarter(quarter_of("1955-04"))
    ratio = np.exp(now.log_size_share - now.log_client_share)[USSR, ALBANIA, 0]
    assert ratio == pytest.approx(gdp["ussr"] / gdp["albania"])


def test_china_enters_in_the_last_quarter_of_1949():
    context = Context(HISTORICAL, default_parameters())
    before, after = context.quarter(CHINA_ENTERS - 1).present, context.quarter(CHINA_ENTERS).present
    assert quarter_of("1949-10") == CHINA_ENTERS
    assert before.sum() == 6
    assert not before[CHINA].any()
    assert not before[:, CHINA].any()
    assert np.array_equal(after[..., 0], 1 - np.eye(4))


def test_history_as_documented_forbids_and_imposes_nothing():
    now = Context(HISTORICAL, default_parameters()).quarter(70)
    assert now.forbidden == dict.fromkeys(MOVES, ())
    for form in (now.economic, now.arms):
        assert form.grant_free.all()
        assert form.sum_free.all()
        assert not any(added.any() for added in (form.grant_fixed, form.extra_pledge))
        assert not form.sum_fixed.any()
    assert not now.imposed
    assert not now.goodwill_fixed
    assert np.array_equal(now.proximity, now.proximity.swapaxes(0, 1))


@pytest.mark.parametrize(
    ("fields", "name", "place", "value"),
    [
        (
            {"kind": "driver", "driver": "pressure", "country": "ussr", "value": 0.11},
            "pressure",
            (USSR, 0),
            0.11,
        ),
        (
            {"kind": "driver", "driver": "emergency", "country": "china", "value": 0.2},
            "emergency",
            (CHINA, 0),
            0.2,
        ),
        (
            {"kind": "grant", "patron": "ussr", "client": "albania", "value": 0.9},
            "economic.grant_fixed",
            (USSR, ALBANIA, 0),
            0.9,
        ),
        (
            {"kind": "grant", "patron": "ussr", "client": "albania", "value": 0.9},
            "arms.grant_free",
            (USSR, ALBANIA, 0),
            0.0,
        ),
        (
            {"kind": "cut", "patron": "ussr", "client": "albania", "value": 0.3, "form": "arms"},
            "arms.grant_free",
            (USSR, ALBANIA, 0),
            0.3,
        ),
        (
            {"kind": "sum", "patron": "ussr", "client": "albania", "value": 3.0, "form": "arms"},
            "arms.sum_fixed",
            (USSR, ALBANIA, 0),
            3.0,
        ),
        (
            {"kind": "sum", "patron": "ussr", "client": "albania", "value": 3.0},
            "economic.sum_free",
            (USSR, ALBANIA, 0),
            0.0,
        ),
        (
            {"kind": "pledge", "patron": "china", "client": "albania", "value": 30.0},
            "economic.extra_pledge",
            (CHINA, ALBANIA, 0),
            30,
        ),
        (
            {"kind": "proximity", "patron": "china", "client": "albania", "value": 0.5},
            "proximity",
            (CHINA, ALBANIA, 0),
            0.5,
        ),
        (
            {"kind": "proximity", "patron": "china", "client": "albania", "value": 0.5},
            "proximity",
            (ALBANIA, CHINA, 0),
            0.5,
        ),
        ({"kind": "absence", "country": "china"}, "present", (CHINA, ALBANIA, 0), 0.0),
        ({"kind": "absence", "country": "china"}, "present", (ALBANIA, CHINA, 0), 0.0),
        (
            {"kind": "leadership", "country": "ussr", "spell": "ussr-stalin"},
            "line",
            (USSR, 0),
            "line_ussr_stalin",
        ),
        (
            {"kind": "leadership", "country": "ussr", "spell": "ussr-stalin"},
            "hierarchy",
            (USSR, 0),
            "hierarchy_ussr_stalin",
        ),
    ],
)
def test_an_intervention_acts_in_its_quarters_there_and_nowhere_else(fields, name, place, value):
    factual, twin = Context(HISTORICAL, default_parameters()), changed(**fields)
    expected = parameter_table()[value].default if isinstance(value, str) else value
    held = attrgetter(name)
    for quarter in range(QUARTERS):
        as_documented = np.array(held(factual.quarter(quarter)))
        got = np.array(held(twin.quarter(quarter)))
        if 60 <= quarter <= 67:
            assert got[place] == expected
            assert as_documented[place] != expected
            if name != "present":
                other = [
                    index for index in np.ndindex(got.shape) if got[index] != as_documented[index]
                ]
                assert {tuple(sorted(index[:-1])) for index in other} == {tuple(sorted(place[:-1]))}
        else:
            assert np.array_equal(got, as_documented), quarter


@pytest.mark.parametrize(("kind", "value"), [("grant", 0.9), ("cut", 0.3), ("sum", 3.0)])
@pytest.mark.parametrize(("form", "other"), [("economic", "arms"), ("arms", "economic")])
def test_a_change_to_one_form_of_aid_leaves_the_terms_of_the_other(kind, value, form, other):
    now = changed(kind=kind, **USSR_ALBANIA, value=value, form=form).quarter(62)
    documented = Context(HISTORICAL, default_parameters()).quarter(62)
    for before, after in zip(getattr(documented, other), getattr(now, other), strict=True):
        assert np.array_equal(before, after)
    same = map(np.array_equal, getattr(documented, form), getattr(now, form))
    assert not all(same)


@pytest.mark.parametrize("move", MOVES)
def test_a_forbidden_move_is_closed_both_ways_and_others_stay_open(move):
    context = changed(kind="forbid", patron="ussr", client="albania", move=move)
    now = context.quarter(62)
    assert now.forbidden == dict.fromkeys(MOVES, ()) | {move: ((ALBANIA, USSR), (USSR, ALBANIA))}
    assert not context.quarter(59).forbidden[move]
    assert not context.quarter(68).forbidden[move]


def test_pledges_of_a_form_add_up():
    pledges = tuple(
        Pledge(
            start="1960-01",
            end="1961-12",
            reason="a test",
            patron="china",
            client="albania",
            value=value,
            form=form,
        )
        for value, form in ((10.0, "economic"), (5.0, "economic"), (4.0, "arms"))
    )
    context = Context(
        Scenario(name="try", question="What if?", interventions=pledges), default_parameters()
    )
    for form, total in ((context.quarter(60).economic, 15), (context.quarter(60).arms, 4)):
        assert form.extra_pledge[CHINA, ALBANIA, 0] == total
        assert form.extra_pledge.sum() == total


def test_contradictory_changes_are_refused_however_they_are_made():
    grants = [
        Grant(
            start="1960-01", end=end, reason="a test", patron="china", client="albania", value=value
        )
        for end, value in (("1961-12", 1.0), ("1960-03", 0.0))
    ]
    scenario = Scenario(name="try", question="What if?", interventions=tuple(grants))
    with pytest.raises(SimulationError) as refused:
        Context(scenario, default_parameters())
    assert [problem.key for problem in refused.value.problems] == ["interventions[2]"]


def test_no_country_is_given_the_leadership_of_another():
    with pytest.raises(ValidationError, match="ussr-stalin"):
        Leadership(start="1960", end="1961", reason="r", country="ussr", spell="china-hua")


def test_changes_and_scenarios_can_be_compared_hashed_and_sent_to_other_processes():
    entry = {
        "kind": "grant",
        "from": "1960",
        "to": "1961",
        "reason": "r",
        **USSR_ALBANIA,
        "value": 1,
    }
    (change,), problems = read_changes("try.toml", [entry])
    scenario = Scenario(name="try", question="What if?", interventions=(change,))
    assert not problems
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    assert len({scenario, scenario_from(scenario.plain())}) == 1
    assert scenario_from({**scenario.plain(), "interventions": [{"kind": "gift"}]}) is None
    with pytest.raises(ValidationError, match="frozen"):
        change.value = 0.5


def test_a_change_never_leaks_into_the_shared_tables():
    before = Context(HISTORICAL, default_parameters()).quarter(62)
    kept = {
        name: np.copy(getattr(before, name)) for name in (*DRIVERS, "proximity", "income", "line")
    }
    for driver in DRIVERS:
        changed(kind="driver", driver=driver, country="ussr", value=0.123).quarter(62)
    changed(kind="proximity", patron="ussr", client="albania", value=0.123).quarter(62)
    changed(kind="leadership", country="ussr", spell="ussr-brezhnev").quarter(62)
    after = Context(HISTORICAL, default_parameters()).quarter(62)
    assert all(np.array_equal(getattr(after, name), value) for name, value in kept.items())


GOOD_ENTRY = {
    "kind": "grant",
    **USSR_ALBANIA,
    "value": 0.5,
    "from": "1960",
    "to": "1961-06",
    "reason": "r",
}


def problem_keys(entry):
    return {problem.key for problem in read_changes("try.toml", [entry])[1]}


@pytest.mark.parametrize(
    "entry",
    [
        GOOD_ENTRY,
        {"kind": "absence", "country": "china", "from": "1949-10", "to": "1980", "reason": "r"},
        {
            "kind": "leadership",
            "country": "ussr",
            "spell": "ussr-stalin",
            "from": "1953",
            "to": "1960",
            "reason": "r",
        },
    ],
)
def test_a_good_intervention_has_no_problem(entry):
    assert not problem_keys(entry)


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ({"kind": "gift"}, "interventions[1].kind"),
        ({"patron": "italy"}, "interventions[1].patron"),
        ({"patron": "albania"}, "interventions[1].client"),
        ({"value": 1.5}, "interventions[1].value"),
        ({"value": -0.1}, "interventions[1].value"),
        ({"value": True}, "interventions[1].value"),
        ({"value": "much"}, "interventions[1].value"),
        ({"value": float("nan")}, "interventions[1].value"),
        ({"from": "soon"}, "interventions[1].from"),
        ({"from": "1930"}, "interventions[1].from"),
        ({"to": "1990"}, "interventions[1].to"),
        ({"to": "1950"}, "interventions[1].to"),
        ({"spell": "ussr-stalin"}, "interventions[1] key"),
    ],
)
def test_each_fault_of_an_intervention_is_found(fault, key):
    assert key in problem_keys({**GOOD_ENTRY, **fault})


def test_all_faults_of_an_intervention_are_reported_at_once():
    entry = {
        "kind": "driver",
        "country": "chna",
        "driver": "presure",
        "value": 3,
        "from": "x",
        "colour": 1,
    }
    assert problem_keys(entry) == {
        f"interventions[1]{k}"
        for k in (".country", ".driver", ".value", ".from", ".to", ".reason", " key")
    }


def test_what_is_no_table_is_no_intervention():
    assert problem_keys("ussr") == {"interventions[1]"}


def test_country_names_of_the_files_are_those_of_the_model():
    assert [country_named(key) for key in COUNTRY_KEYS] == list(Country)
