"""The rules of strain and fatigue, worked out by hand, with directions and limits."""

import math

import pytest

from simulation.countries import Country
from simulation.rules import strain

LN2 = math.log(2)
LN3 = math.log(3)
ALBANIA, USSR, YUGOSLAVIA = Country.ALBANIA, Country.USSR, Country.YUGOSLAVIA

CASES = {
    "ideology": {
        "arguments": {"line_gap": 0.5, "line": 0.8, "attention": 0.5, "strain_ideology": 2},
        "expected": 0.4,
        "rises": ["line_gap", "line", "attention", "strain_ideology"],
        "falls": [],
        "limits": [({"line_gap": 0}, 0), ({"line": {USSR: 1}}, 0)],
    },
    "hierarchy": {
        "arguments": {"submission": 0.5, "strain_hierarchy": 2},
        "expected": 1,
        "rises": ["submission", "strain_hierarchy"],
        "falls": [],
        "limits": [({"submission": 0}, 0)],
    },
    "rival_courted": {
        "arguments": {"courted": 0.5, "attention": 0.5, "strain_rival_courted": 2},
        "expected": 0.5,
        "rises": ["courted", "attention", "strain_rival_courted"],
        "falls": [],
        "limits": [({"courted": 0}, 0), ({"attention": 0}, 0)],
    },
    "enemy_courted": {
        "arguments": {
            "rapprochement": 0.5,
            "line": 0.8,
            "attention": 0.5,
            "strain_enemy_courted": 2,
        },
        "expected": 0.4,
        "rises": ["rapprochement", "line", "attention", "strain_enemy_courted"],
        "falls": [],
        "limits": [({"rapprochement": {ALBANIA: 1}}, 0), ({"line": {USSR: 1}}, 0)],
    },
    "friend_opposed": {
        "arguments": {"opposed": 0.5, "attention": 0.5, "strain_friend_opposed": 2},
        "expected": 0.5,
        "rises": ["opposed", "attention", "strain_friend_opposed"],
        "falls": [],
        "limits": [({"opposed": 0}, 0), ({"attention": 0}, 0)],
    },
    "refusal": {
        "arguments": {"refused": 0.5, "attention": 0.5, "strain_refusal": 2},
        "expected": 0.5,
        "rises": ["refused", "attention", "strain_refusal"],
        "falls": [],
        "limits": [({"refused": 0}, 0), ({"attention": 0}, 0)],
    },
    "unconsulted": {
        "arguments": {"line_shift": 0.5, "line": 0.8, "attention": 0.5, "strain_unconsulted": 2},
        "expected": 0.4,
        "rises": ["line_shift", "line", "attention", "strain_unconsulted"],
        "falls": [],
        "limits": [({"line_shift": {ALBANIA: 1}}, 0), ({"line": {USSR: 1}}, 0)],
    },
    "relief": {
        "arguments": {
            "need_met": 0.5,
            "danger": 0.5,
            "attention": 0.8,
            "goodwill": 0.5,
            "relief_aid": 1,
            "relief_protection": 2,
        },
        "expected": 0.9,
        "rises": ["need_met", "danger", "attention", "goodwill", "relief_aid", "relief_protection"],
        "falls": [],
        "limits": [({"need_met": 0, "goodwill": 0}, 0), ({"danger": 0}, 0.5)],
    },
    "refused": {
        "arguments": {"refused": 0.2, "grant_share": 0.25, "tie": 0.8, "refusal_memory": 0.5},
        "expected": 0.4,
        "rises": ["refused", "tie", "refusal_memory"],
        "falls": ["grant_share"],
        "limits": [({"refusal_memory": 1, "tie": 0}, 0), ({"refusal_memory": 0}, 0.2)],
    },
    "strain": {
        "arguments": {
            "strain": 0.2,
            "sources": {"ideology": LN2},
            "relief": 0.5 * LN3,
            "bond": 1,
            "shock": 0.75,
            "adjustment": 0.5,
            "strain_noise": 0.5,
        },
        "expected": 0.35,
        "rises": ["strain", "sources", "bond", "shock", "adjustment", "strain_noise"],
        "falls": ["relief"],
        "limits": [
            ({"adjustment": 1, "relief": 100}, 0),
            ({"adjustment": 1, "bond": 0}, 0),
            ({"adjustment": 1, "sources": {"hierarchy": 100}}, 1),
        ],
    },
    "cost": {
        "arguments": {"delivered": 5, "capacity": 10, "line": 0.5, "fatigue_cost": 1},
        "expected": 0.25,
        "rises": ["delivered", "fatigue_cost"],
        "falls": ["capacity", "line"],
        "limits": [({"line": 1}, 0), ({"delivered": 10}, 0.5)],
    },
    "deviation": {
        "arguments": {"line_gap": 0.5, "hierarchy": 0.8, "attention": 0.5, "fatigue_deviation": 2},
        "expected": 0.4,
        "rises": ["line_gap", "hierarchy", "attention", "fatigue_deviation"],
        "falls": [],
        "limits": [({"line_gap": 0}, 0), ({"hierarchy": {ALBANIA: 1}}, 0)],
    },
    "insubordination": {
        "arguments": {
            "submission": 0.5,
            "support": 0.5,
            "attention": 0.75,
            "pressure": 0.5,
            "fatigue_insubordination": 4,
        },
        "expected": 0.25,
        "rises": ["submission", "attention", "pressure", "fatigue_insubordination"],
        "falls": ["support"],
        "limits": [({"support": 0.75}, 0), ({"pressure": {ALBANIA: 1}}, 0)],
    },
    "encroachment": {
        "arguments": {
            "support": {(ALBANIA, YUGOSLAVIA): 0.8},
            "allied": {(ALBANIA, YUGOSLAVIA): 1},
            "proximity": {(USSR, YUGOSLAVIA): 0.5},
            "hierarchy": 0.5,
            "attention": 0.5,
            "pressure": 0.5,
            "fatigue_encroachment": 4,
        },
        "expected": 0.2,
        "rises": [
            "support",
            "proximity",
            "hierarchy",
            "attention",
            "pressure",
            "fatigue_encroachment",
        ],
        "falls": [],
        "limits": [
            ({"support": {(YUGOSLAVIA, ALBANIA): 0.8, (USSR, YUGOSLAVIA): 1}}, 0),
            ({"allied": {(USSR, YUGOSLAVIA): 1}}, 0),
            ({"pressure": {ALBANIA: 1}}, 0),
        ],
    },
    "defiance": {
        "arguments": {"strain": 0.5, "hierarchy": 0.8},
        "expected": 0.4,
        "rises": ["strain", "hierarchy"],
        "falls": [],
        "limits": [({"hierarchy": {ALBANIA: 1}}, 0)],
    },
    "defiance_resented": {
        "arguments": {"defiance": 0.5, "fatigue_defiance": 2},
        "expected": 1,
        "rises": ["defiance", "fatigue_defiance"],
        "falls": [],
        "limits": [({"defiance": 0}, 0)],
    },
    "fatigue": {
        "arguments": {
            "fatigue": 0.2,
            "sources": {"cost": LN2, "defiance": 0.5},
            "value": 0.5,
            "bond": 1,
            "fatigue_value": 1,
            "adjustment": 0.5,
        },
        "expected": 0.35,
        "rises": ["fatigue", "sources", "bond", "adjustment"],
        "falls": ["value", "fatigue_value"],
        "limits": [
            ({"adjustment": 1, "value": 100}, 0),
            ({"adjustment": 1, "bond": 0}, 0),
            ({"adjustment": 1, "sources": {"cost": 100}}, 1),
        ],
    },
}


