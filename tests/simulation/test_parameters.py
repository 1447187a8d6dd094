import ast
import inspect
import pkgutil
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import simulation.rules
from simulation.drivers import leadership_spells
from simulation.errors import SimulationError
from simulation.parameters import (
    UNITS,
    Parameters,
    default_parameters,
    held_numbers,
    keywords_of,
    number_table,
    parameter_problems,
    parameter_table,
    read_parameter_table,
    source_keys,
)
from simulation.rules import aid, status
from simulation.state import starting_state

RULE_MODULES = [
    import_module(f"simulation.rules.{m.name}")
    for m in pkgutil.iter_modules(simulation.rules.__path__)
]
#: Numbers with a name that a rule may use: a year has four quarters.
NAMED_NUMBERS = {"QUARTERS_A_YEAR": 4}
GOOD = """
[{name}]
meaning = "how fast"
rule = "aid.tie"
unit = "share"
default = 0.5
bounds = [0.0, 1.0]
prior = {{ family = "normal", spread = 0.1 }}
source = "assumption"
lines = ""
note = "A guess."
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "parameters.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_table_is_read(tmp_path):
    table = read_parameter_table(written(tmp_path, GOOD.format(name="good")))
    assert list(table) == ["good"]
    assert (table["good"].default, table["good"].low, table["good"].high) == (0.5, 0.0, 1.0)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('unit = "share"', 'unit = "shares"', "p.unit"),
        ("default = 0.5", "default = 1.5", "p.default"),
        ("default = 0.5", 'default = "half"', "p.default"),
        ("default = 0.5", "default = true", "p.default"),
        ("default = 0.5", "default = nan", "p.default"),
        ("[0.0, 1.0]", "[1.0, 0.0]", "p.bounds"),
        ("[0.0, 1.0]", "[0.0, inf]", "p.bounds"),
        ("[0.0, 1.0]", "[0.0]", "p.bounds"),
        ("[0.0, 1.0]", "0.0", "p.bounds"),
        ('"normal"', '"uniform"', "p.prior.family"),
        ("spread = 0.1", "spread = 0.0", "p.prior"),
        ("spread = 0.1", "spread = true", "p.prior.spread"),
        ('source = "assumption"', 'source = "asumption"', "p.source"),
        ('note = "A guess."', 'note = " "', "p.note"),
        ('note = "A guess."', "", "p.note"),
        ('lines = ""', 'line = ""', "p key"),
        (
            '[0.0, 1.0]\nprior = { family = "normal"',
            '[-1.0, 1.0]\nprior = { family = "lognormal"',
            "p.bounds",
        ),
    ],
)
def test_each_fault_is_found(tmp_path, problems_of, old, new, key):
    text = GOOD.format(name="p")
    assert old in text
    path = written(tmp_path, text.replace(old, new))
    assert key in problems_of(lambda: read_parameter_table(path))


def test_all_faults_of_all_entries_are_reported_at_once_with_the_nearest_name(
    tmp_path, problems_of
):
    faulty = (
        GOOD.format(name="one")
        .replace('"share"', '"shares"')
        .replace("default = 0.5", "default = 7")
    )
    faulty += (
        GOOD.format(name="two").replace('"assumption"', '"asumption"')
        + "[three]\n"
        + GOOD.format(name="fine")
    )
    path = written(tmp_path, faulty)
    found = problems_of(lambda: read_parameter_table(path))
    assert {"one.unit", "one.default", "two.source", "three.meaning", "three.note"} <= set(found)
    assert "did you mean 'assumption'?" in found["two.source"]
    assert not any(key.startswith("fine") for key in found)


@pytest.mark.parametrize("text", [b"[a\n", b"\xff\xfe"])
def test_broken_toml_is_refused_with_the_file(tmp_path, text):
    path = tmp_path / "broken.toml"
    path.write_bytes(text)
    with pytest.raises(SimulationError, match=r"broken\.toml"):
        read_parameter_table(path)


def test_a_bare_value_is_no_entry(tmp_path, problems_of):
    path = written(tmp_path, "speed = 3\n")
    assert set(problems_of(lambda: read_parameter_table(path))) == {"speed"}


def rules_with_parameters(rules_of):
    rules = {
        f"{m.__name__.rpartition('.')[2]}.{name}": rule
        for m in RULE_MODULES
        for name, rule in rules_of(m).items()
    }
    return {**rules, "state.starting_state": starting_state}


def test_the_table_holds_the_keywords_of_the_rules_and_no_others(rules_of):
    keywords = {
        name for rule in rules_with_parameters(rules_of).values() for name in keywords_of(rule)
    }
    leadership = {
        name for spell in leadership_spells().values() for name in (spell.line, spell.hierarchy)
    }
    assert all(name.startswith(("line_", "hierarchy_")) for name in leadership)
    assert not keywords & leadership
    assert keywords | leadership == set(number_table())


def test_the_table_names_the_rules_that_use_each_parameter(rules_of):
    rules = rules_with_parameters(rules_of)
    leadership = {
        name for spell in leadership_spells().values() for name in (spell.line, spell.hierarchy)
    }
    for name, parameter in number_table().items():
        users = {rule for rule, function in rules.items() if name in keywords_of(function)}
        assert set(parameter.rule.split()) == (users or {"drivers.leadership"}), name
        assert bool(users) != (name in leadership), name


def test_parameters_are_keyword_only_and_arrays_positional(rules_of):
    table = set(number_table())
    for name, rule in rules_with_parameters(rules_of).items():
        positional = {
            p.name
            for p in inspect.signature(rule).parameters.values()
            if p.kind is not p.KEYWORD_ONLY
        }
        assert not positional & table, name


@pytest.mark.parametrize("module", RULE_MODULES, ids=lambda module: module.__name__)
def test_no_bare_number_in_a_rule(module):
    tree = ast.parse(inspect.getsource(module))
    allowed = set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            assert isinstance(node.value, ast.Constant)
            assert node.value.value == NAMED_NUMBERS[node.targets[0].id]
            allowed.add(node.value)
    numbers = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and node not in allowed
    ]
    assert not [(node.lineno, node.value) for node in numbers if node.value not in (0, 1, 2)]


def test_every_entry_has_a_meaning_a_unit_and_a_known_source():
    for parameter in number_table().values():
        assert parameter.meaning.strip()
        assert parameter.unit in UNITS
        assert parameter.source in source_keys()
        assert parameter.low <= parameter.default <= parameter.high
    assert set(UNITS) == {parameter.unit for parameter in number_table().values()}, (
        "no unit without a use"
    )


def test_defaults_and_changes():
    parameters = default_parameters(3, delivery_rate=0.2)
    assert parameters.replicates == 3
    assert len(parameters) == len(number_table())
    assert parameters["delivery_rate"] == pytest.approx([0.2, 0.2, 0.2])
    assert parameters["loose_tie"] == pytest.approx([parameter_table()["loose_tie"].default] * 3)


def test_wrong_changes_are_all_reported(problems_of):
    found = problems_of(
        lambda: default_parameters(delivry_rate=0.2, loose_tie=7.0, estranged_tie=float("nan"))
    )
    assert set(found) == {
        "delivry_rate" if "delivry_rate" in found else "parameter",
        "loose_tie",
        "estranged_tie",
    }
    assert any("did you mean 'delivery_rate'?" in text for text in found.values())


def test_bounds_themselves_are_allowed():
    table = number_table()
    assert not parameter_problems(
        "here", {name: parameter.low for name, parameter in table.items()}
    )
    assert not parameter_problems(
        "here", {name: parameter.high for name, parameter in table.items()}
    )


def test_a_rule_is_given_its_own_keywords():
    parameters = default_parameters()
    assert set(parameters.of(status.dispute_by_client)) == {"dispute_slope", "dispute_threshold"}
    assert parameters.of(aid.tie)["estranged_tie"] is parameters["estranged_tie"]


def test_some_replicates_of_the_parameters(drawn_parameters):
    parameters = drawn_parameters(5, 1)
    part = parameters.replicate(slice(2, 4))
    assert isinstance(part, Parameters)
    assert part.replicates == 2
    for name in parameters:
        assert np.array_equal(part[name], parameters[name][2:4])


def test_a_held_number_has_no_spread_and_a_half_normal_weight_its_median_as_default(tmp_path):
    held = GOOD.format(name="held").replace('"normal", spread = 0.1', '"held"')
    table = read_parameter_table(written(tmp_path, held))
    assert (table["held"].family, table["held"].spread) == ("held", 0.0)
    weights = [each for each in parameter_table().values() if each.family == "halfnormal"]
    assert weights
    for weight in weights:
        assert weight.low == 0, weight.name
        median = stats.halfnorm(scale=weight.spread).median()
        assert weight.default == pytest.approx(median, rel=0.02), weight.name
        assert weight.high >= 4 * weight.spread, "the bound is no part of the prior"


def test_numbers_that_are_held_are_numbers_of_the_rules_but_not_of_the_fit():
    held = held_numbers()
    assert set(held) | set(parameter_table()) == set(number_table())
    assert set(held).isdisjoint(parameter_table())
    for spell in leadership_spells().values():
        assert {spell.line, spell.hierarchy}.isdisjoint(held), "leaderships are fitted"
    fitted = Parameters(
        {name: np.full(3, each.default) for name, each in parameter_table().items()}
    )
    assert {*fitted} == {*number_table()}
    for name, value in held.items():
        assert np.array_equal(fitted[name], np.full(3, value)), name
    other = Parameters({**fitted, "strain_noise": np.full(3, 0.2)})
    assert np.array_equal(other["strain_noise"], np.full(3, 0.2)), "a value given is kept"
    part = other.replicate(slice(1, 2))
    assert np.array_equal(part["strain_noise"], [0.2])
