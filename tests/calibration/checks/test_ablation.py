"""What mechanisms add: evidence and its parts, groups, both paths, and the report."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from calibration.checks.ablation import added as ablation
from calibration.checks.ablation.added import (
    Added,
    Run,
    Scored,
    added,
    fit_gained,
    fitted,
    scored,
)
from calibration.checks.ablation.kept import Kept, kept_of
from calibration.checks.ablation.mechanisms import (
    Mechanism,
    read_groups,
    read_mechanisms,
    shipped_groups,
    shipped_mechanisms,
)
from calibration.checks.ablation.report import Paths, ablation_report
from calibration.errors import CalibrationError
from calibration.fit import refit as refitting
from calibration.fit.evidence import Evidence
from calibration.fit.population import Effort
from calibration.fit.reference import Reference
from calibration.fit.refit import Refit, refit_log_likelihoods, refitted
from calibration.likelihood.observations import observations_of
from calibration.likelihood.scores import Difference
from calibration.prior import draw_coordinates
from calibration.reports.report import Table, earlier_report, write_report
from simulation.parameters import number_table, parameter_table


def toy(coordinates, first_vector, *, refit, seed, copies):
    return -0.5 * ((coordinates[:, :3] - 1.0) ** 2).sum(axis=1) * 4


def test_the_mechanisms_name_parameters_within_bounds():
    table = number_table()
    mechanisms = shipped_mechanisms()
    assert len({mechanism.name for mechanism in mechanisms}) == len(mechanisms) >= 15
    for mechanism in mechanisms:
        assert mechanism.lines or mechanism.source == "assumption", mechanism.name
        for name, value in mechanism.off.items():
            assert table[name].low <= value <= table[name].high
            assert value != table[name].default, name


def test_every_problem_of_a_file_of_mechanisms_is_told(tmp_path):
    path = tmp_path / "mechanisms.toml"
    path.write_text(
        '[one]\nmeaning = "x"\noff = { strain_ideolgy = 0.0, grant_value = -3.0 }\n'
        'source = "nobody"\nlines = ""\nnote = ""\n'
        '[two]\nmeaning = "x"\noff = {}\nsource = "marku2017"\nlines = "1"\nnote = ""\n'
        '[three]\nmeaning = "x"\n'
    )
    with pytest.raises(CalibrationError) as caught:
        read_mechanisms(path)
    for text in (
        "8 problems",
        "strain_ideology",
        "grant_value = -3.0",
        "nobody",
        "at least one parameter",
        "(missing)",
    ):
        assert text in str(caught.value), text


def mechanism_named(name):
    entries = {"meaning": "claims", "source": "marku2017", "lines": "1", "note": ""}
    return Mechanism(name=name, off={"grant_value": 0.0}, **entries)


def test_what_a_mechanism_adds_is_the_whole_minus_without(record, tmp_path, monkeypatch):
    """Without the mechanism the toy fits the second coordinate: known evidence either way."""

    def either(coordinates, first_vector, *, refit, seed, copies):
        return -0.5 * (coordinates[:, 1] - 2) ** 2 if refit.fixed else -0.5 * coordinates[:, 0] ** 2

    logs = np.array([-1.0, -2.0])
    scores = {
        "whole": Scored(np.array([-4.0, -4.0]), 2, np.array([-0.2, -0.4]), logs, 0),
        "one": Scored(np.array([-5.0, -7.0]), 2, np.array([-0.5, -0.1]), logs - [1.0, 2.0], 1),
    }
    monkeypatch.setattr(refitting, "refit_log_likelihoods", either)
    monkeypatch.setattr(ablation, "scored", lambda _, refit, *rest: scores[refit.name])
    dimensions = len(parameter_table())
    near = Reference("mine", np.full(dimensions, 0.3), 1.1 * np.eye(dimensions))
    runs = [Run(seed, near, "reference of mine") for seed in (3, 4)]
    effort = Effort(population=2000, copies=1, moves=20, effective_share=0.5, last_moves=10)

    def carried_to(name, **fixed):
        refit = Refit(name, record, "", fixed=fixed)
        return fitted(refit, effort, runs, tmp_path, workers=1)

    whole, rest = carried_to("whole"), carried_to("one", grant_value=0.0)
    found = added(mechanism_named("one"), whole, rest, 2000)
    # The evidence of a toy is exp(-centre ** 2 / 4) / sqrt 2, whatever the reference.
    assert whole[0].value == pytest.approx(-0.5 * np.log(2), abs=0.25)
    assert rest[0].value == pytest.approx(-0.5 * np.log(2) - 1, abs=0.25)
    assert found.evidence.value == whole[0].value - rest[0].value
    assert 0.02 < found.evidence.family_error < 0.2
    assert found.evidence.spread > 0
    assert (found.evidence.runs, found.evidence.verdict) == (2, "for")
    assert found.left_out.mean == pytest.approx(1.5)
    assert found.fit.mean == pytest.approx(2.0)
    assert found.fit.error == pytest.approx(1 / 2**0.5)
    assert found.prior == pytest.approx(found.evidence.value - 2.0)
    assert found.single == pytest.approx([0.3, -0.3])
    assert (found.failing, found.evidence.families > 30) == (1, True)
    # what was made is not made again
    monkeypatch.setattr(refitting, "refit_log_likelihoods", None)
    assert carried_to("whole")[0] == whole[0]


def test_back_to_the_prior_nothing_counts(record, tmp_path, monkeypatch):
    """The toy's evidence is known: sqrt(1 / 5) ** 3 exp(-4 / 10 * 3)."""
    real = refitting.refit_log_likelihoods

    def toy_or_nothing(coordinates, first_vector, *, refit, **rest):
        given = real if refit.to_prior else toy
        return given(coordinates, first_vector, refit=refit, **rest)

    monkeypatch.setattr(refitting, "refit_log_likelihoods", toy_or_nothing)
    fitted = draw_coordinates(2400, 5)
    fitted[:, :3] = 0.8 + fitted[:, :3] * 0.2**0.5
    back = Refit("to-prior", record, "some draws", to_prior=True)
    effort = Effort(population=2400, copies=1, moves=8, effective_share=0.5, last_moves=1)
    reached = refitted(back, effort, 3, tmp_path, fitted, workers=1)
    # Twelve seeds have a standard deviation of 0.05 about 0.04 more than that.
    assert -reached.log_evidence == pytest.approx(-1.5 * np.log(5) - 1.2, abs=0.2)
    assert (reached.log_likelihood == 0).all()
    assert reached.coordinates[:, :3].std(axis=0) == pytest.approx(1, abs=0.3)


