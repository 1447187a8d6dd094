"""The public names of ``scenarios``: all there, loaded late, and the example of the manual."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import scenarios

ROOT = Path(scenarios.__file__).parent.parent


def test_every_public_name_is_there_and_is_what_its_module_holds():
    assert sorted(scenarios._HOMES) == sorted(scenarios.__all__)
    for name in scenarios.__all__:
        value = getattr(scenarios, name)
        assert callable(value), name
        assert value.__module__ == scenarios._HOMES[name], name


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = scenarios.nothing


def test_nothing_heavy_is_loaded_before_it_is_used():
    script = (
        "import sys, scenarios; heavy = {'numpy', 'pandas', 'pyarrow', 'lifelines'}; "
        "assert not heavy & set(sys.modules); scenarios.compare; "
        "assert 'lifelines' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


def test_the_example_of_the_manual_runs_as_it_stands(capsys: pytest.CaptureFixture[str]):
    text = (ROOT / "docs" / "comparing.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert len(example.strip().splitlines()) <= 12
    exec(example, {})
    first, second, flags = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"avoided in \d+% of histories \(± \d+\.\d%\)", first)
    assert re.fullmatch(r"\d\.\d years longer without a break \(± \d\.\d\)", second)
    assert "beyond the horizon of 7 years" in flags
