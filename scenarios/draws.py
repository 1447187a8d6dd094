"""Parameter draws as published: a Parquet file, one row a draw, with a JSON manifest beside it."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from scenarios.disk import write_json, write_whole
from scenarios.errors import ScenarioError
from scenarios.reader import parquet_table, read_bytes, read_json, why
from simulation.errors import MISSING, Problem, listed, nearest, raise_if_any, unknown
from simulation.parameters import (
    Parameters,
    number_table,
    parameter_problems,
    parameter_table,
)
from simulation.schema import one_of, validated

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


#: What draws may be: from the prior alone, from a fit, or from the published calibration.
KINDS = ("prior", "provisional", "published")
#: The files looked for when none is named, the best first.
_SHIPPED = ("published.parquet", "provisional.parquet")


@dataclass(frozen=True)
class Draws:
    """Draws of the parameters, one row each, with their name and what they are.

    ``table`` is the fingerprint of the parameter table they were drawn under, empty if unknown;
    ``manifest`` is all that the file beside them says.
    """

    frame: "pd.DataFrame"
    id: str
    kind: str
    path: Path | None = None
    table: str = ""
    manifest: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def outdated(self) -> bool:
        """Whether the parameter table has changed since the draws were made."""
        return bool(self.table) and self.table != table_hash()

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        return f"Draws({self.id}, {len(self):,} of {self.frame.shape[1]} parameters, {self.kind})"

    def to_frame(self) -> "pd.DataFrame":
        """The draws, one row each, one column a parameter, in the units of the parameter table."""
        return self.frame.copy()

    def _repr_html_(self) -> str:
        """The draws as a notebook shows them: the middle and nine tenths of each parameter."""
        rows = self.frame.quantile([0.05, 0.5, 0.95]).T
        rows.columns = ["5 %", "median", "95 %"]
        rows.insert(0, "unit", [number_table()[name].unit for name in rows.index])
        table: str = rows.to_html(float_format="{:.3g}".format, border=0)
        return f"<p>{self.id}: {len(self):,} draws ({self.kind})</p>{table}"

    def changed(self, values: Mapping[str, float]) -> "Draws":
        """The same draws with some numbers of the rules set to one value throughout.

        Numbers that are held can be set too. Raises ``ScenarioError`` if a number is unknown or a
        value out of bounds.
        """
        raise_if_any(
            "these parameters cannot be used", parameter_problems("--set", values), ScenarioError
        )
        return replace(self, frame=self.frame.assign(**dict(values))) if values else self


def shipped_draws() -> Path:
    """The draws that ship with lilliput: the published ones, or else the provisional ones."""
    folder = Path(str(files("calibration"))) / "posterior"
    return next(
        (folder / name for name in _SHIPPED if (folder / name).is_file()), folder / _SHIPPED[-1]
    )


def table_hash() -> str:
    """A fingerprint of the parameter table: of every number, bound, prior and source in it."""
    text = repr(sorted(parameter_table().items()))
    return hashlib.sha256(text.encode()).hexdigest()


class _Manifest(BaseModel):
    """What a manifest beside draws says of them at least."""

    model_config = ConfigDict(extra="allow")

    id: Annotated[str, Field(min_length=1)]
    kind: Annotated[str, one_of(KINDS)]
    fingerprint: Annotated[str, Field(pattern="^[0-9a-f]{64}$", alias="values")]
    file: str | None = None
    parameter_table: str = ""
    log_evidence: FiniteFloat | None = None
    log_evidence_error: FiniteFloat | None = None


def values_hash(frame: "pd.DataFrame") -> str:
    """A fingerprint of the values of some draws."""
    values = np.ascontiguousarray(frame.to_numpy(dtype=float))
    return hashlib.sha256(values.tobytes()).hexdigest()


def read_draws(path: Path | None = None) -> Draws:
    """The draws in a Parquet file with its manifest; those that ship if no file is named.

    Raises ``ScenarioError`` that lists every problem: a file missing or unreadable, columns that
    are not the parameters of the table, values missing or out of bounds, a manifest that does not
    say what the draws are, or says it of other values or of another file (SHA-256).
    """
    import pandas as pd

    path = shipped_draws() if path is None else path
    if not path.name:
        problem = Problem("draws", "file", str(path), "the name of a Parquet file")
        raise ScenarioError("the draws cannot be used", [problem])
    title = f"{path}: the draws cannot be used"
    manifest, problems = _read_manifest(path.with_suffix(".json"))
    frame = pd.DataFrame()
    try:
        content = read_bytes(path)
        if manifest is not None and manifest.file is not None:  # older manifests hold none
            here = hashlib.sha256(content).hexdigest()
            problems += _digest_problems(path, "file", here, manifest.file)
            raise_if_any(title, problems, ScenarioError)
        table = parquet_table(content)
    except (OSError, ValueError) as error:
        if isinstance(error, FileNotFoundError):  # then what is beside it is no matter
            problems.clear()
        problems.append(Problem(str(path), "file", why(error), "a readable Parquet file of draws"))
    else:
        wrong = _column_problems(path.name, table.schema)
        if not wrong:
            frame = table.to_pandas(ignore_metadata=True)
            wrong = _frame_problems(path.name, frame)
        problems += wrong
    raise_if_any(title, problems, ScenarioError)
    assert manifest is not None
    frame = frame[list(parameter_table())].astype(float)
    problems = _digest_problems(path, "values", values_hash(frame), manifest.fingerprint)
    raise_if_any(title, problems, ScenarioError)
    whole = manifest.model_dump(by_alias=True)
    return Draws(frame, manifest.id, manifest.kind, path, manifest.parameter_table, whole)


def _digest_problems(path: Path, key: str, here: str, there: str) -> list[Problem]:
    """Whether a SHA-256 of a file of draws is that in its manifest."""
    allowed = (
        f"{there[:8]}, the SHA-256 in {path.with_suffix('.json').name}; one of the two was damaged "
        "or changed: put both back from where they come, or fit them anew"
    )
    return [] if here == there else [Problem(path.name, key, here[:8], allowed)]


def _read_manifest(path: Path) -> tuple[_Manifest | None, list[Problem]]:
    try:
        entry = read_json(path)
    except (OSError, ValueError) as error:
        allowed = "a readable JSON manifest beside the draws"
        return None, [Problem(str(path), "file", why(error), allowed)]
    return validated(_Manifest, entry, path.name)


def _column_problems(where: str, columns: "pa.Schema") -> list[Problem]:
    """Columns that stand there twice, or hold lists or anything else than single values."""
    import pyarrow as pa

    twice = [name for name, count in Counter(columns.names).items() if count > 1]
    problems = [Problem(where, "column", name, "once") for name in twice]
    return problems + [
        Problem(where, "column", f"{each.name} ({each.type})", "single numbers")
        for each in columns
        if pa.types.is_nested(each.type)
    ]


def _frame_problems(where: str, frame: "pd.DataFrame") -> list[Problem]:
    """What is wrong with the columns and values of some draws, parameter by parameter."""
    table = parameter_table()
    columns = [str(column) for column in frame.columns]
    missing = [name for name in table if name not in columns]
    strange = [column for column in columns if column not in table]
    problems = [
        Problem(where, "column", column, "a parameter", nearest(column, missing))
        for column in strange
    ]
    if missing:
        problems.append(Problem(where, "columns", MISSING, f"also {listed(missing)}"))
    if frame.empty:
        problems.append(Problem(where, "rows", 0, "at least one draw"))
    for name in (name for name in table if name in columns):
        problems += _value_problems(where, name, frame[name])
    return problems


def _value_problems(where: str, name: str, column: "pd.Series[Any]") -> list[Problem]:
    import pandas as pd

    bounds = parameter_table()[name]
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float)
    bad = ~((values >= bounds.low) & (values <= bounds.high))
    if not bad.any():
        return []
    row = int(np.argmax(bad))
    allowed = (
        f"{bounds.low:g} to {bounds.high:g} ({bounds.unit}); "
        f"{int(bad.sum())} of {len(bad)} draws are not"
    )
    return [Problem(where, f"{name}[{row}]", column.iloc[row], allowed)]


def _as_parquet(frame: "pd.DataFrame") -> bytes:
    """Draws as a file, each column with the meaning and unit of its parameter."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    for place, column in enumerate(table.schema):
        parameter = parameter_table()[column.name]
        words = {"meaning": parameter.meaning, "unit": parameter.unit}
        table = table.set_column(place, column.with_metadata(words), table[column.name])
    pq.write_table(table, buffer := pa.BufferOutputStream())
    content: bytes = buffer.getvalue().to_pybytes()
    return content


