"""The rules of aid, worked out by hand, with directions and limits."""

import math

import pytest

from simulation.countries import Country
from simulation.rules import aid

LN2 = math.log(2)
ALBANIA, USSR = Country.ALBANIA, Country.USSR

CASES = {
    "tie": {
        "arguments": {
            "allied": 0,
            "estranged": 0.5,
            "split": 0.25,
            "warmth": 0.8,
            "estranged_tie": 0.4,
            "loose_tie": 0.25,
        },
        "expected": 0.25,
        "rises": ["allied", "estranged", "warmth", "estranged_tie", "loose_tie"],
        "falls": ["split"],
        "limits": [
            ({"estranged": 0, "split": 1}, 0),
            ({"estranged": 1, "split": 0}, 0.4),
            ({"allied": 1, "estranged": 0, "split": 0}, 1),
            ({"estranged": 0, "split": 0}, 0.2),
            ({"estranged": 0, "split": 0, "warmth": 0}, 0),
        ],
    },
    "need": {
        "arguments": {
            "income": 4000,
            "log_smallness": -2 * LN2,
            "emergency": 0.5,
            "need_share": 0.01,
            "need_size": 0.5,
            "need_emergency": 0.8,
        },
        "expected": 28,
        "rises": ["income", "log_smallness", "emergency", "need_share", "need_emergency"],
        "falls": ["need_size"],
        "limits": [({"emergency": 0}, 20), ({"need_size": 0}, 56), ({"need_size": 1}, 14)],
    },
    "aid_requested": {
        "arguments": {
            "need": 20,
            "plan_talks": 1,
            "ambition": 1.5,
            "attention": 0.5,
            "asymmetry": 0.3,
            "tie": 0.8,
            "plan_bunching": 0.5,
        },
        "expected": 18,
        "rises": ["need", "plan_talks", "ambition", "attention", "tie", "plan_bunching"],
        "falls": [],
        "limits": [
            ({"tie": 0}, 0),
            ({"need": {USSR: 20}}, 0),
            ({"asymmetry": 0}, 0),
            ({"asymmetry": 1}, 18),
            ({"plan_talks": 0}, 12),
        ],
    },
    "arms_need": {
        "arguments": {
            "income": 4000,
            "log_smallness": -2 * LN2,
            "danger": 0.5,
            "arms_share": 0.02,
            "need_size": 0.5,
        },
        "expected": 20,
        "rises": ["income", "log_smallness", "danger", "arms_share"],
        "falls": ["need_size"],
        "limits": [
            ({"danger": 0}, 0),
            ({"income": {USSR: 4000}}, 0),
            ({"need_size": 0}, 40),
            ({"log_smallness": 0}, 40),
        ],
    },
    "arms_requested": {
        "arguments": {"arms_need": 10, "attention": 0.5, "asymmetry": 0.3, "allied": 0.8},
        "expected": 4,
        "rises": ["arms_need", "attention", "allied"],
        "falls": [],
        "limits": [({"arms_need": 0}, 0), ({"allied": 0}, 0), ({"asymmetry": 0}, 0)],
    },
    "ambition": {
        "arguments": {
            "ambition": 1,
            "grant_share": 1,
            "tie": 1,
            "ambition_growth": LN2,
            "ambition_memory": 0.5,
        },
        "expected": 1.5,
        "rises": ["ambition", "grant_share", "tie", "ambition_growth", "ambition_memory"],
        "falls": [],
        "limits": [
            ({"grant_share": 0}, 0.75),
            ({"grant_share": 0.5}, 1),
            ({"ambition_memory": 1}, 2),
            ({"ambition_memory": 1, "grant_share": 0}, 0.5),
            ({"ambition_memory": 0, "ambition": 2}, 2),
            ({"tie": 0}, 1),
        ],
    },
    "value_of_client": {
        "arguments": {
            "support": 0.5,
            "isolation": 0.5,
            "shared_enemy": 0.25,
            "value_isolation": 2,
            "value_rivalry": 1,
        },
        "expected": 1.25,
        "rises": ["support", "isolation", "shared_enemy", "value_isolation", "value_rivalry"],
        "falls": [],
        "limits": [
            ({"support": 0}, 0.25),
            ({"support": 0, "shared_enemy": 0}, 0),
            ({"isolation": {ALBANIA: 1}, "shared_enemy": 0}, 0.5),
        ],
    },
    "capacity": {
        "arguments": {"income": 1000, "log_size_share": -LN2, "capacity_share": 0.02},
        "expected": 10,
        "rises": ["income", "log_size_share", "capacity_share"],
        "falls": [],
        "limits": [
            ({"income": 0}, 0),
            ({"income": {USSR: 1000}}, 0),
            ({"log_size_share": 0}, 20),
            ({"log_size_share": -60}, 0),
        ],
    },
    "offer": {
        "arguments": {
            "capacity": 10,
            "value": 0.5,
            "goodwill": 0.75,
            "fatigue": 0.25,
            "defiance": 0.1,
            "emergency": 0.5,
            "shock": 0.75,
            "grant_value": 2,
            "grant_goodwill": 1,
            "grant_fatigue": 2,
            "grant_discipline": 5,
            "grant_emergency": 1,
            "grant_noise": 1,
        },
        "expected": 30,
        "rises": [
            "capacity",
            "value",
            "goodwill",
            "shock",
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
        "limits": [
            ({"capacity": 0}, 0),
            ({"grant_noise": 0}, 10),
            ({"emergency": {ALBANIA: 1}}, 30 * math.sqrt(math.e)),
            ({"defiance": 100}, 0),
        ],
    },
    "arms_offer": {
        "arguments": {"offer": 10, "grant_arms": LN2},
        "expected": 20,
        "rises": ["offer", "grant_arms"],
        "falls": [],
        "limits": [({"grant_arms": 0}, 10), ({"grant_arms": -60}, 0), ({"offer": 0}, 0)],
    },
    "grant_share": {
        "arguments": {"requested": 10 * LN2, "offer": 10},
        "expected": 0.5 / LN2,
        "rises": ["offer"],
        "falls": ["requested"],
        "limits": [
            ({"requested": 0}, 1),
            ({"offer": 1e12}, 1),
            ({"requested": 1e12}, 0),
            ({"offer": 1e-12}, 0),
        ],
    },
    "openness": {
        "arguments": {
            "fatigue": 0.25,
            "defiance": 0.25,
            "tie": 0.8,
            "delivery_withheld": 2 * LN2,
        },
        "expected": 0.4,
        "rises": ["tie"],
        "falls": ["fatigue", "defiance", "delivery_withheld"],
        "limits": [
            ({"tie": 0}, 0),
            ({"delivery_withheld": 0}, 0.8),
            ({"fatigue": 0, "defiance": 0}, 0.8),
        ],
    },
    "aid_delivered": {
        "arguments": {
            "pledged": 10,
            "openness": 1,
            "income": 100,
            "delivery_rate": LN2,
            "absorption_share": 0.1,
        },
        "expected": 5,
        "rises": ["pledged", "openness", "income", "delivery_rate", "absorption_share"],
        "falls": [],
        "limits": [
            ({"openness": 0}, 0),
            ({"pledged": 1000000000.0}, 10),
            ({"income": 100000000.0}, 10 * LN2),
        ],
    },
    "arms_delivered": {
        "arguments": {"pledged": 10, "openness": 0.5, "arms_delivery_rate": 0.2},
        "expected": 1,
        "rises": ["pledged", "openness", "arms_delivery_rate"],
        "falls": [],
        "limits": [
            ({"openness": 0}, 0),
            ({"pledged": 0}, 0),
            ({"openness": 1, "arms_delivery_rate": 1}, 10),
        ],
    },
    "need_met": {
        "arguments": {"delivered": 10 * LN2, "need": 6, "arms_need": 4},
        "expected": 0.5,
        "rises": ["delivered"],
        "falls": ["need", "arms_need"],
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


@pytest.mark.parametrize("asked", [1e-6, 1, 30, 1e6])
@pytest.mark.parametrize("memory", [0.05, 1])
def test_requests_stay_within_bounds_however_often_all_or_nothing_is_granted(
    asked, memory, rule_case
):
    growth, boldness, meekness = 1.5, 1.0, 1.0
    case = rule_case(aid.ambition, CASES["ambition"])
    learning = {"tie": 1, "ambition_growth": growth, "ambition_memory": memory}
    for _ in range(200):
        boldness = case.value({"ambition": boldness, "grant_share": 1, **learning})
        meekness = case.value({"ambition": meekness, "grant_share": 0, **learning})
    assert boldness == pytest.approx(math.exp(growth), rel=1e-3)
    assert meekness == pytest.approx(math.exp(-growth), rel=1e-3)
    share = rule_case(aid.grant_share, CASES["grant_share"])
    granted = {"requested": asked, "offer": 10}
    assert asked * share.value(granted) <= min(asked, 10) * (1 + 1e-12)
