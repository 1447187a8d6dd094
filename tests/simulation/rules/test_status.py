"""The rules of status, worked out by hand, with directions and limits."""

import math

import pytest

from simulation.countries import Country
from simulation.rules import status

LN3 = math.log(3)
ALBANIA, CHINA, USSR, YUGOSLAVIA = Country.ALBANIA, Country.CHINA, Country.USSR, Country.YUGOSLAVIA

CASES = {
    "dispute_by_client": {
        "arguments": {"strain": 0.6, "dispute_slope": 10 * LN3, "dispute_threshold": 0.5},
        "expected": 0.75,
        "rises": ["strain", "dispute_slope"],
        "falls": ["dispute_threshold"],
        "limits": [
            ({"dispute_threshold": 0.6}, 0.5),
            ({"dispute_slope": 600, "dispute_threshold": 1}, 0),
        ],
    },
    "dispute_by_patron": {
        "arguments": {"fatigue": 0.6, "dispute_slope": 10 * LN3, "patron_dispute_threshold": 0.5},
        "expected": 0.75,
        "rises": ["fatigue", "dispute_slope"],
        "falls": ["patron_dispute_threshold"],
        "limits": [
            ({"patron_dispute_threshold": 0.6}, 0.5),
            ({"dispute_slope": 600, "patron_dispute_threshold": 1}, 0),
        ],
    },
    "fear": {
        "arguments": {"proximity": 0.5, "attention": 0.8, "hierarchy": 0.5, "distraction": 0.5},
        "expected": 0.1,
        "rises": ["proximity", "attention", "hierarchy"],
        "falls": ["distraction"],
        "limits": [({"distraction": 1}, 0), ({"hierarchy": {ALBANIA: 1}}, 0)],
    },
    "break_by_client": {
        "arguments": {
            "strain": 0.5,
            "option": 0.4,
            "fear": 0.25,
            "dependence": 0.2,
            "break_slope": 10 * LN3,
            "break_threshold": 0.4,
            "break_option": 0.5,
            "break_fear": 0.4,
            "break_dependence": 0.5,
        },
        "expected": 0.75,
        "rises": ["strain", "option", "break_slope", "break_option"],
        "falls": ["fear", "dependence", "break_threshold", "break_fear", "break_dependence"],
        "limits": [({"break_threshold": 0.5}, 0.5), ({"break_slope": 600, "break_fear": 2}, 0)],
    },
    "break_by_patron": {
        "arguments": {"fatigue": 0.6, "break_slope": 10 * LN3, "abandonment_threshold": 0.5},
        "expected": 0.75,
        "rises": ["fatigue", "break_slope"],
        "falls": ["abandonment_threshold"],
        "limits": [
            ({"abandonment_threshold": 0.6}, 0.5),
            ({"break_slope": 600, "abandonment_threshold": 1}, 0),
        ],
    },
    "accord": {
        "arguments": {"goodwill": {(USSR, ALBANIA): 0.8, (ALBANIA, USSR): 0.5}},
        "expected": 0.4,
        "rises": ["goodwill"],
        "falls": [],
        "limits": [({"goodwill": {(USSR, ALBANIA): 0.8}}, 0), ({"goodwill": 1}, 1)],
    },
    "mending": {
        "arguments": {
            "accord": 0.7,
            "strain": 0.3,
            "fatigue": 0.2,
            "mend_slope": 10 * LN3,
            "mend_threshold": 0.1,
        },
        "expected": 0.75,
        "rises": ["accord", "mend_slope"],
        "falls": ["strain", "fatigue", "mend_threshold"],
        "limits": [({"mend_threshold": 0.2}, 0.5), ({"mend_slope": 100, "accord": 0}, 0)],
    },
    "reconciliation": {
        "arguments": {
            "accord": 0.4,
            "strain": 0.1,
            "fatigue": 0.1,
            "proximity": 0.5,
            "asymmetry": 0.5,
            "openness": 0.5,
            "mend_slope": 10 * LN3,
            "mend_threshold": 0.1,
            "mend_openness": 0.8,
            "mend_split": 0.1,
        },
        "expected": 0.75,
        "rises": ["accord", "proximity", "asymmetry", "openness", "mend_slope", "mend_openness"],
        "falls": ["strain", "fatigue", "mend_split", "mend_threshold"],
        "limits": [({"openness": 0}, 0.5), ({"openness": {ALBANIA: 1}}, 0.5)],
    },
    "openness": {
        "arguments": {"pressure": 0.5, "hierarchy": 0.6},
        "expected": 0.2,
        "rises": ["pressure"],
        "falls": ["hierarchy"],
        "limits": [({"hierarchy": 1}, 0), ({"pressure": 0}, 0)],
    },
    "submission": {
        "arguments": {"hierarchy": 0.5, "proximity": 0.8, "asymmetry": 0.5, "autonomy": 0.5},
        "expected": 0.1,
        "rises": ["hierarchy", "proximity", "asymmetry", "autonomy"],
        "falls": [],
        "limits": [({"hierarchy": {ALBANIA: 1}}, 0), ({"proximity": 0}, 0)],
    },
    "exclusion": {
        "arguments": {
            "allied": {(CHINA, ALBANIA): 1, (YUGOSLAVIA, ALBANIA): 1, (USSR, ALBANIA): 1},
            "proximity": 0.5,
            "attention": 0.8,
            "hierarchy": 0.5,
        },
        "expected": 0.4,
        "rises": ["allied", "proximity", "attention", "hierarchy"],
        "falls": [],
        "limits": [({"allied": {(USSR, ALBANIA): 1}}, 0), ({"allied": {(CHINA, ALBANIA): 1}}, 0.2)],
    },
    "alliance_forming": {
        "arguments": {
            "accord": 0.6,
            "danger": 0.5,
            "proximity": 0.5,
            "attention": 0.8,
            "submission": 0.5,
            "exclusion": 0.5,
            "divided": 0.25,
            "form_slope": 10 * LN3,
            "form_threshold": 0.3,
            "form_danger": 0.4,
            "form_submission": 0.2,
            "form_exclusion": 0.2,
            "form_loyalty": 0.4,
        },
        "expected": 0.6,
        "rises": [
            "accord",
            "danger",
            "proximity",
            "attention",
            "form_slope",
            "form_danger",
        ],
        "falls": [
            "submission",
            "exclusion",
            "divided",
            "form_threshold",
            "form_submission",
            "form_exclusion",
            "form_loyalty",
        ],
        "limits": [({"attention": 0}, 0), ({"form_threshold": 0.4}, 0.4)],
    },
}


@pytest.mark.parametrize("rule", CASES)
def test_by_hand(rule, rule_case):
    rule_case(getattr(status, rule), CASES[rule]).check_by_hand()


@pytest.mark.parametrize("rule", CASES)
def test_directions(rule, rule_case):
    rule_case(getattr(status, rule), CASES[rule]).check_directions()


@pytest.mark.parametrize("rule", CASES)
def test_limits(rule, rule_case):
    rule_case(getattr(status, rule), CASES[rule]).check_limits()


@pytest.mark.parametrize("rule", CASES)
def test_every_parameter_moves_the_result(rule, rule_case):
    rule_case(getattr(status, rule), CASES[rule]).check_parameters_matter()


def test_every_rule_has_a_case(rules_of):
    assert set(CASES) == set(rules_of(status))