def test_evidence_is_fit_less_the_way_from_the_prior():
    """A normal mean, one observation, prior widths 1 and 3: the identity of evidence, exactly."""
    seen = 1.5
    draws = np.random.Generator(np.random.Philox(3)).standard_normal((2, 40_000))
    fits, ways, evidences = [], [], []
    for width, chance in zip((1.0, 3.0), draws, strict=True):
        variance = 1 / (1 + width**-2)
        posterior = variance * seen + variance**0.5 * chance
        fits.append(Scored(stats.norm.logpdf(seen, posterior), 40_000, np.zeros(1), np.zeros(1), 0))
        mean = variance * seen
        ways.append(0.5 * ((variance + mean**2) / width**2 - 1 - np.log(variance / width**2)))
        evidences.append(stats.norm.logpdf(seen, 0, np.hypot(1, width)))
    fit = fit_gained(*fits)
    nothing = Difference(0.0, 0.0, 1)
    evidence = Evidence(evidences[0] - evidences[1], 0.1, 0.0, 1, 1)
    row = Added(mechanism_named("x"), evidence, fit, nothing, np.zeros(1), 0, 1)
    assert row.prior == pytest.approx(ways[1] - ways[0], abs=5 * fit.error)
    assert abs(row.prior) > 20 * fit.error


