"""The rules of political support, worked out by hand, with directions and limits."""

import pytest

from simulation.rules import support

CASES = {
    "relations": {
        "arguments": {"estranged": 0.5, "split": 0.25, "estranged_tie": 0.4},
        "expected": 0.45,
        "rises": ["estranged_tie"],
        "falls": ["estranged", "split"],
        "limits": [
            ({"estranged": 0, "split": 0}, 1),
            ({"estranged": 1, "split": 0}, 0.4),
            ({"estranged": 0, "split": 1}, 0),
        ],
    },
    "support": {
        "arguments": {
            "support": 0.1,
            "need_met": 0.5,
            "shared_enemy": 0.25,
            "client_goodwill": 0.75,
            "danger": 0.5,
            "strain": 0.5,
            "attention": 0.8,
            "relations": 0.5,
            "support_base": -1,
            "support_aid": 2,
            "support_enemy": 2,
            "support_goodwill": 1,
            "support_danger": 1,
            "support_strain": 3,
            "adjustment": 0.5,
        },
        "expected": 0.15,
        "rises": [
            "support",
            "need_met",
            "shared_enemy",
            "client_goodwill",
            "danger",
            "attention",
            "relations",
            "support_base",
            "support_aid",
            "support_enemy",
            "support_goodwill",
            "support_danger",
            "adjustment",
        ],
        "falls": ["strain", "support_strain"],
        "limits": [
            ({"adjustment": 1, "relations": 0}, 0),
            ({"adjustment": 1, "support_base": 60}, 0.4),
            ({"adjustment": 0}, 0.1),
        ],
    },
}


@pytest.mark.parametrize("rule", CASES)
def test_by_hand(rule, rule_case):
    rule_case(getattr(support, rule), CASES[rule]).check_by_hand()


@pytest.mark.parametrize("rule", CASES)
def test_directions(rule, rule_case):
    rule_case(getattr(support, rule), CASES[rule]).check_directions()


@pytest.mark.parametrize("rule", CASES)
def test_limits(rule, rule_case):
    rule_case(getattr(support, rule), CASES[rule]).check_limits()


@pytest.mark.parametrize("rule", CASES)
def test_every_parameter_moves_the_result(rule, rule_case):
    rule_case(getattr(support, rule), CASES[rule]).check_parameters_matter()


def test_every_rule_has_a_case(rules_of):
    assert set(CASES) == set(rules_of(support))