@pytest.mark.parametrize("rule", CASES)
def test_by_hand(rule, rule_case):
    rule_case(getattr(strain, rule), CASES[rule]).check_by_hand()


@pytest.mark.parametrize("rule", CASES)
def test_directions(rule, rule_case):
    rule_case(getattr(strain, rule), CASES[rule]).check_directions()


@pytest.mark.parametrize("rule", CASES)
def test_limits(rule, rule_case):
    rule_case(getattr(strain, rule), CASES[rule]).check_limits()


@pytest.mark.parametrize("rule", CASES)
def test_every_parameter_moves_the_result(rule, rule_case):
    rule_case(getattr(strain, rule), CASES[rule]).check_parameters_matter()


def test_every_rule_has_a_case(rules_of):
    assert set(CASES) == set(rules_of(strain))


@pytest.mark.parametrize("source", strain.StrainSources._fields)
def test_every_source_of_strain_counts_alike(source, rule_case):
    arguments = {**CASES["strain"]["arguments"], "sources": {source: LN2}}
    rule_case(strain.strain, {"arguments": arguments, "expected": 0.35}).check_by_hand()


@pytest.mark.parametrize("source", strain.FatigueSources._fields)
def test_every_source_of_fatigue_counts_alike(source, rule_case):
    arguments = {**CASES["fatigue"]["arguments"], "sources": {source: LN2 + 0.5}}
    rule_case(strain.fatigue, {"arguments": arguments, "expected": 0.35}).check_by_hand()
