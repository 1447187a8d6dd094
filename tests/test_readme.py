"""What the README shows is what the code does."""

import re
from pathlib import Path

from calibration.cli.main import SUBCOMMANDS
from scenarios.batch.run import run_batch
from scenarios.draws import read_draws
from scenarios.files import catalogue, scenario_named

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


EXAMPLES = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def test_the_query_of_a_batch_runs_on_a_batch(capsys, tmp_path, monkeypatch) -> None:
    _, query = EXAMPLES
    monkeypatch.chdir(tmp_path)
    names = ("historical", "no-new-line-1956")
    scenarios = [scenario_named(name) for name in names]
    run_batch(scenarios, read_draws(), 40, 1, Path("results/batch"), workers=1)
    exec(compile(query, "README.md", "exec"), {})
    assert 0.5 < float(capsys.readouterr().out) <= 1.0


def test_the_python_example_runs_and_prints_a_share(capsys) -> None:
    example, _ = EXAMPLES
    exec(compile(example, "README.md", "exec"), {})
    assert re.fullmatch(r"\d{1,3}% of histories break by 1980\n", capsys.readouterr().out)


def test_every_command_named_exists() -> None:
    named = set(re.findall(r"`lilliput ([a-z]+)", README))
    assert named <= set(SUBCOMMANDS)
    assert {"run", "evidence", "scenarios", "calibrate", "benchmark"} <= named


def test_every_scenario_named_is_in_the_catalogue() -> None:
    named = set(re.findall(r"lilliput run ([a-z]+-[a-z0-9-]+)", README))
    assert named
    assert named <= set(catalogue())


def test_every_file_linked_exists() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README) + re.findall(
        r"`((?:simulation|scenarios|calibration)/[^`]+)`", README
    )
    files = [link for link in links if not link.startswith("https://")]
    assert files
    assert [link for link in files if not (ROOT / link).exists()] == []
