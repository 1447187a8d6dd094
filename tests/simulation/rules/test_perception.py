"""The rules of perception, worked out by hand, with directions and limits."""

import math

import pytest

from simulation.countries import Country
from simulation.rules import perception

LN2 = math.log(2)
LN3 = math.log(3)
ALBANIA, CHINA, USSR, YUGOSLAVIA = Country.ALBANIA, Country.CHINA, Country.USSR, Country.YUGOSLAVIA

CASES = {
    "line_gap": {
        "arguments": {"line": {USSR: 0.9, ALBANIA: 0.4}},
        "expected": 0.5,
        "rises": ["line"],
        "falls": [],
        "limits": [({"line": 0.7}, 0), ({"line": {USSR: 0, ALBANIA: 1}}, 1)],
    },
    "attention": {
        "arguments": {"log_size_share": -2 * LN2, "attention_exponent": 0.5},
        "expected": 0.5,
        "rises": ["log_size_share"],
        "falls": ["attention_exponent"],
        "limits": [({"log_size_share": 0}, 1), ({"log_size_share": -1000.0}, 0)],
    },
    "autonomy": {
        "arguments": {"log_client_share": -2 * LN2, "autonomy_exponent": 0.5},
        "expected": 0.5,
        "rises": ["log_client_share"],
        "falls": ["autonomy_exponent"],
        "limits": [({"log_client_share": 0}, 1), ({"log_client_share": -1000.0}, 0)],
    },
    "asymmetry": {
        "arguments": {"log_size_share": LN3 - 2 * LN2, "log_client_share": -2 * LN2},
        "expected": 0.5,
        "rises": ["log_size_share"],
        "falls": ["log_client_share"],
        "limits": [
            ({"log_size_share": -LN2, "log_client_share": -LN2}, 0),
            ({"log_size_share": -2 * LN2, "log_client_share": LN3 - 2 * LN2}, 0),
        ],
    },
    "warmth": {
        "arguments": {"goodwill": 0.75},
        "expected": 0.5,
        "rises": ["goodwill"],
        "falls": [],
        "limits": [({"goodwill": 0.5}, 0), ({"goodwill": 0.2}, 0), ({"goodwill": 1}, 1)],
    },
    "enmity": {
        "arguments": {"goodwill": 0.25},
        "expected": 0.5,
        "rises": [],
        "falls": ["goodwill"],
        "limits": [({"goodwill": 0.5}, 0), ({"goodwill": 0.8}, 0), ({"goodwill": 0}, 1)],
    },
    "threat": {
        "arguments": {"proximity": 0.5, "attention": 0.8, "goodwill": 0.25},
        "expected": 0.3,
        "rises": ["proximity", "attention"],
        "falls": ["goodwill"],
        "limits": [({"goodwill": 1}, 0), ({"proximity": 1, "attention": 1, "goodwill": 0}, 1)],
    },
    "danger": {
        "arguments": {
            "threat": {(CHINA, ALBANIA): 0.1, (YUGOSLAVIA, ALBANIA): 0.2, (USSR, ALBANIA): 0.7},
            "pressure": 0.3,
        },
        "expected": 0.6,
        "rises": ["threat", "pressure"],
        "falls": [],
        "limits": [({"threat": {(USSR, ALBANIA): 0.9, (ALBANIA, CHINA): 0.9}, "pressure": 0}, 0)],
    },
    "rival_courted": {
        "arguments": {
            "warmth": {(USSR, YUGOSLAVIA): 0.5, (USSR, CHINA): 0.25},
            "threat": {(YUGOSLAVIA, ALBANIA): 0.8, (CHINA, ALBANIA): 0.4},
        },
        "expected": 0.5,
        "rises": ["warmth", "threat"],
        "falls": [],
        "limits": [
            ({"warmth": {(USSR, ALBANIA): 1}}, 0),
            ({"threat": {(USSR, ALBANIA): 1, (ALBANIA, YUGOSLAVIA): 1}}, 0),
        ],
    },
    "quarrel": {
        "arguments": {"estranged": 1, "split": 0, "quarrel_estranged": 0.4},
        "expected": 0.4,
        "rises": ["estranged", "split", "quarrel_estranged"],
        "falls": [],
        "limits": [({"estranged": 0}, 0), ({"estranged": 0, "split": 1}, 1)],
    },
    "friend_opposed": {
        "arguments": {
            "quarrel": {(USSR, CHINA): 0.5},
            "attention": {(CHINA, ALBANIA): 0.8},
            "warmth": {(ALBANIA, CHINA): 0.5},
        },
        "expected": 0.2,
        "rises": ["quarrel", "attention", "warmth"],
        "falls": [],
        "limits": [
            ({"warmth": {(CHINA, ALBANIA): 0.5}}, 0),
            ({"quarrel": {(USSR, ALBANIA): 1}}, 0),
        ],
    },
    "remembered_line": {
        "arguments": {"remembered": 0.5, "line": 0.9, "line_memory": 0.25},
        "expected": 0.6,
        "rises": ["remembered", "line", "line_memory"],
        "falls": [],
        "limits": [({"line_memory": 1}, 0.9), ({"line_memory": 0}, 0.5)],
    },
    "line_shift": {
        "arguments": {"line": 0.4, "remembered": 0.9},
        "expected": 0.5,
        "rises": ["remembered"],
        "falls": ["line"],
        "limits": [({"line": 0.9}, 0)],
    },
    "enemy_shared": {
        "arguments": {
            "enmity": {(USSR, YUGOSLAVIA): 0.5, (ALBANIA, YUGOSLAVIA): 0.8},
            "attention": {(YUGOSLAVIA, USSR): 0.5},
        },
        "expected": 0.2,
        "rises": ["enmity", "attention"],
        "falls": [],
        "limits": [
            ({"enmity": {(USSR, YUGOSLAVIA): 0.5}}, 0),
            ({"attention": {(USSR, YUGOSLAVIA): 1}}, 0),
        ],
    },
    "outside_option": {
        "arguments": {
            "warmth": {(CHINA, ALBANIA): 0.5, (YUGOSLAVIA, ALBANIA): 0.25, (USSR, ALBANIA): 0.9},
            "attention": {(CHINA, ALBANIA): 0.8, (YUGOSLAVIA, ALBANIA): 0.4, (USSR, ALBANIA): 0.9},
        },
        "expected": 0.5,
        "rises": ["warmth", "attention"],
        "falls": [],
        "limits": [({"warmth": {(USSR, ALBANIA): 1}}, 0)],
    },
}


@pytest.mark.parametrize("rule", CASES)
def test_by_hand(rule, rule_case):
    rule_case(getattr(perception, rule), CASES[rule]).check_by_hand()


@pytest.mark.parametrize("rule", CASES)
def test_directions(rule, rule_case):
    rule_case(getattr(perception, rule), CASES[rule]).check_directions()


@pytest.mark.parametrize("rule", CASES)
def test_limits(rule, rule_case):
    rule_case(getattr(perception, rule), CASES[rule]).check_limits()


@pytest.mark.parametrize("rule", CASES)
def test_every_parameter_moves_the_result(rule, rule_case):
    rule_case(getattr(perception, rule), CASES[rule]).check_parameters_matter()


def test_every_rule_has_a_case(rules_of):
    assert set(CASES) == set(rules_of(perception))