def test_draws_are_scored_by_the_likelihood_of_the_fit(record):
    coordinates = draw_coordinates(6, 1) * 0.3
    whole = Refit("whole", record, "some draws")
    found = scored(coordinates, whole, 4, 2, 6)
    assert np.array_equal(
        found.fit, refit_log_likelihoods(coordinates, 0, refit=whole, seed=4, copies=2)
    )
    assert len(found.single) == len(found.left_out) == len(observations_of(record))
    without = scored(coordinates, replace(whole, fixed={"strain_ideology": 0.0}), 4, 2, 6)
    assert not np.array_equal(found.fit, without.fit)
    assert not np.array_equal(found.single, without.single)


WHOLE = (
    Evidence(-45.0, 0.3, 0.2, 64, 2),
    Scored(np.zeros(4), 4, np.zeros(2), np.zeros(2), 3),
)


def row_of(mechanism, value, families=70, fit=0.0, runs=2, vectors=512):
    single, evidence = np.array([0.5, -0.25]), Evidence(value, 0.1, 0.05, families, runs)
    left_out, fits = Difference(1.5, 0.2, 30), Difference(fit, 0.3, 40)
    return Added(mechanism, evidence, fits, left_out, single, 1, vectors)


def test_mechanisms_are_reported_the_most_needed_first(origin):
    def row(name, *values, **named):
        return row_of(mechanism_named(name), *values, **named)

    def reported(*rows, paths=None):
        return ablation_report(rows, WHOLE, ["peace 1950", "war 1960"], origin, paths)[0]

    report = reported(row("one", -1.0), row("two", 3.0), row("three", 0.1))
    assert list(report.values["mechanisms"]) == ["two", "three", "one"]
    told = {name: each["verdict"] for name, each in report.values["mechanisms"].items()}
    assert told == {"two": "for", "three": "not told", "one": "against"}
    assert "these earn their place: *two*." in report.finding
    assert report.finding.endswith("It is not told of *three*.")
    assert any("log evidence -45.00 ± 0.30, 64 families" in str(part) for part in report.parts)
    assert report.values["whole"] == [
        {"vectors": 512, "evidence": -45.0, "error": 0.3, "families": 64, "failing": 3}
    ]
    assert "without these**: *one*; draws fit no worse without *one*. It is not" in report.finding
    assert report.parts[-1].rows[0][2:] == ["peace 1950 (+0.50)", "war 1960 (-0.25)"]
    worse = reported(row("one", -1.0, fit=-0.7), row("two", -3.0, fit=-0.5))
    assert (
        "*one*, *two*; draws fit better without *one*; draws fit no worse without *two*."
        in worse.finding
    )
    for unsettled in ({"families": 29}, {"runs": 1}):
        few = reported(row("one", -1.0), row("two", 3.0, **unsettled))
        assert "Of *two* nothing can be told" in few.finding
        assert few.values["mechanisms"]["two"]["verdict"] == "not told"


def test_groups_and_both_paths_have_tables_of_their_own(origin):
    rows = [row_of(mechanism_named("one"), 0.1), row_of(shipped_groups()[0], 4.0)]
    paths = Paths(-45.0, 0.1, Evidence(-38.0, 1.0, 0.2, 70, 2))
    report = ablation_report(rows, WHOLE, ["peace 1950", "war 1960"], origin, paths)[0]
    titles = [part.title for part in report.parts if isinstance(part, Table)]
    assert [title.split(",")[0] for title in titles[:3]] == [
        "Whole minus without",
        "Whole minus without",
        "By the fits",
    ]
    assert list(report.values["groups"]) == [shipped_groups()[0].name]
    assert "Groups tried: 1. By more than two errors" in report.finding
    assert "The two paths **do not agree**: log evidence -45.00 ± 0.10" in report.finding
    assert report.values["paths"]["agree"] is False


