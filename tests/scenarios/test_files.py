"""Scenario files: the catalogue is sound, and a bad file is refused with every problem named."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from calibration.cli.scenarios import scenarios_app
from scenarios.errors import ScenarioError
from scenarios.files import (
    CATALOGUE,
    antecedents,
    catalogue,
    flags,
    read_scenario,
    read_scenario_file,
    scenario_file_named,
    scenario_named,
)
from simulation.dates import quarter_of
from simulation.interventions import HISTORICAL

NAMES = sorted(path.stem for path in CATALOGUE.glob("*.toml"))
COUNTERFACTUALS = [name for name in NAMES if name != "historical"]
GOOD = """
name = "my-own"
question = "What if?"
antecedent = "One thing is different"
source = "marku2017"
lines = "925-927;1104"
page = "29"
left_out = "Everything else."
horizon_years = 5
[[interventions]]
kind = "grant"
from = "1960-02"
to = 1961
patron = "ussr"
client = "albania"
value = 1
reason = "Asked and declined."
"""


def written(folder: Path, text: str, name: str = "my-own.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems_of(path: Path) -> list[str]:
    with pytest.raises(ScenarioError) as refused:
        read_scenario(path)
    return [problem.key for problem in refused.value.problems]


def test_historical_file_is_the_built_in_scenario() -> None:
    assert scenario_named("historical") == HISTORICAL


@pytest.mark.parametrize("name", NAMES)
def test_catalogue_file_is_named_after_its_scenario(name: str) -> None:
    assert scenario_file_named(name).scenario.name == name


@pytest.mark.parametrize("name", COUNTERFACTUALS)
def test_counterfactual_has_one_antecedent_its_grounds_and_a_documented_source(name: str) -> None:
    file = scenario_file_named(name)
    assert len(antecedents(file.scenario)) == 1
    assert file.scenario.source == "marku2017"
    assert file.scenario.lines
    assert file.page
    assert file.scenario.left_out
    assert 1 <= file.scenario.horizon <= 36


@pytest.mark.parametrize("name", COUNTERFACTUALS)
def test_changes_with_one_antecedent_begin_together(name: str) -> None:
    changes = scenario_named(name).interventions
    first = min(quarter_of(change.start) for change in changes)
    # Famine is no part of the Leap's first months, so its absence begins later.
    late = [c.driver for c in changes if quarter_of(c.start) != first]
    assert late == (["emergency"] if name == "no-great-leap" else [])


def test_catalogue_begins_with_the_historical_scenario() -> None:
    assert next(iter(catalogue())) == "historical"
    assert len(catalogue()) == len(NAMES) >= 17


def test_own_file_is_read_from_any_folder(tmp_path: Path) -> None:
    scenario = scenario_named(str(written(tmp_path, GOOD)))
    (change,) = scenario.interventions
    assert (change.start, change.end, change.value) == ("1960-02", "1961", 1.0)
    assert scenario.lines == "925-927;1104"


def test_reading_past_the_horizon_is_flagged(tmp_path: Path) -> None:
    (flag,) = flags(read_scenario(written(tmp_path, GOOD)))
    assert "1965-02" in flag
    whole = read_scenario(
        written(tmp_path, GOOD.replace("horizon_years = 5", "horizon_years = 36"))
    )
    assert flags(whole) == ()
    assert flags(HISTORICAL) == ()


def test_several_antecedents_are_flagged(tmp_path: Path) -> None:
    text = GOOD.replace('"One thing is different"', '["One thing", "Another thing"]')
    scenario = read_scenario(written(tmp_path, text))
    assert antecedents(scenario) == ("One thing", "Another thing")
    assert flags(scenario)[0].startswith("2 antecedents")


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    text = """
name = "My Own"
qestion = "What if?"
antecedent = ""
source = "marku2071"
lines = "somewhere"
page = "29"
left_out = 3
horizon_years = 37
[[interventions]]
kind = "leadership"
from = "1956-13"
to = "1981-01"
country = "ussr"
spell = "china-hua"
reason = " "
[[interventions]]
kind = "driver"
from = "1960"
to = "1959"
country = "albanai"
driver = "isolation"
value = 1.5
reason = "x"
[[interventions]]
kind = "grnat"
from = "1960-02"
patron = "urss"
client = "albania"
value = 1.5
reason = "As a change of the kind that is meant."
"""
    assert sorted(problems_of(written(tmp_path, text))) == sorted(
        [
            "question",
            "key",
            "name",
            "antecedent",
            "horizon_years",
            "left_out",
            "source",
            "lines",
            "interventions[1].from",
            "interventions[1].to",
            "interventions[1].reason",
            "interventions[1].spell",
            "interventions[2].to",
            "interventions[2].country",
            "interventions[2].value",
            "interventions[3].kind",
            "interventions[3].to",
            "interventions[3].patron",
            "interventions[3].value",
        ]
    )


def test_what_only_readers_need_is_kept_out_of_the_scenario(tmp_path: Path) -> None:
    keys = 'asks_about = "albania-ussr"\nchange = "with aid"\nhorizon_note = "Short."\n'
    plain = read_scenario_file(written(tmp_path, GOOD))
    file = read_scenario_file(written(tmp_path, keys + GOOD))
    assert file.scenario == plain.scenario
    assert (file.asks_about, file.change, file.horizon_note) == (
        "albania-ussr",
        "with aid",
        "Short.",
    )
    wrong = keys.replace("albania-ussr", "albania-usr").replace('"with aid"', '""')
    assert sorted(problems_of(written(tmp_path, wrong + GOOD))) == ["asks_about", "change"]
    with pytest.raises(ScenarioError, match=r"did you mean 'albania-ussr'\?"):
        read_scenario(written(tmp_path, wrong + GOOD))


def test_message_names_the_nearest_match(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"did you mean 'marku2017'\?"):
        read_scenario(written(tmp_path, GOOD.replace("marku2017", "marku2071")))
    with pytest.raises(ScenarioError, match=r"did you mean 'no-opening-1971'\?"):
        scenario_named("no-opening-1972")


@pytest.mark.parametrize("text", ["name = ", 'name = "a"\nname = "b"', "\x00"])
def test_broken_toml_is_refused(tmp_path: Path, text: str) -> None:
    assert problems_of(written(tmp_path, text)) == ["file"]


def test_file_without_changes_or_grounds_is_refused(tmp_path: Path) -> None:
    assert problems_of(written(tmp_path, GOOD.split("[[")[0])) == ["interventions"]
    without = "\n".join(
        line for line in GOOD.splitlines() if not line.startswith(("source", "left_out"))
    )
    assert sorted(problems_of(written(tmp_path, without))) == ["left_out", "source"]


def test_name_of_the_catalogue_is_not_given_to_another_scenario(tmp_path: Path) -> None:
    text = GOOD.replace("my-own", "no-great-leap")
    assert problems_of(written(tmp_path, text)) == ["name"]
    copied = (CATALOGUE / "no-great-leap.toml").read_text(encoding="utf-8")
    assert read_scenario(written(tmp_path, copied)) == scenario_named("no-great-leap")


def table(kind: str, start: str, end: str, **values: object) -> str:
    told = {"kind": kind, "from": start, "to": end, "reason": "A reason.", **values}
    return "[[interventions]]\n" + "".join(f"{key} = {value!r}\n" for key, value in told.items())


LEADING = {"country": "china", "spell": "china-hua"}
DRIVING = {"country": "china", "driver": "isolation", "value": 0.5}
GRANTING = {"patron": "china", "client": "albania", "value": 1.0}
MIRRORED = {"patron": "albania", "client": "china", "value": 0.5}


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("leadership", LEADING, LEADING | {"spell": "china-retreat"}),
        ("driver", DRIVING, DRIVING),
        ("grant", GRANTING, GRANTING | {"value": 0.5}),
        ("grant", GRANTING, GRANTING | {"form": "arms"}),
        ("sum", GRANTING | {"form": "arms"}, GRANTING | {"form": "arms", "value": 0.5}),
        ("proximity", GRANTING, MIRRORED),
    ],
)
@pytest.mark.parametrize(
    "later", [("1961-06", "1965-12"), ("1962-03", "1962-03"), ("1950", "1979")]
)
def test_two_changes_of_one_thing_at_a_time_are_refused(
    tmp_path: Path,
    kind: str,
    one: dict[str, object],
    other: dict[str, object],
    later: tuple[str, str],
) -> None:
    start = GOOD.split("[[")[0]
    # 1962-01 and 1962-03 lie in one quarter, so the second change would silently win.
    text = start + table(kind, "1960-01", "1962-01", **one) + table(kind, *later, **other)
    path = written(tmp_path, text)
    assert problems_of(path) == ["interventions[2]"]
    with pytest.raises(ScenarioError, match=r"interventions\[1\] also sets it in 196"):
        read_scenario(path)


@pytest.mark.parametrize(
    ("kind", "one", "other", "start"),
    [
        ("driver", DRIVING, DRIVING, "1962-04"),
        ("driver", DRIVING, DRIVING | {"country": "ussr"}, "1960-01"),
        ("driver", DRIVING, DRIVING | {"driver": "pressure"}, "1960-01"),
        ("grant", GRANTING, MIRRORED, "1960-01"),
        ("grant", GRANTING | {"form": "economic"}, GRANTING | {"form": "arms"}, "1960-01"),
        ("sum", GRANTING, GRANTING | {"form": "arms"}, "1960-01"),
        ("pledge", GRANTING, GRANTING, "1960-01"),
        ("leadership", LEADING, {"country": "ussr", "spell": "ussr-stalin"}, "1960-01"),
    ],
)
def test_changes_of_different_things_or_times_stand_side_by_side(
    tmp_path: Path, kind: str, one: dict[str, object], other: dict[str, object], start: str
) -> None:
    head = GOOD.split("[[")[0]
    text = head + table(kind, "1960-01", "1962-03", **one) + table(kind, start, "1970-12", **other)
    assert len(read_scenario(written(tmp_path, text)).interventions) == 2


def test_spell_of_another_country_is_refused_with_its_own_named(tmp_path: Path) -> None:
    text = GOOD.split("[[")[0] + table(
        "leadership", "1960", "1961", country="ussr", spell="china-hua"
    )
    path = written(tmp_path, text)
    assert problems_of(path) == ["interventions[1].spell"]
    with pytest.raises(ScenarioError, match="ussr-khrushchev"):
        read_scenario(path)


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    assert problems_of(tmp_path / "none.toml") == ["file"]
    assert problems_of(tmp_path) == ["file"]


@pytest.mark.parametrize("name", NAMES)
def test_show_tells_question_antecedent_and_horizon(name: str) -> None:
    shown = CliRunner().invoke(scenarios_app, ["show", name])
    assert shown.exit_code == 0
    text = " ".join(shown.stdout.split())
    assert scenario_named(name).question in text
    assert f"Horizon {scenario_named(name).horizon} years" in text


def test_check_tells_good_from_bad(tmp_path: Path) -> None:
    good = CliRunner().invoke(scenarios_app, ["check", str(written(tmp_path, GOOD))])
    assert good.exit_code == 0
    assert "my-own is a valid scenario (1 change)" in good.stdout
    bad = CliRunner().invoke(
        scenarios_app, ["check", str(written(tmp_path, GOOD.replace("value = 1", "")))]
    )
    assert bad.exit_code == 2
    assert bad.stdout == ""
    assert "interventions[1].value" in bad.stderr


def test_list_names_every_scenario() -> None:
    listed = CliRunner().invoke(scenarios_app, ["list"])
    assert listed.exit_code == 0
    assert all(name in listed.stdout for name in NAMES)
