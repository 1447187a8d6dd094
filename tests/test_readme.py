"""What the README shows is what the code does."""

import re
from pathlib import Path

from calibration.command import SUBCOMMANDS
from scenarios.files import catalogue

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_example_runs_and_prints_a_share(capsys) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
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
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
