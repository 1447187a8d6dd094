"""The examples that take lilliput to other programs run as they stand in the manual."""

import re
from pathlib import Path

import pytest

import lilliput

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "elsewhere.md").read_text(encoding="utf-8")
#: What an example needs beside lilliput, and a word of what it prints.
EXAMPLES = {
    "datacollector": ((), r"AllianceModel\(historical, seed 1, .*\) \d(.|\n)*albania_china_strain"),
    "batch_run": ((), r"\{0: '\w+', 1: '\w+', 2: '\w+'\}"),
    "SolaraViz": (("altair", "solara"), ""),
    "ema_workbench": (("ema_workbench",), "strain_ideology"),
    "SALib": (("SALib",), "'grant_value': "),
    "arviz": (("arviz",), "hdi_97%"),
    "duckdb": (("duckdb",), r"40 .*0\.\d+"),
}
SOURCES = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)


def test_every_example_is_known_and_is_all_of_its_program() -> None:
    assert len(SOURCES) == len(EXAMPLES)
    assert all(name in source for name, source in zip(EXAMPLES, SOURCES, strict=True))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs_as_it_stands(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    needed, said = EXAMPLES[name]
    for module in needed:
        pytest.importorskip(module, reason=f"{module} comes with an extra")
    monkeypatch.chdir(tmp_path)
    if name == "duckdb":
        scenarios = [lilliput.scenario_named(each) for each in ("historical", "no-opening-1971")]
        batch = Path("results/batch")
        lilliput.run_batch(scenarios, lilliput.read_draws(), 40, 1, batch, workers=1)
    source = SOURCES[list(EXAMPLES).index(name)]
    exec(compile(source, "elsewhere.md", "exec"), {"__name__": "example"})
    assert re.search(said, capsys.readouterr().out)
