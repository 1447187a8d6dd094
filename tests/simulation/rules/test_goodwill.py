"""The rules of goodwill, worked out by hand, with directions and limits."""

import pytest

from simulation.countries import Country
from simulation.rules import goodwill

ALBANIA, USSR = Country.ALBANIA, Country.USSR

CASES = {
    "goodwill": {
        "arguments": {
            "goodwill": 0.3,
            "line_gap": 0.25,
            "line": 0.6,
            "support": 0.5,
            "need_met": 0.5,
            "strain": 0.25,
            "fatigue": 0.25,
            "threat": 0.25,
            "shared_enemy": 0.5,
            "split": 0.25,
            "goodwill_base": -0.6,
            "goodwill_line": 2,
            "goodwill_exchange": 1,
            "goodwill_strain": 2,
            "goodwill_threat": 1,
            "goodwill_enemy": 1,
            "goodwill_split": 1,
            "goodwill_adjustment": 0.5,
        },
        "expected": 0.4,
        "rises": [
            "goodwill",
            "line",
            "support",
            "need_met",
            "shared_enemy",
            "goodwill_base",
            "goodwill_line",
            "goodwill_exchange",
            "goodwill_enemy",
            "goodwill_adjustment",
        ],
        "falls": [
            "line_gap",
            "strain",
            "fatigue",
            "threat",
            "split",
            "goodwill_strain",
            "goodwill_threat",
            "goodwill_split",
        ],
        "limits": [
            ({"goodwill_adjustment": 1, "goodwill_base": -60}, 0),
            ({"goodwill_adjustment": 0}, 0.3),
        ],
    },
    "goodwill_after": {
        "arguments": {"goodwill": 0.4, "friendly": 0.5, "hostile": 0.25, "goodwill_act": 0.5},
        "expected": 0.5,
        "rises": ["goodwill", "friendly", "goodwill_act"],
        "falls": ["hostile"],
        "limits": [
            ({"goodwill_act": 0}, 0.4),
            ({"goodwill_act": 1, "friendly": 1, "hostile": 0}, 1),
            ({"goodwill_act": 1, "friendly": 0, "hostile": 1}, 0),
        ],
    },
}


@pytest.mark.parametrize("rule", CASES)
def test_by_hand(rule, rule_case):
    rule_case(getattr(goodwill, rule), CASES[rule]).check_by_hand()


@pytest.mark.parametrize("rule", CASES)
def test_directions(rule, rule_case):
    rule_case(getattr(goodwill, rule), CASES[rule]).check_directions()


@pytest.mark.parametrize("rule", CASES)
def test_limits(rule, rule_case):
    rule_case(getattr(goodwill, rule), CASES[rule]).check_limits()


@pytest.mark.parametrize("rule", CASES)
def test_every_parameter_moves_the_result(rule, rule_case):
    rule_case(getattr(goodwill, rule), CASES[rule]).check_parameters_matter()


def test_every_rule_has_a_case(rules_of):
    assert set(CASES) == set(rules_of(goodwill))


@pytest.mark.parametrize(
    ("felt", "whose", "sign"),
    [
        ("support", (USSR, ALBANIA), 1),  # what the client gives the holder
        ("need_met", (ALBANIA, USSR), 1),  # what the other gives the holder
        ("strain", (ALBANIA, USSR), -1),  # the holder's own as client
        ("fatigue", (USSR, ALBANIA), -1),  # the holder's own as patron
        ("threat", (ALBANIA, USSR), -1),  # that of the other to the holder
    ],
)
def test_goodwill_answers_what_the_holder_had_and_felt(felt, whose, sign, rule_case):
    arguments = {**CASES["goodwill"]["arguments"], felt: {}}
    neutral = rule_case(goodwill.goodwill, {"arguments": arguments}).value({})
    moved = rule_case(goodwill.goodwill, {"arguments": {**arguments, felt: {whose: 0.5}}}).value({})
    turned = rule_case(
        goodwill.goodwill, {"arguments": {**arguments, felt: {whose[::-1]: 0.5}}}
    ).value({})
    assert sign * (moved - neutral) > 0
    assert turned == neutral
