"""``lilliput scenarios new``, ``expect`` and ``show``: what a user sees, and what is refused."""

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import scenarios.expected
from calibration.cli.scenarios import scenarios_app, write_template
from scenarios.errors import ScenarioError
from scenarios.explain.words import in_words
from scenarios.files import catalogue, read_scenario, scenario_named
from simulation.interventions import INTERVENTIONS, Change, read_changes
from simulation.schema import names_of


def asked(*arguments: str) -> Result:
    return CliRunner().invoke(scenarios_app, list(arguments))


def filled_in(path: Path) -> None:
    """Replace the sentences of a template by others."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    own = (
        re.sub(r'^((question|antecedent|left_out|reason) = ").*"', r'\1My own."', x) for x in lines
    )
    path.write_text("".join(own), encoding="utf-8")


def test_new_file_passes_check_once_it_is_filled_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = asked("new", "half-of-it")
    assert made.exit_code == 0
    assert shlex.split(made.stdout)[-1] == "half-of-it.toml"
    refused = asked("check", "half-of-it.toml")
    assert refused.exit_code == 2
    assert "4 problems" in refused.stderr
    for key in ("question", "antecedent", "left_out", "interventions[1].reason"):
        assert f"{key} = " in refused.stderr
    filled_in(Path("half-of-it.toml"))
    checked = asked("check", "half-of-it.toml")
    assert checked.exit_code == 0, checked.stderr
    assert "half-of-it is a valid scenario (1 change)" in checked.stdout
    assert scenario_named("half-of-it.toml").name == "half-of-it"


def test_new_file_explains_every_kind_of_change_and_every_key(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    assert asked("new", "my-own", "--out", str(path)).exit_code == 0
    text = path.read_text(encoding="utf-8")
    assert text.count("\n#") >= 15
    for kind, model in INTERVENTIONS.items():
        keys = set(names_of(model)) - {*names_of(Change), "kind"}
        described = re.search(rf"^#   {kind} .*(\n#      .*)*", text, re.MULTILINE)
        assert described is not None, kind
        assert all(key in described[0] for key in keys), kind
    assert "{" not in text


def test_every_listing_can_be_had_as_json(tmp_path: Path) -> None:
    entries = json.loads(asked("list", "--json").stdout)
    assert [entry["name"] for entry in entries] == list(catalogue())
    shown = json.loads(asked("show", "no-opening-1971", "--json").stdout)
    assert shown == next(entry for entry in entries if entry["name"] == "no-opening-1971")
    assert shown["asks_about"] == "albania-china"
    own = tmp_path / "mine.toml"
    write_template("my-own", own)
    filled_in(own)
    assert json.loads(asked("check", str(own), "--json").stdout)["name"] == "my-own"


def test_new_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("precious", encoding="utf-8")
    refused = asked("new", "my-own", "--out", str(path))
    assert refused.exit_code == 2
    assert "a file that does not exist yet" in refused.stderr
    assert path.read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize("name", ["My Own", "a--b", "-a", "a_b", "ünï", ""])
def test_new_checks_the_name(tmp_path: Path, name: str) -> None:
    refused = asked("new", "--out", str(tmp_path / "mine.toml"), "--", name)
    assert refused.exit_code == 2
    assert "single hyphens" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_new_names_every_problem_at_once(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as refused:
        write_template("historical", tmp_path / "none" / "mine.txt")
    assert [problem.key for problem in refused.value.problems] == ["name", "file", "folder"]


def test_new_says_when_the_disk_refuses(tmp_path: Path) -> None:
    long = f"{'x' * 252}.toml"
    with pytest.raises(ScenarioError, match="a file that can be written"):
        write_template("my-own", tmp_path / long)
    with pytest.raises(ScenarioError, match="a folder that exists"):
        write_template("my-own", tmp_path / long / "mine.toml")


def test_expect_lists_what_it_writes_and_needs_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []

    def write(reason: str) -> list[Path]:
        told.append(reason)
        return [Path("one.csv"), Path("REASONS.md")]

    assert asked("expect").exit_code == 2
    assert asked("expect", "--reason", " ").exit_code == 2
    monkeypatch.setattr(scenarios.expected, "write_expectations", write)
    written = asked("expect", "--reason", "A better harvest.")
    assert (written.exit_code, told) == (0, ["A better harvest."])
    assert written.stdout.split() == ["one.csv", "REASONS.md"]


@pytest.mark.parametrize("kind", ["grant", "cut", "sum", "pledge"])
def test_a_change_to_aid_tells_its_form(kind: str) -> None:
    asked = {"from": "1960", "to": "1961", "reason": "Why.", "value": 0.5}
    pair = {"patron": "ussr", "client": "albania"}
    told = {}
    for form in ("economic", "arms"):
        (change,), problems = read_changes("x", [{"kind": kind, "form": form, **asked, **pair}])
        assert not problems
        told[form] = in_words(change)
    assert told["economic"].endswith(", of economic aid. Why.")
    assert told["arms"].endswith(", of arms. Why.")
    (both,) = read_changes("x", [{"kind": "grant", **asked, **pair}])[0]
    assert ", of " not in in_words(both)


def test_every_kind_of_change_has_words(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    write_template("my-own", path)
    filled_in(path)
    (change,) = read_scenario(path).interventions
    assert in_words(change).startswith(
        "1960-02 to 1961-12: the share of requests granted by the USSR to Albania"
    )
    pair = {"patron": "ussr", "client": "albania"}
    stalin = {"country": "ussr", "spell": "ussr-stalin"}
    words = {
        "leadership": (stalin, "the USSR keeps the leadership ussr-stalin"),
        "course": (stalin | {"course": "line"}, "the line of the USSR is that of the leadership"),
        "driver": ({"country": "ussr", "driver": "pressure", "value": 0.5}, "pressure of the USSR"),
        "economy": ({"country": "ussr", "value": 2}, "the economy of the USSR is made 2 (times"),
        "grant": (pair | {"value": 0.5}, "granted by the USSR to Albania is set to 0.5"),
        "cut": (pair | {"value": 0.5}, "of what the USSR would grant Albania, 0.5 is left"),
        "sum": (pair | {"value": 5}, "a pledge of 5 in place of any other (million USD"),
        "pledge": (
            pair | {"value": 5, "form": "arms"},
            "an added pledge of 5 (million USD a quarter, 0 to 1000; form of aid: arms)",
        ),
        "forbid": (pair | {"move": "break"}, "no break between the USSR and Albania"),
        "sole-patron": (pair, "Albania finds no second patron beside the USSR"),
        "impose": (pair | {"move": "break"}, "break between the USSR and Albania, as soon as"),
        "goodwill": (pair | {"value": 0.5}, "between the USSR and Albania is held at 0.5 (0 to 1"),
        "proximity": (pair | {"value": 0.5}, "proximity of the USSR and Albania is set to 0.5"),
        "absence": ({"country": "china"}, "China keeps out of every alliance"),
        "parameter": ({"parameter": "need_share", "value": 0.02}, "need_share is set to 0.02"),
    }
    assert words.keys() == INTERVENTIONS.keys()
    dates = {"start": "1960", "end": "1961"}
    for kind, (keys, deed) in words.items():
        own = keys if kind == "parameter" else keys | dates
        told = in_words(INTERVENTIONS[kind](reason="A reason.", **own))
        assert deed in told, kind
        assert told.endswith("A reason.")


@pytest.mark.parametrize(
    ("keys", "deed"),
    [
        ({"kind": "course", "country": "ussr", "course": "line", "value": 0.5}, "set to 0.5"),
        (
            {"kind": "goodwill", "value": "own"},
            "the USSR and Albania stays as it is in each",
        ),
        (
            {"kind": "goodwill", "value": 0.4, "one_way": True},
            "USSR toward Albania is held at 0.4",
        ),
        (
            {"kind": "goodwill", "value": "own", "one_way": True},
            "USSR toward Albania stays as it",
        ),
    ],
)
def test_every_way_of_a_kind_has_words_of_its_own(keys: dict[str, object], deed: str) -> None:
    pair = {} if "country" in keys else {"patron": "ussr", "client": "albania"}
    entry = {"from": "1960", "to": "1961", "reason": "A reason.", **pair, **keys}
    (change,), problems = read_changes("try.toml", [entry])
    assert not problems
    assert deed in in_words(change)
