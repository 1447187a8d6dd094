"""Parameter draws as files: what is written is read, and what cannot be used is refused in full."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scenarios.draws import Draws, parameters_for, read_draws, table_hash, write_draws
from scenarios.errors import ScenarioError
from simulation.parameters import held_numbers, number_table, parameter_table

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
FIRST, SECOND, *_ = parameter_table()


def test_draws_written_are_draws_read(draws: Draws) -> None:
    assert draws.path is not None
    again = read_draws(draws.path)
    pd.testing.assert_frame_equal(again.frame, draws.frame)
    assert (again.id, again.kind) == (draws.id, "prior")
    manifest = json.loads(draws.path.with_suffix(".json").read_text())
    assert manifest["draws"] == 50
    assert manifest["parameter_table"] == table_hash()


def test_replicates_take_the_draws_in_turn(draws: Draws) -> None:
    parameters = parameters_for(draws, 48, 5)
    expected = draws.frame[FIRST].to_numpy()[[48, 49, 0, 1, 2]]
    assert np.array_equal(parameters[FIRST], expected)
    assert set(parameters) == set(number_table())
    for name, value in held_numbers().items():
        assert np.array_equal(parameters[name], np.full(5, value)), name


def test_order_of_columns_does_not_matter(draws: Draws, tmp_path: Path) -> None:
    turned = write_draws(
        draws.frame[draws.frame.columns[::-1]], {"kind": "prior"}, tmp_path / "turned.parquet"
    )
    assert turned.id == draws.id


def test_every_problem_of_a_file_is_named_at_once(draws: Draws, tmp_path: Path) -> None:
    path = tmp_path / "bad.parquet"
    frame = draws.frame.drop(columns=[FIRST]).assign(nonsense=1.0)
    frame.loc[3, SECOND] = np.nan
    frame.to_parquet(path)
    path.with_suffix(".json").write_text('{"kind": "guess"}')
    with pytest.raises(ScenarioError) as refused:
        read_draws(path)
    keys = [problem.key for problem in refused.value.problems]
    assert keys == ["id", "kind", "values", "column", "columns", f"{SECOND}[3]"]


@pytest.mark.parametrize(
    ("values", "manifest"), [(b"no parquet", b"{}"), (b"", b"[]"), (b"", b"no json")]
)
def test_unreadable_files_are_refused(tmp_path: Path, values: bytes, manifest: bytes) -> None:
    path = tmp_path / "bad.parquet"
    path.write_bytes(values)
    path.with_suffix(".json").write_bytes(manifest)
    with pytest.raises(ScenarioError) as refused:
        read_draws(path)
    assert len(refused.value.problems) >= 2


def test_draws_that_are_not_there_are_one_problem(tmp_path: Path) -> None:
    """What ought to stand beside them is not asked for as well."""
    path = tmp_path / "nowhere.parquet"
    with pytest.raises(ScenarioError) as refused:
        read_draws(path)
    [problem] = refused.value.problems
    assert (problem.where, problem.value) == (str(path), "there is no such file")


def test_draws_out_of_bounds_are_not_published(draws: Draws, tmp_path: Path) -> None:
    too_high = parameter_table()[FIRST].high + 1
    with pytest.raises(ScenarioError, match="50 of 50 draws"):
        write_draws(
            draws.frame.assign(**{FIRST: too_high}), {"kind": "prior"}, tmp_path / "bad.parquet"
        )
    assert list(tmp_path.iterdir()) == []


def test_parameter_set_by_hand_holds_in_every_draw(draws: Draws) -> None:
    value = parameter_table()[FIRST].low
    changed = draws.changed({FIRST: value})
    assert (changed.frame[FIRST] == value).all()
    pd.testing.assert_series_equal(changed.frame[SECOND], draws.frame[SECOND])
    with pytest.raises(ScenarioError, match="did you mean"):
        draws.changed({FIRST + "s": value})


def test_a_number_that_is_held_can_be_set_by_hand_but_is_no_column_of_draws(
    draws: Draws, tmp_path: Path
) -> None:
    (name, value), *_ = held_numbers().items()
    other = number_table()[name].high
    assert other != value
    changed = draws.changed({name: other})
    assert np.array_equal(parameters_for(changed, 0, 3)[name], np.full(3, other))
    assert name not in draws.frame
    with pytest.raises(ScenarioError, match=name):
        write_draws(changed.frame, {"kind": "prior"}, tmp_path / "more.parquet")


def test_draws_made_under_another_table_say_so(draws: Draws) -> None:
    assert draws.path is not None
    assert not read_draws(draws.path).outdated
    manifest = draws.path.with_suffix(".json")
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(told | {"parameter_table": "0" * 64}))
    try:
        assert read_draws(draws.path).outdated
    finally:
        manifest.write_text(json.dumps(told))


def test_the_draws_that_ship_belong_to_the_table_that_ships() -> None:
    assert not read_draws().outdated
    assert read_draws().kind == "published" or "draws that ship are provisional" in README
