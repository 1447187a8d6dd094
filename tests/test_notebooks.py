"""The notebooks: narrative only, without outputs, and each runs through on a small ensemble."""

import ast
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NOT_NARRATIVE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def code_of(notebook: nbformat.NotebookNode) -> list[str]:
    """The code cells, without the lines that speak to the notebook itself."""
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return [re.sub(r"^%.*$", "", source, flags=re.MULTILINE) for source in cells]


def draws_a_figure(source: str) -> bool:
    """Whether the last line of a cell calls for a figure."""
    last = ast.parse(re.sub(r"^%.*$", "", source, flags=re.MULTILINE)).body[-1]
    if not (isinstance(last, ast.Expr) and isinstance(last.value, ast.Call)):
        return False
    name = getattr(last.value.func, "id", "")
    return name.endswith(("_figure", "_timeline"))


def test_there_are_four() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "01-the-evidence",
        "02-how-the-model-behaves",
        "03-counterfactuals",
        "04-the-results",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_tells_and_defines_nothing(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for source in code_of(notebook):
        found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, NOT_NARRATIVE)]
        assert not found, source
    words = sum(len(cell.source.split()) for cell in notebook.cells if cell.cell_type == "markdown")
    assert words > sum(len(source.split()) for source in code_of(notebook))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_is_stripped(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        assert not cell.metadata
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_a_notebook_runs_and_shows_what_it_tells(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(ROOT)}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=place).execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert not [output for output in shown if output.get("name") == "stderr"]
    drawing = [
        cell for cell in notebook.cells if cell.cell_type == "code" and draws_a_figure(cell.source)
    ]
    assert drawing
    for cell in drawing:
        assert [True for output in cell.outputs if "image/png" in output.get("data", {})], (
            cell.source
        )
