"""The rules of credit, worked out by hand, with directions and limits."""

import math

import pytest

from simulation.rules import credit

LN2 = math.log(2)

CASES = {
    "interest": {
        "arguments": {"value": LN2, "interest_base": 0.02, "interest_softening": 1},
        "expected": 0.01,
        "rises": ["interest_base"],
        "falls": ["value", "interest_softening"],
        "limits": [({"value": 0}, 0.02), ({"value": 1000.0}, 0)],
    },
    "repaid": {
        "arguments": {
            "outstanding": 100,
            "value": LN2,
            "tie": 0.5,
            "repayment_rate": 0.02,
            "interest_softening": 1,
        },
        "expected": 0.5,
        "rises": ["outstanding", "tie", "repayment_rate"],
        "falls": ["value", "interest_softening"],
        "limits": [
            ({"tie": 0}, 0),
            ({"outstanding": 0}, 0),
            ({"value": 0}, 1),
            ({"interest_softening": 0}, 1),
            ({"value": 1000.0}, 0),
        ],
    },
    "interest_accrued": {
        "arguments": {"outstanding": 100, "interest": 0.02},
        "expected": 0.5,
        "rises": ["outstanding", "interest"],
        "falls": [],
        "limits": [({"interest": 0}, 0)],
    },
}


@pytest.mark.parametrize("rule", CASES)
def test_by_hand(rule, rule_case):
    rule_case(getattr(credit, rule), CASES[rule]).check_by_hand()


@pytest.mark.parametrize("rule", CASES)
def test_directions(rule, rule_case):
    rule_case(getattr(credit, rule), CASES[rule]).check_directions()


@pytest.mark.parametrize("rule", CASES)
def test_limits(rule, rule_case):
    rule_case(getattr(credit, rule), CASES[rule]).check_limits()


@pytest.mark.parametrize("rule", CASES)
def test_every_parameter_moves_the_result(rule, rule_case):
    rule_case(getattr(credit, rule), CASES[rule]).check_parameters_matter()


def test_every_rule_has_a_case(rules_of):
    assert set(CASES) == set(rules_of(credit))