def write_draws(frame: "pd.DataFrame", manifest: Mapping[str, Any], path: Path) -> Draws:
    """Write draws and their manifest, each file whole, and return them as ``read_draws`` would.

    ``manifest`` says at least of what ``kind`` they are; the number of draws, the fingerprints of
    the values and of the parameter table and, unless given, an ``id`` are added. Raises
    ``ScenarioError`` for draws that could not be read again.
    """
    kind = manifest.get("kind")
    problems = _frame_problems(path.name, frame)
    if kind not in KINDS:
        problems.insert(0, unknown(path.with_suffix(".json").name, "kind", kind, KINDS))
    raise_if_any(f"{path}: these draws cannot be published", problems, ScenarioError)
    frame = frame[list(parameter_table())].astype(float).reset_index(drop=True)
    values = values_hash(frame)
    whole = {
        "id": f"{kind}-{values[:8]}",
        **manifest,
        "draws": len(frame),
        "values": values,
        "file": hashlib.sha256(content := _as_parquet(frame)).hexdigest(),
        "parameter_table": table_hash(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
    write_json(path.with_suffix(".json"), whole)
    return Draws(frame, whole["id"], whole["kind"], path, whole["parameter_table"], whole)


def parameters_for(draws: Draws, first_replicate: int, replicates: int) -> Parameters:
    """The parameters of some replicates: replicate r has draw r modulo the number of draws."""
    rows = (first_replicate + np.arange(replicates)) % len(draws)
    return Parameters({str(name): draws.frame[name].to_numpy()[rows] for name in draws.frame})


def columns_of(parameters: Parameters) -> "pd.DataFrame":
    """The parameters that are fitted as a table of draws, a row for each replicate."""
    import pandas as pd

    return pd.DataFrame({name: parameters[name] for name in parameter_table()})