def test_what_an_earlier_report_tells_of_others_is_kept(origin, tmp_path):
    draws = {"id": "some draws", "draws": 4, "kind": "drawn", "outdated": False}
    origin = origin | {"draws": draws, "settings": {"runs": 2}}
    names = ["peace 1950", "war 1960"]
    fear, group = shipped_mechanisms()[0], shipped_groups()[0]
    harder = [row_of(fear, 3.0, vectors=1024), row_of(group, -4.0, vectors=1024)]
    write_report(*ablation_report(harder, WHOLE, names, origin), tmp_path)
    earlier = earlier_report("ablation", tmp_path)
    kept = kept_of(earlier, origin, names, [fear, group])
    assert [row.mechanism for row in kept.rows] == [fear, group]
    rows = [row_of(mechanism_named("one"), 0.1)]
    both = ablation_report(rows, WHOLE, names, origin, kept=kept)[0]
    alone = ablation_report(harder, WHOLE, names, origin)[0]
    assert list(both.values["mechanisms"]) == [fear.name, "one"]
    for part in ("mechanisms", "groups"):
        for name, values in alone.values[part].items():
            assert both.values[part][name] == values
    assert [whole["vectors"] for whole in both.values["whole"]] == [512, 1024]
    texts = [str(part) for part in both.parts]
    assert any("with 1,024 vectors: log evidence -45.00" in text for text in texts)
    # Nothing is kept of what is about something else, or was not asked to be kept.
    assert kept_of(None, origin, names, [fear]).rows == ()
    for other in (
        {"draws": {"id": "other draws"}},
        {"settings": {"runs": 3}},
        {"settings": {"runs": 2, "fixed_parameters": "begin elsewhere"}},
        {"rules": "other rules"},
        {"seed": 99},
    ):
        assert kept_of(earlier, origin | other, names, [fear]).rows == ()
    older = earlier.model_copy(update={"origin": earlier.origin | {"settings": {}}})
    assert kept_of(older, origin, names, [fear]).rows == ()
    changed = fear.model_copy(update={"off": {"grant_value": 0.0}})
    assert kept_of(earlier, origin, names, [changed]).rows == []
    assert kept_of(earlier, origin, names[:1], [fear]).rows == []
    assert kept_of(earlier, origin, names, []) == Kept([], [])


def test_a_broken_earlier_report_is_refused_before_anything_is_fitted(tmp_path):
    (tmp_path / "ablation.json").write_text('{"check": "ablation"}')
    with pytest.raises(CalibrationError, match="the report that is there cannot be used"):
        earlier_report("ablation", tmp_path)
    assert earlier_report("ranks", tmp_path) is None


def test_paths_agree_within_two_errors_of_both():
    def agree(down, families=70, runs=2):
        return Paths(-45.0, 0.3, Evidence(down, 0.2, 0.4, families, runs)).agree

    assert (agree(-44.1), agree(-43.9)) == (True, False)
    assert agree(-45.0, families=29) is agree(-45.0, runs=1) is None


def test_a_group_switches_off_what_its_mechanisms_do():
    known = {mechanism.name: mechanism for mechanism in shipped_mechanisms()}
    for group in shipped_groups():
        assert group.off == {
            name: value for each in group.mechanisms for name, value in known[each].off.items()
        }


def test_every_problem_of_a_file_of_groups_is_told(tmp_path):
    path = tmp_path / "groups.toml"
    path.write_text(
        '[cost]\nmeaning = "x"\nmechanisms = ["support_pay", "isolation"]\nnote = ""\n'
        '[one]\nmeaning = "x"\nmechanisms = ["isolation"]\nnote = ""\n'
    )
    with pytest.raises(CalibrationError) as caught:
        read_groups(path)
    for text in ("3 problems", "support_pays", "a name that no mechanism has", "(one)"):
        assert text in str(caught.value), text
