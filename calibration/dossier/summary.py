"""The whole calibration on one screen: what the draws and the reports of their checks say.

Nothing is computed here. What has no report made for these draws is none: it was not checked.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from calibration.dossier.gather import how_to_make
from calibration.fit.evidence import LEAST_FAMILIES
from calibration.likelihood.observations import KINDS, Record, observations_of
from calibration.reports.report import Report, differences
from scenarios.draws import Draws

WIDTH, MOST_LINES = 80, 23
_WORDS = "null: what rules must beat; log unit: 2.7 times as probable"
#: The checks behind the parts of the summary.
BEHIND = {
    "gain": "leave-one-out",
    "patterns": "predictive",
    "breaks": "predictive",
    "later": "foresight",
    "mechanisms": "ablation",
    "groups": "ablation",
}


def summary_of(draws: Draws, reports: Mapping[str, Report], record: Record) -> dict[str, Any]:
    """All that is told of some draws, as an object; a part that was not checked for them is none.

    Gains are log units an observation over the null that foresees its kind best, each with
    its standard error; that of what came ``later`` is of all of it together. Mechanisms and groups
    are log evidence, whole minus without. Observations are none if the draws were fitted to another
    record than ``record``. ``missed`` are the checks that did not reach their goals, ``histories``
    the free ones in which the breaks and patterns were counted.
    """
    manifest = draws.manifest
    same = manifest.get("record") == record.fingerprint
    evidence = manifest.get("log_evidence")
    about = {check: each for check, each in reports.items() if not differences(each, draws)}
    own = {check: each.values for check, each in about.items() if each.origin.get("draws")}
    predictive = about.get(BEHIND["breaks"])
    parts: dict[str, Callable[[Mapping[str, Any]], Any]] = {
        "gain": _gains,
        "patterns": _patterns,
        "breaks": _breaks,
        "later": _later,
        "mechanisms": lambda values: _added(values["mechanisms"]),
        "groups": lambda values: _added(values.get("groups", {})),
    }
    return {
        "draws": {"id": draws.id, "kind": draws.kind, "number": len(draws)},
        "observations": len(observations_of(record)) if same else None,
        "parameters": draws.frame.shape[1],
        "log_evidence": evidence and [evidence, manifest.get("log_evidence_error")],
        "families": manifest.get("families"),
        "histories": predictive and predictive.origin["settings"].get("histories"),
        "missed": [check for check, report in about.items() if report.reached is False],
        **{
            part: read(own[BEHIND[part]]) if BEHIND[part] in own else None
            for part, read in parts.items()
        },
    }


def _gains(values: Mapping[str, Any]) -> dict[str, list[float | None]]:
    by_kind = values["differences"]["log score"]
    best = {
        kind: min(by_kind[kind].values(), key=lambda gain: gain["mean"])
        for kind in (*KINDS, "all")
        if kind in by_kind
    }
    return {kind: [gain["mean"], gain["error"]] for kind, gain in best.items()}


def _patterns(values: Mapping[str, Any]) -> list[int]:
    passed = [pattern["passed"] for pattern in values["patterns"].values()]
    return [sum(passed), len(passed)]


def _breaks(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        pair: {
            "documented": each["documented"],
            "median": each["median"],
            "interval90": [each["q05"], each["q95"]],
            "share": each["share_by_1980"],
        }
        for pair, each in values["breaks"].items()
    }


def _later(values: Mapping[str, Any]) -> dict[str, Any]:
    null, gain = min(values["gain"].items(), key=lambda each: each[1][0])
    return {
        "after": values["until"],
        "gain": gain,
        "best_null": null,
        "families": values["families"],
    }


def _added(values: Mapping[str, Any]) -> dict[str, list[float]]:
    """What mechanisms or groups add, of those whose fits have families enough for a verdict."""
    return {
        name: [each["evidence"], each["error"]]
        for name, each in values.items()
        if each["families"] >= LEAST_FAMILIES
    }


def summary_lines(summary: Mapping[str, Any]) -> list[str]:
    """The summary as lines of a terminal: at most 23 of at most 80 columns."""
    draws, observations = summary["draws"], summary["observations"]
    evidence, patterns, families, later = (
        summary[name] for name in ("log_evidence", "patterns", "families", "later")
    )
    told = "the record has changed since" if observations is None else f"{observations}"
    lines = [
        f"{draws['id']}: {draws['number']:,} draws"
        + (f", of {families} families or more in each fit" if families else ""),
        f"parameters    {summary['parameters']}",
        f"observations  {told}",
        "log evidence  " + ("not told by the draws" if evidence is None else _valued(evidence)),
        "patterns      "
        + (f"{patterns[0]} of {patterns[1]} come out" if patterns else unchecked("patterns")),
        "later record  "
        + (
            f"{_valued(later['gain'])} over {later['best_null']}, foreseen from {later['after']}"
            + ", not settled" * (later["families"] < LEAST_FAMILIES)
            if later
            else unchecked("later")
        ),
    ]
    if summary["missed"]:
        lines.append(f"goals missed  {', '.join(summary['missed'])} (see their reports)")
    lines += _part(
        "gain over the best null, log units an observation",
        summary["gain"],
        "gain",
        lambda gain: _columns([f"{kind} {_valued(each)}" for kind, each in gain.items()], 4),
    )
    histories = summary["histories"]
    title = f"breaks, in {histories:,} free histories" if histories else "breaks"
    lines += _part(title, summary["breaks"], "breaks", _break_lines)
    added = summary["mechanisms"] and {**summary["mechanisms"], **(summary["groups"] or {})}
    left = MOST_LINES - len(lines) - 2
    lines += _part(
        "mechanisms and groups, log evidence with them minus without",
        added,
        "mechanisms",
        lambda added: _columns([f"{name} {_valued(each)}" for name, each in added.items()], left),
    )
    return [*lines, _WORDS]


def unchecked(part: str) -> str:
    """That a part of the summary was not checked for the draws, and with what command it is."""
    return f"not checked for these draws ({how_to_make(BEHIND[part])})"


def _part(title: str, known: Any, part: str, told: Callable[[Any], list[str]]) -> list[str]:
    if known is None:
        return [f"{title.split(',')[0]}:", f"  {unchecked(part)}"]
    return [f"{title}:", *told(known)]


def _break_lines(breaks: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [
        f"  {pair:20}{each['documented']}, simulated {each['median'] or 'never':7} "
        f"({' to '.join(date or 'never' for date in each['interval90'])}), {each['share']:.0%}"
        for pair, each in breaks.items()
    ]


def _valued(value: Sequence[float | None]) -> str:
    mean, error = value
    assert mean is not None
    return f"{mean:+.2f} ± {'?' if error is None else f'{error:.2f}'}"


def _columns(entries: Iterable[str], most: int) -> list[str]:
    """Entries side by side in at most so many lines; of those that find no room, their number."""
    cells = list(entries)
    width = max(map(len, cells), default=0) + 2
    beside = max(1, (WIDTH - 2) // width)
    lines = [
        "  " + "".join(f"{cell:{width}}" for cell in cells[start : start + beside]).rstrip()
        for start in range(0, len(cells), beside)
    ]
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], f"  and {len(cells) - beside * (most - 1)} more (--json)"]
