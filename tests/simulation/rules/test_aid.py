"""The rules of aid, worked out by hand, with directions and limits."""

import math

import pytest

from simulation.rules import aid

LN2 = math.log(2)

CASES = {
    "tie": {
        "arguments": {"allied": 0, "estranged": 1, "estranged_tie": 0.4},
        "expected": 0.4,
        "rises": ["allied", "estranged", "estranged_tie"],
        "falls": [],
        "limits": [({"estranged": 0}, 0), ({"allied": 1, "estranged": 0}, 1)],
    },
    "need": {
        "arguments": {
            "income": 1000,
            "emergency": 0.5,
            "plan_start": 1,
            "need_share": 0.01,
            "need_emergency": 0.8,
            "plan_bunching": 0.5,
        },
        "expected": 21,
        "rises": [
            "income",
            "emergency",
            "plan_start",
            "need_share",
            "need_emergency",
            "plan_bunching",
        ],
        "falls": [],
        "limits": [({"emergency": 0, "plan_start": 0}, 10)],
    },
    "aid_requested": {
        "arguments": {
            "need": 20,
            "ambition": 1.5,
            "attention": 0.5,
            "strain": 0.4,
            "tie": 1,
            "last_extraction": 0.5,
        },
        "expected": 18,
        "rises": ["need", "ambition", "attention", "strain", "tie", "last_extraction"],
        "falls": [],
        "limits": [({"tie": 0}, 0), ({"strain": 0}, 15)],
    },
    "ambition": {
        "arguments": {
            "ambition": 2,
            "grant_share": 0.5,
            "tie": 1,
            "ambition_growth": 0.4,
            "ambition_decay": 0.1,
        },
        "expected": 2.1,
        "rises": ["ambition", "grant_share", "tie", "ambition_growth"],
        "falls": ["ambition_decay"],
        "limits": [({"ambition": 1, "grant_share": 0}, 1), ({"ambition_decay": 1, "tie": 0}, 1)],
    },
    "value_of_client": {
        "arguments": {
            "support": 0.5,
            "line": 0.8,
            "isolation": 0.5,
            "shared_enemy": 0.25,
            "value_isolation": 2,
            "value_rivalry": 1,
        },
        "expected": 1,
        "rises": [
            "support",
            "line",
            "isolation",
            "shared_enemy",
            "value_isolation",
            "value_rivalry",
        ],
        "falls": [],
        "limits": [({"line": 0}, 0), ({"isolation": 0, "shared_enemy": 0, "line": 1}, 0.5)],
    },
    "grant_share": {
        "arguments": {
            "value": 0.5,
            "goodwill": 0.75,
            "fatigue": 0.25,
            "defiance": 0.1,
            "emergency": 0.5,
            "shock": 0.75,
            "grant_base": 0,
            "grant_value": 2,
            "grant_goodwill": 1,
            "grant_fatigue": 2,
            "grant_discipline": 5,
            "grant_emergency": 1,
            "grant_noise": 1,
        },
        "expected": 0.75,
        "rises": [
            "value",
            "goodwill",
            "shock",
            "grant_base",
            "grant_value",
            "grant_goodwill",
            "grant_noise",
        ],
        "falls": [
            "fatigue",
            "defiance",
            "emergency",
            "grant_fatigue",
            "grant_discipline",
            "grant_emergency",
        ],
        "limits": [({"grant_base": 60}, 1), ({"grant_base": -60}, 0), ({"grant_noise": 0}, 0.5)],
    },
    "capacity": {
        "arguments": {"income": 1000, "capacity_share": 0.002},
        "expected": 2,
        "rises": ["income", "capacity_share"],
        "falls": [],
        "limits": [({"income": 0}, 0)],
    },
    "aid_pledged": {
        "arguments": {"requested": 20 * LN2, "grant_share": 0.5, "capacity": 10},
        "expected": 5,
        "rises": ["requested", "grant_share", "capacity"],
        "falls": [],
        "limits": [
            ({"grant_share": 0}, 0),
            ({"requested": 1000000000.0}, 10),
            ({"capacity": 10000000.0}, 10 * LN2),
        ],
    },
    "aid_delivered": {
        "arguments": {
            "pledged": 10,
            "tie": 1,
            "income": 100,
            "delivery_rate": LN2,
            "absorption_share": 0.1,
        },
        "expected": 5,
        "rises": ["pledged", "tie", "income", "delivery_rate", "absorption_share"],
        "falls": [],
        "limits": [
            ({"tie": 0}, 0),
            ({"pledged": 1000000000.0}, 10),
            ({"income": 100000000.0}, 10 * LN2),
        ],
    },
    "need_met": {
        "arguments": {"delivered": 10 * LN2, "need": 10},
        "expected": 0.5,
        "rises": ["delivered"],
        "falls": ["need"],
        "limits": [({"delivered": 0}, 0), ({"delivered": 1000000000.0}, 1)],
    },
    "dependence": {
        "arguments": {"delivered": 5, "received": 10, "need": 15},
        "expected": 0.2,
        "rises": ["delivered"],
        "falls": ["received", "need"],
        "limits": [({"delivered": 0}, 0), ({"received": 5, "need": 0}, 1)],
    },
}


@pytest.mark.parametrize("rule", CASES)
def test_by_hand(rule, rule_case):
    rule_case(getattr(aid, rule), CASES[rule]).check_by_hand()


@pytest.mark.parametrize("rule", CASES)
def test_directions(rule, rule_case):
    rule_case(getattr(aid, rule), CASES[rule]).check_directions()


@pytest.mark.parametrize("rule", CASES)
def test_limits(rule, rule_case):
    rule_case(getattr(aid, rule), CASES[rule]).check_limits()


@pytest.mark.parametrize("rule", CASES)
def test_every_parameter_moves_the_result(rule, rule_case):
    rule_case(getattr(aid, rule), CASES[rule]).check_parameters_matter()


def test_every_rule_has_a_case(rules_of):
    assert set(CASES) == set(rules_of(aid))
