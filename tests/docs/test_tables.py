"""What the documentation takes from the files: nothing is missing, and no words are left over."""

from dataclasses import fields

import pytest

from calibration.evidence.lines import sources
from docs.tables import PAGES, PARTS, write_all
from docs.tables.columns import files
from docs.tables.rules import _rule, rules_of, subjects
from docs.tables.sources import ADDRESSES
from docs.tables.state import WORDS, quantities
from simulation.parameters import parameter_table
from simulation.stages import QUANTITIES
from simulation.state import AllianceState


def test_every_state_variable_has_words_and_no_other() -> None:
    assert set(WORDS["state"]) == {variable.name for variable in fields(AllianceState)}
    assert all({"of", "unit", "is"} == set(words) for words in WORDS["state"].values())


def test_every_quantity_of_a_quarter_is_described() -> None:
    rows = [line.split(" | ") for line in quantities() if line.startswith("| `")]
    assert [row[0] for row in rows if not row[1].strip()] == []
    told = {row[0].strip("| `") for row in rows} | {each.name for each in fields(AllianceState)}
    assert {name.partition(".")[2] or name for name in QUANTITIES} <= told | {"line"}


@pytest.mark.parametrize("file", files(), ids=[file.name for file in files()])
def test_every_column_of_a_file_is_described(file) -> None:
    assert [column for column in file.columns if file.words_of(column) is None] == []
    own = set(file.words) - set(files()[0].words)
    assert {name for name in own if not any(file.words_of(c) == name for c in file.columns)} <= {
        *files()[0].words
    }


def test_every_rule_and_every_parameter_is_on_the_page() -> None:
    page = "\n".join(PARTS["parts/submodels.md"]())
    rules = [rule for each in subjects().items() for rule in rules_of(*each)]
    assert [rule.key for rule in rules if f"#### {rule.key}\n" not in page] == []
    assert [rule.key for rule in rules if not rule.returns] == []
    assert [name for name in parameter_table() if f"| `{name}` |" not in page] == []
    assert "Formula:" not in page


def test_a_docstring_falls_into_its_parts() -> None:
    rule = _rule(
        "aid",
        "need",
        "What is needed.\n\nFormula: a x (1 + 0.5 x b): the more the better. ``a`` is a\nshare. "
        "Source: marku2017 1-2.",
    )
    assert rule.returns == "What is needed."
    assert rule.formula == "a x (1 + 0.5 x b)"
    assert rule.remarks == "the more the better. ``a`` is a share."
    assert rule.source == "marku2017 1-2."


def test_addresses_are_of_sources_that_there_are() -> None:
    assert set(ADDRESSES) <= set(sources())
    assert all(
        place.get("address", "https://").startswith("https://") for place in ADDRESSES.values()
    )


def test_pages_are_written_once_and_then_left_alone(tmp_path) -> None:
    write_all(tmp_path)
    written = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert len(written) == len(PAGES) + len(PARTS)
    write_all(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in written} == written
